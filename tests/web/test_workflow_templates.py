from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bookflow.spec.catalogue.shapes import CATEGORIES
from bookflow.web.schemas import Problem
from bookflow.web.template_schemas import Template, TemplateList
from bookflow.web.workflow_schemas import SavedWorkflow

pytestmark = pytest.mark.airflow

PATH = "/bookflow/api/v1/templates"
OWN = """\
id: ours
name: Our hello
category: booking
description: Says hello our way.
parameters:
  - {name: words, type: text, label: Words, required: true, example: Ahoi}
spec:
  trigger: booking_created
  actions:
    # stays
    - name: Hello
      type: send_email
      recipient: invitee
      subject: "${words}, {{ invitee_name }}"
      message: "${words}!"
"""


@pytest.fixture
def client(open_client: Any, workbench: Any) -> Any:
    return open_client(workbench, "user")


@pytest.fixture
def own(workbench: Any) -> Path:
    folder = workbench.settings.specs_dir / ".templates"
    folder.mkdir()
    (folder / "ours.yaml").write_text(OWN)
    return folder


def create(client: Any, template: str = "ours", query: str = "", **body: Any) -> Any:
    given = {"id": "made", "organizer": "olive@example.org", "parameters": {"words": "Ahoi"}}
    return client.post(f"{PATH}/{template}/create{query}", json={**given, **body})


def test_list_holds_every_category_and_own_ones(client: Any, own: Path) -> None:
    found = TemplateList.model_validate(client.get(PATH).json())
    assert len(found.templates) >= 15
    order = [CATEGORIES.index(item.category) for item in found.templates]
    assert order == sorted(order)
    assert set(order) == {0, 1, 2, 3}
    ours = next(item for item in found.templates if item.id == "ours")
    assert (ours.source, ours.usage_count, ours.trigger) == ("own", 0, "booking_created")
    assert ours.actions == ["send_email"]
    assert [parameter.name for parameter in ours.parameters] == ["words"]
    assert not found.errors


def test_list_is_filtered(client: Any) -> None:
    reminders = client.get(PATH, params={"category": "reminder"}).json()["templates"]
    assert {item["category"] for item in reminders} == {"reminder"}
    texts = client.get(PATH, params={"search": "TEXT MESSAGE"}).json()["templates"]
    assert "sms-reminder" in {item["id"] for item in texts}
    assert len(texts) < 8
    assert client.get(PATH, params={"category": "sales"}).status_code == 422
    assert client.get(PATH, params={"categroy": "reminder"}).status_code == 422


def test_broken_template_is_reported_and_hides_no_other(client: Any, own: Path) -> None:
    (own / "broken.yaml").write_text("id: broken\nname: [")
    found = TemplateList.model_validate(client.get(PATH).json())
    assert {error.file for error in found.errors} == {"broken.yaml"}
    assert "ours" in {item.id for item in found.templates}


def test_template_is_shown_with_a_preview(client: Any, own: Path) -> None:
    shown = Template.model_validate(client.get(f"{PATH}/ours").json())
    assert 'subject: "Ahoi, {{ invitee_name }}"' in shown.preview
    assert client.get(f"{PATH}/theirs").status_code == 404
    assert client.get(f"{PATH}/..%2F..%2Fetc").status_code == 404


def test_workflow_is_made_and_counted(client: Any, own: Path, workbench: Any) -> None:
    response = create(client, name="Ours")
    assert response.status_code == 201, response.text
    saved = SavedWorkflow.model_validate(response.json())
    assert (saved.id, saved.name, saved.organizer) == ("made", "Ours", "olive@example.org")
    assert response.headers["location"].endswith("/api/v1/workflows/made")
    assert response.headers["etag"] == f'"{saved.version}"'
    text = (workbench.settings.specs_dir / "made.yaml").read_text()
    assert "# stays" in text
    assert "Ahoi!" in text
    [loaded] = workbench.specs.matching("booking_created", None)
    assert loaded.workflow.actions[0].message == "Ahoi!"
    shown = client.get(f"{PATH}/ours").json()
    assert shown["usage_count"] == 1
    assert shown["last_used_at"] == "2026-03-01T12:00:00+00:00"


def test_use_is_counted_on_when_the_workflow_is_gone(
    client: Any, own: Path, workbench: Any
) -> None:
    create(client)
    (workbench.settings.specs_dir / "made.yaml").unlink()
    create(client)
    assert client.get(f"{PATH}/ours").json()["usage_count"] == 2


def test_dry_run_makes_and_counts_nothing(client: Any, own: Path, workbench: Any) -> None:
    response = create(client, query="?dry_run=true")
    assert response.status_code == 200
    assert "+name: Our hello" in response.json()["diff"]
    assert not list(workbench.settings.specs_dir.glob("*.yaml"))
    assert client.get(f"{PATH}/ours").json()["usage_count"] == 0


def test_name_of_the_template_stands_in(client: Any, own: Path) -> None:
    assert create(client, is_active=False).json()["name"] == "Our hello"


def test_taken_id_is_a_conflict(client: Any, own: Path) -> None:
    create(client)
    assert create(client, name="Another").status_code == 409
    assert client.get(f"{PATH}/ours").json()["usage_count"] == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"parameters": {}}, "parameters.words"),
        ({"parameters": {"words": "{{ 7 * 7 }}"}}, "parameters.words"),
        ({"parameters": {"words": "x", "wrods": "y"}}, "parameters.wrods"),
        ({"parameters": ["x"]}, "parameters"),
        ({"organizer": ""}, "organizer"),
        ({"id": None}, "id"),
        ({"is_active": "yes"}, "is_active"),
        ({"category": "booking"}, "category"),
    ],
)
def test_unacceptable_request_is_named(
    client: Any, own: Path, workbench: Any, body: dict[str, Any], field: str
) -> None:
    response = create(client, **body)
    assert response.status_code == 422
    problem = Problem.model_validate(response.json())
    assert field in [item.field for item in problem.errors or []]
    assert not list(workbench.settings.specs_dir.glob("*.yaml"))


@pytest.mark.parametrize("wanted", ["../evil", "a/b", "A", "x\ny: z", ".hidden", "x" * 65])
def test_ids_can_not_leave_the_folder(client: Any, own: Path, workbench: Any, wanted: str) -> None:
    assert create(client, id=wanted).status_code == 422
    everything = {path.name for path in workbench.settings.specs_dir.parent.rglob("*.yaml")}
    assert everything == {"ours.yaml"}


def test_spec_that_the_values_make_invalid_is_refused_with_issues(client: Any) -> None:
    response = create(
        client, "day-before-reminder", parameters={"quiet_from": "late", "quiet_to": "soon"}
    )
    assert response.status_code == 422
    assert {issue["key"] for issue in response.json()["issues"]} >= {"quiet_hours.start"}


def test_viewers_may_look_only(open_client: Any, workbench: Any, own: Path) -> None:
    viewer = open_client(workbench, "viewer")
    assert viewer.get(PATH).status_code == 200
    assert create(viewer).status_code == 403
    assert open_client(workbench, None).get(PATH).status_code == 401
