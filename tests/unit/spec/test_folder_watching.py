from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookflow.spec.folder_watching import FolderWatch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's inotify is Linux's")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[FolderWatch]:
    """Watch a folder with one file."""
    (tmp_path / "one.yaml").write_text("a")
    found = FolderWatch()
    found.follow([str(tmp_path)])
    yield found
    found.close()


def hears(watch: FolderWatch) -> bool:
    """Ask until something is heard; the kernel may take a moment."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        if watch.has_news():
            return True
        time.sleep(0.01)
    return False


def test_quiet_folder_tells_nothing(watch: FolderWatch) -> None:
    assert watch.is_hearing
    assert not watch.has_news()


def test_file_written_over_in_place_is_heard_once(watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("b")
    assert hears(watch)
    time.sleep(0.05)
    watch.has_news()
    assert not watch.has_news()


def test_files_that_come_and_go_are_heard(watch: FolderWatch, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").replace(tmp_path / "two.yaml")
    assert hears(watch)
    (tmp_path / "two.yaml").unlink()
    assert hears(watch)


def test_folders_can_be_added_and_left(watch: FolderWatch, tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    watch.follow([str(tmp_path), str(below)])
    watch.has_news()
    (below / "new.yaml").write_text("a")
    assert hears(watch)
    watch.follow([str(tmp_path)])
    watch.has_news()
    (below / "new.yaml").write_text("b")
    assert not watch.has_news()


def test_link_that_is_turned_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "current"
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    link.symlink_to("first")
    watch = FolderWatch()
    watch.follow([str(link)])
    link.unlink()
    link.symlink_to("second")
    watch.follow([str(link)])
    watch.has_news()
    (tmp_path / "second" / "new.yaml").write_text("a")
    assert hears(watch)
    watch.close()


def test_folder_that_is_missing_is_not_watched(tmp_path: Path) -> None:
    watch = FolderWatch()
    watch.follow([str(tmp_path / "nowhere")])
    assert not watch.is_hearing
    assert not watch.has_news()
    watch.close()
    # as where the kernel has no inotify
    watch.follow([str(tmp_path)])
    assert not watch.is_hearing
    assert not watch.has_news()
