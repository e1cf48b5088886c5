from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bookflow.errors import SpecError, SpecIssue
from bookflow.spec.loading import LoadedWorkflow, load_workflow
from bookflow.spec.models import Workflow
from bookflow.spec.problems import MOST_PROBLEMS, explain_validation_error
from tests.unit.spec.sample_vocabulary import SPEC, VOCABULARY


def load(text: str | bytes, **options: Any) -> LoadedWorkflow:
    return load_workflow(text, file="specs/a.yaml", vocabulary=VOCABULARY, **options)


def issues_of(text: str | bytes) -> list[SpecIssue]:
    with pytest.raises(SpecError) as caught:
        load(text)
    return list(caught.value.issues)


def issue_at(text: str, key: str) -> SpecIssue:
    found = {issue.key: issue for issue in issues_of(text)}
    assert key in found, found
    return found[key]


def change(old: str, new: str) -> str:
    assert old in SPEC
    return SPEC.replace(old, new, 1)


def test_valid_spec_is_loaded_with_version_and_path() -> None:
    loaded = load(SPEC)
    assert loaded.workflow.id == "enterprise-welcome"
    assert loaded.workflow.delay_minutes == 15
    assert loaded.path == Path("specs/a.yaml")
    assert loaded.version == sha256(SPEC.encode()).hexdigest()[:12]
    assert loaded == load(SPEC.encode())
    assert loaded.warnings == ()


@pytest.mark.parametrize(
    ("old", "new", "key", "place", "words", "suggestion"),
    [
        ("trigger: booking_created", "trigger: booking_creatd", "trigger", (6, 10),
         "`booking_creatd` is not a trigger; did you mean `booking_created`?", "booking_created"),
        ("trigger: booking_created", "trigger: xyz", "trigger", (6, 10),
         "must be one of booking_created, ", None),
        ("name: Enterprise", "nmae: Enterprise", "nmae", (4, 1), "did you mean `name`?", "name"),
        ("trigger:", "on:", "on", (6, 1), "did you mean `trigger`?", "trigger"),
        ("recipient: invitee", "recipient: invite", "actions[0].recipient", (13, 16),
         "did you mean `invitee`?", "invitee"),
        ("type: webhook", "type: http", "actions[1].type", (26, 11),
         "did you mean `webhook`?", "webhook"),
        ("type: webhook", "tpye: webhook", "actions[1].type", (25, 5), "is required; one of", None),
        ("{{ event_type_name }}", "{{ event_typ_name }}", "actions[0].message", (18, 7),
         "`event_typ_name` is not a field; did you mean `event_type_name`?", "event_type_name"),
        ('"Welcome, {{ invitee_name }}"', '"{% if %}"', "actions[0].subject", (14, 14), "", None),
        ("field: invitee_domain", "field: invitee_mail",
         "actions[0].conditions[0].rules[0].field", (23, 21),
         "`invitee_mail` is not a field; did you mean `invitee_email`?", "invitee_email"),
        ("operator: greater_than", "operator: greater_then",
         "actions[0].conditions[0].rules[1].operator", (24, 47), "`greater_than`", "greater_than"),
        ("value: 2}", "value: many}", "actions[0].conditions[0].rules[1].value", (24, 68),
         "many", None),
        ("operator: AND", "operator: and", "actions[0].conditions[0].operator", (21, 19),
         "did you mean `AND`?", "AND"),
        ("      status: confirmed", "      statsu: confirmed",
         "actions[2].update_booking_fields.statsu", (41, 7), "did you mean `status`?", "status"),
        ("guests: \"{{ attendee_count }}\"", "guests: {n: [\"{{ atendee_count }}\"]}",
         "actions[1].webhook_data.guests.n[0]", (30, 20), "`attendee_count`", "attendee_count"),
        ("X-Source: bookflow", "Host: bookflow", "actions[1].headers.Host", (32, 7), "remove",
         None),
        ("name: Confirm", "name: Tell the CRM", "actions[2].name", (38, 11), "choose another",
         None),
        ("id: enterprise-welcome", "id: Enterprise Welcome", "id", (2, 5),
         "did you mean `enterprise-welcome`?", "enterprise-welcome"),
        ("event_types: [intro-call, demo]", "event_types: demo", "event_types", (7, 14),
         "must be a list, such as [demo]", None),
        ("delay_minutes: 15m", "delay_minutes: soon", "delay_minutes", (8, 16), "15m", None),
        ("name: Confirm", "name: 5", "actions[2].name", (38, 11), 'put it in quotes: "5"', None),
        ("type: webhook", "type: webhook\n    subject: x", "actions[1].subject", (27, 5),
         "belongs to send_email actions", None),
        ("name: Enterprise welcome", "name:", "name", (4, 1), "is required", None),
    ],
)  # fmt: skip
def test_fault_is_named_with_place_and_suggestion(
    old: str, new: str, key: str, place: tuple[int, int], words: str, suggestion: str | None
) -> None:
    issue = issue_at(change(old, new), key)
    assert issue.file == "specs/a.yaml"
    assert (issue.line, issue.column) == place
    assert words in issue.message
    assert issue.suggestion == suggestion
    assert "Input should" not in str(issue)


def test_all_faults_are_listed_in_order_of_lines() -> None:
    text = (
        change("trigger: booking_created", "trigger: nope")
        .replace("recipient: invitee", "recipient: custom")
        .replace("field: invitee_domain", "field: invitee_mail")
        .replace("value: 2}", "valu: 2}")
        .replace("{{ attendee_count }} people", "{{ atendees }} people")
        .replace("status: confirmed", "statsu: confirmed")
        .replace("name: Confirm", "name: Send the welcome")
    )
    found = issues_of(text)
    assert [issue.key for issue in found] == [
        "trigger",
        "actions[0].custom_email",
        "actions[0].message",
        "actions[0].conditions[0].rules[0].field",
        "actions[0].conditions[0].rules[1].valu",
        "actions[2].name",
        "actions[2].update_booking_fields.statsu",
    ]
    assert [issue.line for issue in found] == sorted(issue.line for issue in found)


def test_faults_in_nested_broken_groups_keep_their_place() -> None:
    text = """\
id: a
organizer: o
name: n
trigger: manual
actions:
  - {name: x, type: update_booking, update_booking_fields: {status: x}, conditions: [
      {rules: [
        {rules: [{field: nope, operator: equals, value: 1}, {operator: 5}]},
        {field: nada, operator: is_empty}]},
      {field: nix, operator: is_empty}]}
"""
    keys = {issue.key for issue in issues_of(text)}
    base = "actions[0].conditions"
    assert {f"{base}[0].rules[0].rules[0].field", f"{base}[0].rules[1].field"} <= keys
    assert f"{base}[0].rules[0].rules[1].operator" in keys
    assert f"{base}[1]" in keys


def test_no_active_action_is_refused_once() -> None:
    text = SPEC.replace("    type:", "    is_active: no\n    type:")
    assert [issue.code for issue in issues_of(text)] == ["no-active-action"]
    assert [issue.code for issue in issues_of(text.replace(": no\n", ": false\n"))] == [
        "no-active-action"
    ]


@pytest.mark.parametrize("actions", ["actions: []", "actions: {}", "actions: x", "actions:", ""])
def test_missing_actions_are_refused(actions: str) -> None:
    head = "id: a\norganizer: o\nname: n\ntrigger: manual\n"
    found = issues_of(head + actions + "\n")
    assert [issue.key for issue in found] == ["actions"]


@pytest.mark.parametrize("item", ["5", "[]", "text", "{}", "null"])
def test_action_of_wrong_shape_is_refused(item: str) -> None:
    text = f"id: a\norganizer: o\nname: n\ntrigger: manual\nactions:\n  - {item}\n"
    (issue,) = issues_of(text)
    assert issue.key.startswith("actions[0]")
    assert issue.line == 6


def test_key_without_value_counts_as_absent() -> None:
    text = SPEC + "    conditions:\n    retries:\nevent_types:\n"
    text = text.replace("event_types: [intro-call, demo]\n", "")
    workflow = load(text).workflow
    assert workflow.event_types is None
    assert (workflow.actions[2].conditions, workflow.actions[2].retries) == ((), 4)


def test_credential_headers_are_a_warning_not_an_error() -> None:
    (warning,) = load(change("X-Source: bookflow", "Authorization: Bearer x")).warnings
    assert (warning.line, warning.code) == (32, "credential-header")
    assert "webhook_conn_id" in warning.message


def test_messages_may_name_the_recipient() -> None:
    assert load(change("Hello {{ invitee_name }}", "Hello {{ recipient_name }}"))
    text = change('guests: "{{ attendee_count }}"', 'guests: "{{ recipient_name }}"')
    assert issue_at(text, "actions[1].webhook_data.guests").code == "template"


def test_size_limit_is_kept_without_parsing() -> None:
    with pytest.raises(SpecError, match="at most 100 are read"):
        load(SPEC, size_limit=100)
    (issue,) = issues_of(b"a: [" * 2_500_000)
    assert issue.code == "too-large"


def test_hostile_names_never_break_an_error() -> None:
    text = change("tags: [sales]", '"ev\\u202Eil\\nkey\\e[31m": 1')
    with pytest.raises(SpecError) as caught:
        load_workflow(text, file="sp\necs/\udcff.yaml", vocabulary=VOCABULARY)
    (issue,) = caught.value.issues
    assert str(issue).isprintable()


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["custom", "send_email", "webhook", "AND", "{{ invitee_name }}", "{% x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "name", "rules", "field", "operator", "value", "headers", "zzz"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
PATHS = st.sampled_from([
    ("id",), ("trigger",), ("actions",), ("actions", 0), ("actions", 0, "conditions"),
    ("actions", 0, "conditions", 0), ("actions", 0, "conditions", 0, "rules"),
    ("actions", 0, "conditions", 0, "rules", 0), ("actions", 0, "recipient"),
    ("actions", 0, "type"), ("actions", 1, "webhook_data"), ("actions", 1, "headers"),
    ("actions", 1, "webhook_url"), ("actions", 2, "update_booking_fields"), ("delay_minutes",),
    ("event_types",), ("cron",), ("actions", 0, "message"), ("actions", 0, "order"),
])  # fmt: skip


@pytest.mark.slow
@given(PATHS, VALUES)
def test_any_value_anywhere_is_loaded_or_refused_with_issues(
    path: tuple[Any, ...], value: Any
) -> None:
    data = yaml.safe_load(SPEC)
    parent = data
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value
    error = error_of(yaml.safe_dump(data, allow_unicode=True))
    if error is not None:
        assert error.issues
        assert all(issue.message and issue.key.isprintable() for issue in error.issues)
        assert "Input should" not in str(error)


def error_of(text: str) -> SpecError | None:
    try:
        load(text)
    except SpecError as error:
        return error
    return None


class CountedFields(dict[str, Any]):
    """Fields that count how often somebody looked through all their names."""

    looks = 0

    def __iter__(self) -> Any:
        self.looks += 1
        return super().__iter__()


def test_meaning_of_endless_unknown_fields_is_not_searched() -> None:
    fields = CountedFields(VOCABULARY.fields)
    wide = ", ".join(f"k{at}: '{{{{ invitee_mail{at} }}}}'" for at in range(1_000))
    text = change("source: bookflow", f"source: {{{wide}}}")
    with pytest.raises(SpecError) as caught:
        load_workflow(text, file="a.yaml", vocabulary=replace(VOCABULARY, fields=fields))
    assert len(caught.value.issues) == MOST_PROBLEMS
    assert MOST_PROBLEMS <= fields.looks <= MOST_PROBLEMS + 10


@pytest.mark.parametrize(
    "data",
    [
        {f"nam{at}": 1 for at in range(1_000)},
        {"actions": [{"type": f"sm{at}"} for at in range(40)] * 9},
    ],
)
def test_meaning_of_endless_unknown_keys_is_not_searched(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        Workflow.model_validate(data)
    assert caught.value.error_count() > MOST_PROBLEMS
    assert len(explain_validation_error(caught.value, data)) == MOST_PROBLEMS


@pytest.mark.parametrize("name", [".", "..", "a/..", "../a", "a/./b"])
def test_action_name_that_addresses_swallow_is_refused(name: str) -> None:
    # DELETE /workflows/x/actions/.. is DELETE /workflows/x by the time it is sent
    text = change("name: Tell the CRM", f"name: {name}")
    assert "no part of it" in issue_at(text, "actions[1].name").message
    load(change("name: Tell the CRM", "name: a../..b/c..."))
