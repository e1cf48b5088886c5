import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bookflow.spec.templates import budget, compile_template
from bookflow.spec.templates.analysis import LOOP_DEPTH_LIMIT, NODE_LIMIT, SOURCE_LIMIT
from bookflow.spec.templates.bounded_filters import FILTERS
from bookflow.spec.templates.defaults import DEFAULT_TEXTS

PAGE = (Path(__file__).parents[3] / "docs" / "templates.md").read_text(encoding="utf-8")
EXAMPLES = [
    (source.replace("\\|", "|"), result)
    for source, result in re.findall(r"^\| `(.*\{[{%].*)` \| `(.*)` \|$", PAGE, re.MULTILINE)
]
CONTEXT = {
    "invitee_name": "Ada Lovelace",
    "invitee_timezone": "Europe/Berlin",
    "invitee_phone": "+4930901820",
    "organizer_name": "Sam Lee",
    "organizer_timezone": "America/New_York",
    "start_time": datetime(2026, 3, 30, 8, tzinfo=UTC),
    "duration": 90,
    "attendee_count": 3,
    "custom_topics": ["tax", "<b>law</b>"],
}


@pytest.mark.parametrize(("source", "result"), EXAMPLES)
def test_documented_example_gives_what_the_page_says(source, result):
    assert compile_template(source).render(CONTEXT) == result


def test_every_row_with_a_template_is_an_example():
    rows = [line for line in PAGE.splitlines() if line.startswith("| `") and "{" in line]
    assert len(EXAMPLES) == len(rows) >= 30


def test_page_lists_every_filter_default_and_limit():
    listed = PAGE.partition("Filters: ")[2].partition(".")[0]
    assert set(re.findall(r"`(\w+)`", listed)) == set(FILTERS)
    for name, text in DEFAULT_TEXTS.items():
        assert f"`{name}` shows\n`{text}`" in PAGE or f"`{name}` shows `{text}`" in PAGE
    limits = (SOURCE_LIMIT, NODE_LIMIT, LOOP_DEPTH_LIMIT, budget.STEP_LIMIT, budget.TEXT_LIMIT)
    for limit in (*limits, budget.OUTPUT_LIMIT, budget.CALL_DEPTH_LIMIT):
        assert f"{limit:,}" in PAGE.partition("## Limits")[2]
