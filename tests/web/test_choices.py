"""What lists can be narrowed to: what there is, and only of what one may see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bookflow.web.choices import Choices
from tests.web.workflow_scene import API, BROKEN, BYE, HELLO

pytestmark = pytest.mark.airflow

PATH = f"{API}/choices"


def ask(client: Any) -> dict[str, Any]:
    response = client.get(PATH)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    Choices.model_validate(found)
    return found


def test_choices_are_what_there_is_each_once(scene: Any) -> None:
    scene.put_file(BROKEN)
    scene.put_file(
        HELLO.replace("id: hello", "id: again")
        .replace("name: Hello", "name: Again")
        .replace("olive@example.org", "OLIVE@example.org")
        .replace("[intro]", "[demo, intro]")
    )
    assert ask(scene.client) == {
        "workflows": {"active": 2, "inactive": 1, "invalid": 1},
        "organizers": ["ana@example.org", "OLIVE@example.org"],
        "event_types": ["demo", "intro"],
        "triggers": ["booking_cancelled", "booking_creatd", "booking_created"],
    }


def test_choices_know_a_change_at_once(scene: Any) -> None:
    assert ask(scene.client)["workflows"] == {"active": 1, "inactive": 1, "invalid": 0}
    scene.change("PATCH", "/hello", {"is_active": False, "organizer": "new@example.org"})
    found = ask(scene.client)
    assert found["workflows"] == {"active": 0, "inactive": 2, "invalid": 0}
    assert found["organizers"] == ["ana@example.org", "new@example.org"]


@pytest.mark.parametrize(
    "said",
    ["organizer: {a: b}", "organizer: [1, 2]", f"organizer: {'x' * 201}", 'organizer: "a\\tb"'],
)
def test_what_no_list_could_be_asked_for_is_not_offered(scene: Any, said: str) -> None:
    scene.put_file(f"id: odd\n{said}\nname: 7\ntrigger: [booking_created, {{}}]\nevent_types: 5\n")
    found = ask(scene.client)
    assert found["workflows"]["invalid"] == 1
    assert found["organizers"] == ["ana@example.org", "olive@example.org"]
    assert found["event_types"] == ["intro"]


def test_each_choice_finds_what_it_was_taken_from(scene: Any) -> None:
    found = ask(scene.client)
    for key, values in (("organizer", "organizers"), ("trigger", "triggers")):
        for value in found[values]:
            assert scene.get("", params={key: value})["workflows"], (key, value)


def test_choices_tell_nothing_of_what_belongs_to_others(open_client: Any, workbench: Any) -> None:
    workbench.settings = replace(workbench.settings, organizers_see="own")
    for name, text in (("hello", HELLO.replace("olive@example.org", "user")), ("bye", BYE)):
        (workbench.settings.specs_dir / f"{name}.yaml").write_text(text)
    assert ask(open_client(workbench, "user")) == {
        "workflows": {"active": 1, "inactive": 0, "invalid": 0},
        "organizers": ["user"],
        "event_types": ["intro"],
        "triggers": ["booking_created"],
    }
    assert ask(open_client(workbench, "admin"))["organizers"] == ["ana@example.org", "user"]
