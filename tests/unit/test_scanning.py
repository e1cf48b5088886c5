from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.scanning.dependencies import scan

CLEAN = {"name": "quiet", "version": "1.0", "vulns": []}
SKIPPED = {"name": "unheard-of", "skip_reason": "not found"}
FLAWED = {
    "name": "leaky",
    "version": "0.9",
    "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.0"], "description": ""}],
}


class Auditor:
    """Answers with what it is told, and counts how often it is asked."""

    def __init__(self, *dependencies: Any, failure: Exception | None = None) -> None:
        self.report = {"dependencies": list(dependencies)}
        self.failure = failure
        self.calls = 0

    def __call__(self, _: Path) -> Any:
        self.calls += 1
        if self.failure:
            raise self.failure
        return self.report


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    made = tmp_path / "requirements.txt"
    made.write_text("quiet==1.0\n")
    return made


def test_vulnerable_dependency_fails_and_says_what_mends_it(lock: Path, capsys: Any) -> None:
    assert scan(lock, lock.with_name("kept"), Auditor(CLEAN, FLAWED, SKIPPED)) == 1
    assert "leaky 0.9: PYSEC-2026-1, mended in 1.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    "auditor",
    [
        Auditor(CLEAN, SKIPPED),
        Auditor(failure=subprocess.TimeoutExpired("pip-audit", 45)),
        Auditor(failure=ValueError("no JSON")),
        Auditor(failure=FileNotFoundError("pip-audit")),
    ],
)
def test_what_could_not_be_asked_is_said_aloud_and_passes(
    lock: Path, capsys: Any, auditor: Auditor
) -> None:
    assert scan(lock, lock.with_name("kept"), auditor) == 0
    assert "!!! DEPENDENCIES NOT SCANNED" in capsys.readouterr().out


def test_answer_is_kept_for_a_day_or_until_the_lock_changes(lock: Path) -> None:
    kept, auditor = lock.with_name("kept"), Auditor(CLEAN)
    for hours in (0, 23, 25):
        assert scan(lock, kept, auditor, now=hours * 3600.0) == 0
    assert auditor.calls == 2
    lock.write_text("quiet==1.1\n")
    scan(lock, kept, auditor, now=26 * 3600.0)
    assert auditor.calls == 3


def test_vulnerability_is_never_kept_nor_forgotten(lock: Path) -> None:
    kept, auditor = lock.with_name("kept"), Auditor(FLAWED)
    assert [scan(lock, kept, auditor, now=1.0) for _ in range(2)] == [1, 1]
    assert auditor.calls == 2


def test_torn_memory_is_asked_anew(lock: Path) -> None:
    kept, auditor = lock.with_name("kept"), Auditor(CLEAN)
    kept.write_text('{"lock": ')
    assert scan(lock, kept, auditor) == 0
    assert auditor.calls == 1
