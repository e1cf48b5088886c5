"""The peers' own virtual environment, and figures their processes print."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

PROJECT = Path(__file__).parent.parent
PYTHON = PROJECT / ".venv-peers" / "bin" / "python"


def run_peer(module: str, home: Path) -> list[float]:
    """Run a module of `benchmarks.peers` and give the numbers of its last line."""
    environ = {
        **os.environ,
        "PYTHONPATH": f"{PROJECT / 'plugins'}{os.pathsep}{PROJECT}",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "True",
        "AIRFLOW_HOME": str(home),
    }
    command = (str(PYTHON), "-m", f"benchmarks.peers.{module}")
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=True, cwd=PROJECT
    )
    return [float(word) for word in done.stdout.strip().splitlines()[-1].split()]
