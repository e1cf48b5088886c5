from datetime import time
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.errors import SpecError
from bookflow.spec.describing import describe
from bookflow.spec.loading import LoadedWorkflow, load_workflow
from bookflow.spec.schema import json_schema
from bookflow.spec.yaml_reading import read_yaml

VALIDATOR = Draft202012Validator(json_schema(BOOKING_VOCABULARY))
SPEC = """\
id: remind
organizer: a@example.com
name: Remind
trigger: {trigger}
{keys}
actions:
  - {{name: mail, type: send_email, recipient: invitee, subject: s, message: m{more}}}
  - {{name: hook, type: webhook, webhook_url: "https://example.com/x"{hook}}}
"""


def load(keys: str = "", trigger: str = "before_meeting", **more: str) -> LoadedWorkflow:
    text = SPEC.format(keys=keys, trigger=trigger, **{"more": "", "hook": "", **more})
    return load_workflow(text, file="remind.yaml", vocabulary=BOOKING_VOCABULARY)


def issues(*args: str, **more: str) -> dict[str, tuple[int, str, str | None]]:
    with pytest.raises(SpecError) as caught:
        load(*args, **more)
    return {one.key: (one.line, one.message, one.suggestion) for one in caught.value.issues}


def warnings(*args: str, **more: str) -> dict[str, tuple[int, str]]:
    found = load(*args, **more).warnings
    return {one.key: (one.line, one.message) for one in found if one.code != "not-fired"}


def is_valid(keys: str, trigger: str = "before_meeting", **more: str) -> bool:
    text = SPEC.format(keys=keys, trigger=trigger, **{"more": "", "hook": "", **more})
    return VALIDATOR.is_valid(read_yaml(text, file="remind.yaml", size_limit=100_000).data)


def test_reminder_keys_are_read() -> None:
    workflow = load("if_past: send\nif_late: 30m").workflow
    assert (workflow.if_past, workflow.if_late) == ("send", 30)
    plain = load().workflow
    assert (plain.if_past, plain.if_late) == ("skip", None)
    assert plain.quiet_hours is plain.digest is None


@pytest.mark.parametrize("key", ["if_past: send", "if_past: skip", "if_late: 1h"])
def test_reminder_keys_belong_to_reminders_only(key: str) -> None:
    name = key.partition(":")[0]
    [(line, message, _)] = issues(key, "booking_created").values()
    assert line == 5
    assert message.startswith("belongs to the triggers `before_meeting` and `after_meeting` only")
    assert issues(key, "booking_created").keys() == {name}
    assert is_valid(key)
    assert is_valid(key, "after_meeting")
    assert not is_valid(key, "booking_created")


def test_wrong_reminder_keys_say_what_is_right() -> None:
    found = issues("if_past: maybe\nif_late: soon")
    assert "must be one of skip, send" in found["if_past"][1]
    assert "15m" in found["if_late"][1]
    assert issues("if_late: 90s")["if_late"][1] == "must be whole minutes, without seconds"


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ('{start: "21:00", end: "08:00"}', time(21), time(8)),
        ("{start: 21:00, end: 8:05}", time(21), time(8, 5)),
        ("{start: 0:00, end: 06:30}", time(0), time(6, 30)),
    ],
)
def test_quiet_hours_are_read_with_and_without_quotes(written: str, start: time, end: time) -> None:
    keys = f"quiet_hours: {written}"
    hours = load(keys).workflow.quiet_hours
    assert hours is not None
    assert (hours.start, hours.end) == (start, end)
    assert is_valid(keys)


@pytest.mark.parametrize(
    ("written", "key", "words"),
    [
        ("{start: 1260, end: 08:00}", "start", 'did you mean "21:00"?'),
        ("{start: 21, end: 08:00}", "start", 'did you mean "21:00"?'),
        ("{start: 99999, end: 08:00}", "start", 'such as "21:00"'),
        ("{start: true, end: 08:00}", "start", 'such as "21:00"'),
        ("{start: 9pm, end: 08:00}", "start", 'such as "21:00"'),
        ('{start: "21:00:30", end: "08:00"}', "start", "has seconds"),
        ("{start: 25:00, end: 08:00}", "start", "no time that a clock shows"),
        ("{start: 21:60, end: 08:00}", "start", "no time that a clock shows"),
        ("{start: 21:00, end: 24:00}", "end", 'write it "00:00"'),
        ("{start: 21:00, end: 21:00}", "end", "is the same as `start`"),
        ("{start: 21:00}", "end", "is required"),
        ("{start: 21:00, end: null}", "end", "is not a time of day"),
        ("{start: 21:00, end: 08:00, zone: x}", "zone", "is not a key of `quiet_hours`"),
        ("{start: 21:00, edn: 08:00}", "edn", "did you mean `end`?"),
        ("{from: 21:00, end: 08:00}", "from", "did you mean `start`?"),
    ],
)
def test_wrong_quiet_hours_say_where_and_what_is_right(written: str, key: str, words: str) -> None:
    keys = f"quiet_hours: {written}"
    line, message, _ = issues(keys)[f"quiet_hours.{key}"]
    assert line == 5
    assert words in message
    if "same" not in words:
        assert not is_valid(keys)


@pytest.mark.parametrize("written", ["21:00", "[21:00, 08:00]", "yes"])
def test_quiet_hours_must_be_a_mapping(written: str) -> None:
    assert "must be a mapping" in issues(f"quiet_hours: {written}")["quiet_hours"][1]


def test_message_may_ignore_quiet_hours() -> None:
    keys = 'quiet_hours: {start: "21:00", end: "08:00"}'
    loud: Any = load(keys, more=", ignore_quiet_hours: true").workflow.actions[0]
    quiet: Any = load(keys).workflow.actions[0]
    assert (loud.ignore_quiet_hours, quiet.ignore_quiet_hours) == (True, False)


def test_what_a_webhook_can_not_ignore_is_said() -> None:
    found = issues(hook=", ignore_quiet_hours: true")
    message = found["actions[1].ignore_quiet_hours"][1]
    assert "belongs to send_email and send_sms actions" in message


@pytest.mark.parametrize("key", ["quiet_hours: {}", "digest: {}", "if_late: 5", "if_past: send"])
def test_keys_of_the_workflow_are_sent_up_from_an_action(key: str) -> None:
    name = key.partition(":")[0]
    message = issues(more=f", {key}")[f"actions[0].{name}"][1]
    assert message == f"`{name}` belongs to the workflow, not to a send_email action; remove it"


@pytest.mark.parametrize(("written", "minutes"), [("1h", 60), ("7d", 10_080), ("1", 1)])
def test_digest_window_is_minutes(written: str, minutes: int) -> None:
    workflow = load(f"digest: {{window: {written}}}", "booking_created").workflow
    assert workflow.digest is not None
    assert workflow.digest.window == minutes


@pytest.mark.parametrize(
    ("written", "key", "words"),
    [
        ("{window: 0}", "window", "from 1 minute to 7 days"),
        ("{window: 8d}", "window", "from 1 minute to 7 days"),
        ("{window: 30s}", "window", "without seconds"),
        ("{window: soon}", "window", "15m"),
        ("{window: -5}", "window", "negative"),
        ("{window: true}", "window", "is not a duration"),
        ("{}", "window", "is required"),
        ("{windw: 1h}", "windw", "did you mean `window`?"),
        ("{window: 1h, subject: 5}", "subject", "must be a text"),
        ("{window: 1h, subject: ' '}", "subject", "is empty"),
        ("{window: 1h, subject: '{% if %}'}", "subject", ""),
        ("{window: 1h, subject: '{{ digest_cuont }}'}", "subject", "did you mean `digest_count`?"),
        ("{window: 1h, subject: '{{ organizer_name }}'}", "subject", "speaks of several messages"),
        ("{window: 1h, subject: '{{ custom_x }}'}", "subject", "speaks of several messages"),
    ],
)
def test_wrong_digest_says_where_and_what_is_right(written: str, key: str, words: str) -> None:
    line, message, _ = issues(f"digest: {written}", "booking_created")[f"digest.{key}"]
    assert line == 5
    assert words in message


def test_subject_of_a_digest_may_count() -> None:
    keys = 'digest: {window: 1h, subject: "{{ recipient_name }}: {{ digest_count }} new"}'
    assert not warnings(keys, "booking_created")
    assert is_valid(keys, "booking_created")


def test_digest_of_reminders_is_warned_of() -> None:
    [(line, message)] = warnings("digest: {window: 1h}").values()
    assert line == 5
    assert "1 hour" in message
    assert "`start_time`" in message
    assert not warnings("digest: {window: 1h}", "after_meeting")
    assert "too late" in warnings("digest: {window: 1d}", "after_meeting")["digest"][1]
    late = warnings("digest: {window: 1h}\nif_late: 30m", "after_meeting")
    assert "longer `if_late`" in late["digest"][1]


TEXT_ONLY = """\
id: remind
organizer: a@example.com
name: Remind
trigger: booking_created
digest: {window: 1h, subject: "{{ digest_count }}"}
actions:
  - {name: text, type: send_sms, recipient: invitee, message: m, ignore_quiet_hours: true}
"""
NO_MESSAGES = """\
id: remind
organizer: a@example.com
name: Remind
trigger: booking_created
quiet_hours: {start: "21:00", end: "08:00"}
digest: {window: 1h}
actions:
  - {name: hook, type: webhook, webhook_url: "https://example.com/x"}
  - {name: off, type: send_sms, recipient: invitee, message: m, is_active: false}
"""


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (TEXT_ONLY, [("digest.subject", 5), ("actions[0].ignore_quiet_hours", 7)]),
        (NO_MESSAGES, [("quiet_hours", 5), ("digest", 6)]),
    ],
)
def test_keys_without_effect_are_warned_of(text: str, places: list[tuple[str, int]]) -> None:
    loaded = load_workflow(text, file="remind.yaml", vocabulary=BOOKING_VOCABULARY)
    assert [(one.key, one.line) for one in loaded.warnings] == places
    assert {one.code for one in loaded.warnings} == {"no-effect"}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("if_past: send", "Where that time had passed already, it is done at once."),
        ("if_late: 2h", "More than 2 hours after its time it is not done any more."),
        (
            'quiet_hours: {start: "21:00", end: "08:00"}',
            "what falls into 21:00 to 08:00 in the recipient's time zone is sent at 08:00.",
        ),
        ("digest: {window: 1h}", "what an action has for one recipient within 1 hour is one"),
    ],
)
def test_description_tells_when_messages_go_out(keys: str, words: str) -> None:
    assert words in describe(load(keys).workflow, BOOKING_VOCABULARY)
    assert words not in describe(load().workflow, BOOKING_VOCABULARY)


def test_description_tells_which_action_ignores_quiet_hours() -> None:
    keys = 'quiet_hours: {start: "21:00", end: "08:00"}'
    loud: Any = load(keys, more=", ignore_quiet_hours: true").workflow
    assert "in quiet hours as well" in describe(loud, BOOKING_VOCABULARY)
