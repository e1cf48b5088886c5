"""Saying what is wrong with the syntax of a YAML file in words an organizer understands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bookflow.errors import SpecIssue

if TYPE_CHECKING:
    import yaml

_BARE_TEMPLATE = re.compile(r"(?:^|[:\-] )\s*(\{[{%])")
_QUOTE_TEMPLATE = (
    "a value that begins with `{{` or `{%` is read as a mapping; put it in quotes, "
    'as in "{{ invitee_name }}"'
)
# libyaml's words (left) are about its own workings; these are about the file.
_WORDS = (
    ("mapping values are not allowed",
     "a `: ` stands where no key can be; put the text in quotes, or correct the indentation"),
    ("cannot start any token",
     "a character stands here that can't begin a value; indent with spaces, not tabs, and put "
     "values that begin with `@`, `` ` `` or `%` in quotes"),
    ("found a tab character", "a tab stands where only spaces can; indent with spaces"),
    ("could not find expected ':'", "a key without `:`; write `key: value`"),
    ("did not find expected key",
     "this line does not fit the lines above; correct the indentation or a quote left open"),
    ("did not find expected '-' indicator",
     "this line does not fit the list above; begin it with `- ` in the same column"),
    ("did not find expected ',' or", "brackets are not closed, or a comma is missing"),
    ("did not find expected node content", "a value is missing or misplaced here"),
    ("found unexpected end of stream", "a quote is opened and never closed"),
    ("unexpected end of stream", "the file ends in the middle of a value"),
    ("found undefined alias", "an alias (`*name`) has no anchor (`&name`) before it; put the text "
     "in quotes if it is no alias"),
    ("found duplicate anchor", "two anchors have one name; rename one"),
    ("found another document", "the file holds more than one document (`---`); keep one per file"),
    ("found unknown escape character",
     "an unknown escape after `\\`; use single quotes, or write the backslash twice"),
    ("found undefined tag handle", "a tag (`!name`) is not allowed; put the text in quotes"),
)  # fmt: skip


def explain_syntax_error(error: yaml.YAMLError, text: str, file: str) -> SpecIssue:
    """Turn PyYAML's error into an issue with place and advice."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    found = " ".join(
        part for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part
    )
    message = next((words for start, words in _WORDS if start in found), None)
    if message is None:
        message = f"the YAML can't be read here: {found[:200] or 'unknown syntax'}"
    return SpecIssue(file, line, column, "", message, _advice(text, line), "yaml-syntax")


def _advice(text: str, line: int) -> str | None:
    """Spot the commonest slip: a template without quotes in this line or the one before."""
    near = text.splitlines()[max(line - 2, 0) : line]
    return _QUOTE_TEMPLATE if any(_BARE_TEMPLATE.search(row) for row in near) else None
