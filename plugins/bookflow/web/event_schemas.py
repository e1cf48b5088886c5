"""The shapes of requests, for the API's description; the domain does the validation itself."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Zone = Annotated[str | None, Field(description="IANA time zone.", examples=["Europe/Berlin"])]
Language = Annotated[str | None, Field(description="Language tag.", examples=["de"])]
Key = Annotated[
    str | None,
    Field(
        max_length=255,
        description="Names this event once and for all; the same key again changes nothing.",
        examples=["evt-2041-created"],
    ),
]
Occurred = Annotated[
    AwareDatetime | None,
    Field(
        description="When it happened (ISO 8601 with offset); now where absent.",
        examples=["2026-03-01T14:30:00+01:00"],
    ),
]


class EventType(BaseModel):
    """What was booked."""

    id: str | None = Field(None, description="Id of the event type.", examples=["et-7"])
    slug: str = Field(description="What `event_types` of a spec names.", examples=["intro-call"])
    name: str | None = Field(None, description="Name for people.", examples=["Intro call"])
    description: str | None = Field(None, description="More about it.", examples=["Meet us"])
    duration: int | None = Field(None, description="Planned minutes.", examples=[30])
    location_type: str | None = Field(None, description="Where it is.", examples=["video"])
    max_attendees: int | None = Field(None, description="How many may attend.", examples=[10])


class Organizer(BaseModel):
    """Who is booked."""

    id: str | None = Field(None, description="Id of the organizer.", examples=["org-1"])
    email: str = Field(description="E-mail address.", examples=["olive@example.org"])
    name: str | None = Field(None, description="Full name.", examples=["Olive Host"])
    first_name: str | None = Field(None, description="First name.", examples=["Olive"])
    last_name: str | None = Field(None, description="Last name.", examples=["Host"])
    timezone: Zone = None
    company: str | None = Field(None, description="Company.", examples=["Example Clinic"])
    phone: str | None = Field(None, description="Phone number.", examples=["+12025550143"])
    locale: Language = None


class Invitee(BaseModel):
    """Who booked; without an address, messages by that way fail with this reason."""

    name: str | None = Field(None, description="Full name.", examples=["Ada Sample"])
    email: str | None = Field(None, description="E-mail address.", examples=["ada@example.com"])
    phone: str | None = Field(None, description="Phone number.", examples=["+12025550142"])
    timezone: Zone = None
    locale: Language = None


class Attendee(Invitee):
    """Somebody who attends; each gets messages of their own."""

    custom_answers: dict[str, Any] = Field(
        {}, description="Their own answers.", examples=[{"diet": "vegan"}]
    )


class Booking(BaseModel):
    """A booking as it is now; times are ISO 8601 with offset. Unknown keys are refused."""

    id: str = Field(description="The booking's id in your system.", examples=["bk-2041"])
    status: str = Field(
        "confirmed",
        description=(
            "`pending`, `confirmed`, `cancelled`, `rejected`, `completed`, `no_show`. Where "
            "absent, what the event says, such as `cancelled`; else `confirmed`."
        ),
        examples=["confirmed"],
    )
    start_time: AwareDatetime = Field(
        description="When it starts.", examples=["2026-03-02T14:30:00+01:00"]
    )
    end_time: AwareDatetime = Field(
        description="When it ends, after the start.", examples=["2026-03-02T15:00:00+01:00"]
    )
    event_type: EventType = Field(description="What was booked.")
    organizer: Organizer = Field(description="Who is booked.")
    invitee: Invitee = Field(description="Who booked.")
    attendees: list[Attendee] = Field(
        [],
        description="Up to 500 people who attend; each gets messages of their own.",
        examples=[[{"email": "ada@example.com"}]],
    )
    cancellation_reason: str | None = Field(None, description="Why not.", examples=["Ill today"])
    meeting_link: str | None = Field(
        None, description="Where to join.", examples=["https://meet.example.com/2041"]
    )
    meeting_id: str | None = Field(None, description="Id to join with.", examples=["814-2041"])
    meeting_password: str | None = Field(
        None, description="Password to join with; never shown again.", examples=["sesame"]
    )
    custom_answers: dict[str, Any] = Field(
        {},
        description="Texts, numbers, booleans, nulls, or lists of these; `custom_<key>` in specs.",
        examples=[{"topic": "Pricing"}],
    )
    created_at: AwareDatetime | None = Field(
        None, description="When it was made.", examples=["2026-02-20T09:12:00Z"]
    )
    metadata: Any = Field(None, description="Whatever you like; not kept.", examples=[{"a": 1}])


class SingleEvent(BaseModel):
    """Something that happened to a booking; give `booking` or `booking_id`.

    An event sets the status it speaks of: `booking_requested` makes the booking `pending`,
    `booking_confirmed`, `booking_cancelled`, `booking_rejected`, `booking_completed` and
    `booking_no_show` what they say, with `booking_id` alone too. A `booking` whose `status` says
    otherwise is refused.
    """

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"booking_id": "bk-2041"}]}
    )

    booking: Booking | None = Field(None, description="The booking as it is now.")
    booking_id: str | None = Field(
        None, description="Instead of `booking`: one that is known already.", examples=["bk-2041"]
    )
    idempotency_key: Key = None
    occurred_at: Occurred = None


class BatchEvent(SingleEvent):
    """One event of a batch."""

    trigger: str = Field(description="The kind of event.", examples=["booking_created"])


class EventBatch(BaseModel):
    """Many events, each accepted or refused on its own."""

    model_config = ConfigDict(extra="forbid")

    events: list[BatchEvent] = Field(
        min_length=1,
        max_length=1_000,
        description="In the order they happened.",
        examples=[[{"trigger": "booking_created", "booking_id": "bk-2041"}]],
    )


class RetryRequest(BaseModel):
    """What of an execution to try again."""

    model_config = ConfigDict(extra="forbid")

    action: str | None = Field(
        None, description="Only this failed action.", examples=["Confirm by e-mail"]
    )


class CancelRequest(BaseModel):
    """Why an execution is cancelled."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = Field(
        None, max_length=500, description="Shown with it.", examples=["booked twice"]
    )


REQUESTS: tuple[type[BaseModel], ...] = (SingleEvent, EventBatch, RetryRequest, CancelRequest)


def body_of(model: type[BaseModel], *, is_required: bool = True) -> dict[str, Any]:
    """Describe a request body that the route reads itself."""
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"application/json": {"schema": reference}}
    return {"requestBody": {"required": is_required, "content": content}}
