"""docs/cli.md says what the commands say of themselves."""

from __future__ import annotations

import re
from pathlib import Path

from docs.reference.cli_page import write_cli_page

PAGE = Path(__file__).parents[3] / "docs" / "cli.md"


def test_page_about_the_commands_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert write_cli_page() == text, "docs/cli.md is old: run `make api-docs`"


def test_every_argument_and_option_says_what_it_is() -> None:
    rows = re.findall(r"^\| (`[^|]+`) \| ([^|]*) \|$", write_cli_page(), re.M)
    assert len(rows) > 50
    assert [name for name, meaning in rows if not meaning.strip()] == []
