"""Only the lines of what changes are written anew, however a file is written."""

from __future__ import annotations

import copy
import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bookflow.errors import SpecError
from bookflow.spec.authoring.editing import edit_text, says, write_text
from bookflow.spec.yaml_reading import read_yaml
from tests.sample_specs import SAMPLE_SPECS

LIMIT = 262_144
Change = Callable[[dict[str, Any]], None]

NASTY = """\
---
# header

id: "nasty"     # the id
organizer:   olive@example.org
'name': 'It''s nasty'
description: >
  folded
  text

  of two parts
trigger: booking_created
event_types: [ a,b ,  c ]   # three
delay_minutes:   15m
is_active: yes
tags:
- one   # first
# before two
- two

- three

actions:
    # about hello
    -   name: hello # its name
        type: send_sms
        recipient: invitee
        message: |   # the text
              Hello,

              {{ invitee_name }}!
        conditions:
        - operator: AND
          rules:
          - {field: is_weekend, operator: equals, value: false}  # workdays
          - field: attendee_count
            operator: greater_than
            value: 2

    # about bye
    # on two lines
    -   name: bye
        type: send_sms
        recipient: organizer
        message: "Bye\\tnow"

# the end
...
"""


def edit(text: str, change: Change) -> str:
    data = read_yaml(text, file="", size_limit=LIMIT).data
    wanted = copy.deepcopy(data)
    change(wanted)
    result = edit_text(text, wanted, file="", size_limit=LIMIT)
    assert says(result, wanted, LIMIT)
    return result


def changes(before: str, after: str) -> list[str]:
    """The lines that went and came, in order."""
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), n=0))[2:]
    return [line for line in lines if line[0] in "+-"]


def put(**keys: Any) -> Change:
    return lambda data: data.update(keys)


def put_action(at: int, **keys: Any) -> Change:
    return lambda data: data["actions"][at].update(keys)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (put(id="other"), ['-id: "nasty"     # the id', '+id: "other"     # the id']),
        (
            put(organizer="on"),
            ["-organizer:   olive@example.org", '+organizer:   "on"'],
        ),
        (put(name="Isn't"), ["-'name': 'It''s nasty'", "+'name': 'Isn''t'"]),
        (
            put(event_types=["a", "x", "c"]),
            ["-event_types: [ a,b ,  c ]   # three", "+event_types: [ a,x ,  c ]   # three"],
        ),
        (
            put(event_types=["a", "c"]),
            ["-event_types: [ a,b ,  c ]   # three", "+event_types: [ a,c ]   # three"],
        ),
        (put(is_active=False), ["-is_active: yes", "+is_active: false"]),
        (put(timezone="UTC"), ["+timezone: UTC"]),
        (lambda data: data.pop("delay_minutes"), ["-delay_minutes:   15m"]),
        (lambda data: data["tags"].remove("one"), ["-- one   # first"]),
        (lambda data: data["tags"].remove("two"), ["-# before two", "-- two", "-"]),
        (put(tags=["one", "two", "three", "four"]), ["+- four"]),
        (put(tags=["one", "2", "three"]), ["-- two", '+- "2"']),
        (
            put_action(0, name="hi"),
            ["-    -   name: hello # its name", "+    -   name: hi # its name"],
        ),
        (
            put_action(0, message="Hello,\n\n{{ invitee_name }}?\nBye\n"),
            [
                "-              {{ invitee_name }}!",
                "+              {{ invitee_name }}?",
                "+              Bye",
            ],
        ),
        (
            put_action(0, message="short"),
            [
                "-        message: |   # the text",
                "-              Hello,",
                "-",
                "-              {{ invitee_name }}!",
                "+        message: short   # the text",
            ],
        ),
        (
            put_action(1, message="one\ntwo\n"),
            [
                '-        message: "Bye\\tnow"',
                "+        message: |",
                "+          one",
                "+          two",
            ],
        ),
        (put_action(1, order=3), ["+        order: 3"]),
        (
            lambda data: data["actions"].pop(1),
            [
                "-    # about bye",
                "-    # on two lines",
                "-    -   name: bye",
                "-        type: send_sms",
                "-        recipient: organizer",
                '-        message: "Bye\\tnow"',
                "-",
            ],
        ),
        (
            lambda data: data["actions"][0]["conditions"][0]["rules"][0].update(value=True),
            [
                "-          - {field: is_weekend, operator: equals, value: false}  # workdays",
                "+          - {field: is_weekend, operator: equals, value: true}  # workdays",
            ],
        ),
        (
            lambda data: data["actions"][0]["conditions"][0]["rules"][1].update(value="1e3"),
            ["-            value: 2", '+            value: "1e3"'],
        ),
    ],
)
def test_only_lines_of_the_changed_key_change(change: Change, expected: list[str]) -> None:
    assert changes(NASTY, edit(NASTY, change)) == expected


def test_reordered_actions_take_their_comments_along() -> None:
    result = edit(NASTY, lambda data: data["actions"].reverse())
    first, second = (
        result.index("# about bye\n    # on two lines\n    -   name: bye"),
        result.index("# about hello\n    -   name: hello # its name"),
    )
    assert first < second
    assert result.endswith("# the end\n...\n")
    assert edit(result, lambda data: data["actions"].reverse()) == NASTY


def test_folded_text_becomes_lines_and_nothing_else_changes() -> None:
    result = edit(NASTY, put(description="new\ntext"))
    before, after = NASTY.split("description: >\n")
    rest = after[after.index("trigger:") :]
    assert result == f"{before}description: |-\n  new\n  text\n{rest}"


def test_line_endings_mark_and_missing_end_are_kept() -> None:
    text = "\ufeff" + "id: a\nname: b # c\nactions:\n- name: x\n  message: y".replace("\n", "\r\n")
    result = edit(text, put(name="d"))
    assert result == text.replace("name: b", "name: d")
    longer = edit(text, put_action(0, message="y\nz"))
    assert longer == text.removesuffix("y") + "|-\r\n    y\r\n    z"


@pytest.mark.parametrize("sample", SAMPLE_SPECS, ids=lambda path: path.stem)
def test_shipped_specs_change_in_one_place_only(sample: Path) -> None:
    text = sample.read_text(encoding="utf-8")
    data = read_yaml(text, file="", size_limit=LIMIT).data
    for key, value in data.items():
        if isinstance(value, str) and "\n" not in value:
            found = changes(text, edit(text, put(**{key: "changed"})))
            assert [line[0] for line in found] == ["-", "+"], key
    assert len(changes(text, edit(text, put(if_late="5m")))) <= 2
    for at, action in enumerate(data["actions"]):
        found = changes(text, edit(text, put_action(at, name="changed")))
        assert [line[0] for line in found] == ["-", "+"], action["name"]
        assert changes(text, edit(text, put_action(at, retries=9)))[-1].strip("+ ") == "retries: 9"
    swapped = edit(text, lambda data: data["actions"].reverse())
    # an alias must come after its anchor, so that one is written anew
    assert "&" in text or sorted(swapped.split("\n")) == sorted(text.split("\n"))


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("a: &x one\nb: *x\n", put(b="two")),
        ("a: &x one\nb: *x\n", put(a="two")),
        ("base: &x {p: 1, q: 2}\nuse:\n  <<: *x\n  q: 3\n", lambda data: data["use"].update(q=4)),
        ("base: &x {p: 1, q: 2}\nuse:\n  <<: *x\n  q: 3\n", lambda data: data["use"].update(p=9)),
        ("base: &x {p: 1, q: 2}\nuse:\n  <<: *x\n  q: 3\n", lambda data: data["use"].pop("p")),
        ("base: &x {p: 1, q: 2}\nuse:\n  <<: *x\n  q: 3\n", lambda data: data.pop("base")),
        ("- &x\n".replace("- &x", "a: &x\n  b: 1\nc: *x"), lambda data: data["c"].update(b=2)),
        ("a: [&x 1, *x]\n", lambda data: data["a"].append(3)),
        ("l:\n- &x a\n- *x\n- b\n", lambda data: data["l"].append("c")),
        ("? a\n: b\n", put(a="c")),
        ("? a\n: - b\n  - c\n", lambda data: data["a"].append("d")),
        ('{"a": {"b": [1, 2]}, "c": "d"}', lambda data: data["a"]["b"].append({"e": "f"})),
        ('{"a": 1}', lambda data: (data.pop("a"), data.update(b=2))),
        ("{\n  a: 1, # one\n  b: 2, # two\n}\n", put(c=3)),
        ("a: !!str 5\nb: 1\n", put(a="x")),
        ("a:\nb:   # empty\nc: ~\n", put(a=1, b="two", c=[3])),
        ("a: 'multi\n\n  line'\nb: plain\n  more\n", put(a="x", b="y")),
        ("a:\n  - - 1\n    - 2\n  - - 3\n", lambda data: data["a"][0].append({"k": "v"})),
        ("a: |+\n  text\n\n\nb: 1\n", put(a="other\n")),
        ("a: |+\n  text\n\n\nb: 1\n", put(b=2)),
        ("a: >-\n  text\n  more\n\n# note\nb: 1\n", put(c="x")),
        ("a: |2\n    indented\n  less\nb: 1\n", put(a="  x\ny\n")),
        ("%YAML 1.2\n---\na: 1\n", put(a=2)),
        ("a: 1 #\n#\n\n\n   # odd\nb: 2", lambda data: data.pop("a")),
        ("a:    # of a\n  # inside\n  x: 1\nb: 2\n", lambda data: data["a"].update(y=2)),
        ("a: [1,\n  2, # two\n  3]\n", lambda data: data["a"].pop(1)),
    ],
)
def test_odd_yaml_says_what_is_wanted(text: str, change: Change) -> None:
    edit(text, change)


def test_comments_survive_where_anchors_are_in_the_way() -> None:
    text = "# head\nbase: &x {p: 1}   # the base\nuse: *x  # shared\n"
    result = edit(text, lambda data: data.pop("base"))
    assert "# head" in result
    assert "p: 1" in result


def test_data_that_no_file_can_hold_is_refused() -> None:
    with pytest.raises(SpecError, match="not allowed"):
        write_text({"a": "bell \x07"}, file="a.yaml", size_limit=LIMIT)
    with pytest.raises(SpecError, match="at most"):
        write_text({"a": "x" * 100}, file="a.yaml", size_limit=50)
