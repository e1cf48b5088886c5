"""Checks the values that are given for parameters: nothing in them is trusted."""

from __future__ import annotations

import difflib
import math
import re
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from bookflow.errors import InputError
from bookflow.spec.addresses import check_address, check_url, has_template
from bookflow.spec.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bookflow.spec.catalogue.shapes import Parameter, Value, WorkflowTemplate

TEXT_LIMIT = 2_000
LARGEST = 10**15
JINJA = re.compile(r"(?=(\{\{|\}\}|\{%|%\}|\{#|#\}))")
"""Where Jinja would see something; matches may overlap."""

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SAMPLES: dict[str, Value] = {
    "text": "Example", "number": 1, "boolean": True, "email": "team@example.com",
    "url": "https://example.com/hook", "duration": "24h",
}  # fmt: skip


def read_values(template: WorkflowTemplate, given: Mapping[str, Any]) -> dict[str, Value]:
    """Give a value for every parameter; raises `InputError` with everything that is wrong."""
    problems: list[tuple[str, str]] = []
    known = template.parameters
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known) or 'none'}"
            shown = ascii(str(name)[:80])[1:-1]
            problems.append((f"parameters.{shown}", f"is not a parameter of this template; {hint}"))
    values: dict[str, Value] = {}
    for name, parameter in known.items():
        try:
            values[name] = read_value(parameter, given.get(name))
        except ValueError as error:
            problems.append((f"parameters.{name}", str(error)))
    if problems:
        raise InputError(*problems[0], more=problems[1:])
    return values


def sample_values(template: WorkflowTemplate) -> dict[str, Value]:
    """Give the defaults, and for what has none an example: what a preview shows."""
    return {name: sample_of(parameter) for name, parameter in template.parameters.items()}


def sample_of(parameter: Parameter) -> Value:
    """Give the default of a parameter, else its example; raises ValueError for an unusable one."""
    if not parameter.required or parameter.default is not None:
        return read_value(parameter, None)
    if parameter.example is not None:
        return read_value(parameter, parameter.example)
    if parameter.choices:
        return parameter.choices[0]
    if parameter.type == "number" and parameter.minimum is not None:
        return read_value(parameter, parameter.minimum)
    return _SAMPLES[parameter.type]


def read_value(parameter: Parameter, value: Any) -> Value:
    """Check one value, None for the default; raises ValueError saying what would be right."""
    if value is None:
        if parameter.default is None:
            if parameter.required:
                raise ValueError(f"is required: {parameter.label}")
            return ""
        value = parameter.default
    found = _READERS[parameter.type](parameter, value)
    if isinstance(found, str) and parameter.required and not found.strip():
        raise ValueError(f"is required: {parameter.label}")
    return found


def _read_text(parameter: Parameter, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    if len(value) > TEXT_LIMIT:
        raise ValueError(f"must have at most {TEXT_LIMIT:,} characters")
    if found := _CONTROL.search(value):
        raise ValueError(f"holds the character U+{ord(found[0]):04X}, which is not allowed")
    if found := JINJA.search(value):
        message = f"holds `{found[1]}`, which would be read as a template; leave it out"
        raise ValueError(message)
    return value


def _read_line(parameter: Parameter, value: Any) -> str:
    text = _read_text(parameter, value).strip()
    if has_template(text) or not text.isprintable():
        raise ValueError("must be one line of visible characters")
    return text


def _read_number(parameter: Parameter, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise ValueError(f"must lie between -{LARGEST:,} and {LARGEST:,}")
    if parameter.minimum is not None and value < parameter.minimum:
        raise ValueError(f"must be at least {parameter.minimum:g}")
    if parameter.maximum is not None and value > parameter.maximum:
        raise ValueError(f"must be at most {parameter.maximum:g}")
    return int(value) if value == int(value) else round(float(value), 9)


def _read_boolean(_parameter: Parameter, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _read_email(parameter: Parameter, value: Any) -> str:
    return _checked(check_address, _read_line(parameter, value))


def _read_url(parameter: Parameter, value: Any) -> str:
    return _checked(check_url, _read_line(parameter, value))


def _read_duration(parameter: Parameter, value: Any) -> int | str:
    found = value if isinstance(value, int) else _read_line(parameter, value)
    parse_duration(found)
    return found


def _read_choice(parameter: Parameter, value: Any) -> str:
    if value not in parameter.choices:
        raise ValueError(f"must be one of {', '.join(parameter.choices)}")
    return str(value)


def _checked(check: Callable[[str], str], text: str) -> str:
    try:
        return check(text)
    except PydanticCustomError as error:
        raise ValueError(error.message()) from None


_READERS: dict[str, Callable[[Parameter, Any], Value]] = {
    "text": _read_text,
    "number": _read_number,
    "boolean": _read_boolean,
    "email": _read_email,
    "url": _read_url,
    "duration": _read_duration,
    "choice": _read_choice,
}
