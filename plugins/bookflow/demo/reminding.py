"""The demo's reminders: three bookings a minute or two ahead, one cancelled, one moved."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookflow.demo.samples import sample_bookings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import httpx

    Fire = Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]

WORKFLOW = "starting-soon"
LEAD = timedelta(minutes=1)
"""How long before the start the workflow reminds."""
KEPT, CANCELLED, MOVED = "soon-kept", "soon-cancelled", "soon-moved"
PLAN_SECONDS = 120.0
SETTLE_SECONDS = 120.0
POLL_SECONDS = 1.0
_DUE_AHEAD = timedelta(seconds=50)
_MOVED_BY = timedelta(seconds=30)
_LENGTH = timedelta(minutes=30)
_FINAL = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class ReminderOutcome:
    """What became of one booking's reminders; `executions` are in full, oldest first."""

    booking_id: str
    executions: list[dict[str, Any]]


def place_start(now: datetime) -> datetime:
    """Give a start whose reminder is due soon, at a full second."""
    return now.astimezone(UTC).replace(microsecond=0) + _DUE_AHEAD + LEAD


def make_bookings(now: datetime) -> dict[str, dict[str, Any]]:
    """Give the three bookings by id, in the shape of the API."""
    pattern = sample_bookings(now)[0]
    start = place_start(now)
    made_at = (now - timedelta(hours=1)).isoformat()
    return {
        booking_id: {**pattern, "id": booking_id, "created_at": made_at, **_times(start)}
        for booking_id in (KEPT, CANCELLED, MOVED)
    }


class ReminderShow:
    """Plays the reminders in three acts, so that the demo can do other things in between."""

    def __init__(
        self, api: httpx.Client, fire: Fire, check: Callable[[], None], *, now: datetime
    ) -> None:
        """Prepare the bookings around `now`; `check` raises when the stack has died."""
        self._api = api
        self._fire = fire
        self._check = check
        self._since = now
        self._bookings = make_bookings(now)
        self._due = place_start(now) - LEAD
        self._changed_at = now

    @property
    def is_in_time(self) -> bool:
        """Tell whether bookings were changed before their reminders were due."""
        return self._changed_at < self._due

    def book(self) -> list[Mapping[str, Any]]:
        """Make the three bookings; gives the answers."""
        return self._send("booking_created", self._bookings.values())

    def change(self) -> list[Mapping[str, Any]]:
        """Cancel one and move one, once their reminders are planned; gives the answers."""
        self._wait(lambda: all(map(self._executions, self._bookings)), PLAN_SECONDS)
        cancelled = {
            **self._bookings[CANCELLED],
            "status": "cancelled",
            "cancellation_reason": "something came up",
        }
        moved = self._bookings[MOVED]
        moved = {**moved, **_times(datetime.fromisoformat(moved["start_time"]) + _MOVED_BY)}
        answers = [
            *self._send("booking_cancelled", [cancelled]),
            *self._send("booking_rescheduled", [moved]),
        ]
        self._changed_at = datetime.now(UTC)
        return answers

    def settle(self) -> list[ReminderOutcome]:
        """Wait until every reminder is final, at most two minutes; give what became of each."""
        wanted = {KEPT: 1, CANCELLED: 1, MOVED: 2}

        def is_done() -> bool:
            return all(
                len(self._final(booking_id)) >= count for booking_id, count in wanted.items()
            )

        self._wait(is_done, SETTLE_SECONDS)
        return [
            ReminderOutcome(booking_id, [self._in_full(e) for e in self._executions(booking_id)])
            for booking_id in self._bookings
        ]

    def _send(self, trigger: str, bookings: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        stamp = self._since.strftime("%Y%m%d%H%M%S")
        return list(
            self._fire(
                [
                    {
                        "trigger": trigger,
                        "booking": booking,
                        "idempotency_key": f"{booking['id']}-{trigger}-{stamp}",
                    }
                    for booking in bookings
                ]
            )
        )

    def _wait(self, is_done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not is_done() and time.monotonic() < deadline:
            self._check()
            time.sleep(POLL_SECONDS)

    def _final(self, booking_id: str) -> list[dict[str, Any]]:
        return [e for e in self._executions(booking_id) if e["status"] in _FINAL]

    def _executions(self, booking_id: str) -> list[dict[str, Any]]:
        """List this round's reminders of a booking, oldest first; none while nobody answers."""
        params = {
            "workflow": WORKFLOW,
            "booking": booking_id,
            "since": self._since.astimezone(UTC).isoformat(),
        }
        found = self._read("/bookflow/api/v1/executions", params)
        return list(reversed(found["executions"])) if found else []

    def _in_full(self, execution: dict[str, Any]) -> dict[str, Any]:
        return self._read(f"/bookflow/api/v1/executions/{execution['id']}", {}) or execution

    def _read(self, path: str, params: dict[str, str]) -> dict[str, Any] | None:
        # only the demo's stack needs the client
        import httpx

        try:
            answer = self._api.get(path, params=params)
            return dict(answer.json()) if answer.is_success else None
        except (httpx.TransportError, ValueError):
            return None


def judge_reminders(outcomes: Sequence[ReminderOutcome], *, is_in_time: bool = True) -> list[str]:
    """Say which booking got another number of reminders than it should have.

    Where the changes came after the reminders were due, those went out before, as they should.
    """
    wanted = {KEPT: 1, CANCELLED: 0, MOVED: 1} if is_in_time else {KEPT: 1, CANCELLED: 1, MOVED: 2}
    problems = []
    for outcome in outcomes:
        count = sum(1 for execution in outcome.executions for _ in _sent(execution))
        if count != wanted[outcome.booking_id]:
            problems.append(
                f"{outcome.booking_id} got {count} reminders instead of "
                f"{wanted[outcome.booking_id]}"
            )
        if any(execution["status"] not in _FINAL for execution in outcome.executions):
            problems.append(f"a reminder of {outcome.booking_id} is still open")
    return problems


def reminder_rows(outcomes: Sequence[ReminderOutcome]) -> list[tuple[str, str, str, str]]:
    """Give a table: booking, when it was due, what became of it, why or how late (seconds)."""
    rows = []
    for outcome in outcomes:
        for execution in outcome.executions:
            due = datetime.fromisoformat(execution["due_at"])
            sent = [datetime.fromisoformat(delivery["sent_at"]) for delivery in _sent(execution)]
            said = execution["error_message"] or ""
            if sent:
                said = f"{(sent[0] - due).total_seconds():.1f} s after its time"
            result = "sent" if sent else execution["status"]
            rows.append((outcome.booking_id, due.strftime("%H:%M:%S"), result, said))
    return rows


def _sent(execution: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [
        delivery
        for entry in execution.get("execution_log", ())
        for delivery in entry["deliveries"]
        if delivery["status"] in ("sent", "delivered")
    ]


def _times(start: datetime) -> dict[str, str]:
    return {"start_time": start.isoformat(), "end_time": (start + _LENGTH).isoformat()}
