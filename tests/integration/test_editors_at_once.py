"""Editors at two API servers change the same files: nobody's change is lost."""

from __future__ import annotations

import itertools
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.integration.editing_server import PREFIX

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
EDITORS = 6
SHARED = ("first", "second", "third")
# 1,000 take some minutes on a machine that has other work: ask for them by hand
EDITS = int(os.environ.get("BOOKFLOW_TEST_EDITS", "60"))
PATIENCE = 200
SPEC = """\
# changed by many at once
id: {id}
organizer: olive@example.org
name: Workflow {id}
description: "0"   # counts
trigger: booking_created
actions:
  - {{name: first, type: send_sms, recipient: invitee, message: Hello}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of specs in git."""
    folder = tmp_path / "specs"
    folder.mkdir()
    for name in SHARED:
        (folder / f"{name}.yaml").write_text(SPEC.format(id=name))
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com")
    git(folder, *identity, "commit", "--quiet", "--message", "begin")
    return folder


def git(folder: Path, *command: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *command],  # noqa: S607  the one that is on the path
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture
def servers(folder: Path) -> Iterator[list[str]]:
    """Give the addresses of two API servers over that folder."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'plugins'}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-m", "tests.integration.editing_server", str(folder), "2"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as first:
        try:
            assert first.stdout is not None
            lines = (line.strip() for line in first.stdout)
            ports = list(itertools.islice((line for line in lines if line.isdecimal()), 2))
            assert len(ports) == 2, "the servers did not start"
            yield [f"http://127.0.0.1:{port}{PREFIX}/workflows" for port in ports]
        finally:
            os.killpg(first.pid, signal.SIGKILL)


class Editor:
    """Makes changes on condition that nobody else did, and begins anew where somebody did."""

    def __init__(self, number: int, addresses: list[str], client: httpx.Client) -> None:
        self.number = number
        self.made: list[str] = []
        self.collisions = 0
        self._addresses = itertools.cycle(addresses)
        self._client = client

    def work(self, count: int) -> None:
        steps = itertools.cycle([self.count_up, self.add, self.count_up, self.create])
        for turn, step in zip(range(count), steps, strict=False):
            step(turn)

    def count_up(self, turn: int) -> None:
        name = SHARED[(turn + self.number) % len(SHARED)]

        def change(found: dict[str, Any]) -> dict[str, Any]:
            return {"json": {"description": str(int(found["spec"]["description"]) + 1)}}

        self._insist("PATCH", f"/{name}", name, change)

    def add(self, turn: int) -> None:
        """Add an action of its own to a workflow that all change."""
        name = SHARED[turn % len(SHARED)]
        action = {
            "name": f"by {self.number} at {turn}",
            "type": "send_sms",
            "recipient": "invitee",
            "message": "Hi",
        }
        self.made.append(action["name"])
        self._insist("POST", f"/{name}/actions", name, lambda _: {"json": action})

    def create(self, turn: int) -> None:
        """Make a workflow of its own."""
        name = f"e{self.number}-{turn}"
        text = SPEC.format(id=name)
        headers = {"Content-Type": "application/yaml"}
        answer = self._ask("POST", "", content=text, headers=headers)
        assert answer.status_code == 201, answer.text

    def _insist(
        self, method: str, path: str, name: str, change: Callable[[Any], dict[str, Any]]
    ) -> None:
        for _ in range(PATIENCE):
            read = self._ask("GET", f"/{name}")
            assert read.status_code == 200, read.text
            condition = {"If-Match": read.headers["ETag"]}
            answer = self._ask(method, path, headers=condition, **change(read.json()))
            if answer.status_code != 412:
                assert answer.is_success, answer.text
                return
            self.collisions += 1
        raise AssertionError(f"{PATIENCE} collisions in a row")

    def _ask(self, method: str, path: str, **asked: Any) -> httpx.Response:
        return self._client.request(method, next(self._addresses) + path, **asked)


def test_no_change_is_lost_among_editors_at_two_servers(folder: Path, servers: list[str]) -> None:
    each = EDITS // EDITORS
    with httpx.Client(timeout=60) as client:
        editors = [
            Editor(number, servers[number % 2 :] + servers[: number % 2], client)
            for number in range(EDITORS)
        ]
        began = time.perf_counter()
        with ThreadPoolExecutor(EDITORS) as pool:
            for done in [pool.submit(editor.work, each) for editor in editors]:
                done.result()
        elapsed = time.perf_counter() - began
    changes = each * EDITORS
    collisions = sum(editor.collisions for editor in editors)
    log.info("%d changes and %d collisions in %.1f s", changes, collisions, elapsed)

    found = {name: yaml.safe_load((folder / f"{name}.yaml").read_text()) for name in SHARED}
    counted = sum(int(spec["description"]) for spec in found.values())
    assert counted == sum(turn % 4 in (0, 2) for turn in range(each)) * EDITORS
    added = {action["name"] for spec in found.values() for action in spec["actions"]}
    assert added == {"first", *(name for editor in editors for name in editor.made)}
    assert collisions, "the editors never met"
    # each change is one commit on one line, and nothing lies about
    assert len(git(folder, "rev-list", "HEAD").split()) == changes + 1
    assert git(folder, "rev-list", "--min-parents=2", "HEAD") == ""
    assert git(folder, "status", "--porcelain") == ""
    assert all("# counts" in (folder / f"{name}.yaml").read_text() for name in SHARED)
