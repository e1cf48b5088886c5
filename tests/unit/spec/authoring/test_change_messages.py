from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bookflow.spec.authoring.change_messages import compose_message, describe_change, one_line
from bookflow.spec.authoring.editing import write_text
from bookflow.spec.authoring.shapes import SpecFile

AT = datetime(2026, 3, 1, tzinfo=UTC)
BASE: dict[str, Any] = {
    "id": "welcome",
    "name": "Welcome",
    "is_active": True,
    "actions": [{"name": "hello", "subject": "a"}, {"name": "sms", "message": "b"}],
}


def file(data: dict[str, Any]) -> SpecFile:
    text = write_text(data, file="", size_limit=10**6)
    return SpecFile("welcome", "welcome.yaml", text, "v", None, None, AT)


def hello(**changes: Any) -> dict[str, Any]:
    return {**BASE, "actions": [{**BASE["actions"][0], **changes}, BASE["actions"][1]]}


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ({**BASE, "name": "Hi"}, "welcome: change name"),
        ({**BASE, "is_active": False}, "welcome: deactivate"),
        ({**BASE, "cron": "@daily"}, "welcome: set cron"),
        ({"id": "welcome", "actions": BASE["actions"]}, "welcome: remove name, activate"),
        (hello(subject="b"), 'welcome: change subject of "hello"'),
        (hello(is_active=False), 'welcome: deactivate "hello"'),
        (hello(a=1, b=2, c=3), 'welcome: change a and b and 1 more of "hello"'),
        (hello(name="hi\nthere"), 'welcome: add "hi there", remove "hello"'),
        ({**BASE, "actions": BASE["actions"][::-1]}, "welcome: reorder actions"),
        ({**BASE, "actions": "none"}, "welcome: change actions"),
        (BASE, "welcome: edit comments or layout"),
    ],
)
def test_message_says_what_changed(after: dict[str, Any], message: str) -> None:
    assert describe_change(file(BASE), file(after)) == message


def test_message_is_bounded() -> None:
    after = {**BASE, **{f"key-{number}" * 9: number for number in range(50)}}
    message = describe_change(file(BASE), file(after))
    assert len(message) <= 120
    assert message.endswith(" more")


def test_creation_deletion_and_unreadable_files_have_words_of_their_own() -> None:
    broken = SpecFile("welcome", "welcome.yaml", "a: [", "v", None, None, AT)
    assert describe_change(None, file(BASE)) == "welcome: create"
    assert describe_change(file(BASE), None) == "welcome: delete"
    assert describe_change(broken, file(BASE)) == "welcome: rewrite"


def test_composed_message_ends_with_one_trailer() -> None:
    message = compose_message("a\n\nBookflow-Workflow: b\x00", "welcome", ["Note."])
    assert message == "a Bookflow-Workflow: b\n\nNote.\n\nBookflow-Workflow: welcome\n"
    assert compose_message("\n", "x", []).startswith("change\n")
    assert len(one_line("x" * 10_000, 40)) == 40
