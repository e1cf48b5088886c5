"""How many parts a text message is sent in, which is what it costs.

Limits are from 3GPP TS 23.040: 160 septets (153 each in several parts) in the GSM 7-bit alphabet
of TS 23.038, else 70 UTF-16 units (67 each in several parts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = frozenset("\f^{}\\[~]|€")
_ESCAPED_WIDTH: Final = 2
_SEVEN_BIT = (160, 153)
_SIXTEEN_BIT = (70, 67)
_LAST_OF_BASIC_PLANE = 0xFFFF


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """`encoding` is `GSM-7` or `UCS-2`; `units` are septets or UTF-16 units."""

    encoding: str
    units: int
    segments: int


def count_segments(text: str) -> SegmentCount:
    """Count the parts of a text; characters of two units are never torn apart.

    >>> count_segments("See you at 5 €")
    SegmentCount(encoding='GSM-7', units=15, segments=1)
    """
    if all(letter in _BASIC or letter in _EXTENSION for letter in text):
        widths = [_ESCAPED_WIDTH if letter in _EXTENSION else 1 for letter in text]
        return _count("GSM-7", widths, *_SEVEN_BIT)
    widths = [2 if ord(letter) > _LAST_OF_BASIC_PLANE else 1 for letter in text]
    return _count("UCS-2", widths, *_SIXTEEN_BIT)


def _count(encoding: str, widths: list[int], alone: int, joined: int) -> SegmentCount:
    units = sum(widths)
    if units <= alone:
        return SegmentCount(encoding, units, 1)
    segments, used = 1, 0
    for width in widths:
        if used + width > joined:
            segments += 1
            used = 0
        used += width
    return SegmentCount(encoding, units, segments)
