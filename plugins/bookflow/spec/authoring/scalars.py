"""Single values as YAML that our reader and every YAML 1.1 reader take the same way."""

from __future__ import annotations

import json
import re

import yaml

_FIRST_REFUSED = frozenset("-?:,[]{}#&*!|>'\"%@`=<~")
_NUMBER_LIKE = re.compile(r"[-+]?[0-9][0-9_,.:eE+-]*|[-+]?0[oxbOXB][0-9a-fA-F_]+")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_NOT_IN_BLOCK = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff]")
_IMPLICIT: dict[str, list[tuple[str, re.Pattern[str]]]] = yaml.SafeLoader.yaml_implicit_resolvers


def write_inline(value: object, *, in_flow: bool = False, style: str | None = None) -> str:
    r"""Write a value on one line; `style` is the quote to keep where there was one.

    >>> write_inline("yes"), write_inline("Hello"), write_inline("a\nb")
    ('"yes"', 'Hello', '"a\\nb"')
    """
    if isinstance(value, float):
        mantissa, mark, exponent = json.dumps(value).partition("e")
        # without a point, readers of YAML 1.1 take 1e-7 as a text
        return mantissa + (".0" if mark and "." not in mantissa else "") + mark + exponent
    if not isinstance(value, str):
        return json.dumps(value)
    if style not in ("'", '"') and is_plain_safe(value, in_flow=in_flow):
        return value
    is_simple = value.isprintable()
    if is_simple and (style == "'" or (style is None and _is_easier_single(value))):
        return "'" + value.replace("'", "''") + "'"
    quoted = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)


def _is_easier_single(text: str) -> bool:
    return ('"' in text or "\\" in text) and "'" not in text


def is_plain_safe(text: str, *, in_flow: bool = False) -> bool:
    """Tell whether a text may stand without quotes, whoever reads it."""
    if not text or not text.isprintable() or text != text.strip():
        return False
    if text[0] in _FIRST_REFUSED or text[-1] == ":" or ": " in text or " #" in text:
        return False
    if in_flow and any(letter in ",[]{}:" for letter in text):
        return False
    if text.lower() in _WORDS or _NUMBER_LIKE.fullmatch(text):
        return False
    resolvers = [*_IMPLICIT.get(text[0], ()), *_IMPLICIT.get("", ())]
    return not any(pattern.match(text) for _, pattern in resolvers)


def is_block_text(value: object) -> bool:
    """Tell whether a value reads best, and can be written, as lines under a `|`."""
    return (
        isinstance(value, str)
        and "\n" in value
        and bool(value.strip())
        and not value.endswith("\n\n")
        and not _NOT_IN_BLOCK.search(value)
    )


def write_block_text(text: str, column: int, step: int, comment: str = "") -> str:
    """Write lines under a `|`, indented to the column; `step` is how far that is to the right."""
    body, chomp = (text[:-1], "") if text.endswith("\n") else (text, "-")
    lines = body.split("\n")
    first = next(line for line in lines if line)
    indicator = str(step) if first[0] in " \t" or not lines[0] else ""
    written = [" " * column + line if line else "" for line in lines]
    return "\n".join([f"|{indicator}{chomp}{comment}", *written])
