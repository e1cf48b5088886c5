"""`BOOKFLOW_ORGANIZERS_SEE=own`: what belongs to others is reached by no detour."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import Any

import pytest

from tests.web.permission_table import API
from tests.web.workflow_scene import HELLO

pytestmark = pytest.mark.airflow

YAML = {"Content-Type": "application/yaml"}
ANY_VERSION = {"If-Match": "*"}
MINE = HELLO.replace("id: hello", "id: mine").replace("olive@example.org", "user")
ALIEN = (
    HELLO.replace("id: hello", "id: alien")
    .replace("name: Hello", "name: Of Olive")
    .replace("event_types: [intro]", "event_types: [secret]")
)


@pytest.fixture
def bench(workbench: Any) -> Any:
    workbench.settings = replace(workbench.settings, organizers_see="own")
    for name, text in (("mine", MINE), ("alien", ALIEN)):
        (workbench.settings.specs_dir / f"{name}.yaml").write_text(text)
    return workbench


@pytest.fixture
def secret(bench: Any, open_client: Any, make_booking: Any) -> dict[str, Any]:
    """Give a booking that only the workflow of another ran for."""
    booking = {**make_booking(), "id": "secret"}
    booking["event_type"] = {"slug": "secret", "name": "Secret"}
    answer = open_client(bench, "admin").post(
        f"{API}/triggers/booking_created", json={"booking": booking}
    )
    assert [one["workflow_id"] for one in answer.json()["executions"]] == ["alien"]
    return {**booking, **answer.json()}


def test_workflow_is_not_run_for_a_booking_of_others(
    open_client: Any, bench: Any, secret: Any
) -> None:
    client, path = open_client(bench, "user"), f"{API}/workflows/mine/execute"
    refused = client.post(path, json={"booking_id": "secret"})
    assert refused.status_code == 404
    none = client.post(path, json={"booking_id": "nothing"})
    # nobody learns whether it is there
    assert refused.text.replace("secret", "nothing") == none.text
    assert client.get(f"{API}/bookings/secret/timeline").status_code == 404
    admin = open_client(bench, "admin")
    assert admin.post(path, json={"booking_id": "secret"}).status_code == 202


def test_workflow_is_run_for_a_booking_that_it_ran_for(
    open_client: Any, bench: Any, make_booking: Any
) -> None:
    admin, client = open_client(bench, "admin"), open_client(bench, "user")
    admin.post(f"{API}/triggers/booking_created", json={"booking": make_booking()})
    again = client.post(f"{API}/workflows/mine/execute", json={"booking_id": "bk-1"})
    assert again.status_code == 202


def test_bookings_are_not_changed_by_running_a_workflow(
    open_client: Any, bench: Any, secret: Any, make_booking: Any
) -> None:
    known = bench.shelf.load_subjects(["secret"])["secret"]
    client = open_client(bench, "user")
    for booking_id in ("secret", "new"):
        booking = {**make_booking(), "id": booking_id, "status": "cancelled"}
        refused = client.post(f"{API}/workflows/mine/execute", json={"booking": booking})
        assert refused.status_code == 403
        assert "booking_id" in refused.text
    assert bench.shelf.load_subjects(["secret", "new"]) == {"secret": known}


def test_replay_names_no_booking_of_others(open_client: Any, bench: Any, secret: Any) -> None:
    client = open_client(bench, "user")
    execution_id = secret["executions"][0]["id"]
    for key, value in (("execution_id", execution_id), ("event_id", secret["event_id"])):
        answer = client.post(
            f"{API}/workflows/mine/what-if",
            json={
                key: value,
                "yaml": MINE,
            },
        )
        assert answer.status_code == 404
        assert "secret" not in answer.text


@pytest.mark.parametrize("has_history", [True, False])
def test_id_that_was_used_before_is_not_taken_over(
    open_client: Any, bench: Any, secret: Any, has_history: bool
) -> None:
    admin, client = open_client(bench, "admin"), open_client(bench, "user")
    if has_history:
        # what it did is cleaned up; what it said is in git
        bench.shelf._executions.clear()
        _commit_all(bench.settings.specs_dir)
    assert admin.delete(f"{API}/workflows/alien", headers=ANY_VERSION).status_code == 200
    text = MINE.replace("id: mine", "id: alien").replace("name: Hello", "name: Taken")
    template = {"id": "alien", "organizer": "user", "name": "Taken"}
    for path, asked in (
        ("/workflows", {"content": text, "headers": YAML}),
        ("/workflows/mine/duplicate", {"json": {"id": "alien"}}),
        ("/templates/day-before-reminder/create", {"json": template}),
    ):
        for query in ("", "?dry_run=true"):
            refused = client.post(f"{API}{path}{query}", **asked)
            assert refused.status_code == 403, (path, refused.text)
            assert "used before" in refused.text
    assert client.get(f"{API}/workflows/alien/versions").status_code == 404
    assert admin.post(f"{API}/workflows", content=text, headers=YAML).status_code == 201


def _commit_all(folder: Any) -> None:
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        ["add", "."],
        ["-c", "user.name=T", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", "all"],
    ):
        subprocess.run(["git", "-C", str(folder), *words], check=True, timeout=60)  # noqa: S607
