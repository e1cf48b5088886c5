"""Reads the constructs that nearly every message consists of, without Jinja's parser.

Checking every template of a spec at each load has to be cheap. What is not recognised here, or not
right, goes to the real parser; what is recognised means exactly what it means there.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bookflow.spec.templates.analysis import SOURCE_LIMIT
from bookflow.spec.templates.bounded_filters import FILTERS
from bookflow.spec.templates.people_filters import ARGUMENTS, find_argument_problem

_DEPTH_LIMIT = 10
_COUNT_LIMIT = 500
_NAME = r"[A-Za-z][A-Za-z0-9_]*"
_SPACE = r"[ \t\n]*"
_TAG = re.compile(
    rf"\{{\{{{_SPACE}({_NAME}){_SPACE}"
    rf"(?:\|{_SPACE}({_NAME}){_SPACE}"
    rf"(?:\({_SPACE}'([A-Za-z0-9_ ./:+-]*)'{_SPACE}\){_SPACE})?)?\}}\}}"
    rf"|\{{%{_SPACE}(?:(if|elif)[ \t\n]+(?:not[ \t\n]+)?({_NAME})|(else|endif)){_SPACE}%\}}"
    r"|\{[{%#]"
)
RESERVED = frozenset(
    {
        "and", "elif", "else", "endif", "false", "False", "if", "in", "is", "namespace", "none",
        "None", "not", "or", "range", "self", "super", "true", "True",
    }
)  # fmt: skip
_TEXT_FIRST = frozenset(
    {"capitalize", "default", "d", "e", "escape", "lower", "title", "trim", "upper"}
)
_TAKES_TEXT = frozenset({"default", "d", *ARGUMENTS})


def scan_fields(source: str) -> list[tuple[str, int]] | None:
    """List fields with their offsets; None where the template needs the real parser.

    Fields may have one filter with at most one literal text; `if`, `elif`, `else`, `endif` may test
    a field or its absence. `source` has line feeds as its only line breaks.
    """
    if len(source) > SOURCE_LIMIT:
        return None
    fields: list[tuple[str, int]] = []
    # one letter per open `if`: "e" once its `else` has been seen
    branches: list[str] = []
    for match in _TAG.finditer(source):
        printed, filter_name, literal, branch, tested, closing = match.groups()
        name = printed or tested
        if name is None:
            if closing is None or not _close_branch(branches, closing):
                return None
            continue
        if name in RESERVED or (filter_name and not _is_right(filter_name, literal)):
            return None
        if branch and not _open_branch(branches, branch):
            return None
        fields.append((name, match.start()))
    return None if branches or len(fields) > _COUNT_LIMIT else fields


def _open_branch(branches: list[str], word: str) -> bool:
    if word == "if":
        branches.append("i")
        return len(branches) <= _DEPTH_LIMIT
    return bool(branches) and branches[-1] == "i"


def _close_branch(branches: list[str], word: str) -> bool:
    if not branches:
        return False
    if word == "endif":
        branches.pop()
        return True
    is_first = branches[-1] == "i"
    branches[-1] = "e"
    return is_first


@lru_cache(maxsize=1024)
def _is_right(filter_name: str, literal: str | None) -> bool:
    if literal is None:
        return filter_name in FILTERS and (filter_name in _TEXT_FIRST or filter_name in ARGUMENTS)
    if filter_name not in _TAKES_TEXT:
        return False
    arguments = ARGUMENTS.get(filter_name)
    return arguments is None or find_argument_problem(filter_name, arguments[0], literal) is None
