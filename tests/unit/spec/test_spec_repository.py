import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bookflow.errors import ConfigurationError, NotFoundError, SpecError
from bookflow.spec.repository import SpecRepository
from tests.unit.spec.sample_vocabulary import VOCABULARY

Write = Callable[..., Path]


class Clock:
    """Seconds that pass only when a test says so."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "specs"
    folder.mkdir()
    return folder


@pytest.fixture
def write(root: Path) -> Write:
    def write_spec(path: str, workflow_id: str, extra: str = "", **keys: str) -> Path:
        head = {"organizer": "o", "name": f"Name of {path}", "trigger": "booking_created", **keys}
        lines = [f"id: {workflow_id}", *(f"{key}: {value}" for key, value in head.items()), extra]
        lines += ["actions:", "  - {name: a, type: send_sms, recipient: invitee, message: hi}"]
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines))
        return target

    return write_spec


def open_repository(root: Path, clock: Clock | None = None) -> SpecRepository:
    return SpecRepository(root, VOCABULARY, clock=clock or Clock())


def test_scan_finds_every_spec_and_skips_hidden_ones(root: Path, write: Write) -> None:
    for path in ("a.yaml", "sub/deep/b.yml", ".hidden/c.yaml", ".d.yaml", "e.txt"):
        write(path, Path(path).stem.strip("."))
    scan = open_repository(root).scan()
    assert list(scan.workflows) == ["a", "b"]
    assert scan.errors == {}


def test_broken_spec_hides_no_other(root: Path, write: Write) -> None:
    write("good.yaml", "good")
    broken = write("broken.yaml", "broken", trigger="nope")
    (root / "huge.yaml").write_bytes(b"x" * 300_000)
    scan = open_repository(root).scan()
    assert list(scan.workflows) == ["good"]
    assert set(scan.errors) == {broken, root / "huge.yaml"}
    assert scan.errors[broken].issues[0].file == str(broken)


def test_unchanged_files_are_not_read_again(root: Path, write: Write) -> None:
    path = write("a.yaml", "a")
    os.utime(path, ns=(1, 1))
    repository = SpecRepository(root, VOCABULARY, wall=lambda: time.time_ns() + 10**9)
    first = repository.scan()
    path.chmod(0o600)
    assert repository.scan() is first
    write("a.yaml", "a", name="Other")
    assert repository.scan().workflows["a"].workflow.name == "Other"
    path.unlink()
    assert repository.scan().workflows == {}


def test_change_within_one_tick_of_the_file_system_is_seen(root: Path, write: Write) -> None:
    path = write("a.yaml", "a", name="One")
    status = path.stat()
    # A wall clock that stands still at the file's time: its stamp can't be trusted yet.
    repository = SpecRepository(root, VOCABULARY, wall=lambda: status.st_mtime_ns)
    assert repository.scan().workflows["a"].workflow.name == "One"
    with path.open("r+") as file:
        text = file.read().replace("One", "Two")
        file.seek(0)
        file.write(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert repository.scan().workflows["a"].workflow.name == "Two"


def test_refresh_scans_at_most_once_per_age(root: Path, write: Write) -> None:
    clock = Clock()
    repository = open_repository(root, clock)
    assert repository.all() == ()
    write("a.yaml", "a")
    clock.now = 0.9
    assert repository.get("a") is None
    assert repository.refresh(0).workflows.keys() == {"a"}
    write("b.yaml", "b")
    clock.now = 2.0
    assert [item.workflow.id for item in repository.all()] == ["a", "b"]


def test_find_and_scan_see_the_same_change(root: Path, write: Write) -> None:
    write("a.yaml", "a", name="One")
    repository = open_repository(root)
    repository.scan()
    time.sleep(0.06)
    write("a.yaml", "a", name="Two")
    assert repository.find("a").workflow.name == "Two"
    assert repository.scan().workflows["a"].workflow.name == "Two"


@pytest.mark.parametrize(
    ("files", "winner"),
    [
        (["x.yaml"], "x.yaml"),
        (["other.yaml"], "other.yaml"),
        (["sub/x.yml"], "sub/x.yml"),
        (["x.yaml", "other.yaml"], "x.yaml"),
        (["x.yml", "x.yaml"], "x.yaml"),
        (["x.yml", "sub/x.yaml"], "x.yml"),
        (["sub/x.yaml", "other.yaml"], "sub/x.yaml"),
        (["sub/x.yaml", "tub/x.yaml"], None),
        (["sub/x.yaml", "sub/x.yml"], None),
        (["one.yaml", "two.yaml"], None),
        ([], None),
    ],
)
def test_find_and_scan_agree_who_has_an_id(
    root: Path, write: Write, files: list[str], winner: str | None
) -> None:
    for path in files:
        write(path, "x")
    write("unrelated.yaml", "unrelated")
    scan = open_repository(root).scan()
    losers = {root / path for path in files if path != winner}
    assert set(scan.errors) == losers
    for path in losers:
        (issue,) = scan.errors[path].issues
        assert issue.code == "duplicate-id"
        assert any(str(root / other) in issue.message for other in files if root / other != path)
    if winner is not None:
        assert scan.workflows["x"].path == root / winner
        assert open_repository(root).find("x").path == root / winner
    else:
        assert "x" not in scan.workflows
        with pytest.raises(SpecError if files else NotFoundError, match=r"id|no workflow"):
            open_repository(root).find("x")


@pytest.mark.parametrize("line", ['"\\x61"', "'a'", "!!str a", "&x a", "\n  a", "a # note"])
def test_find_reads_ids_however_they_are_written(root: Path, write: Write, line: str) -> None:
    write("other.yaml", line)
    assert open_repository(root).scan().workflows["a"].path == root / "other.yaml"
    assert open_repository(root).find("a").path == root / "other.yaml"


def test_broken_file_named_by_the_id_leaves_it_to_a_valid_one(root: Path, write: Write) -> None:
    write("x.yaml", "x", trigger="nope")
    with pytest.raises(SpecError, match="nope"):
        open_repository(root).find("x")
    write("sub/x.yaml", "x")
    assert open_repository(root).find("x").path == root / "sub/x.yaml"
    assert open_repository(root).scan().workflows["x"].path == root / "sub/x.yaml"


def test_file_named_by_an_id_it_does_not_have_is_no_claim(root: Path, write: Write) -> None:
    write("x.yaml", "y")
    repository = open_repository(root)
    assert repository.find("y").path == root / "x.yaml"
    with pytest.raises(NotFoundError):
        repository.find("x")


@pytest.mark.parametrize("workflow_id", ["../x", "a/b", "", "A", "x\n", "a" * 65, "."])
def test_hostile_ids_find_nothing(root: Path, write: Write, workflow_id: str) -> None:
    write("../x.yaml", "x")
    with pytest.raises(NotFoundError):
        open_repository(root).find(workflow_id)
    assert open_repository(root).get(workflow_id) is None


def test_find_reads_one_file_if_it_is_named_by_the_id(root: Path, write: Write) -> None:
    write("x.yaml", "x")
    for number in range(50):
        (root / f"broken-{number}.yaml").mkdir()
    (root / "locked").mkdir(mode=0o000)
    assert open_repository(root).find("x").workflow.id == "x"


def test_name_is_unique_per_organizer(root: Path, write: Write) -> None:
    write("b.yaml", "b", name="Same")
    later = write("c.yaml", "c", name="Same")
    write("d.yaml", "d", name="Same", organizer="someone-else")
    scan = open_repository(root).scan()
    assert list(scan.workflows) == ["b", "d"]
    (issue,) = scan.errors[later].issues
    assert (issue.code, issue.key) == ("duplicate-name", "name")
    assert "b.yaml" in issue.message


def test_matching_follows_trigger_event_type_and_activity(root: Path, write: Write) -> None:
    write("any.yaml", "any")
    write("demo.yaml", "demo", "event_types: [demo, demo]")
    write("intro.yaml", "intro", "event_types: [intro]")
    write("off.yaml", "off", "is_active: false")
    write("late.yaml", "late", trigger="booking_cancelled")
    repository = open_repository(root)

    def ids(trigger: str, category: str | None) -> list[str]:
        return [item.workflow.id for item in repository.matching(trigger, category)]

    assert ids("booking_created", "demo") == ["any", "demo"]
    assert ids("booking_created", "intro") == ["any", "intro"]
    assert ids("booking_created", None) == ["any"]
    assert ids("booking_cancelled", "demo") == ["late"]
    assert ids("unheard_of", "demo") == []


def test_links_are_followed_inside_the_folder_only(root: Path, write: Write) -> None:
    outside = write("../outside.yaml", "outside")
    write(".data/kept.yaml", "kept")
    (root / "kept.yaml").symlink_to(root / ".data" / "kept.yaml")
    (root / "leak.yaml").symlink_to(outside)
    (root / "gone.yaml").symlink_to(root / "nowhere.yaml")
    (root / "loop.yaml").symlink_to(root / "loop.yaml")
    (root / "up").symlink_to(root.parent)
    scan = open_repository(root).scan()
    assert list(scan.workflows) == ["kept"]
    assert {path.name for path in scan.errors} == {"leak.yaml", "gone.yaml", "loop.yaml"}
    assert "leads out of the folder" in str(scan.errors[root / "leak.yaml"])
    assert open_repository(root).find("kept").workflow.id == "kept"
    with pytest.raises(NotFoundError):
        open_repository(root).find("outside")
    with pytest.raises(SpecError, match="leads out of the folder"):
        open_repository(root).find("leak")


def test_pipes_and_odd_names_do_no_harm(root: Path, write: Write) -> None:
    os.mkfifo(root / "pipe.yaml")
    (root / "folder.yaml").mkdir()
    odd = os.fsdecode(os.fsencode(root) + b"/bad\xff\nname.yaml")
    Path(odd).write_text("id: [")
    write("new\nline.yaml", "newline", name="Odd")
    scan = open_repository(root).scan()
    assert list(scan.workflows) == ["newline"]
    assert set(scan.errors) == {root / "pipe.yaml", Path(odd)}
    for error in scan.errors.values():
        assert str(error).isprintable()
        assert str(error).encode()


def test_missing_folder_says_which_setting_to_change(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="BOOKFLOW_SPECS_DIR"):
        open_repository(tmp_path / "nowhere").scan()


def test_threads_share_one_repository(root: Path, write: Write) -> None:
    for number in range(20):
        write(f"w{number}.yaml", f"w{number}")
    repository = SpecRepository(root, VOCABULARY, max_age=0.001)
    failures: list[object] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            if repository.get("w7") is None or repository.find("w3").workflow.id != "w3":
                failures.append("lost")
            if sum(1 for _ in repository.matching("booking_created", None)) < 20:
                failures.append("too few")

    repository.scan()
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20, 40):
        write(f"w{number}.yaml", f"w{number}")
        time.sleep(0.005)
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(repository.scan().workflows) == 40


class SlowClock(Clock):
    """Makes every scan take long."""

    def __call__(self) -> float:
        self.now += 0.05
        return self.now


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "bookflow-specs":
            thread.join()


def test_long_scan_is_not_waited_for_while_answers_come_often(root: Path, write: Write) -> None:
    clock = SlowClock()
    repository = open_repository(root, clock)
    repository.scan()
    write("new.yaml", "new")
    clock.now += 1.5
    assert repository.get("new") is None
    wait_for_threads()
    assert repository.get("new") is not None


def test_long_scan_is_waited_for_after_a_pause(root: Path, write: Write) -> None:
    clock = SlowClock()
    repository = open_repository(root, clock)
    repository.scan()
    write("new.yaml", "new")
    clock.now += 4.0
    assert repository.get("new") is not None
    # and where somebody asks for what is there now
    write("newer.yaml", "newer")
    clock.now += 1.5
    assert "newer" in repository.refresh(0).workflows


def test_folder_lost_while_scanning_beside_is_told_to_who_asks_later(root: Path) -> None:
    clock = SlowClock()
    repository = open_repository(root, clock)
    repository.scan()
    root.rmdir()
    clock.now += 1.5
    assert repository.get("any") is None
    wait_for_threads()
    clock.now += 4.0
    with pytest.raises(ConfigurationError):
        repository.get("any")
