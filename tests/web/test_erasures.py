from __future__ import annotations

from typing import Any

import pytest

from bookflow.web.schemas import Problem
from bookflow.web.upkeep_schemas import ErasureReport

pytestmark = pytest.mark.airflow

PATH = "/bookflow/api/v1/erasures"
TRIGGER = "/bookflow/api/v1/triggers/booking_created"


@pytest.fixture
def booked(open_client: Any, workbench: Any, make_booking: Any) -> None:
    client = open_client(workbench, "admin")
    assert client.post(TRIGGER, json={"booking": make_booking()}).status_code == 202


def test_admins_erase_people(open_client: Any, workbench: Any, booked: None) -> None:
    client = open_client(workbench, "admin")
    planned = client.post(PATH, json={"email": "ADA@example.com", "dry_run": True})
    assert planned.status_code == 200
    ErasureReport.model_validate(planned.json())
    assert planned.json()["counts"]["bookings"] == 1
    assert workbench.shelf.load_subjects(["bk-1"])
    done = client.post(PATH, json={"email": "ada@example.com"})
    ErasureReport.model_validate(done.json())
    assert (done.json()["dry_run"], done.json()["counts"]["bookings"]) == (False, 1)
    assert not workbench.shelf.load_subjects(["bk-1"])


@pytest.mark.parametrize("role", ["viewer", "user"])
def test_others_erase_nobody(open_client: Any, workbench: Any, role: str) -> None:
    client = open_client(workbench, role)
    assert client.post(PATH, json={"email": "ada@example.com"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "email: is required"),
        ({"email": 7}, "must be text"),
        ({"email": "ada"}, "is no e-mail address"),
        ({"email": "a@example.com", "dry_run": "yes"}, "must be true or false"),
        ({"email": "a@example.com", "dryrun": True}, "did you mean `dry_run`?"),
    ],
)
def test_what_can_not_be_meant_is_refused(
    open_client: Any, workbench: Any, body: dict[str, Any], said: str
) -> None:
    answer = open_client(workbench, "admin").post(PATH, json=body)
    assert answer.status_code == 422
    Problem.model_validate(answer.json())
    assert said in answer.json()["detail"]
