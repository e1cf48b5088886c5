"""A plot of measured points as SVG: text, readable on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 56
COLOURS = ("#3182ce", "#dd6b20", "#38a169", "#805ad5")
STYLE = """
    text { font: 13px sans-serif; fill: #718096 }
    .title { font-size: 15px; font-weight: 600 }
    .grid { stroke: #a0aec0; stroke-opacity: 0.35 }
"""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Plot:
    """Named series of (x, y) points over logarithmic axes; all values above 0."""

    title: str
    x_label: str
    y_label: str
    series: Mapping[str, Points]

    def to_svg(self) -> str:
        """Draw it."""
        points = [point for one in self.series.values() for point in one]
        columns = _decades([x for x, _ in points])
        rows = _decades([y for _, y in points])
        place_x = _scale(columns, LEFT, WIDTH - RIGHT)
        place_y = _scale(rows, HEIGHT - BOTTOM, TOP)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f"<title>{escape(self.title)}</title>",
            f"<style>{STYLE}</style>",
            f'<text class="title" x="{LEFT}" y="22">{escape(self.title)}</text>',
            *(_column(place_x(value), value) for value in columns),
            *(_row(place_y(value), value) for value in rows),
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">'
            f"{escape(self.x_label)}</text>",
            f'<text x="14" y="{TOP - 8}">{escape(self.y_label)}</text>',
        ]
        for number, (name, found) in enumerate(self.series.items()):
            colour = COLOURS[number % len(COLOURS)]
            parts += _curve([(place_x(x), place_y(y)) for x, y in sorted(found)], colour)
            if len(self.series) > 1:
                parts.append(
                    f'<text x="{LEFT + 12}" y="{TOP + 16 + 18 * number}" style="fill: {colour}">'
                    f"{escape(name)}</text>"
                )
        return "\n".join([*parts, "</svg>", ""])


def _decades(values: Sequence[float]) -> list[float]:
    """Give the powers of ten around the values, at least two.

    >>> _decades([3, 40])
    [1.0, 10.0, 100.0]
    """
    if min(values) <= 0:
        raise ValueError("logarithmic axes show values above 0 only")
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10.0**power for power in range(low, max(high, low + 1) + 1)]


def _scale(marks: Sequence[float], begin: float, end: float) -> Callable[[float], float]:
    low, high = math.log10(marks[0]), math.log10(marks[-1])
    return lambda value: begin + (end - begin) * (math.log10(value) - low) / (high - low)


def _column(x: float, value: float) -> str:
    return (
        f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
        f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{value:,g}</text>'
    )


def _row(y: float, value: float) -> str:
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,g}</text>'
    )


def _curve(places: Points, colour: str) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>' for x, y in places]
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots]
