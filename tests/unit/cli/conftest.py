from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bookflow.cli.app import main

ROOT = Path(__file__).parents[3]
SPEC = """\
id: {id}
organizer: hana@example.com
name: {name}
trigger: booking_created
actions:
  - name: hello
    type: send_email
    recipient: invitee
    subject: "Hello {{{{ invitee_name }}}}"
    message: "See you."
"""


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no setting, connection or Airflow of this machine reach the commands."""
    import os

    for name in list(os.environ):
        if name.startswith(("BOOKFLOW_", "AIRFLOW")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run the command the way the shell does, in this process."""

    def call(*arguments: object) -> Said:
        with pytest.raises(SystemExit) as ended:
            main([str(item) for item in arguments])
        out, err = capsys.readouterr()
        code = ended.value.code
        return Said(code if isinstance(code, int) else 0, out, err)

    return call


@pytest.fixture
def make_spec() -> Callable[..., str]:
    """Write the text of a small valid spec."""

    def make(workflow_id: str = "hello", name: str = "") -> str:
        return SPEC.format(id=workflow_id, name=name or f"Workflow {workflow_id}")

    return make


@pytest.fixture
def booking() -> dict[str, Any]:
    text = (ROOT / "docs" / "examples" / "booking.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.fixture
def booking_file(tmp_path: Path, booking: dict[str, Any]) -> Path:
    path = tmp_path / "booking.json"
    path.write_text(json.dumps(booking), encoding="utf-8")
    return path
