"""What both stores write down of a change that people made."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError
from bookflow.ports.audit import AuditPage
from bookflow.store.json_text import clean_text, iso

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bookflow.ports.audit import AuditEntry

CURSOR_LIMIT = 200
ID_LIMIT = 2**63


def entry_row(entry: AuditEntry) -> dict[str, Any]:
    """Give the audit row of an entry; users are told from workflows by a prefix."""
    return {
        "actor": clean_text(f"user:{entry.actor}"),
        "what": entry.what,
        "subject_id": clean_text(entry.subject_id),
        "execution_id": None,
        "before": dict(entry.before) if entry.before is not None else None,
        "after": dict(entry.after) if entry.after is not None else None,
    }


def actor_of(name: str) -> str:
    """Give an actor as it is written down: users are told from workflows by a prefix."""
    return name if name.startswith(("user:", "workflow:")) else f"user:{name}"


def shape_page(rows: Sequence[Mapping[str, Any]], limit: int) -> AuditPage:
    """Give one page of up to `limit` rows, and where a further row shows that there is more."""
    shown = rows[:limit]
    cursor = make_cursor(shown[-1]) if shown and len(rows) > limit else None
    return AuditPage([_shape(row) for row in shown], cursor)


def _shape(row: Mapping[str, Any]) -> dict[str, Any]:
    execution_id = row.get("execution_id")
    return {
        "id": row["id"],
        "at": iso(row["at"]),
        "actor": row["actor"],
        "what": row["what"],
        "subject": row["subject_id"],
        "execution_id": None if execution_id is None else str(execution_id),
        "action": row.get("action"),
        "before": row["before"],
        "after": row["after"],
    }


def make_cursor(row: Mapping[str, Any]) -> str:
    """Make the cursor that continues after this row."""
    text = json.dumps([iso(row["at"]), row["id"]], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int]:
    """Read a cursor made by `make_cursor`; raises `InputError` for anything else."""
    try:
        if len(cursor) > CURSOR_LIMIT:
            raise ValueError
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, number = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None or type(number) is not int or not 0 <= number < ID_LIMIT:
            raise ValueError
    except (ValueError, TypeError, RecursionError, binascii.Error):
        message = (
            "is not a cursor of this list; use `next_cursor` of the page before as it is, or "
            "leave it out to begin with the newest"
        )
        raise InputError("cursor", message) from None
    return instant, number
