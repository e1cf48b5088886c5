"""Judging: what the outcome of one call says about the endpoint that was called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.errors import DeliveryError, TransientDeliveryError
from bookflow.journey.wording import mask_reason
from bookflow.ports.endpoints import WEBHOOK, CallTally

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.journey.steps import WorkflowFacts
    from bookflow.records import Message

TOO_MANY = 429
GONE = 410
MAIL = "email"
# our own failures, which no endpoint can help
OWN_CODES = frozenset({"internal", "configuration"})
# answers about one mailbox, also those of enhanced status codes 4.1.x and 4.2.x (RFC 3463)
MAILBOX_BUSY = "smtp-450"
MAILBOX_SUBJECTS = ("4.1.", "4.2.")
LONGEST_HOLD = timedelta(hours=24)


def tally_call(
    message: Message, error: DeliveryError | None, workflow: WorkflowFacts, now: datetime
) -> CallTally:
    """Make a tally of one call.

    A success and a refusal of the content are answers: the endpoint works. A transient failure
    counts against it, unless the peer only asked to slow down or spoke of one mailbox.
    """
    base = CallTally(message.endpoint, message.channel, workflow.id, workflow.organizer)
    if error is None:
        return replace(base, answered_at=now, succeeded_at=now)
    if isinstance(error, TransientDeliveryError):
        return _tally_transient(base, error, now)
    if message.channel == WEBHOOK and _status_of(error) == GONE:
        return replace(base, gone="it answered 410: the receiver is gone for good")
    return replace(base, answered_at=now) if _status_of(error) is not None else base


def combine(older: CallTally, newer: CallTally) -> CallTally:
    """Put what was seen later behind what was seen earlier."""
    is_row_broken = newer.answered_at is not None
    shown = newer if newer.error_code else older
    return replace(
        newer,
        failures=newer.failures if is_row_broken else older.failures + newer.failures,
        first_failure_at=newer.first_failure_at
        if is_row_broken
        else older.first_failure_at or newer.first_failure_at,
        last_failure_at=newer.last_failure_at or older.last_failure_at,
        answered_at=newer.answered_at or older.answered_at,
        succeeded_at=newer.succeeded_at or older.succeeded_at,
        error=shown.error,
        error_code=shown.error_code,
        hold_until=max(filter(None, (older.hold_until, newer.hold_until)), default=None),
        gone=newer.gone or older.gone,
        probe=newer.probe or older.probe,
    )


def _tally_transient(base: CallTally, error: TransientDeliveryError, now: datetime) -> CallTally:
    wait = error.retry_after
    if wait:
        until = now + min(timedelta(seconds=wait), LONGEST_HOLD)
        base = replace(base, hold_until=until)
    is_slowing = wait is not None and _status_of(error) == TOO_MANY
    if is_slowing or _is_about_mailbox(base, error):
        return replace(base, answered_at=now)
    if error.code in OWN_CODES:
        return base
    return replace(
        base,
        failures=1,
        first_failure_at=now,
        last_failure_at=now,
        error=mask_reason(str(error)),
        error_code=error.code,
    )


def _is_about_mailbox(base: CallTally, error: DeliveryError) -> bool:
    if base.channel != MAIL:
        return False
    answer = str(error.details.get("answer", ""))
    return error.code == MAILBOX_BUSY or answer.startswith(MAILBOX_SUBJECTS)


def _status_of(error: DeliveryError) -> int | None:
    status = error.details.get("status")
    return status if isinstance(status, int) else None
