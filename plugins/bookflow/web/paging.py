"""What lists have in common: how much of them is asked for, and of which time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query

from bookflow.errors import InputError
from bookflow.web.reading import read_instant

PAGE_SIZE = 50
PAGE_LIMIT = 500

Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT, description="How many at most.", examples=[50])]
Cursor = Annotated[
    str | None,
    Query(description="`next_cursor` of the page before.", examples=["WyIyMDI2LTAzLTAxIiw3XQ"]),
]


def read_period(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Read from when to when; raises `InputError` for what can't be meant."""
    first, last = read_instant("since", since), read_instant("until", until)
    if first and last and first > last:
        raise InputError("until", "lies before `since`")
    return first, last
