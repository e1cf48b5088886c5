"""What the journey says in logs: reasons without anybody's personal data."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[^\s@'\"<>(),;:]+@[^\s@'\"<>(),;:]+")
_NUMBER = re.compile(r"\+?\d[\d ()./-]{5,}\d")
# an apostrophe within a word opens no quotation
_QUOTED = re.compile(r"(?<![A-Za-z])b?'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”")
_LOG_LIMIT = 500
# the patterns take quadratic time at worst
_READ_LIMIT = 2_000
_DATE_DIGITS = 8
_CLOSERS = "…'\"”"


def mask_cause(cause: str) -> str:
    """Mask addresses and telephone numbers that a rule of a spec may name; dates stay.

    >>> mask_cause("condition: invitee_email equals ida@example.org")
    'condition: invitee_email equals …@…'
    >>> mask_cause("condition: booking_date greater_than 2026-11-21")
    'condition: booking_date greater_than 2026-11-21'
    """
    text = _ADDRESS.sub("…@…", cause[:_LOG_LIMIT])
    return _NUMBER.sub(lambda found: _mask_long(found[0]), text)


def mask_reason(reason: str | None) -> str:
    """Mask what may be personal in a reason: addresses, numbers, and every quoted value.

    >>> mask_reason("'12', the phone number of the invitee, can't be used")
    "'…', the phone number of the invitee, can't be used"
    >>> mask_reason('ida@example.org was refused')
    '…@… was refused'
    """
    text = reason or ""
    if len(text) > _READ_LIMIT:
        # a value that is cut in the middle must be recognised all the same
        text = text[:_READ_LIMIT] + _CLOSERS
    text = _QUOTED.sub(lambda found: f"{found[0][0]}…{found[0][-1]}", text)
    text = _ADDRESS.sub("…@…", text)
    return _NUMBER.sub("…", text)[:_LOG_LIMIT]


def _mask_long(number: str) -> str:
    return "…" if sum(letter.isdigit() for letter in number) > _DATE_DIGITS else number
