"""bookflow's pages in Airflow's UI, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bookflow.demo.stack import AirflowStack
from tests.acceptance.browsing import NARROW, WIDE, Visit

pytestmark = pytest.mark.acceptance

PICTURES = Path(__file__).parents[2] / ".bookflow" / "pictures"
PAGES = {
    "dashboard": "",
    "new workflow": "/new",
    "builder": "/workflow/chain",
    "test": "/workflow/chain/test",
    "history": "/workflow/chain/history",
    "figures": "/workflow/chain/figures",
    "executions": "/executions",
    "bookings": "/bookings",
    "upcoming": "/upcoming",
    "analytics": "/analytics",
    "templates": "/templates",
    "template": "/templates/day-before-reminder",
    "health": "/health",
}
RUN_BY_HAND = {
    "id": "sent-by-hand",
    "name": "Sent by hand",
    "organizer": "ana@example.com",
    "trigger": "manual",
    "actions": [
        {
            "name": "Mail",
            "type": "send_email",
            "recipient": "invitee",
            "subject": "By hand",
            "message": "Hello {{ invitee_name }}",
        }
    ],
}
IS_SAID = """(text) =>
    document.querySelector("section[aria-label=bookflow]").innerText.includes(text)"""
COUNTING = 180_000
# the order changes one thing at a time
LOOKS = (("light", WIDE), ("light", NARROW), ("dark", NARROW), ("dark", WIDE))


@pytest.fixture(scope="module")
def delivered(stack: AirflowStack) -> str:
    """Give a booking for which a workflow has run."""
    from tests.acceptance.conftest import booking, wait_for

    subject = booking()
    with stack.client("editor") as client:
        path = "/bookflow/api/v1/triggers/booking_created"
        assert client.post(path, json={"booking": subject}).status_code == 202
        query = {"booking": subject["id"], "status": "completed"}
        wait_for(
            lambda: client.get("/bookflow/api/v1/executions", params=query).json()["executions"],
            120,
            "the first execution",
        )
    return str(subject["id"])


@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound_in_each_look(
    visits: Callable[[str], Visit], delivered: str, name: str
) -> None:
    visit = visits("admin")
    page = visit.open(PAGES[name])
    PICTURES.mkdir(parents=True, exist_ok=True)
    for theme, size in LOOKS:
        visit.put_on(theme)
        page.set_viewport_size(size)
        page.wait_for_timeout(150)
        page.screenshot(path=PICTURES / f"{name} {theme} {size['width']}.png")
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        assert wide <= size["width"], "the page scrolls sideways"
        # once for each theme: what axe says of colors is what differs
        if size == WIDE:
            assert visit.find_grave_violations() == []
    page.set_viewport_size(WIDE)
    assert visit.faults == []


def test_link_into_a_page_survives_the_login(chromium: Any, stack: AirflowStack) -> None:
    context = chromium.new_context(viewport=WIDE)
    page = context.new_page()
    page.goto(f"{stack.url}/plugin/workflows/executions?status=failed")
    page.get_by_label("Username").fill("viewer")
    page.get_by_label("Password").fill(stack.passwords["viewer"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/plugin/workflows/executions?status=failed")
    page.get_by_role("heading", name="Executions", exact=True).wait_for()
    context.close()


def test_tabs_on_airflows_own_pages(
    visits: Callable[[str], Visit], delivered: str, api: httpx.Client
) -> None:
    found = api.get("/bookflow/api/v1/executions", params={"booking": delivered}).json()
    execution = found["executions"][0]
    dag, run = execution["dag_id"], execution["run_id"]
    visit = visits("viewer")
    page = visit.page
    for path in (f"/dags/{dag}/plugin/workflow", f"/dags/{dag}/runs/{run}/plugin/executions"):
        page.goto(visit.root + path, wait_until="domcontentloaded")
        page.get_by_role("link", name=delivered).first.wait_for(timeout=60_000)


def test_reason_is_found_on_the_page_of_a_booking(
    visits: Callable[[str], Visit], make_booking: Callable[..., Any], api: httpx.Client
) -> None:
    subject = make_booking()
    path = "/bookflow/api/v1/triggers/booking_created"
    api.post(path, json={"booking": subject}).raise_for_status()
    page = visits("viewer").open(f"/bookings/{subject['id']}")
    # the text message goes to nobody but "Nobody"
    short = page.get_by_role("region", name="In short")
    short.get_by_text("Nobody").first.wait_for(timeout=90_000)


def test_workflow_made_by_hand_delivers_and_is_seen(
    visits: Callable[[str], Visit], make_booking: Callable[..., Any], api: httpx.Client
) -> None:
    visit = visits("editor")
    page = visit.open("")
    page.get_by_role("link", name="New workflow").click()
    page.get_by_label("Name of the workflow").fill("Made by hand")
    page.get_by_label("Organizer").fill("ana@example.com")
    page.get_by_role("group", name="Add an action").get_by_role("button", name="E-mail").click()
    page.get_by_role("textbox", name="Subject").fill("Hello {{ invitee_name }}")
    page.get_by_role("textbox", name="Message").fill("We meet at {{ start_time | time }}.")
    page.get_by_role("button", name="Make it").click()
    page.get_by_role("dialog").get_by_role("button", name="Make it").click()
    page.wait_for_url("**/workflow/made-by-hand")
    subject = make_booking()
    path = "/bookflow/api/v1/triggers/booking_created"
    api.post(path, json={"booking": subject}).raise_for_status()
    visit.open(f"/bookings/{subject['id']}")
    timeline = page.get_by_role("region", name="Timeline")
    timeline.get_by_text("Made by hand").first.wait_for(timeout=60_000)
    assert visit.faults == []


def test_workflow_is_run_for_a_booking_by_hand(
    visits: Callable[[str], Visit],
    make_booking: Callable[..., Any],
    settled: Callable[..., Any],
    api: httpx.Client,
) -> None:
    made = api.post("/bookflow/api/v1/workflows", json=RUN_BY_HAND)
    assert made.status_code == 201, made.text
    subject = make_booking()
    path = "/bookflow/api/v1/triggers/booking_created"
    api.post(path, json={"booking": subject}).raise_for_status()
    visit = visits("editor")
    page = visit.open(f"/bookings/{subject['id']}")
    page.get_by_role("button", name="Run a workflow…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("searchbox", name="Which workflow?").fill("Sent by hand")
    dialog.get_by_role("button", name="Sent by hand").click()
    plan = dialog.get_by_role("region", name="What will be done")
    plan.get_by_text(subject["invitee"]["email"]).wait_for()
    # a look sends nothing
    assert _executions(api, subject["id"], "sent-by-hand") == []
    dialog.get_by_role("button", name="Run now and send 1 message").click()
    page.wait_for_url("**/executions/*")
    assert settled(subject["id"], "sent-by-hand")["status"] == "completed"
    [execution] = _executions(api, subject["id"], "sent-by-hand")
    assert page.url.endswith(execution["id"])
    page.get_by_role("heading", name="Sent by hand").wait_for()
    page.get_by_text("completed", exact=True).first.wait_for()
    assert visit.faults == []


def test_erased_person_is_gone_from_the_page_of_the_booking(
    visits: Callable[[str], Visit],
    make_booking: Callable[..., Any],
    settled: Callable[..., Any],
    api: httpx.Client,
) -> None:
    subject = make_booking()
    # nobody else's: an erasure looks everywhere
    address = f"{subject['id']}@example.org"
    subject["invitee"] = {**subject["invitee"], "name": "Erasmus", "email": address}
    path = "/bookflow/api/v1/triggers/booking_created"
    api.post(path, json={"booking": subject}).raise_for_status()
    settled(subject["id"], "chain")
    visit = visits("admin")
    page = visit.open(f"/bookings/{subject['id']}")
    page.wait_for_function(IS_SAID, arg=address)
    page.get_by_role("button", name="Erase this person…").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_role("button", name="Count what is kept").click()
    # it looks through all that is kept
    dialog.get_by_text("Bookings: 1").wait_for(timeout=COUNTING)
    erase = dialog.get_by_role("button", name="Erase for good")
    confirming = dialog.get_by_label("Type the address once more")
    confirming.fill("bob@example.com")
    assert erase.is_disabled()
    confirming.fill(address)
    erase.click()
    page.get_by_role("alertdialog", name="The person is erased").wait_for(timeout=COUNTING)
    dialog.get_by_role("button", name="Close").first.click()
    dialog.wait_for(state="hidden")
    for trace in (address, "Erasmus"):
        page.wait_for_function(f"(text) => !({IS_SAID})(text)", arg=trace)
    assert visit.faults == []


def _executions(api: httpx.Client, booking: str, workflow: str) -> list[dict[str, Any]]:
    query = {"booking": booking, "workflow": workflow}
    answer = api.get("/bookflow/api/v1/executions", params=query)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["executions"]
    return found
