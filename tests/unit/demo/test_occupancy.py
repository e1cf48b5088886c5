from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from bookflow.demo.occupancy import DirectoryLock, check_port_free
from bookflow.errors import ConfigurationError

HOLD = """
import sys
from pathlib import Path
from bookflow.demo.occupancy import DirectoryLock
DirectoryLock(Path(sys.argv[1])).take()
"""


def test_second_stack_in_a_directory_is_refused_and_told_by_whom(tmp_path):
    lock = DirectoryLock(tmp_path / "demo")
    lock.take()
    with pytest.raises(ConfigurationError, match=f"in use by the process {os.getpid()}"):
        DirectoryLock(tmp_path / "demo").take()
    lock.release()
    lock.release()
    again = DirectoryLock(tmp_path / "demo")
    again.take()
    assert again.is_held
    again.release()


def test_lock_of_a_process_that_ended_does_not_stay(tmp_path):
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", HOLD, str(tmp_path)], check=True, env=environ)
    lock = DirectoryLock(tmp_path)
    lock.take()
    lock.release()


def test_taken_port_is_named_with_a_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"make demo PORT={port + 1}"):
            check_port_free(port)
    check_port_free(port)
