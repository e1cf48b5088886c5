"""By what a person is recognised in texts: their address however it is written, their numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bookflow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_NUMBER = 7
LONGEST_NUMBER = 20
ADDRESS_LIMIT = 254

# after a letter begins no address, unless the letter ends an escape of a URL or of JSON
_BEFORE = r"(?:(?<![A-Za-z0-9._+-])|(?<=%[0-9A-Fa-f][0-9A-Fa-f])|(?<=\\[bfnrt]))"
_AFTER = r"(?![A-Za-z0-9-])(?!\.[A-Za-z0-9])"
_KEY_BEFORE = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f][0-9A-Fa-f])|(?<=\\[bfnrt]))"
_KEY_AFTER = r"(?![A-Za-z0-9])"
_TAG = r"(?:(?:\+|%2B)[A-Za-z0-9._=-]{0,64})?"
_BETWEEN_DIGITS = r"[ ()./-]{0,3}"
_ADDRESS = re.compile(r"[^\s@\"\\<>(),;:\[\]\x00-\x1f\x7f]{1,64}@[^\s@\"\\<>(),;:\x00-\x1f]{3,190}")


def address_pattern(email: str, *, is_exact: bool = False) -> str:
    """Give a regular expression for an address; its plus variants count unless `is_exact`.

    An address with a tag of its own stands for itself alone. Read it without regard to case.

    >>> import re
    >>> pattern = re.compile(address_pattern("ida@example.org"), re.IGNORECASE)
    >>> [bool(pattern.search(t)) for t in ("to Ida+news@Example.org", "frida@example.org")]
    [True, False]
    """
    return f"{_BEFORE}{_find_address(email, is_exact=is_exact)}{_AFTER}"


def key_pattern(email: str, *, is_exact: bool = False) -> str:
    """Give a regular expression for an address within a key, such as `booking-ida@example.org`.

    Who writes a key puts anything beside the address, hyphens and full stops as well. So it holds
    for some addresses that end alike, which does no harm: a key is replaced as a whole, and known
    again by its digest.

    >>> import re
    >>> pattern = re.compile(key_pattern("ida@example.org"), re.IGNORECASE)
    >>> [bool(pattern.search(t)) for t in ("new-Ida@Example.org-7", "frida@example.org")]
    [True, False]
    """
    return f"{_KEY_BEFORE}{_find_address(email, is_exact=is_exact)}{_KEY_AFTER}"


def _find_address(email: str, *, is_exact: bool) -> str:
    text = email.strip()
    local, _, domain = text.rpartition("@")
    if not _ADDRESS.fullmatch(text) or "." not in domain.strip("."):
        raise InputError("email", "is no e-mail address; write it like ida@example.org")
    has_tag = "+" in local
    tag = "" if has_tag or is_exact else _TAG
    domains = "|".join(dict.fromkeys(_escape(one) for one in _spellings(domain)))
    return f"{_escape(local)}{tag}(?:@|%40)(?:{domains})"


def number_pattern(numbers: Iterable[str]) -> str | None:
    """Give a regular expression for telephone numbers; None where none is long enough.

    >>> number_pattern(["12"]) is None
    True
    """
    found = {"".join(sign for sign in one if sign in "0123456789") for one in numbers}
    usable = sorted(one for one in found if SHORTEST_NUMBER <= len(one) <= LONGEST_NUMBER)
    if not usable:
        return None
    said = "|".join(_BETWEEN_DIGITS.join(one) for one in usable)
    return f"(?<![0-9])(?:{said})(?![0-9])"


def _spellings(domain: str) -> list[str]:
    """Give a domain as it is written, and as it travels."""
    try:
        travelling = domain.encode("idna").decode()
        return [domain, travelling, travelling.encode().decode("idna")]
    except UnicodeError:
        return [domain]


def _escape(text: str) -> str:
    spelled = {"'": "(?:'|&#39;|&#x27;|%27)", "+": r"(?:\+|%2B)", "&": "(?:&|&amp;|%26)"}
    return "".join(spelled.get(sign) or re.escape(sign) for sign in text)
