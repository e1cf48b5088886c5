import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookflow.spec.change_hearing import NET_SECONDS, ChangeHearing
from bookflow.spec.folder_watching import is_local

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's inotify is Linux's")


class Clock:
    """Seconds that pass only when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def root(tmp_path: Path) -> Path:
    if not is_local(str(tmp_path)):
        pytest.skip("the folder of tests is on a file system that others may write to")
    folder = tmp_path / "specs"
    (folder / "team").mkdir(parents=True)
    (folder / "one.yaml").write_text("a")
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hearing(root: Path, clock: Clock) -> Iterator[ChangeHearing]:
    found = ChangeHearing(str(root), clock=clock)
    found.begin_look()
    found.end_look(has_links=False)
    yield found
    found.close()


def test_nothing_is_known_before_the_first_look(root: Path) -> None:
    assert ChangeHearing(str(root)).take_changed() is None


def test_quiet_folder_has_no_changes(hearing: ChangeHearing) -> None:
    assert hearing.take_changed() == frozenset()


def test_files_that_changed_are_named_once(hearing: ChangeHearing, root: Path) -> None:
    (root / "one.yaml").write_text("b")
    (root / "team" / "two.yaml").write_text("a")
    (root / "team" / "two.yaml").rename(root / "three.yaml")
    names = {"one.yaml", "team/two.yaml", "three.yaml"}
    assert hearing.take_changed() == {str(root / name) for name in names}
    assert hearing.take_changed() == frozenset()


def test_new_folder_asks_for_a_look_at_all(hearing: ChangeHearing, root: Path) -> None:
    (root / "other").mkdir()
    assert hearing.take_changed() is None


def test_lost_events_ask_for_a_look_at_all(hearing: ChangeHearing, root: Path) -> None:
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if limit > 20_000:
        pytest.skip("the kernel keeps more events than a test should make")
    for number in range(limit // 2 + 10):
        # equal events in a row count once
        os.utime(root / "one.yaml", (number, number))
        (root / "team" / "two.yaml").touch()
    assert hearing.take_changed() is None


def test_folder_that_was_exchanged_asks_for_a_look_at_all(
    hearing: ChangeHearing, root: Path
) -> None:
    root.rename(root.with_name("old"))
    root.mkdir()
    assert hearing.take_changed() is None


def test_links_ask_for_a_look_at_all_every_time(hearing: ChangeHearing) -> None:
    hearing.begin_look()
    hearing.end_look(has_links=True)
    assert hearing.take_changed() is None


def test_after_a_while_all_is_looked_at(hearing: ChangeHearing, clock: Clock) -> None:
    clock.now = NET_SECONDS + 1
    assert hearing.take_changed() is None
    hearing.begin_look()
    hearing.end_look(has_links=False)
    assert hearing.take_changed() == frozenset()


def test_forked_process_does_not_take_the_news_of_its_parent(
    hearing: ChangeHearing, root: Path
) -> None:
    (root / "one.yaml").write_text("b")
    with warnings.catch_warnings():
        # the test runner has threads, which the child never uses
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        os._exit(0 if hearing.take_changed() is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert hearing.take_changed() == {str(root / "one.yaml")}


def test_closed_hearing_knows_nothing(hearing: ChangeHearing) -> None:
    hearing.close()
    assert hearing.take_changed() is None


def test_file_systems_that_others_write_to_are_not_local() -> None:
    assert not is_local("/proc/self")
    assert not is_local("/sys")
