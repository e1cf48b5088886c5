"""Ten thousand workflows in a real Airflow: parsing them, changing them, listing them."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

from benchmarks.fleet import write_fleet
from benchmarks.measuring import Figure, percentile, relative_spread
from benchmarks.processor_time import take_processor_time
from bookflow.demo.stack import AirflowStack, Layout

WORKFLOWS = 10_000
EDITS = 12
ANSWERS = 20
STEADY_SECONDS = 180.0
LIMIT_SECONDS = 900.0
IMPORT_TIMEOUT = 30.0
"""Airflow's `[core] dagbag_import_timeout` where nothing is set."""
API = "/bookflow/api/v1"
KNOWN = r"""
    SELECT count(*), coalesce(max(last_parse_duration), 0)
    FROM dag
    WHERE bundle_name = 'bookflow' AND NOT is_stale
"""
DESCRIPTION = "SELECT description FROM dag WHERE dag_id = %s"
PARSES = "SELECT count(DISTINCT last_parsed_time) FROM dag WHERE last_parsed_time > %s"


def measure() -> list[Figure]:
    """Start an Airflow with 10,000 workflows, watch its first parse, then change some."""
    with tempfile.TemporaryDirectory(prefix="bookflow-bench-") as name:
        specs = Path(name) / "specs"
        write_fleet(specs, WORKFLOWS)
        stack = AirflowStack(Path(name) / "stack", layout=Layout(specs=specs))
        began = time.monotonic()
        with stack, _following(stack) as airflow:
            first = _watch_first_parse(stack, airflow, began)
            # what the first parse leaves behind is looked after first
            time.sleep(60.0)
            steady = _watch_quiet(stack)
            edits = [_edit_file(airflow, specs, number) for number in range(EDITS)]
            with stack.client("admin") as api:
                saves = [_save(airflow, api, number) for number in range(EDITS)]
                lists = _time(lambda: _get(api, "/workflows?limit=50"))
                choices = _time(lambda: _get(api, "/choices"))
    return [
        *first,
        steady,
        _describe_live("a changed spec file is live", edits),
        _describe_live("a workflow saved through the API is live", saves),
        _describe_answers("first page of workflows", lists),
        _describe_answers("choices of the pages", choices),
    ]


class _Airflow:
    """Airflow's database, asked often."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def known(self) -> tuple[int, float]:
        """Give how many workflows have a DAG, and the seconds of the longest parse of a file."""
        found = self._connection.execute(KNOWN).fetchone()
        return (int(found[0]), float(found[1])) if found else (0, 0.0)

    def wait_for_description(self, workflow_id: str, text: str) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            found = self._connection.execute(DESCRIPTION, [f"bookflow-{workflow_id}"]).fetchone()
            if found and found[0] == text:
                return
            time.sleep(0.02)
        raise RuntimeError(f"{workflow_id} was not parsed within a minute")


@contextmanager
def _following(stack: AirflowStack) -> Iterator[_Airflow]:
    with psycopg.connect(stack.airflow_database, autocommit=True) as connection:
        yield _Airflow(connection)


def _used(stack: AirflowStack) -> float:
    """Give the seconds of processor time of the dag-processor and its parses so far."""
    pid = stack.component("dag-processor").pid
    return take_processor_time({"dag-processor": pid}, forking="").get("dag-processor", 0.0)


def _watch_first_parse(stack: AirflowStack, airflow: _Airflow, began: float) -> list[Figure]:
    # the stack answers after its components are healthy: parsing began before that
    deadline = time.monotonic() + LIMIT_SECONDS
    while airflow.known()[0] < WORKFLOWS:
        if time.monotonic() > deadline:
            raise RuntimeError(f"only {airflow.known()[0]} workflows have a DAG")
        stack.check_alive()
        time.sleep(0.5)
    wall, used = time.monotonic() - began, _used(stack)
    longest = airflow.known()[1]
    return [
        Figure(
            f"first parse of {WORKFLOWS:,} workflows, from the start of the whole stack",
            f"{wall:.0f} s, {used:.0f} s of a processor",
            value=wall,
        ),
        Figure(
            "longest parse of one file meanwhile",
            f"{longest:.1f} s",
            f"<= {IMPORT_TIMEOUT:.0f} s, Airflow's default limit",
            longest <= IMPORT_TIMEOUT,
            value=longest,
        ),
    ]


def _watch_quiet(stack: AirflowStack) -> Figure:
    began, before = time.monotonic(), _used(stack)
    time.sleep(STEADY_SECONDS)
    share = (_used(stack) - before) / (time.monotonic() - began)
    return Figure(
        f"dag-processor at rest, {WORKFLOWS:,} unchanged workflows, over {STEADY_SECONDS:.0f} s",
        f"{share * 100:.1f} % of one core",
        "<= 5 %",
        share <= 0.05,
        value=share,
    )


def _edit_file(airflow: _Airflow, specs: Path, number: int) -> float:
    """Write over a spec in place, as some editors do: the folder doesn't show it."""
    time.sleep(1.0 + number * 0.37 % 1)
    workflow_id, text = f"filler-{number * (WORKFLOWS // EDITS - 1) + 1}", f"edited {number}"
    file = specs / f"{workflow_id}.yaml"
    content = file.read_text().replace("trigger:", f"description: {text}\ntrigger:", 1)
    began = time.monotonic()
    file.write_text(content)
    airflow.wait_for_description(workflow_id, text)
    return time.monotonic() - began


def _save(airflow: _Airflow, api: httpx.Client, number: int) -> float:
    time.sleep(1.0 + number * 0.37 % 1)
    workflow_id, text = f"filler-{number * (WORKFLOWS // EDITS - 1) + 2}", f"saved {number}"
    found = _get(api, f"/workflows/{workflow_id}")
    began = time.monotonic()
    answer = api.patch(
        f"{API}/workflows/{workflow_id}",
        json={"description": text},
        headers={"If-Match": found.headers["ETag"]},
    )
    answer.raise_for_status()
    airflow.wait_for_description(workflow_id, text)
    return time.monotonic() - began


def _get(api: httpx.Client, path: str) -> httpx.Response:
    answer = api.get(f"{API}{path}")
    answer.raise_for_status()
    return answer


def _time(ask: Callable[[], object]) -> list[float]:
    ask()
    taken = []
    for _ in range(ANSWERS):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _describe_live(what: str, taken: list[float]) -> Figure:
    worst, middle = max(taken), statistics.median(taken)
    return Figure(
        f"{what}, {WORKFLOWS:,} workflows, slowest of {len(taken)}",
        f"{worst:.1f} s (p50 {middle:.1f} s)",
        "<= 3 s",
        worst <= 3.0,
        value=middle,
        spread=relative_spread(taken),
    )


def _describe_answers(what: str, taken: list[float]) -> Figure:
    p95 = percentile(taken, 0.95)
    return Figure(
        f"{what}, {WORKFLOWS:,} workflows, p95",
        f"{p95:.0f} ms (p50 {statistics.median(taken):.0f} ms)",
        value=p95,
        spread=relative_spread(taken),
    )
