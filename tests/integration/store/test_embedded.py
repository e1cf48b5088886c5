from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from bookflow.errors import DatabaseUnavailableError
from bookflow.store.embedded import (
    BORROWED,
    borrow_embedded,
    ensure_database,
    find_running,
    has_data,
    is_alive,
    read_postmaster,
    start_embedded,
    stop_embedded,
    with_database,
)

pytestmark = pytest.mark.database

START = """
import pathlib, sys
from bookflow.store.embedded import ensure_database, start_embedded
print(ensure_database(start_embedded(pathlib.Path(sys.argv[1])), "shared"))
"""


@pytest.fixture
def directory():
    home = Path(tempfile.mkdtemp(prefix="bookflow-embedded-"))
    path = home / "deep" / "data"
    yield path
    stop_embedded(path)
    shutil.rmtree(home)


def ask(dsn, query):
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchone()[0]


def test_processes_starting_at_once_share_one_server(directory):
    environment = {**os.environ, "PYTHONPATH": "plugins"}
    command = [sys.executable, "-c", START, str(directory)]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(3)
    ]
    answers = {process.communicate(timeout=60)[0].strip() for process in started}
    assert [process.returncode for process in started] == [0, 0, 0]
    assert len(answers) == 1
    assert ask(answers.pop(), "SELECT current_database()") == "shared"
    # it outlives those who started it, and is durable
    dsn = start_embedded(directory)
    assert ask(dsn, "SHOW fsync") == "on"
    assert ask(dsn, "SHOW synchronous_commit") == "on"
    assert ask(dsn, "SHOW max_connections") == "300"


def test_stop_and_start_again_in_one_process(directory):
    ensure_database(start_embedded(directory), "kept")
    stop_embedded(directory)
    assert find_running(directory) is None
    stop_embedded(directory)
    dsn = start_embedded(directory)
    assert ask(with_database(dsn, "kept"), "SELECT 1") == 1


def test_a_killed_server_is_started_again_though_its_id_was_reused(directory):
    start_embedded(directory)
    pid = read_postmaster(directory).pid
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while find_running(directory) and time.monotonic() < deadline:
        time.sleep(0.05)
    lines = (directory / "postmaster.pid").read_text().splitlines()
    (directory / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    assert ask(start_embedded(directory), "SELECT 1") == 1


def test_a_borrowed_server_is_stopped_again_and_nobody_else_gets_it_meanwhile(directory):
    assert not has_data(directory)
    start_embedded(directory)
    stop_embedded(directory)
    assert has_data(directory)
    assert not is_alive(directory)
    with ThreadPoolExecutor(1) as pool:
        with borrow_embedded(directory) as dsn:
            borrowed = read_postmaster(directory).pid
            assert ask(dsn, "SELECT 1") == 1
            lasting = pool.submit(start_embedded, directory)
            time.sleep(0.2)
            assert not lasting.done()
        assert ask(lasting.result(timeout=30), "SELECT 1") == 1
    assert read_postmaster(directory).pid != borrowed
    with borrow_embedded(directory) as dsn:
        assert ask(dsn, "SELECT 1") == 1
    assert is_alive(directory)


def test_a_server_whose_borrower_was_killed_stays_for_who_starts_it(directory):
    start_embedded(directory)
    (directory / BORROWED).touch()
    pid = read_postmaster(directory).pid
    start_embedded(directory)
    with borrow_embedded(directory) as dsn:
        assert ask(dsn, "SELECT 1") == 1
    assert read_postmaster(directory).pid == pid
    (directory / BORROWED).touch()
    with borrow_embedded(directory) as dsn:
        assert ask(dsn, "SELECT 1") == 1
    assert find_running(directory) is None


def test_stop_leaves_other_processes_alone(tmp_path):
    (tmp_path / "postmaster.pid").write_text(f"{os.getpid()}\nx\n1\n5432\n/nowhere\n\n\nready\n")
    stop_embedded(tmp_path)
    assert read_postmaster(tmp_path).pid == os.getpid()


@pytest.mark.parametrize("text", ["", "12\n", "x\n\n\n\n\n"])
def test_a_half_written_pid_file_is_no_server(tmp_path, text):
    (tmp_path / "postmaster.pid").write_text(text)
    assert find_running(tmp_path) is None


def test_a_database_is_made_once_whoever_asks(postgres_server):
    name = 'odd "name" ü'
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(lambda _: ensure_database(postgres_server, name), range(4)))
    [dsn] = answers
    assert ask(dsn, "SELECT current_database()") == name


def test_another_database_in_the_same_form():
    assert with_database("postgresql://u:p@h:1/a?x=y", "b") == "postgresql://u:p@h:1/b?x=y"
    assert "dbname=b" in with_database("host=h dbname=a", "b")


def test_a_server_that_is_away_is_named_without_password():
    with pytest.raises(DatabaseUnavailableError, match=r"127\.0\.0\.1:9") as caught:
        ensure_database("postgresql://me:hush-hush@127.0.0.1:9/a", "b")
    assert "hush" not in str(caught.value)
