"""Regular expressions through RE2: linear in the text, and bounded in all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.spec.conditions.reading import show

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_PATTERN = 1000
_MAX_MEMORY = 1 << 21
_MAX_WORK = 50_000_000
"""Program size times text length: some tenths of a second at worst."""


def build_search(pattern: object, *, exact: bool) -> tuple[Callable[[str], bool], int]:
    """Compile a pattern to a search and the length it can cope with.

    Raises ValueError with RE2's own words where the pattern can't be compiled.
    """
    if not isinstance(pattern, str) or not pattern:
        raise ValueError(f"regex_match needs a pattern in quotes; {show(pattern)} is none")
    if len(pattern) > _MAX_PATTERN:
        raise ValueError(f"the pattern has {len(pattern)} characters; at most {_MAX_PATTERN} work")
    # Few specs use patterns, and every task process would pay for loading the library.
    import re2

    options = re2.Options()
    options.max_mem = _MAX_MEMORY
    options.log_errors = False
    options.never_capture = True
    options.case_sensitive = exact
    try:
        compiled = re2.compile(pattern.encode(), options)
    except UnicodeEncodeError as error:
        raise ValueError("the pattern holds half a character (a lone surrogate)") from error
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        cause = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
        raise ValueError(
            f"the pattern does not compile: {cause[:200]} "
            "(look-around and backreferences aren't supported)"
        ) from error
    longest = _MAX_WORK // max(1, compiled.programsize)
    search = compiled.search

    def matches(text: str) -> bool:
        if len(text) > longest:
            return False
        return search(text.encode("utf-8", "replace")) is not None

    return matches, longest
