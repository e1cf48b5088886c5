"""Idempotency keys that named an erased person: a digest keeps events from coming twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

KeyDigests = Callable[[str], Sequence[str]]
"""Gives the digests a key may have been replaced by; the first is the one to write now."""

MARK = "erased:"
KEY_COLUMNS = ("idempotency_key", "dedup_key")
"""What is compared as a whole, so that nothing in it may be replaced piecemeal."""
_NAMING = re.compile(r"@|%40|(?:[0-9][ ()./-]{0,3}){7}", re.IGNORECASE)


def plain_digests(key: str) -> tuple[str, ...]:
    """Give the digest that needs no secret, for who has none."""
    return (hashlib.sha256(f"bookflow key\n{key}".encode("utf-8", "replace")).hexdigest(),)


def stand_ins(key: str | None, digests: KeyDigests) -> list[str]:
    """Give what may stand for a key since an erasure; nothing where it can name nobody.

    >>> stand_ins("order-17", plain_digests)
    []
    """
    if key is None or not _NAMING.search(key):
        return []
    return [f"{MARK}{one}" for one in digests(key)]
