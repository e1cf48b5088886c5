"""The commands that talk to a running bookflow, against the real app on a real socket."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bookflow.cli.app import main
from tests.web.live_server import serve

pytestmark = pytest.mark.airflow

SPEC = """\
# who may change this: ask Olive
id: {id}
organizer: olive@example.org
name: {name}
trigger: booking_created
actions:
  - name: Say hello
    type: send_email
    recipient: invitee
    subject: Hello {{{{ invitee_name }}}}  # by name
    message: See you.
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run_git(place: Path, *words: str) -> str:
    git = shutil.which("git") or "git"
    done = subprocess.run(
        [git, *words], cwd=place, check=True, timeout=60, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def folder(workbench: Any) -> Path:
    """Give the folder of specs, in git."""
    place: Path = workbench.settings.specs_dir
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["config", "user.name", "Olive"],
        ["config", "user.email", "olive@example.org"],
    ):
        run_git(place, *words)
    return place


@pytest.fixture
def url(front: Callable[..., Any], dags: Any, workbench: Any, folder: Path) -> Iterator[str]:
    from bookflow.web.app import create_app

    with serve(front(create_app(lambda: workbench))) as address:
        yield address


@pytest.fixture
def run(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Said]:
    """Run a command as a user with a role, the way the shell does."""
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: object, role: str = "admin") -> Said:
        access = ["--url", url, "--username", role, "--password", f"secret of {role}"]
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words] + access)
        out, err = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, out, err)

    return call


def write_specs(place: Path, *names: str) -> Path:
    place.mkdir(exist_ok=True)
    for name in names:
        text = SPEC.format(id=name, name=name.title())
        (place / f"{name}.yaml").write_text(text, encoding="utf-8")
    return place


def test_apply_creates_updates_and_leaves_alone(run: Any, folder: Path, tmp_path: Path) -> None:
    here = write_specs(tmp_path / "here", "hello", "again")
    said = run("workflows", "apply", here)
    assert (said.code, said.err) == (0, "")
    assert "hello: created, commit " in said.out
    assert "+name: Hello" in said.out
    assert said.out.endswith("2 created\n")
    assert (folder / "hello.yaml").read_text() == (here / "hello.yaml").read_text()

    changed = (here / "hello.yaml").read_text().replace("See you.", "See you soon.")
    (here / "hello.yaml").write_text(changed)
    said = run("workflows", "apply", here)
    assert "+    message: See you soon." in said.out
    assert said.out.endswith("1 updated, 1 unchanged\n")
    assert (folder / "hello.yaml").read_text() == changed

    said = run("workflows", "apply", here)
    assert (said.code, said.out) == (0, "2 unchanged\n")


def test_dry_run_and_check_save_nothing(run: Any, folder: Path, tmp_path: Path) -> None:
    here = write_specs(tmp_path / "here", "hello")
    said = run("workflows", "apply", here, "--dry-run")
    assert said.code == 0
    assert "hello: would be created" in said.out
    assert said.out.endswith("1 created (nothing was saved)\n")
    assert run("workflows", "apply", here, "--check").code == 3
    assert not list(folder.glob("*.yaml"))
    assert run("workflows", "apply", here).code == 0
    assert run("workflows", "apply", here, "--check").code == 0


def test_refused_file_is_named_and_stops_no_other(run: Any, folder: Path, tmp_path: Path) -> None:
    here = write_specs(tmp_path / "here", "hello", "wrong")
    wrong = here / "wrong.yaml"
    wrong.write_text(wrong.read_text().replace("booking_created", "booking_creatd"))
    said = run("workflows", "apply", here)
    assert said.code == 1
    assert said.out.endswith("1 created, 1 failed\n")
    assert str(wrong) in said.err
    assert "did you mean" in said.err
    assert [path.name for path in folder.glob("*.yaml")] == ["hello.yaml"]
    answer = run("workflows", "apply", here, "--format", "json").json
    assert answer["counts"]["failed"] == 1
    assert [one["what"] for one in answer["workflows"]] == ["unchanged", "failed"]


def test_prune_deletes_what_has_no_file_only_when_told(
    run: Any, folder: Path, tmp_path: Path
) -> None:
    run("workflows", "apply", write_specs(tmp_path / "both", "hello", "again"))
    here = write_specs(tmp_path / "one", "hello")
    assert run("workflows", "apply", here).out == "1 unchanged\n"
    refused = run("workflows", "apply", here, "--prune")
    assert refused.code == 1
    assert "--yes" in refused.err
    assert len(list(folder.glob("*.yaml"))) == 2
    said = run("workflows", "apply", here, "--prune", "--yes")
    assert "again: deleted" in said.out
    assert [path.name for path in folder.glob("*.yaml")] == ["hello.yaml"]


def test_workflow_is_listed_printed_switched_restored_and_deleted(
    run: Any, folder: Path, tmp_path: Path
) -> None:
    here = write_specs(tmp_path / "here", "hello")
    run("workflows", "apply", here)
    text = (here / "hello.yaml").read_text()
    assert run("workflows", "get", "hello").out == text
    listed = run("workflows", "list", "--trigger", "booking_created")
    assert "hello" in listed.out
    assert "active" in listed.out
    assert run("workflows", "list", "--search", "nothing", "--format", "json").json == []

    said = run("workflows", "deactivate", "hello")
    assert "+is_active: false" in said.out
    [found] = run("workflows", "list", "--state", "inactive", "--format", "json").json
    assert found["id"] == "hello"
    assert "# by name" in (folder / "hello.yaml").read_text()
    assert "hello: activated" in run("workflows", "activate", "hello").out

    versions = run("workflows", "history", "hello", "--format", "json").json
    assert len(versions) == 3
    table = run("workflows", "history", "hello").out
    assert versions[0]["commit"][:10] in table
    first = versions[-1]["commit"]
    assert run("workflows", "get", "hello", "--at", first).out == text
    assert (
        "+is_active: false" in run("workflows", "diff", "hello", first, versions[1]["commit"]).out
    )
    assert run("workflows", "diff", "hello", first, "--format", "json").json["diff"]
    assert run("workflows", "list", "--inactive", "--format", "json").json == []
    assert run("workflows", "history", "hello", first, "--format", "json").json["yaml"] == text

    refused = run("workflows", "delete", "hello")
    assert refused.code == 1
    assert "--yes" in refused.err
    assert run("workflows", "delete", "hello", "--dry-run").code == 0
    assert (folder / "hello.yaml").exists()
    assert "hello: deleted" in run("workflows", "delete", "hello", "--yes").out
    assert not (folder / "hello.yaml").exists()
    assert "hello: restored" in run("workflows", "restore", "hello", first).out
    assert (folder / "hello.yaml").read_text() == text
    assert run_git(folder, "log", "-1", "--format=%an") == "admin"


def test_who_may_not_is_told_so(run: Any, tmp_path: Path) -> None:
    here = write_specs(tmp_path / "here", "hello")
    said = run("workflows", "apply", here, role="viewer")
    assert said.code == 1
    assert "403" in said.err
    assert "permission" in said.err
    unknown = run("workflows", "get", "nothing")
    assert unknown.code == 1
    assert "404" in unknown.err


def test_executions_are_listed_cancelled_and_exported(
    run: Any, workbench: Any, tmp_path: Path, make_booking: Any
) -> None:
    run("workflows", "apply", write_specs(tmp_path / "here", "hello"))
    booking = tmp_path / "booking.json"
    booking.write_text(json.dumps(make_booking()), encoding="utf-8")
    fired = run("trigger", "booking_created", "--booking", booking, "--format", "json").json
    [made] = fired["executions"]
    assert made["id"] in run("executions", "list", "--workflow", "hello").out
    assert "bk-1" in run("executions", "get", made["id"]).out
    target = tmp_path / "executions.csv"
    assert run("executions", "export", "--output", target).code == 0
    assert made["id"] in target.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.endswith(".part")) == []
    asked = ("--trigger", "booking_created", "--no-failures", "--event", fired["event_id"])
    listed = run("executions", "list", *asked, "--sort", "-due_at", "--format", "json").json
    assert [one["id"] for one in listed] == [made["id"]]
    assert run("executions", "list", "--failures", "--format", "json").json == []
    assert run("executions", "list", "--cause", "http-503", "--format", "json").json == []
    assert run("executions", "export", *asked, "--include", "actions", "-o", target).code == 0
    assert "action" in target.read_text(encoding="utf-8").splitlines()[0]
    half = run("executions", "list", "--dag-id", "bookflow-hello")
    assert (half.code, "run_id" in half.err) == (1, True)
    said = run("executions", "cancel", made["id"], "--reason", "booked twice")
    assert said.out == f"execution {made['id']}: cancelled\n"
    again = run("executions", "cancel", made["id"])
    assert again.code == 1
    assert "409" in again.err
    assert run("executions", "retry", made["id"]).out == f"execution {made['id']}: pending\n"


def test_workflow_is_made_from_a_template_tried_and_counted(run: Any, folder: Path) -> None:
    listed = run("templates", "list", "--category", "reminder")
    assert "day-before-reminder" in listed.out
    assert "ahead" in run("templates", "show", "day-before-reminder").out
    words = ("day-before-reminder", "remind", "--organizer", "olive@example.org")
    assert run("templates", "create", *words, "--dry-run").code == 0
    assert not (folder / "remind.yaml").exists()
    made = run("templates", "create", *words, "--set", "ahead=48h")
    assert (made.code, made.err) == (0, "")
    assert made.out == (folder / "remind.yaml").read_text(encoding="utf-8") + "remind: created\n"
    assert "48h" in made.out

    tried = run("bulk-test", "--trigger", "before_meeting")
    assert tried.code == 0
    assert "remind" in tried.out
    assert run("bulk-test", "nothing").code == 1

    [entry] = run("audit", "--subject", "remind", "--format", "json").json
    assert entry["what"] == "workflow.created"
    assert "workflow.created" in run("audit", "--subject", "remind").out
    assert run("audit", role="user").code == 1


def test_figures_and_plans_of_a_server_are_printed(
    run: Any, tmp_path: Path, make_booking: Any
) -> None:
    run("workflows", "apply", write_specs(tmp_path / "here", "hello"))
    booking = tmp_path / "booking.json"
    booking.write_text(json.dumps(make_booking()), encoding="utf-8")
    run("trigger", "booking_created", "--booking", booking)
    figures = run("stats", "--period", "7d", "--timezone", "Europe/Berlin")
    assert figures.code == 0
    assert "Europe/Berlin" in figures.out
    assert "created       1" in figures.out
    assert run("stats", "--format", "json").json["executions"]["created"] == 1
    assert run("stats", "--trigger", "manual", "--format", "json").json["executions"]["ended"] == 0
    trends = run("stats", "trends", "--period", "2d", "--unit", "day", "--workflow", "hello")
    assert (trends.code, trends.out.count("00:00+00:00") >= 2) == (0, True)
    for view in ("failures", "skips", "endpoints", "actions", "workflows", "compare"):
        assert (run("stats", view, "--limit", "5").code, view) == (0, view)
    assert run("stats", "compare", "--compare-since", "2026-02-01").code == 1
    planned = run("upcoming")
    assert planned.code == 0
    assert "hello" in planned.out
