"""What the pictures of the documentation show: where to go, and what to do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

TEAM_BOOKING = "sample-03"
BOOKING_WITHOUT_TEXT = "sample-08"
WORKFLOW = "enterprise-welcome"
STORY = "no-phone-fallback"


def _stay(page: Any) -> None:
    """Show the page as it opens."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture: its file's name, what a screen reader says, the page, and what is done there."""

    name: str
    title: str
    path: Callable[[httpx.Client], str]
    prepare: Callable[[Any], None] = _stay
    width: int = 1280
    height: int = 800


def _to(path: str) -> Callable[[httpx.Client], str]:
    return lambda _api: path


def _find_story(api: httpx.Client) -> str:
    query = {"workflow": STORY, "booking": BOOKING_WITHOUT_TEXT}
    answer = api.get("/bookflow/api/v1/executions", params=query)
    answer.raise_for_status()
    return f"/executions/{answer.json()['executions'][0]['id']}"


def _choose(page: Any, action: str, booking: str) -> Any:
    page.get_by_role("button", name=action).click()
    panel = page.get_by_role("region", name=f"Action {action}")
    panel.get_by_label("Show it for").select_option(booking)
    panel.get_by_role("textbox", name="Message").wait_for()
    return panel


def _show_conditions(page: Any) -> None:
    panel = _choose(page, "Welcome the customer", TEAM_BOOKING)
    panel.get_by_role("group", name="Only if").get_by_text("met:").first.wait_for()
    _bring_up(panel.get_by_role("group", name="Only if"))


def _show_preview(page: Any) -> None:
    panel = _choose(page, "Mail the reminder", "A typical booking")
    preview = panel.get_by_role("region", name="Preview")
    preview.get_by_text("Subject").first.wait_for()
    _bring_up(preview)


def _bring_up(found: Any) -> None:
    found.evaluate("(element) => element.scrollIntoView({block: 'center'})")


def _wait_for_rows(page: Any) -> None:
    page.get_by_role("link", name="Test Booking confirmation").wait_for()


def _show_charts(page: Any) -> None:
    page.get_by_role("heading", name="How executions ended").wait_for()


SCENES = (
    Scene(
        "dashboard",
        "The workflows, how well they go and when they last ran",
        _to(""),
        _wait_for_rows,
    ),
    Scene(
        "builder",
        "A workflow as a flow; beside it the conditions of an action, checked on a real booking",
        _to(f"/workflow/{WORKFLOW}"),
        _show_conditions,
        width=1440,
        height=900,
    ),
    Scene(
        "message",
        "A message being written, and what would be sent for a booking",
        _to("/workflow/meeting-reminder"),
        _show_preview,
        width=1440,
        height=900,
    ),
    Scene("execution", "What an execution did, action by action, and why", _find_story),
    Scene(
        "booking",
        "Everything about one booking, first of all why it got no text message",
        _to(f"/bookings/{BOOKING_WITHOUT_TEXT}"),
    ),
    Scene(
        "analytics", "How executions ended and how long they took", _to("/analytics"), _show_charts
    ),
)
