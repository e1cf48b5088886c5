from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bookflow.errors import ConfigurationError
from bookflow.spec.repository import SpecRepository
from bookflow.spec.shard_keeping import ShardKeeper, Update
from bookflow.spec.sharding import (
    MOST_SHARDS,
    ShardFolder,
    choose_count,
    name_of_errors,
    name_of_shard,
    shard_of,
)
from tests.unit.spec.sample_vocabulary import VOCABULARY

SPEC = """\
id: {id}
organizer: {organizer}
name: {name}
trigger: booking_created
is_active: {active}
actions:
  - {{name: one, type: send_sms, recipient: invitee, message: "{message}"}}
"""


class Specs:
    """A folder of specs, and the shards kept for it."""

    def __init__(self, root: Path) -> None:
        self.root = root / "specs"
        self.root.mkdir()
        self.folder = ShardFolder.of(root / "home", self.root)
        self.maker = "this code"
        self.keeper = self.open()

    def open(self) -> ShardKeeper:
        # an hour on, so that every file is settled at once
        def wall() -> int:
            return time.time_ns() + 3600 * 10**9

        return ShardKeeper(self.root, self.folder, VOCABULARY, maker=self.maker, wall=wall)

    def write(
        self, path: str, *, name: str = "", active: bool = True, message: str = "Hi", **other: str
    ) -> None:
        workflow_id = other.get("id", Path(path).stem)
        text = SPEC.format(
            id=workflow_id,
            organizer=other.get("organizer", "ana@example.com"),
            name=name or workflow_id,
            active=str(active).lower(),
            message=message,
        )
        file = self.root / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def many(self, count: int, *, start: int = 0) -> None:
        for number in range(start, start + count):
            self.write(f"w{number}.yaml")

    def update(self) -> Update:
        return self.keeper.update()

    def shard(self, path: str) -> int:
        return shard_of(path, len(self.keeper.manifests))

    def shown(self) -> dict[str, str]:
        """Give the workflows of all shards, read from the files, as a parse would."""
        found: dict[str, str] = {}
        for file in sorted(self.folder.dags.glob("bookflow_shard_*.py")):
            manifest = self.folder.read_manifest(int(file.stem[-3:]))
            assert manifest is not None
            for path, workflow_id in manifest.specs.items():
                found[workflow_id] = path
        return found

    def errors(self) -> dict[str, str]:
        found = {}
        for file in self.folder.dags.glob("bookflow_errors_*.py"):
            manifest = self.folder.read_manifest(int(file.stem[-3:]))
            assert manifest is not None
            found.update({issue.file: str(issue) for issue in manifest.issues})
        return found

    def mtimes(self) -> dict[str, int]:
        return {file.name: file.stat().st_mtime_ns for file in self.folder.dags.glob("*.py")}


@pytest.fixture
def specs(tmp_path: Path) -> Specs:
    return Specs(tmp_path)


def test_shard_count_stays_until_it_no_longer_fits() -> None:
    count = 1
    seen = []
    for specs in (10, 60, 64, 65, 100, 60, 30, 24, 23, 10_000, 16_000, 4_000, 3_000):
        count = choose_count(specs, count)
        seen.append(count)
    assert seen == [1, 1, 1, 2, 2, 2, 2, 2, 1, 256, 256, 256, 64]
    assert choose_count(10**7, 1) == MOST_SHARDS


def test_shard_is_known_by_the_path_alone() -> None:
    assert shard_of("a.yaml", 64) == shard_of("a.yaml", 64)
    assert {shard_of(f"w{number}.yaml", 4) for number in range(100)} == {0, 1, 2, 3}
    # names that are no text have a shard too
    assert shard_of(os.fsdecode(b"\xff\xfe.yaml"), 8) in range(8)


def test_active_valid_specs_are_shown_and_errors_beside_them(specs: Specs) -> None:
    specs.write("good.yaml")
    specs.write("below/deep.yaml")
    specs.write("asleep.yaml", active=False)
    (specs.root / "bad.yaml").write_text("id: bad\n")
    assert specs.update().has_other_files
    assert specs.shown() == {"good": "good.yaml", "deep": "below/deep.yaml"}
    assert list(specs.errors()) == [str(specs.root / "bad.yaml")]


def test_unchanged_specs_touch_nothing(specs: Specs) -> None:
    specs.many(5)
    specs.update()
    before = specs.mtimes()
    assert specs.update() == Update()
    # not even when a process begins anew
    specs.keeper = specs.open()
    assert specs.update().touched == frozenset()
    assert specs.mtimes() == before


def test_edited_spec_touches_its_shard_alone(specs: Specs) -> None:
    specs.many(150)
    specs.update()
    before = specs.mtimes()
    specs.write("w7.yaml", message="Hello")
    shard = specs.shard("w7.yaml")
    assert specs.update() == Update(frozenset({shard}))
    changed = {name for name, mtime in specs.mtimes().items() if mtime != before[name]}
    assert changed == {name_of_shard(shard)}


def test_same_content_written_again_touches_nothing(specs: Specs) -> None:
    specs.many(3)
    specs.update()
    specs.write("w1.yaml")
    assert specs.update() == Update()


def test_edit_while_nobody_looked_is_noticed(specs: Specs) -> None:
    specs.many(3)
    specs.update()
    specs.write("w1.yaml", message="Hello")
    specs.keeper = specs.open()
    assert specs.update().touched == {0}


def test_errors_come_and_go_without_their_shard_being_parsed(specs: Specs) -> None:
    specs.many(3)
    specs.update()
    bad = specs.root / "bad.yaml"
    bad.write_text("id: bad\n")
    assert specs.update().has_other_files
    assert (specs.folder.dags / name_of_errors(0)).is_file()
    bad.unlink()
    assert specs.update().has_other_files
    assert not (specs.folder.dags / name_of_errors(0)).exists()
    assert len(specs.shown()) == 3


def check_same_as_scan(specs: Specs) -> None:
    scan = SpecRepository(specs.root, VOCABULARY).scan()
    active = {
        workflow_id: str(loaded.path.relative_to(specs.root))
        for workflow_id, loaded in scan.workflows.items()
        if loaded.workflow.is_active
    }
    assert specs.shown() == active
    assert specs.errors() == {str(path): str(error) for path, error in scan.errors.items()}


def test_claims_are_decided_as_a_scan_does(specs: Specs) -> None:
    specs.many(90)
    specs.write("other.yaml", id="w1")
    specs.write("below/w2.yaml")
    specs.write("x/double.yaml", id="twice")
    specs.write("y/double.yaml", id="twice")
    specs.write("z-name.yaml", name="w3")
    specs.update()
    check_same_as_scan(specs)
    # who wins changes with a file that lies in another shard
    (specs.root / "w1.yaml").unlink()
    (specs.root / "x" / "double.yaml").unlink()
    specs.write("w3.yaml", name="Another")
    specs.update()
    check_same_as_scan(specs)


def test_won_claim_touches_the_shard_of_the_loser(specs: Specs) -> None:
    specs.many(150)
    rival = next(f"r{n}.yaml" for n in range(99) if shard_of(f"r{n}.yaml", 4) == 0)
    specs.write(rival, name="claimed")
    specs.write("held.yaml", name="claimed")
    specs.update()
    held, lost = specs.shard("held.yaml"), specs.shard(rival)
    assert "held" in specs.shown()
    assert held != lost
    specs.write("held.yaml", name="free")
    assert specs.update().touched == {held, lost}
    assert Path(rival).stem in specs.shown()


def test_moved_workflow_stays_in_its_shard_until_shown_in_the_new_one(specs: Specs) -> None:
    specs.many(50)
    specs.update()
    assert len(specs.keeper.manifests) == 1
    specs.many(30, start=50)
    specs.update()
    assert set(specs.keeper.manifests) == {0, 1}
    moved = [f"w{n}.yaml" for n in range(50) if shard_of(f"w{n}.yaml", 2) == 1]
    held = specs.keeper.manifests
    assert all(path in held[0].specs and path in held[1].specs for path in moved)
    # what is new has only one place
    fresh = [f"w{n}.yaml" for n in range(50, 80) if shard_of(f"w{n}.yaml", 2) == 1]
    assert not any(path in held[0].specs for path in fresh)
    assert specs.keeper.wanted["w0"] == shard_of("w0.yaml", 2)
    assert specs.keeper.end_moves({0}) == Update()
    assert specs.keeper.end_moves({1}).touched == {0}
    assert not any(path in specs.keeper.manifests[0].specs for path in moved)
    assert len(specs.shown()) == 80


def test_shard_that_is_given_up_keeps_its_file_until_its_workflows_are_shown(
    specs: Specs,
) -> None:
    specs.many(100)
    specs.update()
    for number in range(85):
        (specs.root / f"w{number}.yaml").unlink()
    specs.update()
    assert (specs.folder.dags / name_of_shard(1)).is_file()
    update = specs.keeper.end_moves({0})
    assert update.has_other_files
    assert not (specs.folder.dags / name_of_shard(1)).exists()
    assert len(specs.shown()) == 15
    assert specs.open().update().touched == frozenset()


@pytest.mark.parametrize("damage", ["", "{}", '{"format": 1, "specs": 3}', "\x00"])
def test_damaged_files_are_made_anew(specs: Specs, damage: str) -> None:
    specs.many(90)
    specs.update()
    whole = specs.shown()
    for file in (specs.folder.index, specs.folder.manifest(1)):
        file.write_text(damage)
        with_damage = specs.open()
        with_damage.update()
        assert specs.shown() == whole
    # also under a process that goes on
    specs.keeper = specs.open()
    specs.update()
    specs.folder.manifest(0).write_text(damage)
    (specs.folder.dags / name_of_shard(1)).unlink()
    specs.update()
    assert specs.shown() == whole


def test_damaged_manifest_is_a_clear_error(specs: Specs) -> None:
    specs.many(1)
    specs.update()
    specs.folder.manifest(0).write_text("[1]")
    with pytest.raises(ConfigurationError, match="writes it anew"):
        specs.folder.read_manifest(0)


def test_lost_folder_of_shards_is_made_anew(specs: Specs) -> None:
    specs.many(90)
    specs.update()
    for file in sorted(specs.folder.root.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    assert specs.update().touched == {0, 1}
    assert len(specs.shown()) == 90


def test_what_other_code_judged_is_judged_again(specs: Specs) -> None:
    specs.many(2)
    specs.update()
    data = json.loads(specs.folder.index.read_text())
    data["specs"]["w0.yaml"][3] = "somebody-else"
    specs.folder.index.write_text(json.dumps(data))
    specs.maker = "newer code"
    specs.keeper = specs.open()
    specs.update()
    assert set(specs.shown()) == {"w0", "w1"}


def test_two_processes_on_one_folder_agree(specs: Specs) -> None:
    specs.many(5)
    specs.update()
    other = specs.open()
    other.update()
    specs.write("w1.yaml", message="Hello")
    specs.write("w9.yaml")
    assert specs.update().touched == {0}
    before = specs.mtimes()
    # the other one learns what has been done already, and does none of it again
    assert other.update().touched == frozenset()
    assert specs.mtimes() == before
    assert other.wanted == specs.keeper.wanted


def test_missing_folder_of_specs_leaves_the_shards_as_they_are(specs: Specs) -> None:
    specs.many(2)
    specs.update()
    before = specs.mtimes()
    specs.root.rename(specs.root.with_name("away"))
    with pytest.raises(ConfigurationError, match="can't be listed"):
        specs.update()
    assert specs.mtimes() == before


def test_hostile_file_names_never_reach_generated_code(specs: Specs) -> None:
    name = '"""); import os; os._exit(3)  #\n.yaml'
    specs.write(name, id="hostile")
    (specs.root / os.fsdecode(b"\xff.yaml")).write_text("id: [")
    specs.update()
    assert specs.shown() == {"hostile": name}
    for file in specs.folder.dags.glob("*.py"):
        text = file.read_text()
        assert "_exit" not in text
        compile(text, file.name, "exec")
    assert specs.open().update().touched == frozenset()


def test_news_in_folders_show_without_looking_at_files(specs: Specs) -> None:
    specs.write("below/deep.yaml")
    specs.update()
    assert not specs.keeper.has_news_in_folders()
    for change in _changes(specs):
        change()
        assert specs.keeper.has_news_in_folders()
        specs.update()
        specs.update()
        assert not specs.keeper.has_news_in_folders()


def _changes(specs: Specs) -> list[Callable[[], object]]:
    draft = specs.root / ".draft"
    draft.write_text(SPEC.format(id="deep", organizer="a", name="b", active="true", message="c"))
    specs.update()
    return [
        lambda: draft.replace(specs.root / "below" / "deep.yaml"),
        lambda: specs.write("below/other.yaml"),
        (specs.root / "below" / "deep.yaml").unlink,
    ]


def test_tasks_find_every_shard_there_may_be(specs: Specs) -> None:
    folder = specs.folder.write_for_tasks()
    assert {file.name for file in folder.iterdir()} == {
        name_of_shard(number) for number in range(MOST_SHARDS)
    }
    made = folder.stat().st_mtime_ns
    assert specs.folder.write_for_tasks().stat().st_mtime_ns == made
    assert [one.name for one in specs.folder.root.iterdir()] == [folder.name]


def test_link_that_is_turned_to_another_folder_keeps_its_shards(tmp_path: Path) -> None:
    for name, message in (("first", "Hi"), ("second", "Hello")):
        folder = tmp_path / name
        folder.mkdir()
        text = SPEC.format(id="one", organizer="ana", name="one", active="true", message=message)
        (folder / "one.yaml").write_text(text)
    link = tmp_path / "current"
    link.symlink_to("first")
    folder = ShardFolder.of(tmp_path / "home", link)
    keeper = ShardKeeper(link, folder, VOCABULARY)
    keeper.update()
    link.unlink()
    link.symlink_to("second")
    assert keeper.has_news_in_folders()
    assert keeper.update().touched == {0}
    assert ShardFolder.of(tmp_path / "home", link) == folder
