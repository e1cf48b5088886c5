"""What each role finds on bookflow's pages: the buttons it may use, and else whom to ask."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bookflow.demo.stack import ROLES, AirflowStack
from tests.acceptance.browsing import Visit
from tests.acceptance.conftest import booking, wait_for

pytestmark = pytest.mark.acceptance

EDITING = {"admin", "operator", "editor"}
RUNNING = EDITING
ADMINISTERING = {"admin", "operator"}
REQUEST = {
    "id": "01980000-0000-7000-8000-000000000001",
    "received_at": "2030-01-07T10:00:00+00:00",
    "source": "cal-com",
    "verdict": "ignored",
    "reason": "nobody listens to it",
    "trigger": None,
    "booking_id": None,
    "event_id": None,
    "replay_of": None,
    "actor": None,
    "replayable": True,
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A control on a page, who may use it, and what the others read in its place.

    `beside` is what everybody finds there: when it has come, so has what they may use.
    """

    role: str
    name: str
    users: set[str]
    instead: str | None = None
    beside: tuple[str, str] | None = None
    menu: str | None = None


CHAIN = ("link", "Test Chain")
OVERVIEW = ("tab", "Overview")
FIGURES = ("menuitem", "Figures")
MENU = "More for Chain"
# what is offered on each page
OFFERS = {
    "": (
        Offer("link", "New workflow", EDITING, beside=CHAIN),
        Offer("link", "Edit Chain", EDITING, beside=("link", "Test Chain")),
        Offer("menuitem", "Duplicate…", EDITING, beside=FIGURES, menu=MENU),
        Offer("menuitem", "Deactivate…", EDITING, beside=FIGURES, menu=MENU),
        Offer("menuitem", "Delete…", EDITING, beside=FIGURES, menu=MENU),
    ),
    "/new": (Offer("button", "Make it", EDITING, "You may not make workflows"),),
    "/workflow/chain": (Offer("button", "Save…", EDITING, "You may look, but not change it"),),
    "/workflow/chain/test?mode=live": (
        Offer("button", "test message", RUNNING, "You may not send tests of"),
    ),
    "/templates/day-before-reminder": (
        Offer("button", "Create workflow", EDITING, "You may look at templates."),
    ),
    "/executions/{failed}": (
        Offer("button", "Try again", RUNNING, "You may look, but not have it tried again"),
    ),
    "/executions/{delivered}": (
        Offer("button", "Cancel execution", RUNNING, "You may look, but not cancel it"),
    ),
    "/health?tab=endpoints": (
        Offer("button", "Enable", RUNNING, beside=("cell", "bookflow_smtp")),
    ),
    "/health?tab=inbound": (
        Offer("button", "Run the request", ADMINISTERING, "ask an Airflow admin"),
        Offer("tab", "Audit trail", ADMINISTERING, beside=OVERVIEW),
    ),
    "/health?tab=audit": (
        Offer("columnheader", "Who", ADMINISTERING, "ask an Airflow admin"),
        Offer("tab", "Inbound requests", ADMINISTERING, beside=OVERVIEW),
    ),
}


@pytest.fixture(scope="module")
def executions(stack: AirflowStack) -> dict[str, str]:
    """Give an execution that failed, and one that did not."""
    failing = booking(status="cancelled")
    failing["invitee"] = {**failing["invitee"], "phone": None}
    delivered = booking()
    with stack.client("editor") as api:
        for trigger, subject in (("cancelled", failing), ("created", delivered)):
            path = f"/bookflow/api/v1/triggers/booking_{trigger}"
            api.post(path, json={"booking": subject}).raise_for_status()
        return {
            "failed": _wait_for_end(api, failing["id"], "failing", "failed"),
            "delivered": _wait_for_end(api, delivered["id"], "chain", "completed"),
        }


def _wait_for_end(api: httpx.Client, subject: str, workflow: str, status: str) -> str:
    query = {"booking": subject, "workflow": workflow, "status": status}
    found = wait_for(
        lambda: api.get("/bookflow/api/v1/executions", params=query).json()["executions"],
        120,
        f"{workflow} to be {status}",
    )
    return str(found[0]["id"])


@pytest.mark.parametrize("user", list(ROLES))
def test_role_finds_what_it_may_use_and_else_whom_to_ask(
    visits: Callable[[str], Visit], executions: dict[str, str], user: str
) -> None:
    visit = visits(user)
    wrong = []
    with ExitStack() as stands_in:
        for path, change in _states(executions["delivered"]).items():
            stands_in.enter_context(visit.told(path, change))
        for path, offers in OFFERS.items():
            page = visit.open(path.format(**executions))
            wrong += [
                f"{path}: {offer.name}"
                for offer in offers
                if _is_offered(page, offer, user) != (user in offer.users)
            ]
    assert wrong == []
    assert visit.faults == []


def _states(delivered: str) -> dict[str, Callable[[Any], Any]]:
    """Give what no stack is in by itself: something to cancel, to enable and to run again."""
    return {
        f"executions/{delivered}": lambda answer: {**answer, "status": "pending"},
        "endpoints": lambda answer: {
            "endpoints": [{**one, "state": "open"} for one in answer["endpoints"]]
        },
        "inbound-requests*": lambda _answer: {"requests": [REQUEST], "next_cursor": None},
    }


def _is_offered(page: Any, offer: Offer, user: str) -> bool:
    if offer.menu:
        page.get_by_role("button", name=offer.menu, exact=True).click()
    control = page.get_by_role(offer.role, name=offer.name).first
    if user not in offer.users and offer.instead:
        page.get_by_text(offer.instead).first.wait_for()
    elif user not in offer.users and offer.beside:
        role, name = offer.beside
        page.get_by_role(role, name=name).first.wait_for()
    else:
        control.wait_for()
    is_offered = control.count() > 0 and not _is_refused(control)
    if offer.menu:
        page.keyboard.press("Escape")
        page.get_by_role("menu").wait_for(state="hidden")
    return is_offered


def _is_refused(control: Any) -> bool:
    """Tell whether a button is there, but says that this user may not use it."""
    return control.is_disabled() and "You may not" in (control.get_attribute("title") or "")
