"""The audit trail reads alike in both stores: newest first, filtered, page by page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bookflow.errors import InputError
from bookflow.ports.audit import AuditEntry, AuditFilter
from tests.contract.conftest import NOW, minutes

ADA = AuditEntry("ada", "workflow.updated", "welcome", {"version": "a"}, {"version": "b"})
BEN = AuditEntry("ben", "workflow.deleted", "goodbye", {"version": "c"}, None)


@pytest.fixture
def trail(store: Any) -> Any:
    store.record_audit([ADA], now=NOW)
    store.record_audit([BEN, replace(ADA, what="workflow.restored")], now=NOW + minutes(1))
    store.record_audit([replace(BEN, subject_id="welcome")], now=NOW + minutes(2))
    return store


def read(store: Any, *, limit: int = 50, cursor: str | None = None, **wanted: Any) -> list[Any]:
    page = store.list_audit(AuditFilter(**wanted), limit=limit, cursor=cursor)
    return [(item["actor"], item["what"], item["subject"]) for item in page.items]


def test_newest_comes_first_with_before_and_after(trail: Any) -> None:
    page = trail.list_audit(AuditFilter(), limit=50, cursor=None)
    assert [item["what"] for item in page.items] == [
        "workflow.deleted", "workflow.restored", "workflow.deleted", "workflow.updated",
    ]  # fmt: skip
    first = page.items[-1]
    assert (first["before"], first["after"]) == ({"version": "a"}, {"version": "b"})
    assert page.items[0]["after"] is None
    assert first["at"] == NOW.isoformat()
    assert page.next_cursor is None


def test_filters_narrow_it_together(trail: Any) -> None:
    assert read(trail, actor="ada") == read(trail, actor="user:ada")
    assert len(read(trail, actor="ada")) == 2
    assert read(trail, what="workflow.deleted", subject_id="welcome") == [
        ("user:ben", "workflow.deleted", "welcome")
    ]
    assert len(read(trail, since=NOW + minutes(1))) == 3
    assert len(read(trail, since=NOW + minutes(1), until=NOW + minutes(2))) == 2
    assert read(trail, actor="nobody\0") == []


def test_pages_follow_each_other_without_gap_also_within_one_instant(trail: Any) -> None:
    cursor, seen = None, []
    for _ in range(4):
        page = trail.list_audit(AuditFilter(), limit=1, cursor=cursor)
        seen += [item["id"] for item in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 4


@pytest.mark.parametrize("cursor", ["x", "", "AAAA", "WzEsMl0", "\udc80", "e" * 300])
def test_foreign_cursor_is_refused(trail: Any, cursor: str) -> None:
    with pytest.raises(InputError, match="cursor"):
        trail.list_audit(AuditFilter(), limit=1, cursor=cursor)


def test_name_like_a_workflows_is_still_a_users(store: Any) -> None:
    store.record_audit([replace(ADA, actor="workflow:welcome")], now=NOW)
    assert read(store, actor="user:workflow:welcome") != []
    assert read(store, actor="workflow:welcome") == []
