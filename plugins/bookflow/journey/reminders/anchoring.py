"""What names a reminder's event: the same words by whichever door it comes in."""

from __future__ import annotations

import hashlib
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

KEY_LIMIT = 255


def anchor_key(trigger: str, subject_id: str, anchor_at: datetime) -> str:
    """Give the idempotency key of the event that a reminder's time has come."""
    instant = anchor_at.astimezone(UTC).isoformat()
    key = f"{trigger}:{subject_id}:{instant}"
    if len(key) <= KEY_LIMIT:
        return key
    return f"{trigger}:{hashlib.sha256(subject_id.encode()).hexdigest()}:{instant}"


def fingerprint_of(trigger: str, subject_id: str) -> str:
    """Give the digest that tells apart events with the same idempotency key."""
    return hashlib.sha256(f"{trigger}\n{subject_id}".encode()).hexdigest()[:16]
