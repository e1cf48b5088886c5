"""The pages in a real browser, with 1,000 workflows and 100,000 executions in a real Airflow."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

import psycopg

from benchmarks.fleet import FILLER, make_booking
from benchmarks.history import analyze, fill, fold
from benchmarks.measuring import Figure
from benchmarks.watched_page import Reading, WatchedPage, watching
from bookflow.demo.outfit import open_outfit
from bookflow.demo.stack import AirflowStack, Layout
from bookflow.store.postgres import PostgresStore
from tests.acceptance.chromium import MISSING, find_chromium

WORKFLOWS = 1_000
EXECUTIONS = 100_000
PLANNED = 500
ROUNDS = 3
BLOCKED_MS = 100.0
ROOT = "/plugin/workflows"
LIVE_SECONDS = 12.0
"""Lists ask again every 5 or 10 seconds."""

BIG = """\
id: bench-big
organizer: host@example.com
name: Big one of twenty
trigger: booking_created
event_types: [big]
actions:
"""
BIG_ACTION = """\
  - name: step {number}
    type: send_email
    recipient: invitee
    conditions:
      - operator: AND
        rules: [{{field: attendee_count, operator: greater_than, value: {number}}}]
    subject: "Your {{{{ event_type_name }}}}, part {number}"
    message: "Hello {{{{ invitee_name }}}}, see you on {{{{ start_time }}}}."
"""
# the executions of the history that are still to come: a page of what is planned needs some
PLAN = """
WITH drawn AS (
    SELECT gen_random_uuid() AS event_id, number, 'workflow-' || number AS workflow_id,
        now() + number * interval '20 minutes' + interval '6 hours' AS due_at
    FROM generate_series(1, %(count)s) AS number
), events AS (
    INSERT INTO bookflow.events (id, trigger, booking_id, source, occurred_at, received_at)
    SELECT event_id, 'booking_created', 'b-' || number, 'api', now(), now() FROM drawn
    RETURNING id
)
INSERT INTO bookflow.executions (
    id, workflow_id, workflow_version, event_id, booking_id, status, due_at, wake_at, created_at
)
SELECT gen_random_uuid(), workflow_id, 'v1', event_id, 'b-' || number, 'pending', due_at, due_at,
    now() - interval '1 day'
FROM drawn
"""

# what holds once the content of a page is there; `__find` looks within bookflow's part of it
ROWS = "document.querySelectorAll('section[aria-label=bookflow] tbody tr').length"
# over all of its lists: what is planned is listed day by day
LINES = "document.querySelectorAll('section[aria-label=bookflow] li').length"
STEADY = "!document.querySelector('section[aria-label=bookflow] [aria-busy=true]')"
LOADED = "!document.querySelector('section[aria-label=bookflow] [role=status] .chakra-spinner')"
CHARTS = f"{LOADED} && __find('[role=img] svg, [role=img] canvas')"
ALL_BOXES = "input[aria-label='Select all workflows shown']"
DAG_LINKS = "document.querySelectorAll(\"a[href*='/dags/']\").length >= 10"
MORE = "button >> Show more"

Step = tuple[str, Callable[[WatchedPage], Reading]]


def measure() -> list[Figure]:
    """Start everything and go through the pages, several times."""
    chromium = find_chromium()
    if chromium is None:
        print(f"!!! {MISSING}", flush=True)
        return [Figure("pages", "not measured: no Chromium")]
    with opened() as stack:
        return measure_in(stack, chromium)


def measure_in(stack: AirflowStack, chromium: str) -> list[Figure]:
    """Go through the pages of a stack that is ready, and sum up what each step cost."""
    from playwright.sync_api import Error

    readings: dict[str, list[Reading]] = {}
    broken: dict[str, str] = {}
    for _ in range(ROUNDS):
        with watching(chromium, stack, "editor") as page:
            for name, take in _steps(stack):
                try:
                    reading = take(page)
                except Error as error:
                    # one step that can't be measured takes no other with it
                    broken[name] = str(error).splitlines()[0]
                    print(f"!!! {name}: {broken[name]}", flush=True)
                    continue
                readings.setdefault(name, []).append(reading)
    figures = [_sum_up(name, found) for name, found in readings.items()]
    lost = [Figure(f"pages: {name}", why, "measured", False) for name, why in broken.items()]
    return [*figures, *lost]


def _sum_up(name: str, found: list[Reading]) -> Figure:
    longest = max(one.task for one in found)
    inputs = max(one.input for one in found)
    computed = [one.cpu for one in found]
    said = [
        f"content after {median(one.content for one in found):,.0f} ms",
        f"longest task {max(computed):.0f} ms of CPU",
    ]
    if longest:
        said.append(f"by the clock {longest:.0f} ms")
    if inputs:
        said.append(f"input to paint {inputs:.0f} ms")
    is_ours = not name.startswith("Airflow")
    return Figure(
        f"pages: {name}",
        ", ".join(said),
        f"no task >= {BLOCKED_MS:.0f} ms of CPU" if is_ours else "",
        max(computed) < BLOCKED_MS if is_ours else None,
        value=median(computed),
        spread=(max(computed) - min(computed)) / max(median(computed), 1.0),
    )


def _steps(stack: AirflowStack) -> Iterator[Step]:
    """Give the steps in order; each begins where the one before ended."""
    yield "Airflow's own list of DAGs, loaded anew", lambda page: page.load("/dags", DAG_LINKS)
    yield "Airflow and the dashboard, loaded anew", lambda page: page.load(ROOT, f"{ROWS} >= 50")
    yield from _dashboard_steps()
    yield from _execution_steps(stack)
    yield from _page_steps()
    yield from _builder_steps()


def _dashboard_steps() -> Iterator[Step]:
    away = f"{LOADED} && __find('h1 >> Upcoming')"
    yield "upcoming, first visit", lambda page: page.go(f"{ROOT}/upcoming", away)
    listed = f"__find('h1 >> Workflows') && {ROWS} >= 50"
    yield "dashboard", lambda page: page.go(ROOT, listed)
    for number in range(2, 7):
        holds = f"{ROWS} >= {50 * number}"
        yield f"dashboard: show more, to {50 * number} rows", partial(_click, MORE, holds)
    chosen = "__find('[aria-label=\"Selected workflows\"]')"
    yield "dashboard: select all 300", partial(_click, ALL_BOXES, chosen)
    yield "dashboard: select none", partial(_click, "button >> Select none", f"!{chosen}")
    menu = "document.querySelector('[role=menu][data-state=open]')"
    yield "dashboard: open a menu", partial(_click, "tbody button[aria-haspopup]", menu)
    yield "dashboard: sort 300 rows", _sort
    search = "input[type=search]"
    found = f"{ROWS} === 11 && {STEADY}"
    yield "dashboard: type into search", lambda page: page.type(search, "low-77", found)
    yield (
        "dashboard: clear filters",
        partial(_click, "button >> Clear filters", f"{ROWS} >= 50 && {STEADY}"),
    )
    yield "dashboard: kept up to date", lambda page: page.stay(LIVE_SECONDS, f"{ROWS} >= 50")


def _execution_steps(stack: AirflowStack) -> Iterator[Step]:
    path = f"{ROOT}/executions"
    listed = f"__find('h1 >> Executions') && {ROWS} >= 50"
    yield "executions, first visit", lambda page: page.go(path, listed)
    for number in range(2, 7):
        holds = f"{ROWS} >= {50 * number}"
        yield f"executions: show more, to {50 * number} rows", partial(_click, MORE, holds)
    yield "executions: kept up to date, with a new one", partial(_stay_with_news, stack)
    failed = f"{STEADY} && __find('button[aria-pressed=true] >> failed') && {ROWS} >= 50"
    yield "executions: filter", partial(_click, "button >> failed", failed)
    yield "an execution", partial(_open_from_row, "/executions/", "ol")
    yield "a booking", partial(_open_from_row, "/bookings/", "ol")


def _page_steps() -> Iterator[Step]:
    path = f"{ROOT}/upcoming?days=30"
    yield "upcoming", lambda page: page.go(path, f"{LOADED} && __find('ul')")
    yield "upcoming: show more", partial(_click, MORE, f"{LOADED} && {LINES} >= 60")
    yield "analytics, first visit", lambda page: page.go(f"{ROOT}/analytics", CHARTS)
    yield "bookings", lambda page: page.go(f"{ROOT}/bookings", LOADED)
    yield "analytics", lambda page: page.go(f"{ROOT}/analytics", CHARTS)
    yield "health", lambda page: page.go(f"{ROOT}/health", f"{LOADED} && __find('h1')")
    yield "templates", lambda page: page.go(f"{ROOT}/templates", f"{LOADED} && __find('h1')")


def _builder_steps() -> Iterator[Step]:
    path = f"{ROOT}/workflow/bench-big"
    flow = f"{LOADED} && document.querySelectorAll('.react-flow__node').length > 20"
    yield "builder of 20 actions, first visit", lambda page: page.go(path, flow)
    yield (
        "builder: type into the name",
        lambda page: page.type(
            "input[aria-label='Name of the workflow']", " and more", _text("Unsaved changes")
        ),
    )
    yield (
        "builder: choose an action",
        lambda page: page.go(f"{path}?action=3", f"{LOADED} && __find('textarea, .cm-content')"),
    )
    yield (
        "builder: show YAML",
        lambda page: page.go(f"{path}?view=yaml", f"{LOADED} && __find('.cm-line')"),
    )
    yield "builder: show the flow", lambda page: page.go(f"{path}?view=flow", flow)
    yield (
        "history",
        lambda page: page.go(f"{path}/history", f"{LOADED} && __find('[aria-label=Versions] li')"),
    )


def _click(what: str, holds: str, page: WatchedPage) -> Reading:
    return page.click(what, holds)


def _sort(page: WatchedPage) -> Reading:
    page.ask("document.activeElement?.blur()")
    page.ask("document.body.click()")
    return page.click(
        "th button >> Success rate",
        f"__find('th[aria-sort=ascending] >> Success rate') && {STEADY}",
    )


def _open_from_row(part: str, content: str, page: WatchedPage) -> Reading:
    """Follow the first link of a kind from the list of executions."""
    page.go(
        f"{ROOT}/executions?status=failed",
        f"__find('h1 >> Executions') && {ROWS} >= 50 && {STEADY}",
    )
    return page.click(f"tbody a[href*='{part}']", f"{LOADED} && __find('{content}')")


def _stay_with_news(stack: AirflowStack, page: WatchedPage) -> Reading:
    with stack.client("editor") as api:
        path = "/bookflow/api/v1/triggers/booking_created"
        answer = api.post(path, json={"booking": make_booking("workflow-77")})
        answer.raise_for_status()
    return page.stay(LIVE_SECONDS, f"{ROWS} >= 300")


def _text(said: str) -> str:
    return f"document.body.innerText.includes({said!r})"


@contextmanager
def opened() -> Iterator[AirflowStack]:
    """Start an Airflow that knows the workflows, and give it a history; all goes at the end."""
    with tempfile.TemporaryDirectory(prefix="bookflow-bench-") as name:
        folder = Path(name)
        specs, dags = folder / "specs", folder / "dags"
        write_specs(specs)
        shutil.copytree(Path(__file__).parent.parent / "dags", dags)
        with open_outfit(folder / "stack", layout=Layout(dags=dags, specs=specs)) as outfit:
            stack = outfit.stack
            fill_history(stack.database)
            stack.wait_for_dags(["bookflow-bench-big", f"bookflow-workflow-{WORKFLOWS - 2}"])
            yield stack


def write_specs(folder: Path) -> None:
    """Write the workflows, in git, the big one in two versions."""
    folder.mkdir(parents=True)
    spec = FILLER.replace("filler-", "workflow-")
    for number in range(WORKFLOWS - 1):
        (folder / f"workflow-{number}.yaml").write_text(spec.format(number=number))
    actions = "".join(BIG_ACTION.format(number=number) for number in range(20))
    for text in (BIG + BIG_ACTION.format(number=0), BIG + actions):
        (folder / "bench-big.yaml").write_text(text)
        _commit(folder)


def _commit(folder: Path) -> None:
    git = ("git", "-C", str(folder), "-c", "user.name=bench", "-c", "user.email=bench@example.org")
    for command in (("init", "--quiet"), ("add", "."), ("commit", "--quiet", "-m", "workflows")):
        subprocess.run([*git, *command], check=True)


def fill_history(dsn: str) -> None:
    """Make executions of the last 90 days, and some that are still to come."""
    fill(dsn, EXECUTIONS, now=datetime.now(UTC))
    with psycopg.connect(dsn) as connection:
        connection.execute(PLAN, {"count": PLANNED})
    store = PostgresStore.open(dsn, pool_size=1)
    try:
        fold(store)
    finally:
        store.close()
    analyze(dsn)
