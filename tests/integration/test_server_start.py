from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from bookflow.journey.intake import Incoming
from bookflow.wiring.servers import open_server_runtime

pytestmark = pytest.mark.database


def test_server_wakes_what_an_earlier_one_recorded_but_did_not_wake(office, make_booking):
    office.write("welcome")
    office.send(make_booking())
    office.waker.calls.clear()

    office.server.start()

    deadline = time.monotonic() + 5
    while not office.waker.calls and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [workflow_id for workflow_id, _ in office.waker.calls] == ["welcome"]


def test_spec_saved_while_the_server_runs_matches_within_seconds(office, make_booking):
    office.server.start()
    office.write("welcome")
    (office.settings.specs_dir / "late.yaml").write_text(
        "id: late\norganizer: hana@example.com\nname: Late\ntrigger: booking_created\nactions:\n"
        "  - {name: mail, type: send_email, recipient: invitee, subject: s, message: m}\n"
    )
    deadline = time.monotonic() + 8
    matched: set[str] = set()
    while "late" not in matched and time.monotonic() < deadline:
        [answer] = office.send(make_booking())
        matched = {execution.workflow_id for execution in answer.executions}
        time.sleep(0.1)
    assert matched == {"welcome", "late"}


class Reparser:
    """Notes what Airflow is told."""

    def __init__(self) -> None:
        self.told: list[tuple[list[str], list[str]]] = []
        self.news = threading.Event()

    def request(self, *, changed: Collection[str], gone: Collection[str]) -> None:
        self.told.append((sorted(changed), sorted(gone)))
        self.news.set()

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""


def git(folder, *arguments):
    person = ("-c", "user.name=Hand", "-c", "user.email=hand@example.com")
    command = ["git", "-C", str(folder), *person, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def test_spec_pushed_by_another_server_is_parsed_and_its_reminders_planned(
    open_office, database, make_booking, tmp_path
):
    office = open_office(database, specs_remote="origin", specs_pull_seconds=1.0)
    specs, other, origin = office.settings.specs_dir, tmp_path / "other", tmp_path / "origin.git"
    other.mkdir()
    git(other, "init", "-q", "-b", "main")
    git(other, "commit", "-q", "--allow-empty", "-m", "begin")
    git(other, "clone", "-q", "--bare", ".", str(origin))
    git(other, "remote", "add", "origin", str(origin))
    git(specs, "clone", "-q", str(origin), ".")
    reparser = Reparser()
    server = open_server_runtime(
        office.settings, office.connections, office.waker, reparser=reparser
    )
    start = datetime.now(UTC) + timedelta(minutes=5, seconds=30)
    booking = make_booking(
        start_time=start.isoformat(), end_time=(start + timedelta(minutes=30)).isoformat()
    )
    try:
        server.start()
        server.intake.receive([Incoming("booking_created", subject=booking)])
        (other / "late.yaml").write_text(
            "id: late\norganizer: hana@example.com\nname: Late\ntrigger: before_meeting\n"
            "delay_minutes: 5m\nactions:\n"
            "  - {name: mail, type: send_email, recipient: invitee, subject: s, message: m}\n"
        )
        git(other, "add", "late.yaml")
        git(other, "commit", "-q", "-m", "late")
        git(other, "push", "-q", "origin", "main")
        assert reparser.news.wait(60)
        assert reparser.told == [(["late"], [])]
        deadline = time.monotonic() + 60
        while not office.waker.calls:
            assert time.monotonic() < deadline, "the reminder was never planned"
            time.sleep(0.01)
        assert [workflow_id for workflow_id, _ in office.waker.calls] == ["late"]
    finally:
        server.stop()
