from __future__ import annotations

import pytest

from bookflow.domains.booking import BOOKING_VOCABULARY
from bookflow.spec.loading import load_workflow

SPEC = """\
id: remind
organizer: a@example.com
name: Remind
trigger: {trigger}
{more}actions:
  - {{name: mail, type: send_email, recipient: invitee, subject: s, message: m}}
"""


def test_trigger_that_nothing_fires_yet_is_warned_of_on_its_line():
    more = 'cron: "0 8 * * *"\ntimezone: Europe/Berlin\n'
    text = SPEC.format(trigger="schedule", more=more)
    loaded = load_workflow(text, file="remind.yaml", vocabulary=BOOKING_VOCABULARY)
    [warning] = loaded.warnings
    assert (warning.line, warning.key, warning.code) == (4, "trigger", "not-fired")
    assert "bookflow does not" in warning.message


@pytest.mark.parametrize("trigger", ["booking_created", "before_meeting", "after_meeting"])
def test_triggers_that_fire_are_not_warned_of(trigger):
    text = SPEC.format(trigger=trigger, more="")
    loaded = load_workflow(text, file="remind.yaml", vocabulary=BOOKING_VOCABULARY)
    assert loaded.warnings == ()
