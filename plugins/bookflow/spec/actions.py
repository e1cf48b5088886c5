"""The actions a spec may list, each with the keys of its type.

What needs a vocabulary (fields in conditions and templates) is checked by `checking`.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from bookflow.spec.addresses import (
    check_address,
    check_connection_id,
    check_headers,
    check_phone,
    check_url,
)
from bookflow.spec.conditions.models import Group

if TYPE_CHECKING:
    from pydantic_core.core_schema import ValidationInfo

DEFAULT_RETRIES = 4
Recipient = Literal["organizer", "invitee", "both", "custom"]


def refuse_blank(text: str) -> str:
    """Refuse a text of nothing but white space."""
    if not text or text.isspace():
        raise PydanticCustomError("blank", "is empty; write a text")
    return text


def refuse_unprintable(text: str) -> str:
    """Refuse line breaks and invisible characters in a name."""
    if not text.isprintable():
        raise PydanticCustomError("unprintable", "must be one line of visible characters")
    return text


def refuse_dots(name: str) -> str:
    """Refuse a name that takes an address of the API elsewhere: clients work `..` out."""
    if any(part in (".", "..") for part in name.split("/")):
        raise PydanticCustomError("dots", "must be a name: no part of it may be `.` or `..`")
    return name


ActionName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, strip_whitespace=True),
    AfterValidator(refuse_unprintable),
    AfterValidator(refuse_dots),
]
Subject = Annotated[str, StringConstraints(max_length=1_000), AfterValidator(refuse_blank)]
Body = Annotated[str, StringConstraints(max_length=100_000), AfterValidator(refuse_blank)]
SmsText = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(refuse_blank)]
ConnectionId = Annotated[str, AfterValidator(check_connection_id)]
IgnoreQuietHours = Annotated[
    bool,
    Field(description="Send this one also in the workflow's `quiet_hours`."),
]


class BaseAction(BaseModel):
    """What actions of every type have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ActionName = Field(
        description="What the action is called in runs and logs; unique in the workflow.",
        examples=["Send confirmation"],
    )
    order: int | None = Field(
        default=None,
        ge=0,
        le=10_000,
        strict=True,
        description=(
            "Place in the sequence; equal orders run side by side. Without it, the action "
            "follows the one above it."
        ),
    )
    is_active: bool = Field(default=True, description="Whether the action runs at all.")
    conditions: tuple[Group, ...] = Field(
        default=(),
        max_length=100,
        description="Groups of rules that must all hold; without any, the action always runs.",
    )
    retries: int = Field(
        default=DEFAULT_RETRIES,
        ge=0,
        le=10,
        strict=True,
        description="How many further rounds of attempts follow one that failed for now: by "
        "default after 10 s, 1 m, 5 m and 30 m.",
    )

    @property
    def task_id(self) -> str:
        """The name as an id for Airflow, unique in a workflow: letters, digits, `_` and `-`.

        >>> Webhook(name="Tell the CRM", type="webhook", webhook_conn_id="crm").task_id
        'tell_the_crm'
        """
        return make_task_id(self.name)


def make_task_id(name: str) -> str:
    """Make an id from a name; letters that ASCII lacks are replaced by a digest of the name."""
    folded = unicodedata.normalize("NFKD", name)
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter)).lower()
    pieces = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter == "-") else "_"
        for letter in bare
    )
    slug = "_".join(piece for piece in pieces.split("_") if piece)
    if slug and all(letter.isascii() or not letter.isalnum() for letter in bare):
        return slug
    # Only names in other scripts need it.
    from hashlib import sha256

    digest = sha256(name.casefold().encode()).hexdigest()[:10]
    return f"{slug}_{digest}" if slug else f"action_{digest}"


def _require_custom(value: str | None, info: ValidationInfo) -> str | None:
    """Tie `custom_email` and `custom_phone` to the recipient `custom`."""
    recipient = info.data.get("recipient")
    if recipient == "custom" and value is None:
        raise PydanticCustomError("missing_custom", "is required because the recipient is `custom`")
    if recipient is not None and recipient != "custom" and value is not None:
        raise PydanticCustomError(
            "needless_custom",
            "has no effect because the recipient is `{recipient}`; set the recipient to `custom`",
            {"recipient": recipient},
        )
    return value


class SendEmail(BaseAction):
    """An e-mail to the invitee, the organizer, both, or an address of your own."""

    type: Literal["send_email"] = Field(description="Send an e-mail.")
    recipient: Recipient = Field(description="Who gets it; `custom` needs `custom_email`.")
    custom_email: Annotated[str, AfterValidator(check_address)] | None = Field(
        default=None,
        validate_default=True,
        description="The address, or a template for it; only for the recipient `custom`.",
        examples=["team@example.com"],
    )
    subject: Subject = Field(
        description="Subject line; a template.", examples=["See you, {{ invitee_name }}"]
    )
    message: Body = Field(description="Plain text of the e-mail; a template.")
    html: Body | None = Field(
        default=None, description="HTML part of the e-mail; a template whose values are escaped."
    )
    ignore_quiet_hours: IgnoreQuietHours = False

    _tie_custom = field_validator("custom_email")(_require_custom)


class SendSms(BaseAction):
    """A text message to the invitee, the organizer, both, or a number of your own."""

    type: Literal["send_sms"] = Field(description="Send a text message.")
    recipient: Recipient = Field(description="Who gets it; `custom` needs `custom_phone`.")
    custom_phone: Annotated[str, AfterValidator(check_phone)] | None = Field(
        default=None,
        validate_default=True,
        description="The number, or a template for it; only for the recipient `custom`.",
        examples=["+1 202 555 0123"],
    )
    message: SmsText = Field(description="The text; a template. 1,600 characters at most are sent.")
    ignore_quiet_hours: IgnoreQuietHours = False

    _tie_custom = field_validator("custom_phone")(_require_custom)


class Webhook(BaseAction):
    """A signed POST to a URL or an Airflow connection."""

    type: Literal["webhook"] = Field(description="Call a webhook.")
    webhook_url: Annotated[str, AfterValidator(check_url)] | None = Field(
        default=None,
        description=(
            "http(s) URL; path and query may hold templates. Credentials belong into a "
            "connection: use `webhook_conn_id`."
        ),
        examples=["https://example.com/hooks/bookings"],
    )
    webhook_conn_id: ConnectionId | None = Field(
        default=None,
        validate_default=True,
        description="Airflow connection with host and credentials, instead of `webhook_url`.",
    )
    webhook_data: dict[str, Any] = Field(
        default_factory=dict,
        description="Merged into the payload; its texts are templates.",
        examples=[{"source": "bookflow", "guests": "{{ attendee_count }}"}],
    )
    headers: Annotated[dict[str, str], AfterValidator(check_headers)] = Field(
        default_factory=dict, description="Further request headers; their values are templates."
    )
    secret_conn_id: ConnectionId | None = Field(
        default=None,
        description="Airflow connection whose password signs the request (Standard Webhooks).",
    )

    @field_validator("webhook_conn_id")
    @classmethod
    def _take_one_target(cls, value: str | None, info: ValidationInfo) -> str | None:
        if "webhook_url" not in info.data:
            return value
        has_url = info.data["webhook_url"] is not None
        if has_url and value is not None:
            raise PydanticCustomError(
                "two_targets", "stands beside `webhook_url`; keep one of the two"
            )
        if not has_url and value is None:
            raise PydanticCustomError("no_target", "or `webhook_url` is required")
        return value


class UpdateBooking(BaseAction):
    """A change of the booking itself."""

    type: Literal["update_booking"] = Field(description="Change fields of the booking.")
    update_booking_fields: dict[str, Any] = Field(
        min_length=1,
        max_length=50,
        description="New values by field; texts are templates.",
        examples=[{"status": "confirmed"}],
    )


Action = Annotated[SendEmail | SendSms | Webhook | UpdateBooking, Field(discriminator="type")]
ACTION_TYPES: dict[str, type[BaseAction]] = {
    "send_email": SendEmail,
    "send_sms": SendSms,
    "webhook": Webhook,
    "update_booking": UpdateBooking,
}
