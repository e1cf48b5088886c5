"""The rules of the spec files, kept in either store."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.errors import ConfigurationError
from bookflow.journey.reminders.rules import sync_rules
from bookflow.ports.clock import SpecRule
from bookflow.spec.loading import LoadedWorkflow, load_workflow
from tests.contract.conftest import NOW, minutes

TRIGGERS = ("before_meeting", "after_meeting", "booking_created")
SECOND = 1_000_000_000
SPEC = """\
id: {id}
organizer: {organizer}
name: {name}
trigger: {trigger}
{more}actions:
  - {{name: mail, type: send_email, recipient: invitee, subject: s, message: m}}
"""


@dataclass
class Folder:
    """Spec files with a time of their own, and the store that follows them."""

    root: Path
    store: Any
    wall: int = 1_000 * SECOND
    loads: list[str] = field(default_factory=list)

    def write(self, path: str, more: str = "", **changes: str) -> None:
        values = {"id": Path(path).stem, "organizer": "hana@example.com"}
        values |= {"trigger": "before_meeting", **changes}
        values.setdefault("name", values["id"])
        self.put(path, SPEC.format(more=more, **values))

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        os.utime(file, ns=(self.wall, self.wall))
        self.wall += 10 * SECOND

    def sync(self, at: datetime = NOW) -> int:
        def load(text: bytes, path: str) -> LoadedWorkflow:
            self.loads.append(Path(path).name)
            return load_workflow(text, file=path, vocabulary=BOOKING_VOCABULARY)

        return sync_rules(
            self.store, self.root, load, at, size_limit=10_000, wall=lambda: self.wall
        )

    def rules(self) -> dict[str, SpecRule]:
        return {rule.workflow_id: rule for rule in self.store.load_rules(TRIGGERS)}

    def settle(self) -> None:
        """Let the clock have looked at every rule."""
        rules = list(self.rules().values())
        self.store.tick(lambda tick: tick.cover(NOW, rules), now=NOW)


@pytest.fixture
def folder(store: Any, tmp_path: Path) -> Folder:
    return Folder(tmp_path / "specs", store)


@pytest.fixture(autouse=True)
def specs(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()


def test_rule_says_what_the_file_says(folder):
    more = 'delay_minutes: 24h\nevent_types: [intro, "déjà vu"]\nif_past: send\nif_late: 2h\n'
    folder.write("remind.yaml", more)
    assert folder.sync() == 1
    [rule] = folder.store.load_rules(["before_meeting"])
    assert (rule.path, rule.workflow_id, rule.trigger) == (
        "remind.yaml",
        "remind",
        "before_meeting",
    )
    assert (rule.delay_minutes, rule.event_types) == (1440, ("intro", "déjà vu"))
    assert (rule.if_past, rule.if_late, rule.active_since) == ("send", 120, NOW)
    assert rule.is_active
    assert rule.is_fresh
    assert len(rule.version) == 12
    assert folder.store.load_rules(["after_meeting"]) == []


def test_only_changed_files_are_read(folder):
    for number in range(3):
        folder.write(f"w-{number}.yaml")
    assert folder.sync() == 3
    assert folder.sync() == 0
    folder.write("w-1.yaml", "delay_minutes: 5\n")
    assert folder.sync(NOW + minutes(1)) == 1
    assert sorted(folder.loads[:3]) == ["w-0.yaml", "w-1.yaml", "w-2.yaml"]
    assert folder.loads[3:] == ["w-1.yaml"]
    assert folder.rules()["w-1"].delay_minutes == 5


def test_file_with_a_new_time_but_the_same_text_is_not_parsed(folder):
    folder.write("remind.yaml")
    folder.sync()
    folder.settle()
    folder.write("remind.yaml")
    assert folder.sync(NOW + minutes(1)) == 1
    assert folder.loads == ["remind.yaml"]
    assert folder.rules()["remind"].active_since == NOW
    assert not folder.rules()["remind"].is_fresh
    assert folder.sync() == 0


def test_file_that_was_just_written_is_looked_at_once_more(folder):
    written_at = folder.wall
    folder.write("remind.yaml", "delay_minutes: 5\n")
    folder.wall = written_at + SECOND // 2
    folder.sync()
    # as long as before, and within the same tick of the file system's clock
    folder.wall = written_at
    folder.write("remind.yaml", "delay_minutes: 7\n")
    assert folder.sync(NOW + minutes(1)) == 1
    assert folder.rules()["remind"].delay_minutes == 7


def test_invalid_file_keeps_its_last_valid_rule(folder):
    folder.write("remind.yaml", "delay_minutes: 5\n")
    folder.write("never.yaml", trigger="before_meting")
    folder.sync()
    before = folder.rules()
    assert set(before) == {"remind"}
    folder.write("remind.yaml", "delay_minutes: soon\n")
    assert folder.sync(NOW + minutes(1)) == 1
    [rule] = folder.rules().values()
    assert (rule.delay_minutes, rule.active_since) == (5, NOW)
    assert folder.sync() == 0
    folder.write("remind.yaml", "delay_minutes: 7\n")
    folder.sync(NOW + minutes(2))
    assert folder.rules()["remind"].delay_minutes == 7
    assert folder.rules()["remind"].active_since == NOW


def test_deleted_file_takes_its_rule_along(folder):
    folder.write("remind.yaml")
    folder.sync()
    (folder.root / "remind.yaml").unlink()
    assert folder.sync() == 1
    assert folder.rules() == {}
    assert folder.store.load_signatures() == {}


def test_workflow_stays_active_over_edits(folder):
    folder.write("remind.yaml", "delay_minutes: 5\n")
    folder.sync()
    folder.settle()
    for edit, is_fresh in (
        ("delay_minutes: 5\ndescription: Other words\n", False),
        ("delay_minutes: 6\n", True),
        ("delay_minutes: 6\nevent_types: [intro]\n", True),
    ):
        folder.write("remind.yaml", edit)
        folder.sync(NOW + minutes(9))
        rule = folder.rules()["remind"]
        assert (rule.active_since, rule.is_fresh) == (NOW, is_fresh), edit
        folder.settle()


def test_workflow_begins_anew_after_a_pause_and_with_another_trigger(folder):
    folder.write("remind.yaml")
    folder.sync()
    folder.write("remind.yaml", "is_active: false\n")
    folder.sync(NOW + minutes(1))
    assert folder.rules() == {}
    folder.write("remind.yaml")
    folder.sync(NOW + minutes(2))
    assert folder.rules()["remind"].active_since == NOW + minutes(2)
    folder.settle()
    folder.write("remind.yaml", trigger="after_meeting")
    folder.sync(NOW + minutes(3))
    assert folder.rules()["remind"].active_since == NOW + minutes(3)
    assert folder.rules()["remind"].is_fresh


def test_moved_file_is_the_same_workflow(folder):
    folder.write("remind.yaml")
    folder.sync()
    folder.settle()
    (folder.root / "team").mkdir()
    (folder.root / "remind.yaml").rename(folder.root / "team" / "remind.yaml")
    assert folder.sync(NOW + minutes(1)) == 2
    [rule] = folder.rules().values()
    assert (rule.path, rule.active_since, rule.is_fresh) == ("team/remind.yaml", NOW, False)


def test_one_of_several_files_holds_an_id(folder):
    folder.write("copy.yaml", id="remind")
    folder.sync()
    assert folder.rules()["remind"].path == "copy.yaml"
    folder.write("remind.yaml", "delay_minutes: 5\n")
    folder.sync(NOW + minutes(1))
    assert [rule.path for rule in folder.store.load_rules(TRIGGERS)] == ["remind.yaml"]
    (folder.root / "remind.yaml").unlink()
    folder.sync(NOW + minutes(2))
    assert [rule.path for rule in folder.store.load_rules(TRIGGERS)] == ["copy.yaml"]


def test_names_are_unique_per_organizer_as_in_the_factory(folder):
    folder.write("a.yaml", name="Same")
    folder.write("b.yaml", name="Same")
    folder.write("c.yaml", name="Same", organizer="other@example.com")
    folder.sync()
    assert set(folder.rules()) == {"a", "c"}


def test_folder_that_cannot_be_listed_changes_nothing(folder):
    folder.write("remind.yaml")
    folder.sync()
    folder.root.rename(folder.root.with_name("elsewhere"))
    with pytest.raises(ConfigurationError, match="can't be listed"):
        folder.sync()
    assert set(folder.rules()) == {"remind"}


def test_names_that_no_database_holds_do_no_harm(folder):
    name = b"bad\xff.yaml".decode("utf-8", "surrogateescape")
    folder.write("remind.yaml")
    os.rename(folder.root / "remind.yaml", folder.root / name)
    assert folder.sync() == 1
    assert set(folder.rules()) == {"remind"}
    assert folder.sync() == 0


def test_too_large_and_unreadable_files_are_left_out(folder):
    folder.put("large.yaml", "#" * 20_000)
    (folder.root / "pipe.yaml").symlink_to("/dev/null")
    folder.write("remind.yaml")
    folder.sync()
    assert set(folder.rules()) == {"remind"}
    assert folder.sync() == 0
