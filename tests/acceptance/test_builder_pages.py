"""Building and trying workflows in a real browser, by mouse and by keyboard."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bookflow.demo.outfit import TEST_MAILBOX, Outfit
from tests.acceptance.browsing import Visit
from tests.acceptance.conftest import wait_for

pytestmark = pytest.mark.acceptance

API = "/bookflow/api/v1"
Visits = Callable[[str], Visit]
SETTLING = 500


def test_actions_are_added_and_put_in_order_by_mouse(visits: Visits, api: httpx.Client) -> None:
    visit = visits("editor")
    page = visit.open(f"/workflow/{_make(api, 'dragged')['id']}")
    _expect(page, [["First"], ["Second"]])
    top, bottom = _boxes(page)[:2]
    palette = page.get_by_role("group", name="Add an action").get_by_role("button", name="Webhook")
    _drag(page, palette.bounding_box(), _between(top, bottom))
    _expect(page, [["First"], ["Webhook"], ["Second"]])
    first, _, last = _boxes(page)
    _drag(page, last, {**first, "y": first["y"] - first["height"] * 0.9})
    _expect(page, [["Second"], ["First"], ["Webhook"]])
    first, second, _ = _boxes(page)
    _drag(page, second, {**first, "x": first["x"] + first["width"]})
    _expect(page, [["Second", "First"], ["Webhook"]])
    for before in ([["Second"], ["First"], ["Webhook"]], [["First"], ["Webhook"], ["Second"]]):
        page.keyboard.press("Control+z")
        _expect(page, before)
    page.get_by_role("button", name="Discard").click()
    assert visit.faults == []


def test_actions_are_moved_by_keys_and_keep_the_focus(visits: Visits, api: httpx.Client) -> None:
    visit = visits("editor")
    page = visit.open(f"/workflow/{_make(api, 'by-keys')['id']}")
    page.locator("[data-action='1']").focus()
    page.keyboard.press("Alt+ArrowUp")
    _expect(page, [["Second"], ["First"]])
    page.keyboard.press("Alt+ArrowDown")
    _expect(page, [["First"], ["Second"]])
    # quicker than anybody draws
    for key in ("Alt+ArrowUp", "Alt+ArrowDown", "Alt+ArrowUp", "Alt+ArrowDown"):
        page.keyboard.press(key)
    _expect(page, [["First"], ["Second"]])
    page.keyboard.press("Alt+ArrowLeft")
    _expect(page, [["First", "Second"]])
    page.keyboard.press("Delete")
    _expect(page, [["First"]])
    page.get_by_role("button", name="Discard").click()
    assert visit.faults == []


def test_test_message_arrives_where_it_was_said_to_go(visits: Visits, outfit: Outfit) -> None:
    visit = visits("editor")
    page = visit.open("/workflow/chain/test?mode=live")
    page.get_by_text(f"Allowed: {TEST_MAILBOX}").wait_for()
    page.get_by_label("E-mail to").fill(TEST_MAILBOX)
    page.get_by_role("button", name="Send", exact=False).filter(has_text="test message").click()
    dialog = page.get_by_role("alertdialog")
    dialog.get_by_text(TEST_MAILBOX).wait_for()
    dialog.get_by_role("button", name="Send now").click()
    page.get_by_role("region", name="What was sent").get_by_text(TEST_MAILBOX).wait_for()
    mails = wait_for(
        lambda: [one.mail for one in outfit.mail.messages if TEST_MAILBOX in one.recipients],
        20,
        "the test message",
    )
    assert "test" in str(mails[0]["Subject"]).lower()
    assert visit.faults == []


def test_edits_of_two_people_are_put_together(visits: Visits, api: httpx.Client) -> None:
    visit = visits("editor")
    made = _make(api, "shared")
    page = visit.open("/workflow/shared")
    page.get_by_label("Name of the workflow").fill("Mine")
    theirs = {**made["spec"], "description": "Theirs"}
    path = f"{API}/workflows/shared"
    api.put(path, json=theirs, headers={"If-Match": "*"}).raise_for_status()
    page.get_by_label("Organizer").fill("olive@example.com")
    page.get_by_role("button", name="Look at both").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("region", name="What they changed").get_by_text("Theirs").first.wait_for()
    dialog.get_by_role("button", name="Put both together").click()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("dialog").wait_for(state="hidden")
    saved = api.get(path).json()["spec"]
    assert (saved["name"], saved["description"], saved["organizer"]) == (
        "Mine",
        "Theirs",
        "olive@example.com",
    )
    assert visit.faults == []


def _make(api: httpx.Client, workflow: str) -> dict[str, Any]:
    actions = [
        {"name": name, "type": "send_sms", "recipient": "invitee", "message": "Hello"}
        for name in ("First", "Second")
    ]
    spec = {
        "id": workflow,
        "name": f"Two messages, {workflow}",
        "organizer": "ana@example.com",
        "trigger": "manual",
        # no event of another test starts it
        "event_types": ["built"],
        "actions": actions,
    }
    made = api.post(f"{API}/workflows", json=spec)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def _boxes(page: Any) -> list[dict[str, float]]:
    """Give where the actions stand, in the order of the file."""
    # the flow moves to show what changed
    page.wait_for_timeout(SETTLING)
    return [box.bounding_box() for box in page.locator("[data-action]").all()]


def _expect(page: Any, levels: list[list[str]]) -> None:
    """Wait until the actions are seen to stand like this."""
    deadline = time.monotonic() + 10
    while (found := _levels(page)) != levels:
        assert time.monotonic() < deadline, found


def _levels(page: Any) -> list[list[str]]:
    """Read which actions run at the same time, as one sees it."""
    boxes = _boxes(page)
    names = page.locator("[data-action]").evaluate_all(
        "boxes => boxes.map((box) => box.querySelector('p').innerText.trim())"
    )
    if len(boxes) != len(names):
        return []
    rows: dict[int, list[tuple[float, str]]] = {}
    for name, box in zip(names, boxes, strict=True):
        rows.setdefault(round(box["y"]), []).append((box["x"], name))
    return [[name for _, name in sorted(rows[row])] for row in sorted(rows)]


def _between(above: dict[str, float], below: dict[str, float]) -> dict[str, float]:
    return {**above, "y": (above["y"] + below["y"]) / 2}


def _drag(page: Any, box: dict[str, float], to: dict[str, float]) -> None:
    """Take a box in its middle, and let it go where the middle of another one would be."""
    ends = [(one["x"] + one["width"] / 2, one["y"] + one["height"] / 2) for one in (box, to)]
    page.mouse.move(*ends[0])
    page.mouse.down()
    # as a hand does: a box follows from where it was when it was clear that it is dragged
    page.mouse.move(ends[0][0], ends[0][1] - 5)
    page.mouse.move(*ends[1], steps=8)
    page.mouse.up()
    page.mouse.move(2, 2)
