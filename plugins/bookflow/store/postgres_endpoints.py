"""Circuits and rate limits in PostgreSQL: rows are locked in the order of keys, then decided on."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bookflow.ports.endpoints import Endpoint, EndpointStatus
from bookflow.store.circuits import HELD_BY_ENDPOINT, close, fold_calls
from bookflow.store.json_text import clean_text, dump_json, is_storable
from bookflow.store.named_sql import load_queries
from bookflow.store.permits import grant_permits, period_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bookflow.ports.endpoints import CallTally, CircuitRules, PermitGrant, PermitRequest
    from bookflow.store.connecting import Database, Link


class PostgresEndpoints:
    """The `EndpointStore` on PostgreSQL."""

    _database: Database

    def load_endpoints(self, keys: Sequence[str]) -> dict[str, Endpoint]:
        """Read endpoints; unknown ones are absent."""
        wanted = {"keys": sorted({key for key in keys if is_storable(key)})}
        rows = self._database.read(lambda link: _ask(link, "load_endpoints", wanted))
        return {row["key"]: read_endpoint(row) for row in rows}

    def list_endpoints(self, *, only_troubled: bool = False, limit: int = 500) -> list[Endpoint]:
        """List endpoints, those that aren't closed first, then by key."""
        words = ("only_troubled",) if only_troubled else ()
        query = load_queries("endpoints")["list_endpoints"].given(*words)
        params = {"limit": limit}
        rows = self._database.read(lambda link: link.execute(query, params).fetchall())
        return [read_endpoint(row) for row in rows]

    def record_calls(
        self, tallies: Sequence[CallTally], rules: CircuitRules, *, now: datetime
    ) -> dict[str, Endpoint]:
        """Add what a worker saw; see `ports.endpoints.EndpointStore`."""
        wanted = {tally.key: tally for tally in tallies if is_storable(tally.key)}
        if not wanted:
            return {}
        return self._database.write(lambda link: _record_calls(link, wanted, rules, now))

    def claim_probe(self, key: str, *, now: datetime, until: datetime) -> bool:
        """Ask to be the one worker that tries an open endpoint."""
        asked = {"key": clean_text(key), "now": now, "until": until}
        return bool(self._database.write(lambda link: _ask(link, "claim_probe", asked)))

    def enable_endpoint(self, key: str, *, actor: str, now: datetime) -> Endpoint | None:
        """Close an endpoint's circuit by hand, with an audit row; None for an unknown one."""
        if not is_storable(key):
            return None
        return self._database.write(lambda link: _enable(link, key, clean_text(actor), now))

    def take_permits(
        self, requests: Sequence[PermitRequest], *, now: datetime
    ) -> list[PermitGrant]:
        """Reserve permits; see `ports.endpoints.EndpointStore`."""
        if not requests:
            return []
        return self._database.write(lambda link: _take_permits(link, requests, now))

    def forget_permits(self, *, now: datetime) -> int:
        """Delete limits that nothing was sent under for a whole period."""
        query = load_queries("endpoints")["forget_limits"].sql
        return self._database.write(lambda link: link.execute(query, {"now": now}).rowcount)


def read_endpoint(row: Mapping[str, Any]) -> Endpoint:
    """Make an endpoint of a row, its times in UTC."""
    values: dict[str, Any] = {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
    values["state"] = EndpointStatus(row["state"])
    return Endpoint(**values)


def _ask(link: Link, name: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    return link.execute(load_queries("endpoints")[name].sql, params).fetchall()


def _tell(link: Link, name: str, params: Mapping[str, Any]) -> None:
    link.execute(load_queries("endpoints")[name].sql, params)


def _record_calls(
    link: Link, wanted: Mapping[str, CallTally], rules: CircuitRules, now: datetime
) -> dict[str, Endpoint]:
    rows = dump_json([{"key": tally.key, "channel": tally.channel} for tally in wanted.values()])
    locked = _ask(link, "lock_endpoints", {"rows": rows, "now": now})
    found = {
        row["key"]: fold_calls(read_endpoint(row), wanted[row["key"]], rules, now) for row in locked
    }
    _write(link, list(found.values()), now)
    return found


def _write(link: Link, endpoints: Sequence[Endpoint], now: datetime) -> None:
    rows = dump_json([asdict(endpoint) for endpoint in endpoints])
    _tell(link, "update_endpoints", {"rows": rows, "now": now})


def _enable(link: Link, key: str, actor: str, now: datetime) -> Endpoint | None:
    rows = _ask(link, "lock_endpoint", {"key": key})
    if not rows:
        return None
    before = read_endpoint(rows[0])
    if before.state is EndpointStatus.CLOSED:
        return before
    after = replace(close(before), hold_until=None)
    _write(link, [after], now)
    shown = {"before": dump_json(asdict(before)), "after": dump_json(asdict(after))}
    _tell(link, "note_enabling", {**shown, "key": key, "actor": actor, "now": now})
    _tell(link, "hasten_waiting", {"key": key, "codes": list(HELD_BY_ENDPOINT), "now": now})
    return after


def _take_permits(
    link: Link, requests: Sequence[PermitRequest], now: datetime
) -> list[PermitGrant]:
    keys = sorted({request.key for request in requests})
    rows = _ask(link, "lock_limits", {"keys": keys, "now": now})
    taken = {row["key"]: [one.astimezone(UTC) for one in row["taken"]] for row in rows}
    grants: list[PermitGrant] = []
    written: dict[str, dict[str, Any]] = {}
    for request in requests:
        grant, taken[request.key] = grant_permits(taken[request.key], request, now=now)
        grants.append(grant)
        if grant.slots:
            last = taken[request.key][-1]
            written[request.key] = {
                "key": request.key,
                "taken": taken[request.key],
                "idle_at": last + period_of(request),
            }
    if written:
        _tell(link, "update_limits", {"rows": dump_json(list(written.values()))})
    return grants
