"""Draws what a window of Chromium shows as SVG that needs nothing but itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DRAWING = Path(__file__).with_name("drawing.js")
SANS = 'Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif'
MONO = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace'
STYLE = f"text{{font-family:{SANS};white-space:pre}}.m{{font-family:{MONO}}}"
# what a picture for everybody has no use for: this machine's addresses and folders
PRIVATE = re.compile(r"127\.0\.0\.1|localhost|file://|/home/|/root/|/tmp/")


def draw_window(page: Any, title: str) -> str:
    """Draw the window and the frames in it; the title is what a screen reader says."""
    script = DRAWING.read_text(encoding="utf-8").partition("*/")[2]
    found = page.main_frame.evaluate(script, "")
    definitions, drawn = found["definitions"], found["drawn"]
    frames = (handle.content_frame() for handle in page.query_selector_all("iframe"))
    shown = [frame for frame in frames if frame is not None]
    for number, (place, frame) in enumerate(zip(found["frames"], shown, strict=False)):
        inner = frame.evaluate(script, f"f{number}")
        definitions += inner["definitions"]
        moved = f'<g transform="translate({place["left"]:.1f} {place["top"]:.1f})">'
        drawn = drawn.replace(f"<!--frame {number}-->", f"{moved}{inner['drawn']}</g>")
    drawn = re.sub(r"<!--.*?-->", "", drawn)
    width, height = found["width"], found["height"]
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img"><title>{title}</title>'
        f"<style>{STYLE}</style><defs>{definitions}</defs>"
        f'<rect width="{width}" height="{height}" fill="{found["ground"]}"/>{drawn}</svg>'
    )
    # one thing a line, so that the difference of two pictures can be read
    return re.sub(r">(?=<(?:g|rect|text|path|line|svg|clipPath)\b)", ">\n", picture) + "\n"


def find_private(picture: str) -> list[str]:
    """Give what in a picture tells of the machine it was made on."""
    return sorted({match.group() for match in PRIVATE.finditer(picture)})
