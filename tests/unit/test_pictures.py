"""The pictures of the documentation: there, light enough, and complete by themselves."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = re.compile(r'(?:src|srcset)="([^"]+)"|!\[[^\]]*\]\(([^)\s]+)\)')
IMAGE = re.compile(r"<img [^>]*>")
PICTURES = sorted(
    path for name in ("pictures", "growth") for path in (ROOT / "docs" / name).glob("*.svg")
)
LIMIT = 250_000
# of this machine, or a random id
PRIVATE = re.compile(r"127\.0\.0\.1|localhost|/root/|/home/|/tmp/")
FORBIDDEN = {"script", "image", "foreignObject", "iframe", "use", "a", "animate", "set"}


def shown_on(page: Path) -> list[Path]:
    found = SHOWN.findall(page.read_text(encoding="utf-8"))
    return [page.parent / (one or other) for one, other in found]


def test_every_picture_on_a_page_exists_and_none_is_left_over() -> None:
    shown = {path.resolve() for page in PAGES for path in shown_on(page)}
    assert {path for path in shown if not path.is_file()} == set()
    assert shown == {path.resolve() for path in PICTURES}


def test_readme_shows_pictures_and_each_says_what_is_on_it() -> None:
    assert shown_on(PAGES[0])
    for page in PAGES:
        for image in IMAGE.findall(page.read_text(encoding="utf-8")):
            assert re.search(r'alt="[^"]{20,}"', image), f"{page.name}: {image}"


@pytest.mark.parametrize("path", PICTURES, ids=lambda path: path.name)
def test_picture_is_complete_by_itself(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.encode()) <= LIMIT
    assert not PRIVATE.search(text)
    # no entities, no files: what a code host shows an image with would refuse them
    assert "<!" not in text
    root = ElementTree.fromstring(text)  # noqa: S314 - our own file, without a DOCTYPE
    for element in root.iter():
        assert element.tag.rpartition("}")[2] not in FORBIDDEN
        for key, value in element.attrib.items():
            name = key.rpartition("}")[2]
            assert not name.startswith("on")
            assert name not in ("href", "src")
            assert all(link.startswith("#") for link in re.findall(r"url\(([^)]*)\)", value))
    style = "".join(found.text or "" for found in root.iter("{http://www.w3.org/2000/svg}style"))
    assert "@" not in style
    assert "url(" not in style
