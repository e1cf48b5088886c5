"""Reads what callers send, without trusting any of it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request

from bookflow.errors import InputError
from bookflow.journey.json_reading import check_depth, parse_object
from bookflow.web.lifecycle import RuntimeDep

TEXT_LIMIT = 512
# escapes for NUL and for halves of surrogate pairs: JSON that no database stores
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_LOST_PLUS = re.compile(r"(?<=\d) (?=\d{2}:?\d{2}$)")


class JsonBody:
    """A body read as JSON; `check` tells whether an item of it can be recorded."""

    def __init__(self, raw: bytes) -> None:
        """Parse; raises `InputError`."""
        self.content = parse_object(raw)
        self._is_suspect = _SUSPECT.search(raw) is not None

    def check(self, item: Mapping[str, Any], path: str, known: Collection[str]) -> None:
        """Refuse unknown keys, endless nesting and text that no database stores."""
        refuse_unknown(item, known, path)
        check_depth(item, path)
        if self._is_suspect:
            _check_text(item, path)


async def read_body(request: Request, runtime: RuntimeDep) -> bytes:
    """Read the body up to the limit of the settings; answers 413 or 415 for others."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise HTTPException(415, "Send JSON with the header `Content-Type: application/json`.")
    limit = runtime.settings.body_size_limit
    body = await read_bounded(request, limit)
    if body is None:
        raise _too_large(limit)
    return body


BodyDep = Annotated[bytes, Depends(read_body)]


async def read_optional_body(request: Request, runtime: RuntimeDep) -> bytes:
    """Read the body as `read_body` does; where there is none, an empty object."""
    has_none = request.headers.get("content-length", "0") == "0"
    if has_none and "transfer-encoding" not in request.headers:
        return b"{}"
    return await read_body(request, runtime)


OptionalBodyDep = Annotated[bytes, Depends(read_optional_body)]


async def read_bounded(request: Request, limit: int) -> bytes | None:
    """Read the body; None where it is larger than the limit, the rest is then not read."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        return None
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)


def _too_large(limit: int) -> HTTPException:
    message = f"The body is larger than {limit} bytes; send fewer events at once."
    # the rest of the body is not read, so the connection can't be used again
    return HTTPException(413, message, {"Connection": "close"})


def refuse_unknown(given: Collection[str], known: Collection[str], path: str = "") -> None:
    """Refuse names that mean nothing here, with the one that was probably meant."""
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
            field = f"{path}.{name:.80}" if path else f"{name:.80}"
            raise InputError(_printable(field), f"is not known here; {hint}")


def read_choice(field: str, text: str | None, known: Collection[str], what: str) -> str | None:
    """Read one of a few words, an empty one as absent; `what` is a word, such as `a status`."""
    if not text or text in known:
        return text or None
    near = difflib.get_close_matches(text[:80], known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"
    raise InputError(field, f"is not {what}; {hint}")


def _check_text(item: Mapping[str, Any], path: str) -> None:
    for place, text in _texts(item, path):
        if "\0" in text:
            raise InputError(_printable(place), "holds a NUL character, which can't be stored")
        try:
            text.encode()
        except UnicodeEncodeError:
            message = "holds half a character (a lone surrogate); send valid UTF-8 or full pairs"
            raise InputError(_printable(place), message) from None


def _texts(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _texts(value, f"{path}[{index}]")
    elif isinstance(node, dict):
        for key, value in node.items():
            place = f"{path}.{key}" if path else key
            yield place, key
            yield from _texts(value, place)


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def read_optional_text(item: Mapping[str, Any], key: str, path: str) -> str | None:
    """Give a text of an item; None where it is absent or null."""
    value = item.get(key)
    if value is None or isinstance(value, str):
        return value
    raise InputError(f"{path}.{key}" if path else key, "must be text")


def read_instant(field: str, text: str | None) -> datetime | None:
    """Read an ISO 8601 time with offset from a query string."""
    if text is None:
        return None
    # `+01:00` that was not percent-encoded arrives with a space
    text = _LOST_PLUS.sub("+", text)
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        message = "must be ISO 8601 with offset, such as 2026-03-01T14:30:00+01:00"
        raise InputError(field, message) from None
    if instant.tzinfo is None:
        raise InputError(field, "has no offset; write it like 2026-03-01T14:30:00+01:00")
    return instant


def read_query_text(field: str, text: str | None) -> str | None:
    """Check a text of a query string or path; an empty one counts as absent."""
    if not text:
        return None
    if len(text) > TEXT_LIMIT or "\0" in text:
        raise InputError(field, f"must be text of at most {TEXT_LIMIT} characters")
    return text
