"""What the clock asks of PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC
from typing import TYPE_CHECKING, Any

from bookflow.ports.clock import Ahead, Anchor, Anchored, Candidate, SpecRule
from bookflow.records import ExecutionStatus
from bookflow.store.json_text import dump_json, is_storable
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.clock import PendingFilter, T, Tick, Window
    from bookflow.records import NewEvent, NewExecution
    from bookflow.store.connecting import Database, Link

_NOT_STARTED = "0"
_BY_ANCHOR = {"start_time": "find_by_start", "end_time": "find_by_end"}


class PostgresClock:
    """The `ClockStore` on PostgreSQL."""

    def __init__(self, database: Database) -> None:
        """Keep the database; nothing is connected yet."""
        self._database = database

    def load_signatures(self) -> dict[str, str]:
        """Give the signature of every file that was read, by path."""
        rows = self._database.read(lambda link: _ask(link, "load_signatures", {}))
        return {row["path"]: row["signature"] for row in rows}

    def rewrite_rules(
        self, rewrite: Callable[[Mapping[str, SpecRule]], Mapping[str, SpecRule]]
    ) -> None:
        """Replace all rules in one transaction; see `ports.clock.RuleStore`."""
        self._database.write(lambda link: _rewrite(link, rewrite))

    def load_rules(self, triggers: Sequence[str]) -> list[SpecRule]:
        """Read the active rules of some triggers, by workflow."""
        return self._database.read(lambda link: _load_rules(link, triggers))

    def find_candidates(
        self, windows: Sequence[Window], *, subject_id: str | None = None, limit: int | None = None
    ) -> list[Candidate]:
        """Find bookings in windows; at most `limit` of each."""
        if subject_id is not None and not is_storable(subject_id):
            return []
        return self._database.read(lambda link: _find(link, windows, subject_id, limit))

    def find_anchored(self, anchors: Sequence[Anchor]) -> dict[Anchor, Anchored]:
        """Find the executions that exist for anchors."""
        return self._database.read(lambda link: _find_anchored(link, anchors))

    def tick(self, work: Callable[[Tick], T], *, now: datetime) -> T | None:
        """Do the work of one turn, unless another one is at it."""

        def take(link: Link) -> T | None:
            _tell(link, "start_clock", {"now": now})
            rows = _ask(link, "take_clock", {})
            return work(PostgresTick(link, rows[0], now)) if rows else None

        return self._database.write(take)

    def wakes_ahead(self, now: datetime, until: datetime) -> list[tuple[str, datetime]]:
        """List workflows with pending executions to be claimed after `now` up to `until`."""
        asked = {"now": now, "until": until}
        rows = self._database.read(lambda link: _ask(link, "wakes_ahead", asked))
        return [(row["workflow_id"], row["wake_at"].astimezone(UTC)) for row in rows]

    def note_woken(self, until: datetime) -> None:
        """Note that runs were made for all that is due until then."""
        self._database.write(lambda link: _tell(link, "note_woken", {"until": until}))

    def list_pending(self, wanted: PendingFilter, *, limit: int) -> list[dict[str, Any]]:
        """Read pending executions in the order in which they will run."""
        names = ("workflow_id", "subject_id", "workflow_ids")
        params = {name: getattr(wanted, name) for name in names}
        words = [name for name in names if params[name] is not None]
        texts = [text for text in (wanted.workflow_id, wanted.subject_id) if text]
        if not all(is_storable(text) for text in texts):
            return []
        params["workflow_ids"] = sorted(wanted.workflow_ids or ())
        query = load_queries("clock")["list_pending"].given(*words)
        asked = {**params, "until": wanted.until, "limit": limit}
        rows = self._database.read(
            lambda link: link.execute(query, asked, prepare=False).fetchall()
        )
        return [_in_utc(row) for row in rows]


@dataclass(frozen=True, slots=True)
class PostgresTick:
    """One turn of the clock, inside its transaction."""

    link: Link
    row: Mapping[str, Any]
    now: datetime

    @property
    def covered_until(self) -> datetime:
        """Up to when due times were looked at."""
        at: datetime = self.row["covered_until"]
        return at.astimezone(UTC)

    @property
    def woken_until(self) -> datetime:
        """Up to when runs were made for what was recorded."""
        at: datetime = self.row["woken_until"]
        return at.astimezone(UTC)

    @property
    def is_lost(self) -> bool:
        """Whether every booking has to be looked at again."""
        seen = self.row["seen_xid"]
        return seen == _NOT_STARTED or int(seen) > int(self.row["end_xid"])

    def load_rules(self, triggers: Sequence[str]) -> list[SpecRule]:
        """Read the active rules of some triggers, by workflow."""
        return _load_rules(self.link, triggers)

    def find_candidates(
        self, windows: Sequence[Window], *, subject_id: str | None = None, limit: int | None = None
    ) -> list[Candidate]:
        """Find bookings in windows; at most `limit` of each."""
        return _find(self.link, windows, subject_id, limit)

    def find_changed(self, windows: Sequence[Window]) -> list[Candidate]:
        """Find bookings in windows that were made or changed since the last turn began."""
        if not windows:
            return []
        asked = {
            "seen_xid": self.row["seen_xid"],
            "end_xid": self.row["end_xid"],
            "places": list(range(len(windows))),
            "anchors": [window.anchor for window in windows],
            "lows": [window.low for window in windows],
            "highs": [window.high for window in windows],
            "waits": [None if w.wait is None else w.wait.total_seconds() for w in windows],
        }
        return [_candidate(row) for row in _ask(self.link, "find_changed", asked)]

    def find_anchored(self, anchors: Sequence[Anchor]) -> dict[Anchor, Anchored]:
        """Find the executions that exist for anchors."""
        return _find_anchored(self.link, anchors)

    def record(
        self,
        events: Sequence[NewEvent],
        executions: Sequence[NewExecution],
        missed: Mapping[uuid.UUID, str],
    ) -> set[uuid.UUID]:
        """Record executions that don't exist yet; see `ports.clock.Tick`."""
        held = self._record_events(events)
        rows = [
            {
                "id": str(new.id),
                "workflow_id": new.workflow_id,
                "workflow_version": new.workflow_version,
                "event_id": str(held[new.event_id]),
                "booking_id": new.subject_id,
                "due_at": new.due_at,
                "anchor_at": new.anchor_at,
                "created_at": self.now,
                "missed": missed.get(new.id),
            }
            for new in executions
        ]
        found = _ask(self.link, "insert_reminders", {"rows": dump_json(rows)})
        return {row["id"] for row in found}

    def reschedule(self, due: Mapping[uuid.UUID, datetime]) -> set[uuid.UUID]:
        """Make executions due then, those that were cancelled as stale pending again."""
        rows = [{"id": str(key), "due_at": at} for key, at in due.items()]
        found = _ask(self.link, "reschedule", {"rows": dump_json(rows)})
        ids = [row["id"] for row in found]
        _tell(self.link, "forget_stale_results", {"ids": ids})
        _tell(self.link, "restore_deliveries", {"ids": ids})
        return set(ids)

    def find_ahead(self, workflow_ids: Sequence[str]) -> list[Ahead]:
        """Find the reminders of workflows that are due after now and were never claimed."""
        asked = {"workflow_ids": list(workflow_ids), "now": self.now}
        return [
            Ahead(
                id=row["id"],
                workflow_id=row["workflow_id"],
                trigger=row["trigger"],
                subject=_subject(row, row["booking_id"]),
                anchor_at=row["anchor_at"].astimezone(UTC),
                due_at=row["due_at"].astimezone(UTC),
            )
            for row in _ask(self.link, "find_ahead", asked)
        ]

    def withdraw(self, ids: Sequence[uuid.UUID], reason: str) -> None:
        """Cancel reminders with the reason, unless a run has claimed them meanwhile."""
        _tell(self.link, "withdraw", {"ids": list(ids), "reason": reason, "now": self.now})

    def close_orphans(self, *, before: datetime, now: datetime, reason: str) -> int:
        """Cancel reminders due before then whose workflow is not active any more."""
        asked = {"before": before, "now": now, "reason": reason}
        return len(_ask(self.link, "close_orphans", asked))

    def cover(self, until: datetime, seen: Sequence[SpecRule]) -> None:
        """Note how far this turn came, and which rules were looked at for all bookings."""
        asked = {"until": until, "next_xid": self.row["next_xid"], "now": self.now}
        _tell(self.link, "cover", asked)
        if seen:
            paths = [rule.path for rule in seen]
            signatures = [rule.signature for rule in seen]
            _tell(self.link, "settle_fresh", {"paths": paths, "signatures": signatures})

    def _record_events(self, events: Sequence[NewEvent]) -> dict[uuid.UUID, uuid.UUID]:
        """Give the id of the event that stands for each."""
        held: dict[uuid.UUID, uuid.UUID] = {}
        # a caller may have used a reminder's key for something else: it keeps the key
        for prefix in ("", "clock:"):
            keys = {
                f"{prefix}{event.idempotency_key}": event
                for event in events
                if event.id not in held
            }
            if not keys:
                return held
            rows = [_event_row(event, key) for key, event in keys.items()]
            _tell(self.link, "insert_clock_events", {"rows": dump_json(rows)})
            for row in _ask(self.link, "find_clock_events", {"keys": list(keys)}):
                event = keys[row["idempotency_key"]]
                if (row["trigger"], row["booking_id"]) == (event.trigger, event.subject_id):
                    held[event.id] = row["id"]
        # who has both keys must not stop the clock
        keyless = [event for event in events if event.id not in held]
        if keyless:
            rows = [_event_row(event, None) for event in keyless]
            _tell(self.link, "insert_clock_events", {"rows": dump_json(rows)})
        return {**held, **{event.id: event.id for event in keyless}}


def _event_row(event: NewEvent, key: str | None) -> dict[str, Any]:
    return {
        "id": str(event.id),
        "trigger": event.trigger,
        "booking_id": event.subject_id,
        "source": event.source.value,
        "occurred_at": event.occurred_at,
        "received_at": event.received_at,
        "idempotency_key": key,
        "fingerprint": event.fingerprint,
    }


def _ask(link: Link, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    return link.execute(load_queries("clock")[name].sql, params).fetchall()


def _tell(link: Link, name: str, params: Mapping[str, Any]) -> None:
    link.execute(load_queries("clock")[name].sql, params)


def _rewrite(
    link: Link, rewrite: Callable[[Mapping[str, SpecRule]], Mapping[str, SpecRule]]
) -> None:
    _tell(link, "lock_rules", {})
    before = {row["path"]: _rule(row) for row in _ask(link, "load_all_rules", {})}
    after = rewrite(before)
    gone = sorted(before.keys() - after.keys())
    if gone:
        _tell(link, "delete_rules", {"paths": gone})
    changed = [rule for path, rule in after.items() if before.get(path) != rule]
    if changed:
        _tell(link, "upsert_rules", {"rows": dump_json([_rule_row(rule) for rule in changed])})


def _load_rules(link: Link, triggers: Sequence[str]) -> list[SpecRule]:
    return [_rule(row) for row in _ask(link, "load_active_rules", {"triggers": list(triggers)})]


def _rule(row: Mapping[str, Any]) -> SpecRule:
    event_types = row["event_types"]
    since = row["active_since"]
    if row["workflow_id"] is None:
        return SpecRule(row["path"], row["signature"])
    plain = {item.name: row[item.name] for item in fields(SpecRule) if item.name != "if_late"}
    plain.update(
        event_types=None if event_types is None else tuple(event_types),
        active_since=since.astimezone(UTC) if since else None,
        if_late=row["if_late_minutes"],
    )
    return SpecRule(**plain)


def _rule_row(rule: SpecRule) -> dict[str, Any]:
    row = {item.name: getattr(rule, item.name) for item in fields(SpecRule)}
    row["if_late_minutes"] = row.pop("if_late")
    if not rule.workflow_id:
        row = {"path": rule.path, "signature": rule.signature}
        row.update(says_active=False, is_active=False, is_fresh=False)
    return row


def _find(
    link: Link, windows: Sequence[Window], subject_id: str | None, limit: int | None
) -> list[Candidate]:
    found: list[Candidate] = []
    words = ["subject_id"] if subject_id is not None else []
    for anchor, name in _BY_ANCHOR.items():
        places = [place for place, window in enumerate(windows) if window.anchor == anchor]
        if not places:
            continue
        asked = {
            "places": places,
            "lows": [windows[place].low for place in places],
            "highs": [windows[place].high for place in places],
            "subject_id": subject_id,
            "limit": limit,
        }
        query = load_queries("clock")[name].given(*words)
        # prepared, a plan for any windows might read the whole table
        rows = link.execute(query, asked, prepare=False).fetchall()
        found += [_candidate(row) for row in rows]
    return found


def _candidate(row: Mapping[str, Any]) -> Candidate:
    return Candidate(row["place"], _subject(row, row["id"]), row["since"].astimezone(UTC))


def _subject(row: Mapping[str, Any], subject_id: str) -> dict[str, Any]:
    return {
        "id": subject_id,
        "status": row["status"],
        "start_time": row["start_time"].astimezone(UTC),
        "end_time": row["end_time"].astimezone(UTC),
        "event_type": {"slug": row["slug"]},
    }


def _find_anchored(link: Link, anchors: Sequence[Anchor]) -> dict[Anchor, Anchored]:
    if not anchors:
        return {}
    asked = {
        "workflow_ids": [anchor.workflow_id for anchor in anchors],
        "booking_ids": [anchor.subject_id for anchor in anchors],
        "anchors": [anchor.anchor_at for anchor in anchors],
    }
    found = {}
    for row in _ask(link, "find_anchored", asked):
        at = row["anchor_at"].astimezone(UTC)
        found[Anchor(row["workflow_id"], row["booking_id"], at)] = Anchored(
            row["id"],
            ExecutionStatus(row["status"]),
            row["due_at"].astimezone(UTC),
            row["rounds"],
            row["is_stale"],
        )
    return found


def _in_utc(row: Mapping[str, Any]) -> dict[str, Any]:
    times = ("due_at", "wake_at", "anchor_at")
    return {
        name: value.astimezone(UTC) if name in times and value else value
        for name, value in row.items()
    }
