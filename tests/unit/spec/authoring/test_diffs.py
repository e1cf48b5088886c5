"""Differences of long texts, which git takes as patches."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from bookflow.spec.authoring.diffs import MOST_LINES, make_diff

LONG = [f"# {number % 150}\n" for number in range(MOST_LINES)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("".join(LONG), "".join([*LONG[:4_000], "new: 1\n", *LONG[4_000:]])),
        ("".join(LONG), "".join([*LONG[:2], *LONG[5:]])),
        ("".join(LONG), "".join([*LONG, "end"])),
        ("".join([*LONG, "end"]), "".join(LONG)),
        ("".join(LONG), "".join(reversed(LONG))),
        ("".join([*LONG, "a\n"]), ""),
        ("", "".join([*LONG, "a\n"])),
    ],
)
def test_diff_of_long_texts_is_a_patch(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    if before:
        file.write_text(before, newline="")
    patch = make_diff(before, after, "x.yaml")
    git = shutil.which("git") or "git"
    subprocess.run([git, "apply", "-"], cwd=tmp_path, input=patch.encode(), check=True, timeout=60)
    assert (file.read_text() if file.exists() else "") == after


def test_one_line_of_a_long_text_shows_as_one_line() -> None:
    after = [*LONG[:4_000], "new: 1\n", *LONG[4_000:]]
    changed = make_diff("".join(LONG), "".join(after), "x").split("\n")[2:]
    assert [line for line in changed if line[:1] in "+-" and line] == ["+new: 1"]
    assert len(changed) == 1 + 3 + 1 + 3 + 1


def test_same_long_text_has_no_diff() -> None:
    assert make_diff("".join(LONG), "".join(LONG), "x") == ""


def test_long_texts_are_not_searched_for_what_they_share() -> None:
    # finding the shared lines of these takes minutes: a guard against hanging, not a measure
    draw = random.Random(7)
    texts = ["".join(f"#{draw.randrange(150)}\n" for _ in range(60_000)) for _ in range(2)]
    diff = make_diff(*texts, "x")
    assert diff.count("\n-") > 50_000
