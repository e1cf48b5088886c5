from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PLUGINS = Path(__file__).parents[3] / "plugins"


def test_airflow_beside_the_command_logs_nothing_into_its_answer(tmp_path: Path) -> None:
    # a configuration file makes the command ask Airflow, whose database has no tables here
    (tmp_path / "airflow.cfg").write_text("")
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(PLUGINS),
        "AIRFLOW_HOME": str(tmp_path),
        "BOOKFLOW_HOME": str(tmp_path / "none"),
    }
    done = subprocess.run(
        (sys.executable, "-m", "bookflow", "db", "status", "--format", "json"),
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "there is no database to read" in done.stderr
    assert done.stdout == ""
