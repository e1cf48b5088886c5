"""Hostile text at every door of the API: a clear refusal or harmless storage, and no effect."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.corpora import read_spec_files, read_texts
from tests.web.permission_table import GUARDED, VALUES, Row
from tests.web.workflow_scene import ACTION, HELLO, SPEC

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(300)]

API = "/bookflow/api/v1"
ANY = {"If-Match": "*"}
# the texts that reach furthest; all of them at every parameter would take minutes
WORST = ["\0", "\r\nX-Injected: yes", "' OR '1'='1", "9" * 400, "a" * 5_000]
# clients take `.` and `..` for steps in the path, and never send them
NAMES = [text for text in read_texts("names") if text not in (".", "..")]
WORST_NAMES = ["../hello", "hello\0", "--upload-pack=id", "HEAD:hello.yaml", "hello\n", "\ud800"]


@pytest.fixture
def client(open_client: Any, workbench: Any) -> Any:
    folder = workbench.settings.specs_dir
    (folder / "hello.yaml").write_text(HELLO)
    (folder.parent / "outside.yaml").write_text(HELLO.replace("hello", "outside"))
    return open_client(workbench, "admin")


@pytest.fixture(autouse=True)
def untouched(workbench: Any, client: Any) -> Iterator[None]:
    """Whatever was asked for: nothing lies outside of the folder, and all goes on working."""
    folder: Path = workbench.settings.specs_dir
    outside = (folder.parent / "outside.yaml").read_bytes()
    yield
    assert sorted(path.name for path in folder.parent.iterdir()) == ["outside.yaml", folder.name]
    assert (folder.parent / "outside.yaml").read_bytes() == outside
    for path in folder.rglob("*"):
        if not any(part.startswith(".") for part in path.relative_to(folder).parts):
            assert path.suffix == ".yaml"
    assert client.get(f"{API}/workflows").status_code == 200


def check(answer: Any, what: Any) -> None:
    """Check that an answer is what a route may say to anything at all."""
    assert answer.status_code < 500, (what, answer.text[:500])
    assert "x-injected" not in answer.headers, what
    assert "Traceback" not in answer.text
    # what has a line break in its path is no path of ours: Airflow itself answers that
    if answer.status_code >= 400 and "/api/" in str(answer.url) and "%0A" not in str(answer.url):
        assert answer.headers["content-type"] == "application/problem+json", what
        assert len(answer.text) < 20_000, what


def encode(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def ask(client: Any, method: str, url: str, **more: Any) -> Any:
    answer = client.request(method, url, **more)
    check(answer, (method, url[:300], more.get("json")))
    return answer


def named(row: Row) -> list[str]:
    return [name for name in VALUES if f"{{{name}}}" in row.route]


def test_no_path_escapes(client: Any) -> None:
    rows = [row for row in GUARDED if named(row) and row.method != "DELETE"]
    for row in rows:
        for name in named(row):
            for text in NAMES if row.method == "GET" and name == "workflow_id" else WORST_NAMES:
                path = row.route.replace(f"{{{name}}}", encode(text))
                for other in named(row):
                    path = path.replace(f"{{{other}}}", VALUES[other])
                body = {} if row.method != "GET" else None
                ask(client, row.method, f"/bookflow{path}", json=body)


def test_deleting_by_a_hostile_name_deletes_nothing(client: Any, workbench: Any) -> None:
    for text in NAMES:
        for path in (f"/workflows/{encode(text)}", f"/workflows/hello/actions/{encode(text)}"):
            answer = ask(client, "DELETE", f"{API}{path}", headers=ANY)
            assert answer.status_code in (404, 405, 422), (text, answer.text[:200])
    assert (workbench.settings.specs_dir / "hello.yaml").read_text() == HELLO


def test_no_parameter_of_a_query_reaches_through(client: Any) -> None:
    described = client.get(f"{API}/openapi.json").json()["paths"]
    for path, operations in described.items():
        where = path
        for key, value in VALUES.items():
            where = where.replace(f"{{{key.partition(':')[0]}}}", value)
        names = [
            one["name"]
            for one in operations.get("get", {}).get("parameters", ())
            if one["in"] == "query"
        ]
        for name in names:
            for text in WORST:
                ask(client, "GET", f"/bookflow{where}?{name}={encode(text)}")
        for text in ("\0", "9" * 400) if names else ():
            ask(client, "GET", f"/bookflow{where}?{encode(text)}=1")


def test_no_header_reaches_through(client: Any) -> None:
    values = [text.encode("latin-1", "replace") for text in read_texts("header_values")]
    for name in ("If-Match", "Idempotency-Key", "Content-Type", "Origin"):
        for value in values:
            for method, path, body in (
                ("PUT", "/workflows/hello", b"{}"),
                ("POST", "/workflows/hello/execute", b"{}"),
            ):
                headers = [(name.encode(), value)]
                if name != "Content-Type":
                    headers.append((b"Content-Type", b"application/json"))
                ask(client, method, f"{API}{path}", content=body, headers=headers)


def test_hostile_spec_is_never_saved(client: Any, workbench: Any) -> None:
    for name, text in read_spec_files().items():
        content = text.encode("utf-8", "surrogatepass")
        headers = {"Content-Type": "application/yaml", **ANY}
        for method, path in (
            ("POST", "/workflows"),
            ("PUT", "/workflows/hello"),
            ("POST", "/workflows/validate"),
        ):
            answer = ask(client, method, f"{API}{path}", content=content, headers=headers)
            if path != "/workflows/validate":
                assert answer.status_code in (413, 422), (name, answer.text[:300])
            elif answer.status_code == 200:
                assert not answer.json()["valid"], name
    assert [path.name for path in workbench.settings.specs_dir.glob("*.yaml")] == ["hello.yaml"]
    assert (workbench.settings.specs_dir / "hello.yaml").read_text() == HELLO


@pytest.mark.parametrize("field", ["id", "organizer", "name", "description", "trigger"])
def test_hostile_text_in_a_spec_is_saved_as_text_or_refused(
    client: Any, workbench: Any, field: str
) -> None:
    for text in read_texts("texts"):
        body = json.dumps({**SPEC, field: text}).encode()
        headers = {"Content-Type": "application/json"}
        made = ask(client, "POST", f"{API}/workflows", content=body, headers=headers)
        if made.status_code != 201:
            assert made.status_code in (413, 422), (text, made.text[:300])
            continue
        saved = made.json()
        assert saved["spec"].get(field) in (text, text.strip(), None, text or None)
        gone = ask(client, "DELETE", f"{API}/workflows/{saved['id']}", headers=ANY)
        assert gone.status_code == 200
    assert [path.name for path in workbench.settings.specs_dir.glob("*.yaml")] == ["hello.yaml"]


def test_hostile_template_shows_nothing_when_it_is_tried(client: Any) -> None:
    for text in read_texts("templates"):
        spec = {**SPEC, "id": "hello", "actions": [{**ACTION, "message": text}]}
        body = json.dumps({"mode": "mock_data", "spec": spec}).encode()
        headers = {"Content-Type": "application/json"}
        path = f"{API}/workflows/hello/test"
        answer = ask(client, "POST", path, content=body, headers=headers)
        for sign in ("<class", "<function", "<module", "object at 0x", "root:x"):
            assert sign not in answer.text, text[:80]


def test_hostile_bodies_are_refused(client: Any) -> None:
    bodies = [
        b"", b"[]", b"{", b"\xff\xfe", b"[" * 5_000, b'{"a": NaN}', b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a": "\\ud800"}', b'{"\\u0000": 1}',
    ]  # fmt: skip
    headers = {"Content-Type": "application/json", **ANY}
    for row in GUARDED:
        if row.method in ("POST", "PUT", "PATCH"):
            for body in bodies:
                ask(client, row.method, row.path(), content=body, headers=headers)


def test_hostile_bookings_are_recorded_as_text_or_refused(client: Any, make_booking: Any) -> None:
    for text in read_texts("texts"):
        for change in (
            {"id": text},
            {"invitee": {"name": text, "email": "ada@example.com"}},
            {"invitee": {"name": "Ada", "email": text}},
            {"custom_answers": {text: text}},
            {"event_type": {"id": text, "slug": "intro", "name": text}},
        ):
            body = json.dumps({"booking": make_booking(**change)}).encode()
            headers = {"Content-Type": "application/json"}
            path = f"{API}/triggers/booking_created"
            answer = ask(client, "POST", path, content=body, headers=headers)
            assert answer.status_code in (202, 422)
    exported = ask(client, "GET", f"{API}/executions/export?format=csv").text
    cells = [cell for line in csv.reader(io.StringIO(exported)) for cell in line]
    assert len(cells) > 100
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r", "-"))]
    for line in ask(client, "GET", f"{API}/executions/export?format=jsonl").text.splitlines():
        json.loads(line)


def test_page_shows_hostile_bookings_as_text(client: Any, make_booking: Any) -> None:
    script = "<script>alert(1)</script>"
    booking = make_booking(id=f"bk{script}", invitee={"name": script, "email": "a@example.com"})
    client.post(f"{API}/triggers/booking_created", json={"booking": booking})
    page = client.get(f"/bookflow/bookings/{encode(booking['id'])}")
    assert page.status_code == 200
    assert "<script" not in page.text
