"""Noticing: owners are told when an endpoint of their workflows is given up or down for long."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bookflow.journey.reminders.ticking import Chore
from bookflow.journey.wording import mask_reason
from bookflow.ports.endpoints import WEBHOOK, EndpointStatus, Notice

if TYPE_CHECKING:
    from datetime import datetime

    from bookflow.ports import NowSource
    from bookflow.ports.endpoints import Endpoint, EndpointStore, NoticeSender, NoticeStore

log = logging.getLogger(__name__)

DISABLED = "disabled"
DOWN = "down"
RECOVERED = "recovered"
DOWN_AFTER = timedelta(hours=1)
# longer than a tick takes to send: another clock does not send the same
CLAIM_TIME = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
BATCH = 20
TIDY_MINUTES = 30
NO_ADDRESS = "the organizer is no e-mail address"

# the ids of notices are made from what they tell, within this namespace
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:bookflow:notices")


def endpoint_chores(
    endpoints: EndpointStore, notices: NoticeStore, sender: NoticeSender, now: NowSource
) -> list[Chore]:
    """Give what the clock does about endpoints."""

    def tidy() -> str:
        moment = now()
        # there is no hurry: the rows only take room
        if moment.minute % TIDY_MINUTES:
            return ""
        count = endpoints.forget_permits(now=moment)
        return f"forgot {count} idle rate limits" if count else ""

    return [
        Chore("tell owners of endpoints in trouble", Noticing(notices, sender, now).tick),
        Chore("forget idle rate limits", tidy),
    ]


@dataclass(frozen=True, slots=True)
class Noticing:
    """A chore of the clock: finds what owners should know, and tells them once."""

    store: NoticeStore
    sender: NoticeSender
    now: NowSource

    def tick(self) -> str:
        """Do everything that is due; says what was done, for the log."""
        self._find_incidents()
        self._find_recoveries()
        return self.send()

    def _find_incidents(self) -> None:
        now = self.now()
        troubled = self.store.list_endpoints(only_troubled=True)
        found = [notice for one in troubled if (notice := describe_incident(one, now))]
        for notice in self.store.add_notices(found):
            whom = mask_reason(notice.owner) or "nobody"
            log.error("bookflow: %s; told to %s", notice.subject, notice.silent or whom)

    def _find_recoveries(self) -> None:
        passed = self.store.passed_incidents()
        if not passed:
            return
        now = self.now()
        # the last of each endpoint: what ended together is told together
        latest = {notice.about: notice for notice in passed}
        told = [describe_recovery(notice, now) for notice in latest.values()]
        self.store.clear_incidents([notice.id for notice in passed], told, now=now)
        for notice in told:
            log.info("bookflow: %s", notice.subject)

    def send(self) -> str:
        """Send what is due, also alerts about incidents; says how many were sent."""
        now = self.now()
        claimed = self.store.claim_notices(now=now, again_at=now + CLAIM_TIME, limit=BATCH)
        if not claimed:
            return ""
        failed = self.sender.send(claimed)
        sent = [notice.id for notice in claimed if notice.id not in failed]
        later = {
            notice.id: (mask_reason(failed[notice.id]), now + wait_after(notice.attempts))
            for notice in claimed
            if notice.id in failed
        }
        self.store.settle_notices(sent, later, now=self.now())
        for key, (reason, _) in later.items():
            log.warning("bookflow: notice %s could not be sent: %s", key, reason)
        return f"{len(sent)} notices sent, {len(later)} to be tried again"


def describe_incident(endpoint: Endpoint, now: datetime) -> Notice | None:
    """Give the notice of an endpoint that its owner should know about, the same every time."""
    if endpoint.state is EndpointStatus.DISABLED and endpoint.disabled_at:
        subject = f"bookflow calls {endpoint.key} no more"
        message = _join(
            f"{endpoint.key} was disabled at {_show(endpoint.disabled_at)}: "
            f"{endpoint.disabled_reason}.",
            "Deliveries to it fail with this reason as long as that is so."
            + (f" Workflow `{endpoint.workflow_id}` used it last." if endpoint.workflow_id else ""),
            f"Once it works again, enable it with `bookflow endpoints enable {endpoint.key}` or "
            "`POST /bookflow/api/v1/endpoints/enable`, and retry the executions that failed.",
        )
        return _make(endpoint, DISABLED, endpoint.disabled_at, subject, message, now)
    since = endpoint.failing_since
    if endpoint.channel == WEBHOOK or since is None or now - since <= DOWN_AFTER:
        return None
    subject = f"bookflow can't send through {endpoint.key}"
    message = _join(
        f"Every try since {_show(since)} failed, the last one with: {endpoint.last_error}.",
        "Messages wait and are sent when it works again; those that can't wait so long fail. "
        f"Check the Airflow connection `{endpoint.key.partition(':')[2]}` and the server behind "
        "it.",
    )
    return _make(endpoint, DOWN, since, subject, message, now)


def describe_recovery(incident: Notice, now: datetime) -> Notice:
    """Give the notice that an incident has passed."""
    is_enabled = incident.kind == DISABLED
    how = "is called again" if is_enabled else "works again"
    message = _join(
        f"{incident.about} {how} since {_show(now)}; the trouble was seen at "
        f"{_show(incident.created_at)}.",
        "Executions that failed meanwhile can be retried." if is_enabled else "",
    )
    return Notice(
        id=uuid.uuid5(incident.id, RECOVERED),
        kind=RECOVERED,
        about=incident.about,
        owner=incident.owner,
        subject=f"bookflow: {incident.about} {how}",
        message=message,
        created_at=now,
        silent=None if is_address(incident.owner) else NO_ADDRESS,
    )


def is_address(owner: str) -> bool:
    """Tell whether an organizer can be written to; an id of another kind can't."""
    local, at, domain = owner.rpartition("@")
    return bool(local and at and "." in domain and not any(map(str.isspace, owner)))


def wait_after(attempts: int) -> timedelta:
    """Give the wait after a notice failed so many times."""
    wait: timedelta = FIRST_WAIT * 2 ** max(attempts - 1, 0)
    return min(wait, LONGEST_WAIT)


def _make(
    endpoint: Endpoint, kind: str, since: datetime, subject: str, message: str, now: datetime
) -> Notice:
    owner = endpoint.owner or ""
    return Notice(
        id=uuid.uuid5(_NAMESPACE, f"{kind}\n{endpoint.key}\n{since.isoformat()}"),
        kind=kind,
        about=endpoint.key,
        owner=owner,
        subject=subject,
        message=message,
        created_at=now,
        silent=None if is_address(owner) else NO_ADDRESS,
    )


def _join(*paragraphs: str) -> str:
    return "\n\n".join(part for part in paragraphs if part) + "\n"


def _show(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
