from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from rich.console import Console

from bookflow.demo.printing import Outcome, print_places, print_summary
from bookflow.demo.showing import fire, wait_until_settled, watch
from bookflow.errors import ConfigurationError

# some wait for a while
pytestmark = pytest.mark.slow

Answer = httpx.Response | httpx.TransportError


def api_of(*answers: Answer) -> httpx.Client:
    """Stand for a server that gives these answers in turn, the last one for ever."""
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, httpx.TransportError):
            raise given
        return given

    return httpx.Client(transport=httpx.MockTransport(answer), base_url="http://demo")


def failing_at(call: int, error: BaseException) -> Callable[[], None]:
    calls = []

    def check() -> None:
        calls.append(1)
        if len(calls) == call:
            raise error

    return check


def nothing() -> None:
    return


def console() -> Any:
    return Console(file=io.StringIO(), width=200, soft_wrap=True)


def test_server_that_is_busy_for_a_while_loses_no_execution() -> None:
    done = {"id": "e", "status": "completed"}
    api = api_of(
        httpx.Response(503, text="busy"),
        httpx.ReadTimeout("late"),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=done),
    )
    assert wait_until_settled(api, ["e"], nothing, seconds=20) == ([done], 0)


def test_server_that_stays_busy_leaves_executions_open() -> None:
    api = api_of(httpx.Response(500))
    assert wait_until_settled(api, ["a", "b"], nothing, seconds=0) == ([], 2)


def test_component_that_dies_while_the_sample_plays_ends_the_waiting() -> None:
    check = failing_at(2, ConfigurationError("scheduler ended with -9"))
    with pytest.raises(ConfigurationError, match="scheduler ended"):
        wait_until_settled(api_of(httpx.Response(500)), ["a"], check, seconds=20)


def test_events_are_fired_again_while_the_server_is_busy() -> None:
    api = api_of(
        httpx.Response(500), httpx.ConnectError("no"), httpx.Response(202, json={"results": [{}]})
    )
    assert fire(api, [{}], seconds=20) == [{}]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(403, text="not you"), "refused: 403 not you"),
        (httpx.Response(503, text="busy"), "within 0 s: 503 busy"),
        (httpx.ReadTimeout("too late"), "within 0 s: too late"),
    ],
)
def test_events_that_can_not_be_fired_are_one_clear_error(answer: Answer, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        fire(api_of(answer), [{}], seconds=0)


def test_what_dies_while_the_demo_stands_is_shown_and_ends_it() -> None:
    shown = console()
    check = failing_at(3, ConfigurationError("scheduler ended with -9:\n[red]killed"))
    assert watch(shown, check, pause=0) == 1
    assert "the demo ends: scheduler ended with -9:\n[red]killed" in shown.file.getvalue()


def test_ctrl_c_ends_the_demo_in_peace() -> None:
    shown = console()
    assert watch(shown, failing_at(2, KeyboardInterrupt()), pause=0) == 0
    assert shown.file.getvalue() == ""


def test_summary_counts_deliveries_actions_and_plans() -> None:
    def entry(status: str, *deliveries: str) -> dict[str, Any]:
        return {"status": status, "deliveries": [{"status": one} for one in deliveries]}

    executions = [
        {"booking_id": "b-1", "execution_log": [entry("completed", "sent", "delivered")]},
        {"booking_id": "b-1", "execution_log": [entry("skipped"), entry("failed", "failed")]},
        {"booking_id": "b-2", "execution_log": []},
    ]
    shown = console()
    print_summary(shown, Outcome(executions, 0, []))
    first, second = shown.file.getvalue().splitlines()
    assert first == (
        "2 bookings, 3 executions: 2 deliveries sent; actions 1 completed, 1 skipped, 1 failed; "
        "1 executions planned for later."
    )
    assert "fired at once" in second
    assert "cold start" in second


def test_places_can_be_pasted_into_a_shell() -> None:
    stack = SimpleNamespace(
        url="http://127.0.0.1:8081",
        passwords={"editor": "p-1"},
        database="postgresql://postgres@/bookflow?host=/my%20here",
        directory=Path("/my [demo]/here"),
        logs=Path("/logs"),
    )
    shown = console()
    print_places(shown, SimpleNamespace(stack=stack), Outcome([], 0, []))  # type: ignore[arg-type]
    lines = shown.file.getvalue().splitlines()
    assert (
        "  export BOOKFLOW_URL=http://127.0.0.1:8081 BOOKFLOW_USERNAME=editor BOOKFLOW_PASSWORD=p-1"
    ) in lines
    assert "  export BOOKFLOW_HOME='/my [demo]/here'" in lines
