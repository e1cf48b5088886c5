from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sample_specs import FOLDER, SAMPLE_SPECS

ISSUE_KEYS = ["file", "line", "column", "key", "message", "suggestion", "code", "text"]

Run = Callable[..., Any]
MakeSpec = Callable[..., str]


def test_valid_file_exits_with_0(run: Run, make_spec: MakeSpec, tmp_path: Path) -> None:
    (tmp_path / "hello.yaml").write_text(make_spec())
    said = run("validate", "hello.yaml")
    assert (said.code, said.out, said.err) == (0, "1 checked, all valid\n", "")


def test_json_of_valid_specs_has_exactly_this_shape(run: Run) -> None:
    said = run("validate", *SAMPLE_SPECS, "--format", "json")
    count = len(SAMPLE_SPECS)
    assert said.code == 0
    assert list(said.json) == ["valid", "checked", "errors", "warnings"]
    assert said.json == {"valid": True, "checked": count, "errors": [], "warnings": []}


def test_json_of_an_error_names_place_key_and_suggestion(
    run: Run, make_spec: MakeSpec, tmp_path: Path
) -> None:
    (tmp_path / "hello.yaml").write_text(make_spec().replace("recipient:", "recipent:"))
    said = run("validate", "hello.yaml", "--format", "json")
    assert said.code == 1
    assert said.json["valid"] is False
    assert said.json["checked"] == 1
    issues = said.json["errors"]
    assert all(list(issue) == ISSUE_KEYS for issue in issues)
    near = next(issue for issue in issues if issue["suggestion"])
    assert (near["file"], near["line"], near["column"]) == ("hello.yaml", 8, 5)
    assert near["key"] == "actions[0].recipent"
    assert near["suggestion"] == "recipient"
    assert near["text"].startswith("hello.yaml:8:5: ")


def test_text_of_an_error_has_a_line_that_editors_can_jump_to(
    run: Run, make_spec: MakeSpec, tmp_path: Path
) -> None:
    text = make_spec().replace("invitee_name", "invitee_nam")
    (tmp_path / "hello.yaml").write_text(text)
    said = run("validate", "hello.yaml")
    assert said.code == 1
    first, *_, last = said.out.splitlines()
    assert first.startswith("error hello.yaml:9:")
    assert "did you mean `invitee_name`?" in first
    assert last == "1 checked, 1 error"


def test_warning_leaves_a_spec_valid(run: Run, make_spec: MakeSpec, tmp_path: Path) -> None:
    text = make_spec() + "  - {name: b, type: send_sms, recipient: invitee, message: x, order: 1}\n"
    (tmp_path / "hello.yaml").write_text(text)
    report = run("validate", "hello.yaml", "--format", "json").json
    assert report["valid"] is True
    assert [list(issue) for issue in report["warnings"]] == [ISSUE_KEYS] * len(report["warnings"])


def test_folder_is_checked_with_its_subfolders_and_one_bad_file_hides_no_other(
    run: Run, make_spec: MakeSpec, tmp_path: Path
) -> None:
    (tmp_path / "specs" / "deep").mkdir(parents=True)
    (tmp_path / "specs" / "one.yaml").write_text(make_spec("one"))
    (tmp_path / "specs" / "deep" / "two.yml").write_text(make_spec("two"))
    (tmp_path / "specs" / "bad.yaml").write_text("id: [")
    (tmp_path / "specs" / "notes.txt").write_text("no spec")
    report = run("validate", "specs", "--format", "json").json
    assert report["checked"] == 3
    assert {issue["file"] for issue in report["errors"]} == {"specs/bad.yaml"}


def test_missing_file_is_an_error_of_that_file(run: Run) -> None:
    said = run("validate", "absent.yaml", "--format", "json")
    assert said.code == 1
    [issue] = said.json["errors"]
    assert issue["file"] == "absent.yaml"
    assert issue["message"] == "can't be read: No such file or directory"


def test_empty_folder_is_an_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    said = run("validate", "specs", "--format", "json")
    assert said.code == 1
    assert said.json["checked"] == 0
    assert "no spec files" in said.json["errors"][0]["text"]


def test_no_path_is_a_usage_error(run: Run) -> None:
    said = run("validate")
    assert said.code == 2
    assert "Traceback" not in said.err


def test_two_files_of_a_folder_with_one_id(run: Run, make_spec: MakeSpec, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "hello.yaml").write_text(make_spec("hello", "One"))
    (tmp_path / "specs" / "other.yaml").write_text(make_spec("hello", "Two"))
    said = run("validate", "specs", "--format", "json")
    assert said.code == 1
    [issue] = said.json["errors"]
    assert (issue["file"], issue["code"]) == ("specs/other.yaml", "duplicate-id")
    assert "specs/hello.yaml" in issue["message"]


def test_two_files_named_one_by_one_with_one_id(
    run: Run, make_spec: MakeSpec, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(make_spec("hello", "One"))
    (tmp_path / "b.yaml").write_text(make_spec("hello", "Two"))
    said = run("validate", "a.yaml", "b.yaml", "--format", "json")
    assert said.code == 1
    assert [(one["file"], one["code"]) for one in said.json["errors"]] == [
        ("b.yaml", "duplicate-id")
    ]


def test_a_file_named_twice_is_one_file(run: Run, make_spec: MakeSpec, tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "hello.yaml").write_text(make_spec())
    said = run("validate", "specs", "specs/hello.yaml", tmp_path / "specs", "--format", "json")
    assert said.json == {"valid": True, "checked": 1, "errors": [], "warnings": []}


@pytest.mark.parametrize("name", ["huge.yaml", "."])
def test_10_mb_spec_is_refused_unread(
    run: Run, make_spec: MakeSpec, tmp_path: Path, name: str
) -> None:
    (tmp_path / "huge.yaml").write_text(make_spec() + "#" * 10_000_000)
    said = run("validate", name, "--format", "json")
    assert said.code == 1
    [issue] = said.json["errors"]
    assert issue["code"] == "too-large"
    assert "at most 262,144" in issue["message"]


def test_yaml_bomb_is_refused(run: Run, tmp_path: Path) -> None:
    layers = ['a0: &a0 ["x", "x", "x"]']
    layers += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (tmp_path / "bomb.yaml").write_text("\n".join(layers))
    said = run("validate", "bomb.yaml", "--format", "json")
    assert said.code == 1
    assert len(said.out) < 50_000


def test_file_that_is_no_utf8_is_refused(run: Run, make_spec: MakeSpec, tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(
        make_spec().replace("See", "Gr\xfc\xdfe").encode("latin-1")
    )
    said = run("validate", "latin.yaml", "--format", "json")
    assert said.code == 1
    assert "UTF-8" in said.json["errors"][0]["text"]


HOSTILE_NAMES = [
    "[red]x.yaml",
    ":smile:.yaml",
    "a\\[bold].yaml",
    "x\x1b[31my.yaml",
    "two\nlines.yaml",
    "\u202egnp.yaml",
    "$(touch pwned).yaml",
    "-x.yaml",
    os.fsdecode(b"caf\xe9.yaml"),
]


@pytest.mark.parametrize("name", HOSTILE_NAMES, ids=ascii)
def test_hostile_file_name_is_shown_and_never_obeyed(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / name).write_text("id: [")
    shown = "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in name
    )
    for path in ("specs", f"specs/{name}"):
        text = run("validate", path)
        assert text.code == 1
        assert f"error specs/{shown}:" in text.out
        assert len(text.out.splitlines()) == 2
        report = run("validate", path, "--format", "json").json
        assert report["errors"][0]["file"] == f"specs/{shown}"
    assert not (tmp_path / "pwned").exists()


def test_markup_inside_a_spec_is_shown_and_never_obeyed(
    run: Run, make_spec: MakeSpec, tmp_path: Path
) -> None:
    (tmp_path / "hello.yaml").write_text(make_spec() + '"[red]:smile:[/red]": 1\n')
    said = run("validate", "hello.yaml")
    assert "[red]:smile:[/red]" in said.out


def test_setting_limits_the_size_of_a_spec(
    run: Run, make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hello.yaml").write_text(make_spec())
    monkeypatch.setenv("BOOKFLOW_SPEC_SIZE_LIMIT", "100")
    assert json.loads(run("validate", "hello.yaml", "--format", "json").out)["valid"] is False


def test_setting_that_does_not_fit_is_one_line_on_stderr(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOKFLOW_BATCH_SIZE", "many")
    said = run("validate", FOLDER)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("error: BOOKFLOW_BATCH_SIZE='many' is not a whole number")
    assert said.err.count("\n") == 1
