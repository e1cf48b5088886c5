"""Commands that only read, on the embedded server that `BOOKFLOW_HOME` names."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookflow.cli.app import main
from bookflow.store.embedded import find_running, stop_embedded

pytestmark = pytest.mark.database


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # a short path: sockets in it must fit into 107 bytes
    path = Path(tempfile.mkdtemp(prefix="bookflow-home-"))
    for name in ("AIRFLOW_HOME", "AIRFLOW_CONN_BOOKFLOW_DB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(path))
    monkeypatch.setenv("BOOKFLOW_HOME", str(path))
    yield path
    stop_embedded(path / "postgres")
    shutil.rmtree(path)


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_reading_uses_a_running_server_and_leaves_a_stopped_one_stopped(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    postgres = home / "postgres"
    assert run("db", "upgrade") == 0
    running = find_running(postgres)
    assert running is not None
    assert run("stats") == 0
    assert find_running(postgres) == running
    stop_embedded(postgres)
    capsys.readouterr()
    assert run("db", "status") == 0
    assert capsys.readouterr().out.startswith("up to date at ")
    assert find_running(postgres) is None
    assert run("stats") == 0
    assert capsys.readouterr().out == "no executions yet\n"
    assert find_running(postgres) is None
