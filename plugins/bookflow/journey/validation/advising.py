"""Advice: what works as it stands, but would be better otherwise. Little, and only what is sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.spec.conditions import compile_conditions
from bookflow.spec.durations import format_duration
from bookflow.spec.models import SendSms, UpdateBooking, Webhook
from bookflow.spec.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bookflow.errors import SpecIssue
    from bookflow.journey.trials.outcomes import Trial
    from bookflow.ports import Domain
    from bookflow.spec.models import Action, Workflow

LONG_DELAY = 120
"""Minutes: a reminder this far ahead says something of a time that an outage can spoil."""
MANY_SEGMENTS = 3
_LOCAL = ("http://localhost", "http://127.")


def find_advice(workflow: Workflow, domain: Domain, trial: Trial | None) -> list[Problem]:
    """Give advice on a valid workflow; `trial` is one on a made-up booking."""
    return [
        *_advise_timing(workflow, domain),
        *_advise_webhooks(workflow),
        *_advise_after_updates(workflow, domain),
        *(_advise_texts(workflow, trial) if trial else ()),
    ]


def near_misses(issues: Sequence[SpecIssue]) -> list[SpecIssue]:
    """Give of errors and warnings those that say what was probably meant."""
    return [issue for issue in issues if issue.suggestion]


def _advise_timing(workflow: Workflow, domain: Domain) -> Iterator[Problem]:
    info = domain.vocabulary.triggers.get(workflow.trigger)
    counts_back = info is not None and info.counts_back
    if counts_back and workflow.if_late is None and workflow.delay_minutes >= LONG_DELAY:
        delay = format_duration(workflow.delay_minutes)
        message = (
            f"set `if_late`, such as 2h: after an outage a reminder meant for {delay} before is "
            "sent even right before the start"
        )
        yield Problem(("trigger",), message, "if_late", "no-if-late", at_key=True)
    waits = workflow.delay_minutes > 0 or (info is not None and info.anchor is not None)
    texts = [item for item in workflow.active_actions if isinstance(item, SendSms)]
    to_people = any(item.recipient in ("invitee", "both") for item in texts)
    if waits and to_people and workflow.quiet_hours is None:
        message = (
            "set `quiet_hours`: the text is sent some time after the event, which may be at night "
            "where the recipient is"
        )
        yield Problem(("actions",), message, "quiet_hours", "no-quiet-hours", at_key=True)


def _advise_webhooks(workflow: Workflow) -> Iterator[Problem]:
    for position, action in enumerate(workflow.actions):
        if not isinstance(action, Webhook) or not action.is_active:
            continue
        where = ("actions", position, "webhook_url")
        url = (action.webhook_url or "").lower()
        if url.startswith("http://") and not url.startswith(_LOCAL):
            message = "use https: what is sent over http can be read and changed on its way"
            yield Problem(where, message, "https", "plain-http")
        if url and action.secret_conn_id is None:
            message = (
                "set `secret_conn_id`: without a signature the receiver can't tell these requests "
                "from anybody's"
            )
            yield Problem(where, message, "secret_conn_id", "unsigned-webhook", at_key=True)


def _advise_after_updates(workflow: Workflow, domain: Domain) -> Iterator[Problem]:
    """Find actions that never run, since one before them calls the subject off."""
    ended_by: Action | None = None
    reason: str | None = None
    for action in workflow.active_actions:
        if ended_by is not None and not _asks_for_status(action, domain):
            position = workflow.actions.index(action)
            message = (
                f"is always skipped when `{ended_by.name}` has run before: {reason}; move it "
                f"before that, or let its conditions ask for `{domain.status_field}`"
            )
            yield Problem(("actions", position), message, None, "never-reached")
        if ended_by is None and isinstance(action, UpdateBooking) and not action.conditions:
            reason = domain.stale_reason(workflow.trigger, action.update_booking_fields)
            ended_by = action if reason else None


def _asks_for_status(action: Action, domain: Domain) -> bool:
    conditions = compile_conditions(action.conditions, domain.vocabulary)
    return domain.status_field in conditions.fields


def _advise_texts(workflow: Workflow, trial: Trial) -> Iterator[Problem]:
    names = [action.name for action in workflow.actions]
    for tried in trial.actions:
        counts = [one.message.masked.get("segments", 0) for one in tried.messages]
        most = max(counts, default=0)
        if tried.type == "send_sms" and most > MANY_SEGMENTS:
            message = (
                f"shorten it: for a made-up booking it is sent, and paid for, as {most} texts; "
                "letters outside the GSM alphabet halve what fits into one"
            )
            where = ("actions", names.index(tried.name), "message")
            yield Problem(where, message, None, "long-text", at_key=True)
