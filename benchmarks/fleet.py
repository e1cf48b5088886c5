"""Makes specs by the thousand, and bookings for them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FILLER = """\
id: filler-{number}
organizer: host-{number}@example.com
name: Filler {number}
trigger: booking_created
event_types: [filler-{number}]
actions:
  - name: confirm
    type: send_email
    recipient: invitee
    conditions:
      - operator: AND
        rules:
          - {{field: attendee_count, operator: greater_than, value: 1}}
          - {{field: invitee_domain, operator: equals, value: example.org}}
    subject: "Your {{{{ event_type_name }}}}"
    message: "Hello {{{{ invitee_name }}}}, see you on {{{{ start_time }}}}."
  - name: tell
    type: webhook
    webhook_url: https://crm.example.com/hooks
    webhook_data: {{seats: "{{{{ attendee_count }}}}"}}
  - name: mark
    type: update_booking
    update_booking_fields: {{custom_answers: {{seen: "yes"}}}}
"""
CHAIN = """\
id: bench-chain
organizer: host@example.com
name: Chain of three
trigger: booking_created
event_types: [chain]
actions:
  - name: first
    type: send_email
    recipient: invitee
    conditions: &gate
      - operator: AND
        rules: [{field: invitee_domain, operator: equals, value: example.org}]
    subject: "Your {{ event_type_name }}"
    message: "Hello {{ invitee_name }}"
  - {name: second, type: webhook, webhook_conn_id: bench_webhook, conditions: *gate}
  - {name: third, type: webhook, webhook_conn_id: bench_webhook, conditions: *gate}
"""
BURST = """\
id: bench-burst
organizer: host@example.com
name: Burst of three
trigger: booking_created
event_types: [burst]
actions:
  - name: mail
    type: send_email
    recipient: invitee
    conditions:
      - operator: AND
        rules: [{field: invitee_domain, operator: equals, value: example.org}]
    subject: "Your {{ event_type_name }}"
    message: "Hello {{ invitee_name }}"
  - {name: tell, type: webhook, webhook_conn_id: bench_webhook}
  - name: mark
    type: update_booking
    update_booking_fields: {meeting_link: "https://meet.example.com/{{ booking_id }}"}
"""

LATER = """\
id: bench-later
organizer: host@example.com
name: An hour later
trigger: booking_created
event_types: [later]
delay_minutes: 1h
actions:
  - name: mail
    type: send_email
    recipient: invitee
    subject: "Your {{ event_type_name }}"
    message: "Hello {{ invitee_name }}"
"""

REMINDER = """\
id: reminder-{number}
organizer: host-{number}@example.com
name: Reminder {number}
trigger: {trigger}
delay_minutes: {delay}
event_types: [type-{type}]
actions:
  - name: mail
    type: send_email
    recipient: invitee
    subject: "Your {{{{ event_type_name }}}}"
    message: "Hello {{{{ invitee_name }}}}"
"""
DELAYS = (
    ("before_meeting", "24h"),
    ("before_meeting", "2h"),
    ("before_meeting", "1h"),
    ("before_meeting", "15m"),
    ("after_meeting", "1h"),
    ("after_meeting", "24h"),
)


def write_reminders(folder: Path, count: int, event_types: int) -> None:
    """Write `count` specs of reminders, for event types `type-0` to `type-<event_types - 1>`."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        trigger, delay = DELAYS[number % len(DELAYS)]
        text = REMINDER.format(
            number=number, trigger=trigger, delay=delay, type=number // len(DELAYS) % event_types
        )
        (folder / f"reminder-{number}.yaml").write_text(text)


def write_fillers(folder: Path, count: int) -> None:
    """Write `count` specs of three actions that match none of the benchmark's bookings."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"filler-{number}.yaml").write_text(FILLER.format(number=number))


def write_fleet(folder: Path, count: int) -> None:
    """Write `count` specs: the three that are measured, and fillers."""
    write_fillers(folder, count - 3)
    (folder / "bench-chain.yaml").write_text(CHAIN)
    (folder / "bench-burst.yaml").write_text(BURST)
    (folder / "bench-later.yaml").write_text(LATER)


def make_booking(slug: str) -> dict[str, Any]:
    """Make a booking of an event type, in the shape of the API."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    return {
        "id": f"{slug}-{uuid.uuid4()}",
        "status": "confirmed",
        "start_time": start.isoformat(),
        "end_time": (start + timedelta(minutes=30)).isoformat(),
        "event_type": {"id": slug, "slug": slug, "name": "Intro call"},
        "organizer": {
            "id": "host",
            "email": "host@example.com",
            "name": "Hana Host",
            "timezone": "Europe/Berlin",
        },
        "invitee": {
            "name": "Ida Invitee",
            "email": "ida@example.org",
            "timezone": "America/New_York",
        },
        "attendees": [{"name": "Ida Invitee", "email": "ida@example.org"}],
        "custom_answers": {"goal": "compare plans", "seats": 12},
    }
