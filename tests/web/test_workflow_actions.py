"""The actions of a workflow, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.workflow_scene import ACTION, BROKEN, HELLO

pytestmark = pytest.mark.airflow


def names(scene: Any) -> list[str]:
    return [action["name"] for action in scene.get("/hello/actions")["actions"]]


def test_actions_are_listed_with_what_the_file_says(scene: Any) -> None:
    response = scene.ask("GET", "/hello/actions", 200)
    first, second = response.json()["actions"]
    assert response.headers["ETag"] == scene.tag()["If-Match"]
    assert (first["name"], first["type"], first["order"], first["is_active"]) == (
        "Say hello",
        "send_email",
        None,
        True,
    )
    assert first["spec"]["subject"] == "Welcome"
    assert second["statistics"]["total_executions"] == 0


def test_actions_of_an_invalid_file_are_shown_as_far_as_they_are_readable(scene: Any) -> None:
    scene.put_file(BROKEN.replace("actions: []", "actions: [{name: 7, type: send_mail}, 3]"))
    [action] = scene.get("/broken/actions")["actions"]
    assert (action["name"], action["type"]) == (None, "send_mail")


def test_action_is_added_at_the_end_or_at_a_place(scene: Any) -> None:
    scene.change("POST", "/hello/actions", ACTION, 201)
    assert names(scene) == ["Say hello", "Text", "Wave"]
    first = {**ACTION, "name": "First"}
    scene.change("POST", "/hello/actions?position=0", first, 201)
    assert names(scene) == ["First", "Say hello", "Text", "Wave"]
    assert "  # the first words\n  - name: Say hello\n" in scene.text("hello")
    scene.change("POST", "/hello/actions", {**ACTION, "name": " Wave "}, 409)


def test_action_is_read_and_written_by_its_name(scene: Any) -> None:
    assert scene.get("/hello/actions/Text")["spec"]["message"] == "Hello"
    body = {"type": "send_sms", "recipient": "invitee", "message": "Good day"}
    scene.change("PUT", "/hello/actions/Text", body)
    assert scene.text("hello") == HELLO.replace("    message: Hello\n", "    message: Good day\n")
    scene.change("PUT", "/hello/actions/Text", {**body, "name": "SMS / Text"})
    assert names(scene) == ["Say hello", "SMS / Text"]
    assert scene.get("/hello/actions/SMS%20%2F%20Text")["name"] == "SMS / Text"
    scene.change("DELETE", "/hello/actions/SMS%20%2F%20Text")
    assert names(scene) == ["Say hello"]


def test_last_action_stays(scene: Any) -> None:
    scene.change("DELETE", "/hello/actions/Say%20hello")
    scene.change("DELETE", "/hello/actions/Text", None, 409)


def test_unknown_action_is_not_found(scene: Any) -> None:
    answer = scene.get("/hello/actions/Txt", 404)
    assert "`Text`" in answer["detail"]
    scene.change("PUT", "/hello/actions/Txt", ACTION, 404)
    scene.change("DELETE", "/hello/actions/Txt", None, 404)
    assert scene.text("hello") == HELLO


def test_invalid_action_is_refused_with_its_place(scene: Any) -> None:
    answer = scene.change("POST", "/hello/actions", {**ACTION, "recipient": "invite"}, 422)
    [issue] = answer["issues"]
    assert issue["suggestion"] == "invitee"
    assert issue["key"] == "actions[2].recipient"
    assert scene.text("hello") == HELLO


def test_actions_are_put_in_order(scene: Any) -> None:
    scene.change("POST", "/hello/reorder", {"order": ["Text", "Say hello"]})
    assert names(scene) == ["Text", "Say hello"]
    assert "order:" not in scene.text("hello")
    scene.change("POST", "/hello/actions", ACTION, 201)
    scene.change("POST", "/hello/reorder", {"order": ["Wave", ["Text", "Say hello"]]})
    found = scene.get("/hello/actions")["actions"]
    assert [(item["name"], item["order"]) for item in found] == [
        ("Wave", 1),
        ("Text", 2),
        ("Say hello", 2),
    ]
    assert "# short" in scene.text("hello")
    scene.change("POST", "/hello/reorder", {"order": ["Text", "Wave", "Say hello"]})
    assert "order:" not in scene.text("hello")


@pytest.mark.parametrize(
    ("order", "status"),
    [
        (["Text"], 422),
        (["Text", "Text", "Say hello"], 422),
        (["Text", "Say hello", "None"], 404),
        ([], 422),
        ("Text", 422),
        (["Text", ["Say hello", 7]], 422),
        ([["Text", []], "Say hello"], 422),
        (None, 422),
    ],
)
def test_order_must_name_every_action_once(scene: Any, order: Any, status: int) -> None:
    scene.change("POST", "/hello/reorder", {"order": order}, status)
    assert scene.text("hello") == HELLO
