"""The words of the booking domain: triggers, context fields, updatable fields."""

from __future__ import annotations

from bookflow.spec.vocabulary import ContextField, FieldType, TriggerInfo, Vocabulary

STATUSES = ("pending", "confirmed", "cancelled", "rejected", "completed", "no_show")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CUSTOM_PREFIX = "custom_"

_TEXT = FieldType.TEXT
_NUMBER = FieldType.NUMBER
_BOOLEAN = FieldType.BOOLEAN
_DATETIME = FieldType.DATETIME

_BOOKING = (
    ContextField("booking_id", _TEXT, "Id of the booking.", "bk-2041"),
    ContextField("booking_status", _TEXT, "Where the booking stands now.", "confirmed", STATUSES),
    ContextField("invitee_name", _TEXT, "Full name of the person who booked.", "Ada Sample"),
    ContextField("invitee_email", _TEXT, "E-mail address of the invitee.", "ada@example.com"),
    ContextField("invitee_phone", _TEXT, "Phone number as the invitee gave it.", "+12025550142"),
    ContextField(
        "invitee_timezone",
        _TEXT,
        "IANA time zone of the invitee; the organizer's where it is not known.",
        "Europe/Berlin",
    ),
    ContextField("invitee_locale", _TEXT, "Language of the invitee (BCP 47).", "de-DE"),
    ContextField(
        "attendee_count",
        _NUMBER,
        "How many people attend: the length of the attendee list, or 1 without one.",
        3,
    ),
    ContextField(
        "start_time",
        _DATETIME,
        "When the meeting starts, in the organizer's time zone.",
        "2026-03-02T14:30:00+01:00",
    ),
    ContextField(
        "end_time",
        _DATETIME,
        "When the meeting ends, in the organizer's time zone.",
        "2026-03-02T15:15:00+01:00",
    ),
    ContextField("duration", _NUMBER, "Length of the meeting in minutes, end less start.", 45),
    ContextField("cancellation_reason", _TEXT, "Why it was cancelled, if said.", "Ill today"),
    ContextField("meeting_link", _TEXT, "Where to join online.", "https://meet.example.com/2041"),
    ContextField("meeting_id", _TEXT, "Id of the online meeting.", "814-2041"),
    ContextField("meeting_password", _TEXT, "Password of the online meeting.", "sesame"),
)
_EVENT_TYPE = (
    ContextField("event_type_id", _TEXT, "Id of the event type.", "et-7"),
    ContextField("event_type_name", _TEXT, "Name of the event type.", "Intro call"),
    ContextField("event_type_slug", _TEXT, "Slug of the event type.", "intro-call"),
    ContextField(
        "event_type_description", _TEXT, "Description of the event type.", "Get to know us"
    ),
    ContextField("event_type_duration", _NUMBER, "Its planned length in minutes.", 30),
    ContextField("event_type_location_type", _TEXT, "Where it takes place.", "video"),
    ContextField("event_type_max_attendees", _NUMBER, "How many people may attend.", 10),
)
_ORGANIZER = (
    ContextField("organizer_id", _TEXT, "Id of the organizer.", "org-1"),
    ContextField("organizer_email", _TEXT, "E-mail of the organizer.", "olive@example.org"),
    ContextField("organizer_name", _TEXT, "Full name of the organizer.", "Olive Host"),
    ContextField("organizer_first_name", _TEXT, "First name of the organizer.", "Olive"),
    ContextField("organizer_last_name", _TEXT, "Last name of the organizer.", "Host"),
    ContextField(
        "organizer_timezone",
        _TEXT,
        "IANA time zone of the organizer; UTC where it is not known.",
        "America/New_York",
    ),
    ContextField("organizer_locale", _TEXT, "Language of the organizer (BCP 47).", "en-US"),
    ContextField("organizer_company", _TEXT, "Company of the organizer.", "Example Clinic"),
)
_TIME = (
    ContextField(
        "booking_hour", _NUMBER, "Hour of the start, 0 to 23, in the organizer's time zone.", 14
    ),
    ContextField(
        "booking_day_of_week",
        _TEXT,
        "Day of the start, in the organizer's time zone.",
        "Monday",
        DAYS,
    ),
    ContextField(
        "booking_date",
        FieldType.DATE,
        "Date of the start (ISO 8601), in the organizer's time zone.",
        "2026-03-02",
    ),
    ContextField(
        "is_weekend",
        _BOOLEAN,
        "Whether it starts on a Saturday or Sunday, in the organizer's time zone.",
        False,
    ),
    ContextField(
        "is_business_hours",
        _BOOLEAN,
        "Whether it starts Monday to Friday within business hours (9:00 to before 17:00 unless "
        "configured), in the organizer's time zone.",
        True,
    ),
    ContextField(
        "booking_created_today",
        _BOOLEAN,
        "Whether the booking was made today, in the organizer's time zone.",
        True,
    ),
)
_DERIVED = (
    ContextField("invitee_domain", _TEXT, "Domain of invitee_email, lower case.", "example.com"),
    ContextField("has_phone", _BOOLEAN, "Whether the invitee gave a phone number.", True),
    ContextField("has_meeting_link", _BOOLEAN, "Whether there is a meeting link.", True),
)
_TRIGGERS = (
    TriggerInfo("booking_created", "A booking was made."),
    TriggerInfo("booking_requested", "A booking was asked for and awaits confirmation."),
    TriggerInfo("booking_confirmed", "A requested booking was confirmed."),
    TriggerInfo("booking_rejected", "A requested booking was rejected."),
    TriggerInfo("booking_rescheduled", "A booking was moved to another time."),
    TriggerInfo("booking_cancelled", "A booking was cancelled."),
    TriggerInfo("booking_completed", "The meeting took place."),
    TriggerInfo("booking_no_show", "The invitee did not show up."),
    TriggerInfo(
        "before_meeting", "The time before the start has come.", "start_time", counts_back=True
    ),
    TriggerInfo("after_meeting", "The time after the end has come.", "end_time"),
    TriggerInfo("manual", "Somebody started the workflow for a booking."),
    TriggerInfo("schedule", "The time of the workflow's cron expression has come."),
)

BOOKING_VOCABULARY = Vocabulary(
    domain="booking",
    fields={
        field.name: field for field in (*_BOOKING, *_EVENT_TYPE, *_ORGANIZER, *_TIME, *_DERIVED)
    },
    triggers={trigger.name: trigger for trigger in _TRIGGERS},
    updatable_fields={
        "status": _TEXT,
        "cancellation_reason": _TEXT,
        "meeting_link": _TEXT,
        "meeting_id": _TEXT,
        "meeting_password": _TEXT,
        "custom_answers": FieldType.ANY,
    },
    open_prefixes=(CUSTOM_PREFIX,),
)
