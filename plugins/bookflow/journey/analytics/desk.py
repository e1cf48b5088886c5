"""Analytics: the questions people ask about how well it goes, and their answers as JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bookflow.journey.analytics.actions import (
    tell_actions,
    tell_causes,
    tell_endpoints,
    trend_causes,
)
from bookflow.journey.analytics.latencies import tell_latency
from bookflow.journey.analytics.outcomes import add_up, tell_change, tell_executions
from bookflow.journey.analytics.periods import Period, Unit
from bookflow.journey.analytics.ranking import rank_best, rank_problematic, tell_reasons
from bookflow.ports.analytics import FigureRequest, Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bookflow.ports.analytics import AnalyticsStore

_Row = dict[str, Any]

MOST_PLACES = 500
HOURS_TIMED = timedelta(days=8)
"""Trends in hours tell latencies up to this length."""
MOST_WORKFLOWS = 50
"""Workflows whose actions are shown one by one, where nobody chose some."""


@dataclass(frozen=True, slots=True)
class Question:
    """When and what for; `workflow_ids` is what the asker may see and chose, None for all."""

    period: Period
    workflow_ids: frozenset[str] | None = None
    unit: Unit = Unit.DAY
    limit: int = 10
    other: Period | None = None

    @property
    def compared(self) -> Period:
        """The period to compare with: the one before, unless another was chosen."""
        return self.other or self.period.before()

    def timed(self, edges: tuple[datetime, ...]) -> tuple[datetime, ...]:
        """Give the points that latencies are told for: of many hours none, which would be slow."""
        is_long = self.period.until - self.period.since > HOURS_TIMED
        return self.period.edges if self.unit is Unit.HOUR and is_long else edges

    def ask(self, part: Part, edges: tuple[datetime, ...] = (), **more: Any) -> FigureRequest:
        """Make a request for the whole period, or for others edges."""
        chosen = {"workflow_ids": self.workflow_ids, **more}
        return FigureRequest(part, edges or self.period.edges, **chosen)


class Analytics:
    """Counts, compares and ranks; presentation-free."""

    def __init__(self, store: AnalyticsStore) -> None:
        """Keep where figures come from."""
        self._store = store

    def tell_performance(self, asked: Question) -> _Row:
        """Give everything at a glance: figures, comparison, trend, best and worst, errors."""
        edges = asked.period.cut(asked.unit)
        found = self._read(
            trend=asked.ask(Part.EXECUTIONS, edges),
            latency=asked.ask(Part.LATENCIES, asked.timed(edges)),
            before=asked.ask(Part.EXECUTIONS, asked.compared.edges),
            latency_before=asked.ask(Part.LATENCIES, asked.compared.edges),
            workflows=asked.ask(Part.WORKFLOWS),
            workflows_before=asked.ask(Part.WORKFLOWS, asked.compared.edges),
            causes=asked.ask(Part.CAUSES),
            failures=asked.ask(Part.PLACES, limit=MOST_PLACES),
            endpoints=asked.ask(Part.ENDPOINTS),
        )
        errors = tell_causes(found["causes"], found["failures"], "failed")
        return {
            "period": asked.period.to_json(),
            **self._compare(asked, found),
            "trend": _tell_trend(asked, edges, found["trend"], found["latency"]),
            **self._tell_workflows(asked, found),
            "error_patterns": _shorten(errors, asked.limit),
            "endpoints": tell_endpoints(found["endpoints"])[: asked.limit],
        }

    def tell_trends(self, asked: Question) -> _Row:
        """Give figures and latencies per hour, day or week."""
        edges = asked.period.cut(asked.unit)
        found = self._read(
            trend=asked.ask(Part.EXECUTIONS, edges),
            latency=asked.ask(Part.LATENCIES, asked.timed(edges)),
        )
        return {
            "period": asked.period.to_json(),
            "unit": asked.unit.value,
            "points": _tell_trend(asked, edges, found["trend"], found["latency"]),
        }

    def tell_activity(self, period: Period, workflow_ids: frozenset[str]) -> _Row:
        """Give how many executions of each workflow completed and failed, day by day."""
        edges = period.cut(Unit.DAY)
        [rows] = self._store.read_figures([FigureRequest(Part.ACTIVITY, edges, workflow_ids)])
        counted = {(row["workflow_id"], row["bucket"]): row for row in rows}
        days = range(len(edges) - 1)

        def tell(workflow_id: str, name: str) -> list[int]:
            return [counted.get((workflow_id, day), {}).get(name, 0) for day in days]

        return {
            "days": [edge.astimezone(period.zone).date().isoformat() for edge in edges[:-1]],
            "workflows": {
                one: {"completed": tell(one, "completed"), "failed": tell(one, "failed")}
                for one in sorted(workflow_ids)
            },
        }

    def tell_comparison(self, asked: Question) -> _Row:
        """Give two periods beside each other."""
        found = self._read(
            trend=asked.ask(Part.EXECUTIONS),
            latency=asked.ask(Part.LATENCIES),
            before=asked.ask(Part.EXECUTIONS, asked.compared.edges),
            latency_before=asked.ask(Part.LATENCIES, asked.compared.edges),
        )
        return {"period": asked.period.to_json(), **self._compare(asked, found)}

    def tell_causes(self, asked: Question, status: str) -> _Row:
        """Give why actions failed or were skipped, where, and how it went over time."""
        edges = asked.period.cut(asked.unit)
        found = self._read(
            causes=asked.ask(Part.CAUSES, edges),
            places=asked.ask(Part.PLACES, status=status, limit=MOST_PLACES),
        )
        entries = tell_causes(found["causes"], found["places"], status)
        trend = trend_causes(found["causes"], status, len(edges) - 1)
        return {
            "period": asked.period.to_json(),
            "unit": asked.unit.value,
            "total": sum(entry["count"] for entry in entries),
            "causes": _shorten(entries, asked.limit),
            "points": [asked.period.show(edge) for edge in edges[:-1]],
            "trend": [{"cause": cause, "counts": counts} for cause, counts in trend],
        }

    def tell_endpoints(self, asked: Question) -> _Row:
        """Give how deliveries ended, by where they went."""
        [rows] = self._store.read_figures([asked.ask(Part.ENDPOINTS)])
        entries = tell_endpoints(rows)[: asked.limit]
        return {"period": asked.period.to_json(), "endpoints": entries}

    def tell_actions(self, asked: Question) -> _Row:
        """Give figures per type, and per action of few workflows or of those that fail most."""
        found = self._read(
            types=asked.ask(Part.TYPES),
            failed=asked.ask(Part.PLACES, limit=MOST_PLACES),
        )
        chosen = asked.workflow_ids
        if chosen is None or len(chosen) > MOST_WORKFLOWS:
            worst = dict.fromkeys(place["workflow_id"] for place in found["failed"])
            chosen = frozenset(list(worst)[: asked.limit])
        return {
            "period": asked.period.to_json(),
            "types": [_without_causes(row) for row in tell_actions(found["types"], ("type",))],
            "actions": self._list_actions(asked, chosen),
        }

    def rank_workflows(self, asked: Question) -> _Row:
        """Give the best workflows, and those in trouble with the reasons."""
        found = self._read(
            workflows=asked.ask(Part.WORKFLOWS),
            workflows_before=asked.ask(Part.WORKFLOWS, asked.compared.edges),
            failures=asked.ask(Part.PLACES, limit=MOST_PLACES),
        )
        return {"period": asked.period.to_json(), **self._tell_workflows(asked, found)}

    def summarize_workflow(self, workflow_id: str, asked: Question) -> _Row:
        """Give everything about one workflow, action by action."""
        edges = asked.period.cut(asked.unit)
        found = self._read(
            trend=asked.ask(Part.EXECUTIONS, edges),
            latency=asked.ask(Part.LATENCIES, asked.timed(edges)),
            before=asked.ask(Part.EXECUTIONS, asked.compared.edges),
            latency_before=asked.ask(Part.LATENCIES, asked.compared.edges),
            endpoints=asked.ask(Part.ENDPOINTS),
        )
        return {
            "workflow_id": workflow_id,
            "period": asked.period.to_json(),
            **self._compare(asked, found),
            "trend": _tell_trend(asked, edges, found["trend"], found["latency"]),
            "actions": self._list_actions(asked, frozenset({workflow_id})),
            "endpoints": tell_endpoints(found["endpoints"])[: asked.limit],
        }

    def _read(self, **requests: FigureRequest) -> dict[str, list[_Row]]:
        rows = self._store.read_figures(list(requests.values()))
        return dict(zip(requests, rows, strict=True))

    def _compare(self, asked: Question, found: Mapping[str, Sequence[_Row]]) -> _Row:
        now = tell_executions(add_up(found["trend"]))
        before = tell_executions(add_up(found["before"]))
        latency, earlier = (
            # that of all spans together comes last
            tell_latency(next(reversed(found[name]), None))
            for name in ("latency", "latency_before")
        )
        return {
            "executions": now,
            "latency": latency,
            "compared_with": {
                "period": asked.compared.to_json(),
                "executions": before,
                "latency": earlier,
                "change": tell_change({**now, **latency}, {**before, **earlier}),
            },
        }

    def _list_actions(self, asked: Question, chosen: frozenset[str]) -> list[_Row]:
        asked = replace(asked, workflow_ids=chosen)
        found = self._read(
            actions=asked.ask(Part.ACTIONS),
            failed=asked.ask(Part.PLACES, limit=MOST_PLACES),
            skipped=asked.ask(Part.PLACES, status="skipped", limit=MOST_PLACES),
        )
        places = [*found["failed"], *found["skipped"]]
        return tell_actions(found["actions"], ("workflow_id", "action", "type"), places)

    def _tell_workflows(self, asked: Question, found: Mapping[str, Sequence[_Row]]) -> _Row:
        rows, before = found["workflows"], found["workflows_before"]
        best = rank_best(rows, asked.limit)
        worst = rank_problematic(rows, before, asked.limit)
        shown = frozenset(row["workflow_id"] for row in (*best, *worst))
        [timed] = self._store.read_figures([asked.ask(Part.WORKFLOW_LATENCIES, workflow_ids=shown)])
        by_workflow = {row["workflow_id"]: row for row in timed}
        earlier = {row["workflow_id"]: row for row in before}

        def tell(row: Mapping[str, Any]) -> _Row:
            workflow_id = row["workflow_id"]
            latency = tell_latency(by_workflow.get(workflow_id))
            return {"workflow_id": workflow_id, **tell_executions(row), "latency": latency}

        def tell_problem(row: Mapping[str, Any]) -> _Row:
            told = tell(row)
            workflow_id = told["workflow_id"]
            places = [p for p in found["failures"] if p["workflow_id"] == workflow_id]
            reasons = tell_reasons(row, earlier.get(workflow_id), told["latency"], places)
            return {**told, "reasons": reasons}

        return {
            "best": [tell(row) for row in best],
            "problematic": [tell_problem(row) for row in worst],
        }


def _tell_trend(
    asked: Question,
    edges: tuple[datetime, ...],
    executions: Sequence[_Row],
    latencies: Sequence[_Row],
) -> list[_Row]:
    counted = {row["bucket"]: row for row in executions}
    timed = {row["bucket"]: row for row in latencies}
    is_timed = len(asked.timed(edges)) == len(edges)
    return [
        {
            "since": asked.period.show(since),
            "until": asked.period.show(until),
            **tell_executions(counted.get(number)),
            "latency": tell_latency(timed.get(number)) if is_timed else None,
        }
        for number, (since, until) in enumerate(pairwise(edges))
    ]


def _shorten(entries: list[_Row], limit: int) -> list[_Row]:
    return [{**entry, "actions": entry["actions"][:limit]} for entry in entries[:limit]]


def _without_causes(row: _Row) -> _Row:
    return {key: value for key, value in row.items() if key not in ("skips", "failures")}
