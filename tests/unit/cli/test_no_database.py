from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.parametrize(
    "words", [("stats",), ("upcoming",), ("db", "status"), ("validate", "any.yaml", "--database")]
)
def test_reading_makes_no_database(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("BOOKFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("AIRFLOW_HOME", raising=False)
    monkeypatch.delenv("AIRFLOW_CONN_BOOKFLOW_DB", raising=False)
    said = run(*words)
    assert said.code == 1
    assert "there is no database to read" in said.err
    assert "BOOKFLOW_HOME" in said.err
    assert not (tmp_path / "home").exists()
