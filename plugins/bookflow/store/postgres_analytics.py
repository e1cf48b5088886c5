"""Figures from PostgreSQL: roll-ups and what is not yet folded into them, added up."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from psycopg.sql import SQL, Literal

from bookflow.ports.analytics import Part
from bookflow.store.figure_pieces import cut_period
from bookflow.store.json_text import is_storable
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bookflow.ports.analytics import FigureRequest
    from bookflow.store.connecting import Database, Link

_FOLDS = ("fold_executions", "fold_latencies", "fold_actions", "fold_deliveries")
_QUERIES = {
    Part.EXECUTIONS: "count_executions",
    Part.LATENCIES: "count_latencies",
    Part.WORKFLOWS: "count_workflows",
    Part.ACTIVITY: "count_activity",
    Part.WORKFLOW_LATENCIES: "count_workflow_latencies",
    Part.TYPES: "count_types",
    Part.ACTIONS: "count_actions",
    Part.CAUSES: "count_causes",
    Part.PLACES: "rank_places",
    Part.ENDPOINTS: "count_endpoints",
}
_FURTHER = (Part.LATENCIES, Part.TYPES, Part.CAUSES)
"""What has more roll-ups of all workflows together, since it has many rows per slot."""
_OF_GIVEN_WORKFLOWS = (Part.ACTIVITY, Part.ACTIONS, Part.WORKFLOW_LATENCIES)
SHARED_FROM = 4
"""So many questions are worth a second connection, which has them answered in half the time."""
_TOGETHER = ("",)
"""What the roll-ups of all workflows together are filed under."""


class PostgresAnalytics:
    """The `AnalyticsStore` and `FigureUpkeep` on PostgreSQL."""

    _database: Database

    def read_figures(self, requests: Sequence[FigureRequest]) -> list[list[dict[str, Any]]]:
        """Count what is asked for, all of it at the same moment."""

        def ask(link: Link) -> list[list[dict[str, Any]]]:
            with link.transaction():
                link.execute(load_queries("analytics")["hold_moment"].sql)
                if len(requests) < SHARED_FROM:
                    return [_read(link, request) for request in requests]
                with self._database.spare() as second:
                    return _read_shared(link, second, requests)

        return self._database.read(ask)

    def fold_figures(self, *, limit: int) -> int:
        """Fold changes into the roll-ups; gives how many."""
        queries = load_queries("analytics")

        def fold(link: Link) -> int:
            lock = link.execute(queries["lock_folding"].sql).fetchone()
            if not lock or not lock["is_ours"]:
                return 0
            return sum(_fold(link, name, limit) for name in _FOLDS)

        return self._database.write(fold)


def figure_query(request: FigureRequest) -> tuple[bytes, dict[str, Any]]:
    """Give the query and parameters that answer a request."""
    ids = request.workflow_ids
    pieces = cut_period(request.edges, has_further=ids is None and request.part in _FURTHER)
    query = load_queries("analytics")[_QUERIES[request.part]]
    words = {"some"} if ids is not None else set()
    if len(request.edges) > 2:
        words.add("spans")
    params = {
        "grains": [piece.grain for piece in pieces],
        "froms": [piece.since for piece in pieces],
        "untils": [piece.until for piece in pieces],
        "since": request.edges[0],
        "until": request.edges[-1],
        "edges": list(request.edges),
        "ids": list(_TOGETHER) if ids is None else sorted(filter(is_storable, ids - {""})),
        "status": request.status,
        "limit": request.limit,
    }
    return query.given(*words & query.options), params


def _read(link: Link, request: FigureRequest) -> list[dict[str, Any]]:
    if request.workflow_ids is None and request.part in _OF_GIVEN_WORKFLOWS:
        message = f"{request.part} are counted for given workflows only"
        raise ValueError(message)
    query, params = figure_query(request)
    # prepared, a plan for any period would fit none
    return link.execute(query, params, prepare=False).fetchall()


def _read_shared(
    first: Link, second: Link | None, requests: Sequence[FigureRequest]
) -> list[list[dict[str, Any]]]:
    """Answer from two connections that see the same moment, each taking the next question."""
    # those for several spans take longest
    order = sorted(range(len(requests)), key=lambda place: -len(requests[place].edges))
    waiting = deque(order)
    found: dict[int, list[dict[str, Any]]] = {}

    def work(link: Link) -> None:
        try:
            while waiting:
                place = waiting.popleft()
                found[place] = _read(link, requests[place])
        except IndexError:
            # the other one has just taken the last
            return
        except Exception:
            waiting.clear()
            raise

    if second is None:
        work(first)
    else:
        _work_side_by_side(first, second, work)
    return [found[place] for place in range(len(requests))]


def _work_side_by_side(first: Link, second: Link, work: Callable[[Link], None]) -> None:
    queries = load_queries("analytics")
    row = first.execute(queries["export_moment"].sql).fetchone()
    moment = str(row["moment"]) if row else ""

    def follow() -> None:
        with second.transaction():
            second.execute(queries["hold_moment"].sql)
            second.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(Literal(moment)))
            work(second)

    with ThreadPoolExecutor(1, thread_name_prefix="bookflow-figures") as helper:
        following = helper.submit(follow)
        work(first)
        following.result()


def _fold(link: Link, name: str, limit: int) -> int:
    params: Mapping[str, Any] = {"limit": limit}
    row = link.execute(load_queries("analytics")[name].sql, params).fetchone()
    return int(row["count"]) if row else 0
