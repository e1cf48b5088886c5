"""Bodies of platforms as people may read them: their structure, without personal data.

Nothing is shown but what is known to be harmless: ids, kinds, statuses, times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookflow.records import Json

MASK = "***"
DEPTH_LIMIT = 12
KEYS_LIMIT = 100
ITEMS_LIMIT = 50

_HARMLESS = frozenset(
    {
        # what it is and where it stands
        "triggerEvent", "event", "type", "trigger", "kind", "status", "rescheduled",
        "canceler_type", "requiresConfirmation", "noShow", "slug", "event_type", "location_type",
        # ids
        "id", "uid", "uri", "bookingId", "bookingUid", "booking_id", "eventTypeId", "userId",
        "teamId", "rescheduleId", "rescheduleUid", "old_invitee", "new_invitee", "user",
        "created_by", "paymentId",
        # times
        "createdAt", "created_at", "startTime", "endTime", "start_time", "end_time", "timestamp",
        "occurred_at", "rescheduleStartTime", "rescheduleEndTime", "updated_at", "timeZone",
        "timezone", "utcOffset", "length", "duration", "position",
    }
)  # fmt: skip
# what people answered: there even a key called `id` may hold a name
_PRIVATE = frozenset(
    {
        "responses",
        "userFieldsResponses",
        "customInputs",
        "custom_answers",
        "questions_and_answers",
        "tracking",
        "metadata",
        "paymentData",
        "payment",
    }
)
_HARMLESS_TEXT = re.compile(r"[A-Za-z0-9_.:/+-]{0,200}")
_PHONE = re.compile(r"\+?[0-9][0-9 .()/-]{6,20}")
_HARMLESS_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}")


def mask_body(
    value: Json, *, is_shown: bool = False, is_private: bool = False, depth: int = 0
) -> Json:
    """Give JSON of the same structure with every value masked that may be personal.

    >>> mask_body({"uid": "u1", "organizer": {"name": "Olive Host"}})
    {'uid': 'u1', 'organizer': {'name': '***'}}
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return _mask_object(value, is_private=is_private, depth=depth)
    if isinstance(value, list):
        if depth >= DEPTH_LIMIT:
            return MASK
        return [
            mask_body(item, is_private=is_private, depth=depth + 1) for item in value[:ITEMS_LIMIT]
        ]
    if isinstance(value, str):
        text = value if len(value) <= 200 else ""
        is_time = text[:5].endswith("-") and "T" in text
        is_plain = _HARMLESS_TEXT.fullmatch(text) and (is_time or not _PHONE.fullmatch(text))
        return text if is_shown and text and is_plain else MASK
    return value if is_shown and abs(value) < 10**9 else MASK


def _mask_object(value: Mapping[str, Json], *, is_private: bool, depth: int) -> Json:
    if depth >= DEPTH_LIMIT:
        return MASK
    masked: dict[str, Json] = {}
    for number, (key, item) in enumerate(list(value.items())[:KEYS_LIMIT], start=1):
        is_named = _HARMLESS_KEY.fullmatch(key) is not None
        masked[key if is_named else f"{MASK}{number}"] = mask_body(
            item,
            is_shown=not is_private and key in _HARMLESS,
            is_private=is_private or key in _PRIVATE,
            depth=depth + 1,
        )
    return masked
