"""Text from outside, made safe to print: no control codes reach the terminal."""

from __future__ import annotations

import json
import re
from typing import Any

# control codes but line feed and tab, marks that turn the direction of text, lone surrogates
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def show_text(value: object) -> str:
    r"""Write what a terminal would obey as an escape.

    >>> show_text("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    return _UNSAFE.sub(lambda found: found.group().encode("unicode_escape").decode(), str(value))


def show_line(value: object) -> str:
    """Write a text on one line."""
    return show_text(" ".join(str(value).split()))


def print_json(value: Any) -> None:
    """Print JSON for people and programs; what is unsafe travels escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    print(_UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text))
