"""Erasing a person's data in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.records import ExecutionStatus, utc_now
from bookflow.store.erased_keys import KEY_COLUMNS, MARK, KeyDigests, stand_ins
from bookflow.store.erasing_rules import COPIES_OF_FILES, ERASED, OWNER_COLUMNS, UNTOUCHED
from bookflow.store.json_text import dump_json
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    import uuid
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.erasing import Wiping
    from bookflow.store.connecting import Database, Link

_STEPS = (
    ("wipe_attendees", "bookings"),
    ("wipe_invitees", "bookings"),
    ("wipe_executions", "executions"),
    ("wipe_results", "action_results"),
    ("wipe_deliveries", "deliveries"),
    ("wipe_audit", "audit"),
    ("wipe_requests_of", "inbound_requests"),
)
_KEYS = (
    ("events", "find_event_keys", "digest_event_keys"),
    ("inbound_requests", "find_request_keys", "digest_request_keys"),
)


class PostgresErasing:
    """The `ErasureStore` on PostgreSQL."""

    _database: Database
    _key_digests: KeyDigests

    def find_subjects_of(self, pattern: str) -> list[str]:
        """Give the ids of bookings that name the person, or whose messages went to them."""
        return [row["id"] for row in self._read_traces("find_subjects_of", {"pattern": pattern})]

    def main_subjects_of(self, pattern: str) -> list[str]:
        """Give the ids of bookings whose invitee they are."""
        return [row["id"] for row in self._read_traces("main_subjects_of", {"pattern": pattern})]

    def open_executions_of(
        self, subject_ids: Sequence[str]
    ) -> list[tuple[uuid.UUID, ExecutionStatus]]:
        """List executions of bookings that are pending or running."""
        rows = self._read_traces("open_executions_of", {"ids": list(subject_ids)})
        return [(row["id"], ExecutionStatus(row["status"])) for row in rows]

    def wipe_subjects(self, wiping: Wiping, *, now: datetime) -> dict[str, int]:
        """Take the person out of bookings and of all that was done for these."""
        asked = {
            "ids": list(wiping.subject_ids),
            "recipients": list(wiping.recipients),
            "pattern": wiping.pattern,
            "marker": wiping.marker,
            "note": dump_json({"erased": wiping.marker}),
            "erased": ERASED,
            "now": now,
        }

        def wipe(link: Link) -> dict[str, int]:
            touched: dict[str, set[Any]] = {}
            counts: dict[str, int] = {}
            for name, table in _STEPS:
                rows = _run(link, name, asked)
                if table == "bookings":
                    touched.setdefault(table, set()).update(row["id"] for row in rows)
                    counts[table] = len(touched[table])
                else:
                    counts[table] = len(rows)
            return counts

        return self._database.write(wipe)

    def count_traces(self, wiping: Wiping) -> dict[str, int]:
        """Count by table what `wipe_subjects` would wipe."""
        [row] = self._read_traces("count_traces", {"ids": list(wiping.subject_ids)})
        return dict(row)

    def sealed_requests(
        self, *, after: uuid.UUID | None, limit: int
    ) -> list[tuple[uuid.UUID, bytes]]:
        """Read sealed bodies of inbound requests, by id."""
        query = load_queries("erasing")["sealed_requests"].given(*(["after"] if after else []))
        asked = {"limit": limit, **({"after": after} if after else {})}
        rows = self._database.read(lambda link: link.execute(query, asked).fetchall())
        return [(row["id"], bytes(row["sealed"])) for row in rows]

    def wipe_requests(self, ids: Sequence[uuid.UUID]) -> int:
        """Forget everything that inbound requests brought, and count them."""
        return len(self._write_traces("wipe_requests", {"ids": list(ids)}))

    def wipe_organizers(self, pattern: str) -> int:
        """Forget who organizers with such an address are, and count them."""
        return len(self._write_traces("wipe_organizers", {"pattern": pattern, "now": utc_now()}))

    def digest_keys(self, pattern: str, *, is_dry: bool = False) -> dict[str, int]:
        """Replace idempotency keys that hold the pattern by their digests, a table at a time."""
        counts = {}
        for table, finding, replacing in _KEYS:
            found = self._read_traces(finding, {"pattern": pattern, "mark": f"{MARK}%"})
            rows = [
                {**row, "id": str(row["id"]), "digest": names[0]}
                for row in found
                if (names := stand_ins(row["key"], self._key_digests))
            ]
            if rows and not is_dry:
                self._write_traces(replacing, {"rows": dump_json(rows)})
            counts[table] = len(rows)
        return {table: count for table, count in counts.items() if count}

    def redact(
        self, pattern: str, marker: str, *, has_owners: bool = False, is_dry: bool = False
    ) -> dict[str, int]:
        """Replace the pattern in every text of every table, a table at a time."""
        counts = {}
        skipped = KEY_COLUMNS if has_owners else (*OWNER_COLUMNS, *KEY_COLUMNS)
        for row in self._read_traces("list_tables", {}):
            if row["name"] not in UNTOUCHED:
                counts[row["name"]] = self._redact(
                    row["name"], pattern, marker, skipped, is_dry=is_dry
                )
        return {name: count for name, count in counts.items() if count}

    def find_left(self, pattern: str) -> Mapping[str, int]:
        """Count where the person is an organizer, and the spec files that name them."""
        [row] = self._read_traces("count_organizers", {"pattern": pattern})
        found = {"organizers": row["count"]}
        for name in {one["name"] for one in self._read_traces("list_tables", {})}:
            if name in COPIES_OF_FILES:
                found["spec files"] = self._redact(name, pattern, "", (), is_dry=True)
        return {name: count for name, count in found.items() if count}

    def forget_limits(self, keys: Sequence[str]) -> int:
        """Delete rate limits by key."""
        return len(self._write_traces("forget_limits_of", {"keys": list(keys)}))

    def _redact(
        self, name: str, pattern: str, marker: str, skipped: Sequence[str], *, is_dry: bool
    ) -> int:
        asked = {
            "name": name,
            "pattern": pattern,
            "marker": marker,
            "skipped": list(skipped),
            "is_dry": is_dry,
        }
        [row] = self._write_traces("redact", asked)
        return int(row["count"])

    def _read_traces(self, name: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._database.read(lambda link: _run(link, name, asked))

    def _write_traces(self, name: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        return self._database.write(lambda link: _run(link, name, asked))


def _run(link: Link, name: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    return link.execute(load_queries("erasing")[name].sql, asked).fetchall()
