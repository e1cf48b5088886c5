from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from bookflow.demo.occupancy import DirectoryLock
from bookflow.demo.stack import ROLES, AirflowStack, Layout
from bookflow.errors import ConfigurationError


def test_missing_folder_is_named_before_anything_starts(tmp_path: Path) -> None:
    stack = AirflowStack(tmp_path / "stack", layout=Layout(specs=tmp_path / "nowhere"), port=1)
    with pytest.raises(ConfigurationError, match=r"nowhere is missing.*`make demo`"):
        stack.start()
    assert not (tmp_path / "stack").exists()


def test_second_stack_in_a_directory_leaves_the_database_of_the_first_alone(tmp_path: Path) -> None:
    first = DirectoryLock(tmp_path)
    first.take()
    (tmp_path / "postgres").mkdir()
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\nx\n1\n5432\n/nowhere\n\n\nready\n")
    with pytest.raises(ConfigurationError, match=f"in use by the process {os.getpid()}"):
        AirflowStack(tmp_path).__enter__()
    assert first.is_held
    assert pid_file.exists()
    first.release()


def test_taken_port_is_found_before_the_database_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        stack = AirflowStack(tmp_path, port=taken.getsockname()[1])
        with pytest.raises(ConfigurationError, match=r"is taken.*make demo PORT="):
            stack.__enter__()
    assert not (tmp_path / "postgres").exists()
    again = DirectoryLock(tmp_path)
    again.take()
    again.release()


def test_checkout_has_every_folder() -> None:
    Layout().check()


def test_directory_older_than_a_user_keeps_its_secrets_and_gets_the_new_password(
    tmp_path: Path,
) -> None:
    old = {"jwt": "j", "api": "a", "fernet": "f", "passwords": {"admin": "p-1"}}
    (tmp_path / "secrets.json").write_text(json.dumps(old))
    keys = AirflowStack(tmp_path)._load_secrets()
    assert {name: keys[name] for name in ("jwt", "api", "fernet")} == {
        "jwt": "j",
        "api": "a",
        "fernet": "f",
    }
    assert set(keys["passwords"]) == set(ROLES)
    assert keys["passwords"]["admin"] == "p-1"
    # the next start finds the same
    assert AirflowStack(tmp_path)._load_secrets() == keys
