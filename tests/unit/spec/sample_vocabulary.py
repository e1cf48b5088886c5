"""A small vocabulary and spec that the tests of this folder share."""

from __future__ import annotations

from bookflow.spec.vocabulary import ContextField, FieldType, TriggerInfo, Vocabulary

FIELDS = (
    ContextField("invitee_name", FieldType.TEXT, "Name of the invitee", "Ana"),
    ContextField("invitee_email", FieldType.TEXT, "E-mail of the invitee", "ana@example.com"),
    ContextField("invitee_domain", FieldType.TEXT, "Domain of that e-mail", "example.com"),
    ContextField("attendee_count", FieldType.NUMBER, "People who come", 3),
    ContextField("is_weekend", FieldType.BOOLEAN, "Whether it is on a weekend", False),
    ContextField("start_time", FieldType.DATETIME, "When it begins"),
    ContextField("event_type_name", FieldType.TEXT, "Name of the event type", "Intro"),
    ContextField(
        "booking_status", FieldType.TEXT, "Status", "confirmed", ("confirmed", "cancelled")
    ),
)
TRIGGERS = (
    TriggerInfo("booking_created", "A booking is created"),
    TriggerInfo("booking_cancelled", "A booking is cancelled"),
    TriggerInfo("before_meeting", "A meeting is about to start", "start_time", counts_back=True),
    TriggerInfo("after_meeting", "A meeting has ended", "end_time"),
    TriggerInfo("schedule", "The calendar says so"),
    TriggerInfo("manual", "Someone starts it"),
)
VOCABULARY = Vocabulary(
    domain="booking",
    fields={item.name: item for item in FIELDS},
    triggers={item.name: item for item in TRIGGERS},
    updatable_fields={"status": FieldType.TEXT, "meeting_link": FieldType.TEXT},
    open_prefixes=("custom_",),
)

SPEC = """\
# What an organizer would write.
id: enterprise-welcome
organizer: ana@example.com
name: Enterprise welcome
description: Greets guests of large customers.
trigger: booking_created
event_types: [intro-call, demo]
delay_minutes: 15m
tags: [sales]
actions:
  - name: Send the welcome
    type: send_email
    recipient: invitee
    subject: "Welcome, {{ invitee_name }}"
    message: |
      Hello {{ invitee_name }},

      see you at {{ event_type_name }} with {{ attendee_count }} people.
      {{ start_time }}
    conditions:
      - operator: AND
        rules:
          - {field: invitee_domain, operator: in_list, value: [example.com, example.org]}
          - {field: attendee_count, operator: greater_than, value: 2}
  - name: Tell the CRM
    type: webhook
    webhook_url: https://example.com/hooks/{{ invitee_domain }}
    webhook_data:
      source: bookflow
      guests: "{{ attendee_count }}"
    headers:
      X-Source: bookflow
    conditions:
      - operator: OR
        rules:
          - {field: is_weekend, operator: equals, value: false}
          - {field: custom_company, operator: is_not_empty}
  - name: Confirm
    type: update_booking
    update_booking_fields:
      status: confirmed
      meeting_link: https://meet.example.com/{{ invitee_name }}
"""
