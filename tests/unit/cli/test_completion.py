"""Shells complete commands and options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]


def complete(words: str, count: int) -> list[str]:
    """Ask as bash does, with the cursor behind the last word."""
    done = subprocess.run(
        [sys.executable, "-c", "from bookflow.cli.app import app; app(prog_name='bookflow')"],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "plugins"),
            "_BOOKFLOW_COMPLETE": "complete_bash",
            "COMP_WORDS": words,
            "COMP_CWORD": str(count),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "count", "expected"),
    [
        ("bookflow work", 1, {"workflows"}),
        ("bookflow workflows a", 2, {"apply", "activate"}),
        ("bookflow workflows apply --dr", 3, {"--dry-run"}),
        ("bookflow executions export --as ", 4, {"csv", "jsonl"}),
    ],
)
def test_what_is_begun_is_completed(words: str, count: int, expected: set[str]) -> None:
    assert set(complete(words, count)) == expected
