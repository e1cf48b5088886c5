from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bookflow.demo.stack import find_free_port

pytestmark = [pytest.mark.acceptance, pytest.mark.timeout(400)]
PROJECT = Path(__file__).parents[2]


def test_demo_takes_the_whole_sample_to_the_receivers(tmp_path):
    command = (
        *(sys.executable, "-m", "bookflow", "demo", "--once"),
        *("--directory", str(tmp_path / "demo"), "--port", str(find_free_port())),
    )
    done = subprocess.run(
        command,
        cwd=PROJECT,
        env={"PYTHONPATH": str(PROJECT / "plugins"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=380,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "problem:" not in done.stdout
    kept = {path.name for path in (tmp_path / "demo" / "received").iterdir()}
    assert kept == {"mail.jsonl", "sms.jsonl", "webhooks.jsonl"}
    assert "25 bookings" in done.stdout
    assert "Airflow is being stopped again" in done.stdout
