import json
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from bookflow.store.json_text import dump_json, dump_rows

ID = uuid.UUID("01890a5d-ac96-774b-bcce-b302099a8057")
AT = datetime(2026, 3, 29, 1, 30, 5, 123456, tzinfo=timezone(timedelta(hours=2)))


def test_ids_and_instants_are_spelled_as_the_database_reads_them() -> None:
    (row,) = json.loads(dump_rows([{"id": ID, "at": AT, "ended_at": None}]))
    assert row["id"] == str(ID)
    assert datetime.fromisoformat(row["at"]) == AT
    assert row["ended_at"] is None


@pytest.mark.parametrize(
    "value",
    [
        'caf\u00e9 \U0001f600 \\ " \n',
        "NUL \0 inside",
        "half \ud800 a character",
        {"deep": [{"NUL \0 key": ["\udfff"]}]},
        {"number": 12345678901234567890123, "share": 0.1, "list": [1, None, True, 2.0]},
        "a backslash before u0000: \\u0000",
    ],
    ids=["plain", "nul", "surrogate", "nested", "numbers", "backslash"],
)
def test_rows_say_what_json_says(value: Any) -> None:
    rows = [{"id": "one", "value": value}, {"id": "two", "value": []}]
    assert json.loads(dump_rows(rows)) == json.loads(dump_json(rows))


def test_numbers_that_json_has_not_become_text() -> None:
    (row,) = json.loads(dump_rows([{"value": float("nan"), "at": datetime.now(UTC)}]))
    assert isinstance(row["value"], str)
