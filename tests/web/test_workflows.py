"""Workflows through the API: what people read and write is the file."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.workflow_scene import API, BROKEN, HELLO, SPEC

pytestmark = pytest.mark.airflow

YAML = {"Content-Type": "application/yaml"}
NEW = HELLO.replace("id: hello", "id: new").replace("name: Hello", "name: New")


def test_workflow_is_read_with_spec_and_text(scene: Any) -> None:
    response = scene.ask("GET", "/hello", 200)
    found = response.json()
    assert response.headers["ETag"] == f'"{found["version"]}"'
    assert (found["state"], found["is_active"], found["path"]) == ("active", True, "hello.yaml")
    assert (found["trigger"], found["event_types"]) == ("booking_created", ["intro"])
    assert [action["name"] for action in found["actions"]] == ["Say hello", "Text"]
    assert found["yaml"] == HELLO
    assert found["spec"]["actions"][0]["subject"] == "Welcome"
    assert found["statistics"]["total_executions"] == 0


def test_yaml_is_given_to_those_who_ask_for_it(scene: Any) -> None:
    response = scene.ask("GET", "/hello", 200, headers={"Accept": "application/yaml"})
    assert response.headers["content-type"].startswith("application/yaml")
    assert response.text == HELLO


def test_known_version_is_not_sent_again(scene: Any) -> None:
    tag = scene.tag()["If-Match"]
    assert scene.ask("GET", "/hello", 304, headers={"If-None-Match": tag}).content == b""
    scene.ask("GET", "/hello", 200, headers={"If-None-Match": '"000000000000"'})


def test_new_workflow_is_saved_as_json_and_listens_at_once(scene: Any, make_booking: Any) -> None:
    response = scene.ask("POST", "", 201, json=SPEC)
    made = response.json()
    assert response.headers["Location"] == f"{API}/workflows/new"
    assert response.headers["ETag"] == f'"{made["version"]}"'
    assert made["saved"] is True
    assert "+id: new" in made["diff"]
    assert made["spec"] == SPEC
    event = scene.client.post(f"{API}/triggers/booking_created", json={"booking": make_booking()})
    queued = {one["workflow_id"] for one in event.json()["executions"]}
    assert queued == {"hello", "new"}


def test_yaml_is_saved_as_it_is(scene: Any) -> None:
    made = scene.ask("POST", "", 201, content=NEW.encode(), headers=YAML).json()
    assert made["yaml"] == NEW
    assert scene.text("new") == NEW


def test_taken_id_is_a_conflict(scene: Any) -> None:
    answer = scene.ask("POST", "", 409, json={**SPEC, "id": "hello"}).json()
    assert "`hello`" in answer["detail"]
    assert scene.text("hello") == HELLO


def test_invalid_spec_is_refused_with_every_issue_and_never_saved(scene: Any) -> None:
    answer = scene.ask("POST", "", 422, content=BROKEN.encode(), headers=YAML).json()
    assert answer["type"] == "urn:bookflow:problem:invalid-spec"
    issues = {issue["key"]: issue for issue in answer["issues"]}
    assert issues["trigger"]["suggestion"] == "booking_created"
    assert (issues["trigger"]["line"], issues["trigger"]["column"]) == (3, 10)
    assert {"field": "organizer", "message": "is required"} in answer["errors"]
    assert str(scene.folder) not in str(answer)
    assert not (scene.folder / "broken.yaml").exists()


@pytest.mark.parametrize("workflow_id", ["../../etc/passwd", "a/b", ".hidden", "x" * 65, "A b"])
def test_id_that_could_be_a_path_is_refused(scene: Any, workflow_id: str) -> None:
    scene.ask("POST", "", 422, json={**SPEC, "id": workflow_id})
    files = {path.name for path in scene.folder.parent.rglob("*") if path.suffix == ".yaml"}
    assert files == {"hello.yaml", "bye.yaml"}


def test_body_must_be_declared_and_fit(scene: Any) -> None:
    scene.ask("POST", "", 415, content=b"id: x", headers={"Content-Type": "text/plain"})
    scene.ask("POST", "", 413, content=b"#" * 262_145, headers=YAML)
    scene.ask("POST", "", 422, content=b"\xff", headers=YAML)
    scene.ask("POST", "", 422, content=b"[]", headers={"Content-Type": "application/json"})


def test_put_of_json_keeps_comments_and_untouched_lines(scene: Any) -> None:
    spec = scene.get("/hello")["spec"]
    spec["actions"][1]["message"] = "Good day"
    saved = scene.change("PUT", "/hello", spec)
    assert scene.text("hello") == HELLO.replace("    message: Hello\n", "    message: Good day\n")
    assert saved["diff"].count("\n+") == 2


def test_patch_changes_its_keys_alone(scene: Any, make_booking: Any) -> None:
    saved = scene.change("PATCH", "/hello", {"is_active": False})
    assert (saved["state"], saved["is_active"]) == ("inactive", False)
    event = scene.client.post(f"{API}/triggers/booking_created", json={"booking": make_booking()})
    assert event.json()["executions"] == []
    saved = scene.change("PATCH", "/hello", {"is_active": None, "description": "Greets"})
    assert "is_active" not in saved["spec"]
    assert "# the first words" in scene.text("hello")
    headers = {"Content-Type": "application/merge-patch+json", **scene.tag()}
    patched = scene.ask("PATCH", "/hello", 200, content=b'{"name": "Hallo"}', headers=headers)
    assert patched.json()["name"] == "Hallo"
    scene.ask("PATCH", "/hello", 415, content=b"name: x", headers={**headers, **YAML})


def test_id_is_not_changed_by_a_write(scene: Any) -> None:
    for method, body in (("PATCH", {"id": "other"}), ("PUT", {**SPEC, "id": "other"})):
        answer = scene.change(method, "/hello", body, 422)
        assert answer["errors"][0]["field"] == "id"
    assert scene.text("hello") == HELLO


def test_change_of_another_version_is_refused_and_says_the_present_one(scene: Any) -> None:
    old = scene.tag()
    saved = scene.change("PATCH", "/hello", {"name": "Hallo"})
    response = scene.ask("PATCH", "/hello", 412, json={"name": "Salut"}, headers=old)
    assert response.json()["version"] == saved["version"]
    assert response.headers["ETag"] == f'"{saved["version"]}"'
    assert scene.get("/hello")["name"] == "Hallo"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/hello"),
        ("PATCH", "/hello"),
        ("DELETE", "/hello"),
        ("POST", "/hello/actions"),
        ("PUT", "/hello/actions/Text"),
        ("DELETE", "/hello/actions/Text"),
        ("POST", "/hello/reorder"),
        ("POST", "/hello/restore"),
    ],
)
def test_change_without_a_condition_is_refused(scene: Any, method: str, path: str) -> None:
    body = {"commit": "0" * 40} if path.endswith("restore") else {"order": ["Text", "Say hello"]}
    body = body if path.endswith(("restore", "reorder")) else {"name": "x"}
    response = scene.ask(method, path, 428, json=body)
    assert response.headers["ETag"] == scene.tag()["If-Match"]
    assert scene.text("hello") == HELLO


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("*", 200),
        ('"000000000000", {tag}', 200),
        ("{bare}", 200),
        ('"000000000000"', 412),
        ('W/"{bare}"', 412),
        ('"000000000000", "111111111111"', 412),
        ("soon", 422),
        ('"open', 422),
    ],
)
def test_conditions_are_read_as_http_has_them(scene: Any, header: str, status: int) -> None:
    tag = scene.tag()["If-Match"]
    said = header.format(tag=tag, bare=tag.strip('"'))
    scene.ask("PATCH", "/hello", status, json={"name": "Hallo"}, headers={"If-Match": said})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "", SPEC),
        ("PATCH", "/hello", {"name": "Hallo"}),
        ("DELETE", "/hello", None),
        ("POST", "/hello/duplicate", {"id": "twin"}),
        ("DELETE", "/hello/actions/Text", None),
    ],
)
def test_dry_run_tells_the_difference_and_saves_nothing(
    scene: Any, method: str, path: str, body: Any
) -> None:
    before = {file.name: file.read_bytes() for file in scene.folder.glob("*.yaml")}
    answer = scene.ask(method, f"{path}?dry_run=true", 200, json=body, headers={"If-Match": "*"})
    assert (answer.json()["saved"], answer.json()["commit"]) == (False, None)
    assert answer.json()["diff"]
    assert {file.name: file.read_bytes() for file in scene.folder.glob("*.yaml")} == before
    assert scene.audit() == []


def test_misspelt_dry_run_saves_nothing(scene: Any) -> None:
    scene.ask("POST", "?dryrun=true", 422, json=SPEC)
    assert not (scene.folder / "new.yaml").exists()


def test_deleted_workflow_matches_nothing_and_its_executions_stay(
    scene: Any, make_booking: Any
) -> None:
    fired = scene.client.post(f"{API}/triggers/booking_created", json={"booking": make_booking()})
    [execution] = fired.json()["executions"]
    gone = scene.change("DELETE", "/hello")
    assert (gone["id"], gone["saved"]) == ("hello", True)
    scene.get("/hello", 404)
    fired = scene.client.post(f"{API}/triggers/booking_created", json={"booking": make_booking()})
    assert fired.json()["executions"] == []
    assert scene.client.get(f"{API}/executions/{execution['id']}").status_code == 200


def test_copy_is_not_active_and_keeps_the_comments(scene: Any) -> None:
    made = scene.ask("POST", "/hello/duplicate", 201, json={"id": "twin"}).json()
    assert (made["id"], made["name"], made["state"]) == ("twin", "Hello (copy)", "inactive")
    assert "# the first words" in scene.text("twin")
    named = scene.ask("POST", "/hello/duplicate", 201, json={"id": "third", "name": "Third"})
    assert named.json()["name"] == "Third"
    scene.ask("POST", "/hello/duplicate", 409, json={"id": "bye"})
    scene.ask("POST", "/hello/duplicate", 422, json={"name": "No id"})
    scene.ask("POST", "/none/duplicate", 404, json={"id": "fifth"})


def test_every_change_is_in_the_audit_trail_with_before_and_after(scene: Any) -> None:
    scene.ask("POST", "", 201, json=SPEC)
    scene.change("PATCH", "/new", {"name": "Newer"})
    scene.ask("POST", "/new/duplicate", 201, json={"id": "twin"})
    scene.change("DELETE", "/new")
    assert scene.audit() == [
        ("user:user", "workflow.created", "new"),
        ("user:user", "workflow.updated", "new"),
        ("user:user", "workflow.duplicated", "twin"),
        ("user:user", "workflow.deleted", "new"),
    ]
    created, updated, copied, deleted = scene.bench.shelf._decisions
    assert created["before"] is None
    assert created["after"]["spec"] == SPEC
    assert updated["before"]["spec"]["name"] == "New"
    assert updated["after"]["spec"]["name"] == "Newer"
    assert updated["before"]["version"] == created["after"]["version"]
    assert copied["after"]["copy_of"] == "new"
    assert (deleted["before"]["spec"]["name"], deleted["after"]) == ("Newer", None)


def test_change_that_changes_nothing_leaves_no_trace(scene: Any) -> None:
    saved = scene.change("PATCH", "/hello", {"name": "Hello"})
    assert (saved["saved"], saved["diff"]) == (False, "")
    assert scene.audit() == []


def test_invalid_file_is_shown_and_can_be_mended(scene: Any) -> None:
    scene.put_file(BROKEN)
    found = scene.get("/broken")
    assert (found["state"], found["trigger"], found["organizer"]) == (
        "invalid",
        "booking_creatd",
        None,
    )
    assert found["errors"][0]["file"] == "broken.yaml"
    mended = NEW.replace("id: new", "id: broken").encode()
    headers = {**YAML, **scene.tag("broken")}
    assert scene.ask("PUT", "/broken", 200, content=mended, headers=headers).json()["errors"] == []


@pytest.mark.parametrize("path", ["/none", "/%00", "/..%2F..%2Fetc", "/" + "x" * 600, "/Hello"])
def test_unknown_workflow_is_not_found(scene: Any, path: str) -> None:
    for method in ("GET", "PUT", "DELETE"):
        response = scene.client.request(method, f"{API}/workflows{path}", json={})
        assert response.status_code in (404, 405), response.text


def test_viewer_reads_but_changes_nothing(scene: Any) -> None:
    viewer = scene.sign_in("viewer")
    assert viewer.get(f"{API}/workflows/hello").status_code == 200
    assert viewer.patch(f"{API}/workflows/hello", json={}).status_code == 403
    assert viewer.post(f"{API}/workflows", json=SPEC).status_code == 403
    assert viewer.delete(f"{API}/workflows/hello").status_code == 403


def test_hidden_workflow_is_not_found(scene: Any, dags: Any) -> None:
    dags("bookflow-bye")
    dags("bookflow-hello", team="blue")
    stranger = scene.client
    for method in ("GET", "PATCH", "DELETE"):
        response = stranger.request(method, f"{API}/workflows/hello", json={})
        assert response.status_code in (403, 404), method
    listed = stranger.get(f"{API}/workflows").json()["workflows"]
    assert [item["id"] for item in listed] == ["bye"]
