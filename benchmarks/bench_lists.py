"""Lists, exports, metrics and upkeep at 1,000,000 executions: routes of the real app, without HTTP.

Airflow's login is left out, since it is no part of what is measured.
"""

from __future__ import annotations

import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.fleet import write_fillers
from benchmarks.history import AT, EXECUTIONS, NOW, WORKFLOWS
from benchmarks.measuring import Figure
from benchmarks.timing import time_answers
from bookflow.airflow_client.connections import EnvironmentConnections
from bookflow.ports.upkeep import Cut, Part
from bookflow.settings import Settings
from bookflow.store.postgres import PostgresStore

FILTERS = {
    "all": "",
    "all, the first first": "sort=created_at",
    "by due_at": "sort=-due_at",
    "by completed_at": "sort=-completed_at",
    "of a workflow": "workflow=workflow-7",
    "of a rare workflow": "workflow=workflow-999",
    "failed": "status=failed",
    "failed or cancelled": "status=failed,cancelled",
    "failed, of a workflow": "workflow=workflow-0&status=failed",
    "pending, of which there are none": "status=pending",
    "of a booking": "booking=b-77",
    "of a day": "since=2026-07-22T12:00:00Z&until=2026-07-23T12:00:00Z",
    "of a day, failed": "since=2026-07-22T12:00:00Z&until=2026-07-23T12:00:00Z&status=failed",
    "with a failed action": "failures=true",
    "with a cause": "cause=http-503",
    "with a cause, of a rare workflow": "cause=http-503&workflow=workflow-999",
    "of a trigger": "trigger=booking_created",
    "of a trigger that never was": "trigger=booking_no_show",
}
SORTS = ("id", "name", "-total_executions", "success_rate", "-last_executed_at")
"""Of the list of workflows."""


def measure(dsn: str) -> Iterator[Figure]:
    """Time every list, the export and what the upkeep DAGs ask."""
    with tempfile.TemporaryDirectory(prefix="bookflow-bench-") as folder, _app(dsn, folder) as get:
        yield time_answers(f"{AT}: GET /metrics", lambda _: get("/metrics"))
        for sort in SORTS:
            path = f"/workflows?sort={sort}&limit=50"
            yield time_answers(f"{AT}: GET /workflows by {sort}, 1,000 of them", _asking(get, path))
        for name, query in FILTERS.items():
            path = f"/executions?{query}"
            yield time_answers(f"{AT}: GET /executions, {name}", _asking(get, path))
        for kind in ("csv", "jsonl", "csv&include=actions"):
            yield _time_export(get, f"/executions/export?format={kind}")
    store = PostgresStore.open(dsn, pool_size=2)
    try:
        yield from _measure_upkeep(store)
    finally:
        store.close()


def _measure_upkeep(store: PostgresStore) -> Iterator[Figure]:
    hour = timedelta(hours=1)

    def look(number: int) -> object:
        at = NOW - timedelta(days=number)
        return (
            store.tally_ended(at - hour, at, slow_seconds=60),
            store.tally_running(at),
            store.oldest_due(at),
            store.last_tick(),
        )

    yield time_answers(f"{AT}: what the monitor asks", look)
    none = Cut(NOW - timedelta(days=365))
    yield time_answers(
        f"{AT}: clean-up, nothing to do",
        lambda _: [store.clean(part, none, limit=1000) for part in Part],
    )
    yield time_answers(
        f"{AT}: clean-up, what would go", lambda _: _count_old(store), None, rounds=2
    )
    old = Cut(NOW - timedelta(days=85))
    places: dict[Part, Any] = {}

    def clean(_: int) -> None:
        part = Part.EXECUTIONS
        places[part] = store.clean(part, old, limit=1000, place=places.get(part)).place

    yield time_answers(
        f"{AT}: clean-up, 1,000 executions with all they hold", clean, None, rounds=10
    )


def _count_old(store: PostgresStore) -> object:
    return [store.count_old(part, Cut(NOW - timedelta(days=60))) for part in Part]


Get = Callable[[str], int]


@contextmanager
def _app(dsn: str, folder: str) -> Iterator[Get]:
    """Give how to ask the app; the answer's body is read to its end and only its size is kept."""
    from bookflow.web import deps
    from bookflow.web.app import create_app
    from bookflow.web.visibility import EVERYTHING
    from bookflow.wiring.servers import open_server_runtime

    _write_specs(Path(folder))
    os.environ["AIRFLOW_CONN_BOOKFLOW_DB"] = dsn
    settings = Settings(specs_dir=Path(folder))
    waker: Any = SimpleNamespace(start=None, stop=None, wake=lambda *_: None)
    runtime = open_server_runtime(settings, EnvironmentConnections(os.environ), waker)
    runtime.specs.scan()
    app = create_app(lambda: runtime)
    user: Any = SimpleNamespace(get_name=lambda: "bench")
    app.dependency_overrides.update(
        {
            deps.authenticate: lambda: user,
            deps.limit_requests: lambda: None,
            deps.limit_exports: lambda: None,
            deps.require_reading: lambda: None,
            deps.find_visibility: lambda: EVERYTHING,
        }
    )
    loop = asyncio.new_event_loop()
    try:
        yield lambda path: loop.run_until_complete(_ask(app, path))
    finally:
        loop.close()
        app.dependency_overrides.clear()
        runtime.store.close()


async def _ask(app: Any, path: str) -> int:
    """Ask as a server would, and count the bytes of the answer."""
    route, _, query = path.partition("?")
    size = 0
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": f"/api/v1{route}", "root_path": "", "headers": [],
        "raw_path": f"/api/v1{route}".encode(), "query_string": query.encode(),
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if sent.is_set():
            await asyncio.Event().wait()
        sent.set()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal size
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"{path} is answered with {message['status']}")
        size += len(message.get("body", b""))

    await app(scope, receive, send)
    return size


def _write_specs(folder: Path) -> None:
    write_fillers(folder, WORKFLOWS)
    for number in range(WORKFLOWS):
        path = folder / f"filler-{number}.yaml"
        text = path.read_text().replace(f"filler-{number}", f"workflow-{number}")
        (folder / f"workflow-{number}.yaml").write_text(text)
        path.unlink()


def _asking(get: Get, path: str) -> Callable[[int], object]:
    return lambda _: get(path)


def _time_export(get: Get, path: str) -> Figure:
    before = _peak_memory()
    began = time.perf_counter()
    size = get(path)
    seconds = time.perf_counter() - began
    grown = _peak_memory() - before
    return Figure(
        f"analytics at 1,000,000 executions: GET {path}",
        f"{EXECUTIONS / seconds:,.0f} executions/s, {size / 1e6:.0f} MB; "
        f"the process grew by {grown:.0f} MB",
    )


def _peak_memory() -> float:
    """Give the most memory that the process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
