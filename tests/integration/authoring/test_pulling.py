"""What others pushed takes effect here as if it had been saved here."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.journey.management.pulling import RemotePuller
from bookflow.spec.authoring.desk import AuthoringDesk
from bookflow.spec.repository import SpecRepository
from tests.integration.authoring.conftest import ADA, Repository, make_spec, open_desk

HANG = 30


@dataclass
class Server:
    """One clone, and what the others in its process are told."""

    repository: Repository
    desk: AuthoringDesk
    specs: SpecRepository
    told: list[tuple[list[str], list[str]]] = field(default_factory=list)
    prompts: int = 0
    pulls: int = 0
    news: threading.Event = field(default_factory=threading.Event)

    def request(self, *, changed: Collection[str], gone: Collection[str]) -> None:
        self.told.append((sorted(changed), sorted(gone)))
        self.news.set()

    def prompt(self) -> None:
        self.prompts += 1

    def pull(self) -> bool:
        self.pulls += 1
        return self.desk.pull()

    def open_puller(self, remote: str = "origin", pause: float = 0.05) -> RemotePuller:
        return RemotePuller(
            lambda: self, self.specs, self, self.prompt, remote=remote, pause=pause
        )  # fmt: skip

    def names(self) -> dict[str, str]:
        return {key: loaded.workflow.name for key, loaded in self.specs.refresh().workflows.items()}


@pytest.fixture
def open_server(tmp_path: Path, repository: Repository) -> Callable[[str], Server]:
    top = tmp_path / "origin.git"
    repository.git("clone", "-q", "--bare", str(repository.top), str(top))

    def make(name: str) -> Server:
        repository.git("clone", "-q", str(top), str(tmp_path / name))
        made = Repository(tmp_path / name, tmp_path / name / "flows/specs")
        specs = SpecRepository(made.specs, BOOKING_VOCABULARY, max_age=float("inf"))
        return Server(made, open_desk(made.specs, specs_remote="origin"), specs)

    return make


@pytest.fixture
def here(open_server: Callable[[str], Server]) -> Server:
    return open_server("here")


@pytest.fixture
def other(open_server: Callable[[str], Server]) -> Server:
    return open_server("other")


@pytest.fixture
def started(here: Server) -> Iterator[Callable[..., None]]:
    """Give a function that starts the thread."""
    pullers: list[RemotePuller] = []

    def start(**options: Any) -> None:
        pullers.append(here.open_puller(**options))
        pullers[-1].start()

    yield start
    for puller in pullers:
        puller.stop()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)


def test_pulled_change_matches_at_once_and_all_are_told(here: Server, other: Server) -> None:
    puller = here.open_puller()
    other.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    other.desk.create(make_spec("added"), author=ADA)
    puller.pull()
    assert here.names() == {"welcome": "Hi", "added": "Name of added"}
    assert here.told == [(["added", "welcome"], [])]
    assert here.prompts == 1


def test_pulled_deletion_and_deactivation_are_told_as_gone(here: Server, other: Server) -> None:
    other.desk.create(make_spec("paused"), author=ADA)
    puller = here.open_puller()
    puller.pull()
    here.told.clear()
    other.desk.patch("paused", {"is_active": False}, expected=None, author=ADA)
    other.desk.delete("welcome", expected=None, author=ADA)
    puller.pull()
    assert here.told == [(["paused", "welcome"], ["paused", "welcome"])]


def test_nobody_is_told_where_nothing_came(here: Server, other: Server) -> None:
    puller = here.open_puller()
    puller.pull()
    (other.repository.top / "README").write_text("read me again\n")
    other.repository.commit_all("no spec")
    other.repository.git("push", "-q")
    puller.pull()
    assert (here.repository.top / "README").read_text() == "read me again\n"
    assert (here.told, here.prompts) == ([], 0)


def test_pulled_file_that_is_invalid_is_told_too(here: Server, other: Server) -> None:
    other.repository.write("broken.yaml", "id: broken\n")
    other.repository.commit_all("broken")
    other.repository.git("push", "-q")
    here.open_puller().pull()
    assert here.told == [([], [])], "Airflow shows what is wrong, so it must be asked"


def test_thread_goes_on_pulling(here: Server, other: Server, started: Callable[..., None]) -> None:
    started()
    wait_until(lambda: here.pulls >= 2)
    other.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    assert here.news.wait(HANG)
    here.news.clear()
    other.desk.patch("welcome", {"name": "Hi again"}, expected=None, author=ADA)
    assert here.news.wait(HANG)
    assert here.told == [(["welcome"], []), (["welcome"], [])]


def test_thread_outlives_a_remote_that_is_away(
    here: Server,
    other: Server,
    started: Callable[..., None],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other.desk.patch("welcome", {"name": "Hi"}, expected=None, author=ADA)
    (tmp_path / "origin.git").rename(tmp_path / "away.git")
    with caplog.at_level(logging.WARNING):
        started()
        wait_until(lambda: "specs can't be pulled: the remote `origin`" in caplog.text)
    assert here.told == []
    (tmp_path / "away.git").rename(tmp_path / "origin.git")
    assert here.news.wait(HANG)
    assert here.names() == {"welcome": "Hi"}


def test_thread_works_once_where_there_is_no_remote(
    here: Server, started: Callable[..., None]
) -> None:
    here.desk = open_desk(here.repository.specs)
    started(remote="", pause=0.001)
    wait_until(lambda: here.pulls > 0)
    time.sleep(0.1)
    assert here.pulls == 1
