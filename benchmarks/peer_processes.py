"""The peers' own virtual environment, and figures their processes print."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).parent.parent
PYTHON = PROJECT / ".venv-peers" / "bin" / "python"


def peer_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Give the variables of a process that imports the peers and bookflow."""
    paths = f"{PROJECT / 'plugins'}{os.pathsep}{PROJECT}"
    return {**os.environ, "PYTHONPATH": paths, **more}


def run_peer(module: str, home: Path) -> list[float]:
    """Run a module of `benchmarks.peers` and give the numbers of its last line."""
    environ = peer_environment({"AIRFLOW__CORE__UNIT_TEST_MODE": "True", "AIRFLOW_HOME": str(home)})
    command = (str(PYTHON), "-m", f"benchmarks.peers.{module}")
    done = subprocess.run(
        command, env=environ, capture_output=True, text=True, check=True, cwd=PROJECT
    )
    return [float(word) for word in done.stdout.strip().splitlines()[-1].split()]
