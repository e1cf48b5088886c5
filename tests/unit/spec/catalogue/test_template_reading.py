from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.errors import InputError, NotFoundError, SpecError
from bookflow.spec.catalogue.filling import fill_data, fill_template
from bookflow.spec.catalogue.reading import read_template
from bookflow.spec.catalogue.shapes import Heading, TemplateSource
from bookflow.spec.catalogue.shelf import TemplateShelf
from bookflow.spec.catalogue.values import read_values, sample_values
from bookflow.spec.yaml_reading import read_yaml

HEADING = Heading("made", "o@example.com", "Made")
TEMPLATE = """\
id: own
name: Own
category: booking
description: Something of our own.
parameters:
  - {name: title, type: text, label: Title, default: Hello}
  - {name: count, type: number, label: Count, default: 3, minimum: 1, maximum: 9}
  - {name: shout, type: boolean, label: Shout, default: false}
  - {name: zone, type: choice, label: Zone, choices: [organizer, recipient], default: organizer}
spec:
  # kept
  description: "${title} costs $${3}"
  trigger: booking_created   # kept as well
  actions:
    - name: Mail
      type: send_email
      recipient: invitee
      is_active: true
      conditions:
        - operator: OR
          rules:
            - {field: attendee_count, operator: greater_than, value: "${count}"}
            - {field: has_phone, operator: equals, value: "${shout}"}
      subject: '${title}, {{ start_time | date(tz="${zone}") }}'
      message: >
        ${title}
        and ${count}, ${shout}.
"""


def read(text: str = TEMPLATE, source: TemplateSource = TemplateSource.OWN) -> Any:
    return read_template(
        text, file="own.yaml", source=source, vocabulary=BOOKING_VOCABULARY, size_limit=100_000
    )


def make(**values: Any) -> dict[str, Any]:
    template = read()
    text = fill_template(template, HEADING, read_values(template, values))
    return read_yaml(text, file="made.yaml", size_limit=100_000).data


def test_whole_placeholders_take_the_type_of_their_value() -> None:
    rules = make(count=5, shout=True)["actions"][0]["conditions"][0]["rules"]
    assert [rule["value"] for rule in rules] == [5, True]


def test_placeholders_inside_of_text_are_spelled() -> None:
    made = make(count=5, title="Ahoi")
    assert made["description"] == "Ahoi costs ${3}"
    assert made["actions"][0]["message"] == "Ahoi and 5, false.\n"
    assert made["actions"][0]["subject"] == 'Ahoi, {{ start_time | date(tz="organizer") }}'


@pytest.mark.parametrize("value", ["{{ x }}", "{% if x %}", "{# x", "}}", "a %}", "#}", "{{{"])
def test_jinja_in_a_value_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="read as a template") as caught:
        make(title=value)
    assert caught.value.field == "parameters.title"


def test_jinja_made_by_value_and_template_together_is_refused() -> None:
    text = TEMPLATE.replace("${title} costs", "{${title}}} costs {")
    template = read(text)
    for value in ("{", "% x", "# y", "x %", "{ x", "x }"):
        with pytest.raises(InputError) as caught:
            fill_template(template, HEADING, read_values(template, {"title": value}))
        assert caught.value.field == "parameters.title"


@pytest.mark.parametrize(
    ("given_values", "field", "hint"),
    [
        ({"titel": "x"}, "parameters.titel", "did you mean `title`"),
        ({"count": 0}, "parameters.count", "at least 1"),
        ({"count": 10}, "parameters.count", "at most 9"),
        ({"count": "3"}, "parameters.count", "must be a number"),
        ({"count": True}, "parameters.count", "must be a number"),
        ({"count": float("nan")}, "parameters.count", "between"),
        ({"shout": "yes"}, "parameters.shout", "true or false"),
        ({"zone": "mars"}, "parameters.zone", "one of organizer, recipient"),
        ({"zone": ["organizer"]}, "parameters.zone", "one of"),
        ({"title": 5}, "parameters.title", "must be text"),
        ({"title": "x" * 2001}, "parameters.title", "at most"),
        ({"title": "a\0b"}, "parameters.title", "U\\+0000"),
        ({"title": "a\x85b"}, "parameters.title", "U\\+0085"),
        ({"title": "a\u2028b"}, "parameters.title", "U\\+2028"),
        ({"title": "\ud800"}, "parameters.title", "U\\+D800"),
        ({"title": "a\rb"}, "parameters.title", "U\\+000D"),
    ],
)
def test_unacceptable_value_is_named(given_values: Any, field: str, hint: str) -> None:
    with pytest.raises(InputError, match=hint) as caught:
        make(**given_values)
    assert caught.value.field == field


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        make(count=0, zone="mars", extra=1)
    assert [field for field, _ in caught.value.problems] == [
        "parameters.extra", "parameters.count", "parameters.zone",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        ("email", "nobody"),
        ("email", "a@example.com\nBcc: b@example.com"),
        ("url", "javascript:alert(1)"),
        ("url", "https://user:pass@example.com"),
        ("url", "https://exa mple.com"),
        ("url", "https://example.com/{{ invitee_email }}"),
        ("duration", "soon"),
        ("duration", True),
        ("duration", "-5m"),
    ],
)
def test_kinds_check_their_form(kind: str, bad: Any) -> None:
    parameter = f"  - {{name: extra, type: {kind}, label: Extra, required: true}}\nspec:"
    text = TEMPLATE.replace("spec:", parameter).replace("- name: Mail", "- name: Mail ${count}")
    text = text.replace("      recipient: invitee", "      recipient: invitee  # ${extra}")
    template = read(text.replace("and ${count}", "and ${extra} ${count}"))
    with pytest.raises(InputError) as caught:
        read_values(template, {"extra": bad})
    assert caught.value.field == "parameters.extra"
    with pytest.raises(InputError, match="is required"):
        read_values(template, {})


@given(st.text(max_size=60))
def test_no_text_changes_the_structure(text: str) -> None:
    template = read()
    try:
        values = read_values(template, {"title": text})
        made = fill_template(template, HEADING, values)
    except InputError:
        return
    found = read_yaml(made, file="made.yaml", size_limit=100_000).data
    wanted = fill_data(template.head.spec, values)
    assert {key: found[key] for key in wanted} == wanted
    assert found["description"] == f"{text} costs ${{3}}"
    assert list(found) == ["id", "organizer", "name", *template.head.spec]


def test_comments_and_layout_stay() -> None:
    template = read()
    made = fill_template(template, HEADING, sample_values(template)).splitlines()
    assert made[0] == "# kept"
    assert made[1] == "id: made"
    assert "trigger: booking_created   # kept as well" in made


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("id: own", "id: Own!", "id"),
        ("category: booking", "category: sales", "category"),
        ("name: Own\n", "", "name: is required"),
        ("parameters:", "extra: 1\nparameters:", "not a key of templates"),
        ("${title} costs", "${titel} costs", "`${titel}` is not a parameter"),
        ("name: title,", "name: count,", "stands twice"),
        ("  - {name: shout,", "  - {name: idle, type: text, label: I}\n  - {name: shout,", "idle"),
        ('tz="${zone}"', 'tz="${title}"', "inside of Jinja"),
        ("default: 3,", "default: 30,", "at most 9"),
        ("choices: [organizer, recipient], ", "", "choices"),
        ("  trigger:", "  id: x\n  trigger:", "decided by whoever"),
        ("  trigger: booking_created", "  trigger: booking_made", "spec.trigger"),
        ("start_time |", "start_tme |", "start_time"),
        ("spec:\n", "spec: &a\n", "anchor"),
        ("type: boolean, label: Shout, default: false", "type: boolean, label: Shout", "default"),
    ],
)
def test_broken_template_says_where_and_what(old: str, new: str, hint: str) -> None:
    assert old in TEMPLATE
    text = TEMPLATE.replace(old, new, 1)
    if hint == "anchor":
        text = text.replace("spec: &a", "extra: &a [x]\nspec:")
        hint = "not a key"
    with pytest.raises(SpecError) as caught:
        read(text)
    assert hint in str(caught.value)
    assert str(caught.value).startswith("own.yaml")


def test_shared_values_are_refused_since_they_could_not_be_filled() -> None:
    text = TEMPLATE.replace('value: "${count}"', 'value: &c "${count}"').replace(
        'value: "${shout}"', "value: *c"
    )
    text = text.replace("and ${count}, ${shout}", "and ${count}, ${shout}")
    with pytest.raises(SpecError, match="anchors and aliases"):
        read(text)


def test_own_beats_shipped_and_broken_hides_no_other(tmp_path: Path) -> None:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    own.mkdir()
    shipped.mkdir()
    (shipped / "a.yaml").write_text(TEMPLATE.replace("name: Own", "name: Shipped"))
    (shipped / "b.yaml").write_text(TEMPLATE.replace("id: own", "id: other"))
    shelf = TemplateShelf(own, BOOKING_VOCABULARY, shipped=shipped)
    assert shelf.get("own").source == TemplateSource.SHIPPED
    (own / "mine.yaml").write_text(TEMPLATE)
    (own / "broken.yaml").write_text("id: [")
    (own / "twice.yaml").write_text(TEMPLATE)
    (own / "link.yaml").symlink_to("/etc/hostname")
    found = shelf.look()
    assert {key: one.source.value for key, one in found.templates.items()} == {
        "other": "shipped",
        "own": "own",
    }
    assert found.templates["own"].head.name == "Own"
    assert sorted(found.errors) == ["broken.yaml", "link.yaml", "twice.yaml"]
    assert str(tmp_path) not in "".join(str(error) for error in found.errors.values())
    (own / "mine.yaml").unlink()
    (own / "twice.yaml").unlink()
    assert shelf.get("own").head.name == "Shipped"


def test_missing_folder_is_no_trouble(tmp_path: Path) -> None:
    shelf = TemplateShelf(tmp_path / "none", BOOKING_VOCABULARY)
    assert not shelf.look().errors
    with pytest.raises(NotFoundError, match="GET /templates"):
        shelf.get("../../etc/passwd")
