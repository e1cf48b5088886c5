"""JSON from outside: parsed without trust, bounded in depth."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPTH_LIMIT = 32


def parse_object(raw: bytes) -> dict[str, Any]:
    """Parse a JSON object; raises `InputError`, also for NaN, infinities and endless nesting."""
    try:
        content = json.loads(
            raw.decode("utf-8-sig"), parse_constant=_refuse_constant, parse_float=_read_float
        )
    except UnicodeDecodeError:
        raise InputError("body", "is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        message = f"is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        raise InputError("body", message) from None
    except RecursionError:
        raise InputError("body", f"is nested deeper than {DEPTH_LIMIT} levels") from None
    except ValueError as error:
        raise InputError("body", f"is not valid JSON: {error}"[:200]) from None
    if not isinstance(content, dict):
        raise InputError("body", "must be a JSON object")
    return content


def check_depth(item: Mapping[str, Any], path: str) -> None:
    """Refuse an object that nests deeper than `DEPTH_LIMIT` levels."""
    level: list[Any] = [item]
    for _ in range(DEPTH_LIMIT):
        level = [
            value
            for node in level
            for value in (node.values() if type(node) is dict else node)
            if type(value) is dict or type(value) is list
        ]
        if not level:
            return
    raise InputError(path or "body", f"is nested deeper than {DEPTH_LIMIT} levels")


def _refuse_constant(name: str) -> float:
    message = f"{name} is not a JSON number"
    raise ValueError(message)


def _read_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        message = "a number is out of range"
        raise ValueError(message)
    return value
