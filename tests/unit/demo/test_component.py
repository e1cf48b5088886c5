from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from bookflow.demo.component import Component, run_once
from bookflow.demo.stack import find_free_port
from bookflow.errors import ConfigurationError

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_stopping_ends_the_children_as_well(tmp_path: Path) -> None:
    log = tmp_path / "log"
    component = Component("parent", (sys.executable, "-c", PARENT), log, dict(os.environ))
    component.start()
    deadline = time.monotonic() + 10
    while not log.read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    child = int(log.read_text())
    component.check_alive()
    component.ask_to_stop()
    component.make_sure_stopped()
    while is_running(child):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_component_that_ended_shows_the_end_of_its_log(tmp_path: Path) -> None:
    code = "print('the reason'); raise SystemExit(3)"
    command = (sys.executable, "-c", code)
    component = Component("broken", command, tmp_path / "log", dict(os.environ))
    component.start()
    component.make_sure_stopped()
    with pytest.raises(ConfigurationError, match=r"(?s)broken ended with 3.*the reason"):
        component.check_alive()


def test_command_that_fails_shows_the_end_of_its_output(tmp_path: Path) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no database')")
    with pytest.raises(ConfigurationError, match=r"(?s)ended with 1.*no database"):
        run_once(command, tmp_path / "log", dict(os.environ), timeout=20)


def test_free_port_can_be_listened_on() -> None:
    assert 1024 < find_free_port() < 65536
