"""Delaying: what a message waits for before it is sent, by what its workflow says of times.

Asked by whoever sends, and by whoever tells beforehand what would be sent.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.journey.steps import Step
    from bookflow.ports import Domain
    from bookflow.records import Hold, Job, Message


def find_deadline(step: Step, job: Job, domain: Domain) -> datetime | None:
    """Give the last moment at which a message is worth sending."""
    if job.subject is None:
        return None
    return domain.late_limit(job.trigger, job.subject, job.due_at, step.timing.if_late)


def find_quiet_hold(
    step: Step, job: Job, message: Message, *, domain: Domain, now: datetime
) -> Hold | None:
    """Put a message off to the end of its recipient's quiet hours."""
    if step.timing.quiet_hours is None:
        return None
    # workflows without quiet hours need not pay for it
    from bookflow.journey.timing import find_hold

    deadline = find_deadline(step, job, domain)
    return find_hold(step.timing, message, now=now, deadline=deadline)


def find_digest(
    step: Step, job: Job, message: Message, *, domain: Domain, now: datetime
) -> str | None:
    """Name the digest a message waits for; a reminder alone beats one that comes too late."""
    digest = step.timing.digest
    if digest is None:
        return None
    # workflows without digests need not pay for it
    from bookflow.journey.digesting import digest_key_of
    from bookflow.journey.timing import START_SLACK

    deadline = find_deadline(step, job, domain)
    end = now + timedelta(minutes=digest.window)
    if deadline is not None and end > deadline - START_SLACK:
        return None
    return digest_key_of(step.workflow.id, step.name, message)
