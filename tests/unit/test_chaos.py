"""What `make chaos` counts and writes: a tally that can't see a loss would prove nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.chaos.__main__ import parse_arguments
from benchmarks.chaos.counting import States, Tally, tally
from benchmarks.chaos.reporting import BEGIN, COMMANDS, END, PAGE, describe, make_table
from benchmarks.chaos.rounds import CLUSTER_ROUNDS, ROUNDS, SPECS, Outcome
from benchmarks.chaos.supervising import CLUSTER_VICTIMS, VICTIMS, component_of
from bookflow.demo.receivers import ReceivedMail, ReceivedWebhook
from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.spec.loading import load_workflow


def mail(booking: str, message_id: str) -> ReceivedMail:
    raw = f"Message-ID: <{message_id}>\r\n\r\nHello".encode()
    return ReceivedMail("desk@example.com", (f"{booking}@example.org",), raw)


def hook(booking: str, webhook_id: str, *, is_verified: bool = True) -> ReceivedWebhook:
    body = json.dumps({"booking_id": booking}).encode()
    return ReceivedWebhook("POST", "/", {"webhook-id": webhook_id}, body, is_verified)


def outfit(mails: list[ReceivedMail], hooks: list[ReceivedWebhook], slow: int = 0) -> Any:
    """Give receivers; the first `slow` webhooks met a scripted delay."""
    webhooks = SimpleNamespace(messages=hooks[slow:], refused=hooks[:slow])
    mail, sms = SimpleNamespace(messages=mails), SimpleNamespace(messages=[])
    return SimpleNamespace(mail=mail, sms=sms, webhooks=webhooks)


def outcome(**changes: Any) -> Outcome:
    given: dict[str, Any] = {
        "round": ROUNDS["worker"],
        "events": 5,
        "tally": Tally(expected=10, lost=0, repeated=1, other_id=0),
        "states": States(Counter(completed=5)),
        "recovery": 12.34,
        **changes,
    }
    return Outcome(**given)


def test_tally_finds_what_was_lost_repeated_and_sent_under_another_id() -> None:
    mails = [mail("b-1", "m1"), mail("b-1", "m1"), mail("b-2", "m2"), mail("other", "m9")]
    hooks = [hook("b-1", "h1"), hook("b-1", "h2"), hook("b-3", "h3")]
    found = tally(outfit(mails, hooks, slow=2), {"b-1", "b-2", "b-3"})
    assert found == Tally(expected=6, lost=2, repeated=1, other_id=1)


def test_webhook_with_a_bad_signature_does_not_count() -> None:
    found = tally(outfit([mail("b-1", "m1")], [hook("b-1", "h1", is_verified=False)]), {"b-1"})
    assert found.lost == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"tally": Tally(expected=10, lost=1, repeated=0, other_id=0)},
        {"tally": Tally(expected=10, lost=0, repeated=0, other_id=1)},
        {"states": States(Counter(completed=4, failed=1))},
        {"updates_missing": 1},
        {"recovery": None},
    ],
)
def test_round_with_any_loss_is_not_clean(changes: dict[str, Any]) -> None:
    assert outcome().is_clean
    assert not outcome(**changes).is_clean
    assert make_table([outcome(**changes)]).splitlines()[-1].endswith("| no |")


def test_table_says_how_long_it_took() -> None:
    row = make_table([outcome(resent=3)]).splitlines()[-1]
    assert row == "| worker | 5 | 10 | 0 | 0 | 1 | 3 | 12.3 s | yes |"
    assert "| no |" in make_table([outcome(recovery=120.1)])


def test_round_that_could_not_be_played_is_no_success() -> None:
    unplayed = Outcome.unplayed(ROUNDS["task"], 5, TimeoutError("waited 60 s for a running task"))
    assert not unplayed.is_clean
    assert make_table([unplayed]).splitlines()[-1].endswith("| not played | no |")
    assert describe(unplayed) == "task: NOT PLAYED: waited 60 s for a running task"


@pytest.mark.parametrize("command", COMMANDS.values())
def test_page_has_the_place_for_the_table(command: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.index(BEGIN.format(command=command)) < text.index(END.format(command=command))


def test_cluster_has_a_round_for_each_process_of_its_own() -> None:
    assert set(CLUSTER_ROUNDS) - set(ROUNDS) == set(CLUSTER_VICTIMS)
    assert component_of("celery-worker-and-tasks") == "celery-worker"
    assert component_of("redis") == "redis"


def test_every_process_is_the_victim_of_a_round() -> None:
    killed = {found.victim for found in ROUNDS.values() if not found.is_network}
    assert killed == set(VICTIMS)


def test_unknown_round_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments(["schedular"])
    assert "unknown: schedular; there are scheduler, " in capsys.readouterr().err


@pytest.mark.parametrize("file", sorted(SPECS.glob("*.yaml")), ids=lambda file: file.stem)
def test_workflows_of_the_rounds_are_valid(file: Path) -> None:
    loaded = load_workflow(
        file.read_bytes(), file=str(file), vocabulary=BOOKING_VOCABULARY, size_limit=10_000
    )
    assert loaded.workflow.id in {found.workflow for found in ROUNDS.values()}
