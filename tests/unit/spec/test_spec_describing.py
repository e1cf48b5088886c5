import re
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bookflow.spec.describing import describe, escape_markdown
from bookflow.spec.models import Workflow
from tests.unit.spec.sample_vocabulary import SPEC, VOCABULARY


def build(**keys: Any) -> Workflow:
    return Workflow.model_validate({**yaml.safe_load(SPEC), **keys})


def test_description_says_when_if_and_then() -> None:
    assert describe(build(), VOCABULARY) == (
        "**Enterprise welcome**\n\n"
        "Greets guests of large customers.\n\n"
        "When a booking is created, 15 minutes later (only intro-call, demo):\n\n"
        "1. **Send the welcome**: e-mail to the invitee “Welcome, {{ invitee\\_name }}”, if "
        "`invitee_domain` is one of example.com, example.org and `attendee_count` is greater "
        "than 2\n"
        "2. **Tell the CRM**: webhook to https://example.com/hooks/{{ invitee\\_domain }}, if "
        "`is_weekend` is no or `custom_company` is not empty\n"
        "3. **Confirm**: set `status` to confirmed, `meeting_link` to "
        "https://meet.example.com/{{ invitee\\_name }}\n\n"
        "Owner: ana@example.com\n"
    )


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"trigger": "before_meeting", "delay_minutes": "24h"}, "1 day before `start_time`"),
        ({"trigger": "after_meeting", "delay_minutes": 0}, "At `end_time`"),
        ({"trigger": "schedule", "cron": "0 9 * * 1", "timezone": "UTC"}, r"0 9 \* \* 1 (UTC)"),
        ({"is_active": False}, "Inactive"),
    ],
)
def test_description_words_every_start(keys: dict[str, Any], words: str) -> None:
    assert words in describe(build(**keys), VOCABULARY)


def test_description_shows_what_runs_side_by_side_and_how_groups_nest() -> None:
    nested = {"operator": "OR", "negate": True, "rules": [
        {"field": "attendee_count", "operator": "between", "value": [1, 5]},
        {"operator": "AND", "rules": [
            {"field": "start_time", "operator": "within_next", "value": 90},
            {"operator": "expression", "value": "attendee_count * 2 > 5"},
        ]},
    ]}  # fmt: skip
    sms = {"type": "send_sms", "recipient": "both", "message": "Hi", "order": 1}
    actions = [{"name": "a", **sms, "conditions": [nested]}, {"name": "b", **sms}]
    text = describe(build(actions=actions))
    assert "1. at the same time:\n    - **a**: SMS to the invitee and the organizer “Hi”" in text
    assert (
        "if not (`attendee_count` is between 1 and 5 or (`start_time` is within the next "
        "1 hour 30 minutes and attendee\\_count \\* 2 &gt; 5))"
    ) in text


@given(st.text(max_size=50) | st.text(alphabet="<>&`*_[]()!#-+.|~\\\n\t1 a", max_size=50))
def test_hostile_text_neither_marks_up_nor_breaks_a_line(text: str) -> None:
    shown = escape_markdown(text)
    assert "\n" not in shown
    assert "<" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]|~]", shown)
    assert not re.match(r"[0-9]*[#+\-=.)]", shown)


def test_hostile_spec_stays_text() -> None:
    text = describe(
        build(
            name="<script>alert(1)</script>",
            description="x\n\n# Heading\n[link](javascript:alert(1)) ![i](http://evil.example/x)",
        )
    )
    assert "<" not in text
    assert "\n# Heading" not in text
    assert "](" not in text.replace("\\](", "")
