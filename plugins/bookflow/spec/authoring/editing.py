"""Editing the text of a spec so that it says something else and looks as it did.

Every text that leaves here was read by our own reader and says exactly what is wanted. The least
that can be replaced is tried first; a clean new text is the last resort.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bookflow.errors import SpecError, SpecIssue
from bookflow.spec.authoring.node_places import UnsureError, find_layout
from bookflow.spec.authoring.plain_data import is_same
from bookflow.spec.authoring.rendering import Renderer
from bookflow.spec.authoring.splicing import splice
from bookflow.spec.yaml_reading import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bookflow.spec.yaml_reading import YamlDocument

_MARK = "\ufeff"


def edit_text(text: str, wanted: dict[str, Any], *, file: str, size_limit: int) -> str:
    r"""Give the text with the wanted data; what does not change keeps its lines.

    Raises `SpecError` where no YAML says what is wanted, or the text is no mapping now.

    >>> edit_text("id: a  # mine\nname: b\n", {"id": "a", "name": "yes"}, file="", size_limit=99)
    'id: a  # mine\nname: "yes"\n'
    """
    document = read_yaml(text, file=file, size_limit=size_limit)
    if is_same(document.data, wanted):
        return text
    mark = _MARK if text.startswith(_MARK) else ""
    for candidate in _candidates(document, wanted):
        if says(candidate, wanted, size_limit):
            return mark + candidate
    return mark + _require(_clean(document, wanted), wanted, file, size_limit)


def write_text(wanted: dict[str, Any], *, file: str, size_limit: int) -> str:
    """Write data as a new text; raises `SpecError` where no YAML says it."""
    return _require(Renderer().document(wanted), wanted, file, size_limit)


def says(text: str, wanted: dict[str, Any], size_limit: int) -> bool:
    """Tell whether our reader takes a text for exactly this data."""
    try:
        return is_same(read_yaml(text, file="", size_limit=size_limit).data, wanted)
    except SpecError:
        return False


def _require(text: str, wanted: dict[str, Any], file: str, size_limit: int) -> str:
    said = read_yaml(text, file=file, size_limit=size_limit).data
    if not is_same(said, wanted):
        key = next((key for key in wanted if not is_same(said.get(key), wanted[key])), "")
        message = "this can't be written as YAML that says the same; simplify it"
        raise SpecError([SpecIssue(file, 0, 0, key[:60], message, None, "bad-value")])
    return text


def _candidates(document: YamlDocument, wanted: dict[str, Any]) -> Iterator[str]:
    # marks of odd YAML may lead anywhere; whatever comes of it is read again before it is used
    with suppress(UnsureError, LookupError, ValueError):
        yield splice(document, wanted)
    # only texts with anchors that are in the way pay for this import
    from bookflow.spec.authoring.round_tripping import round_trip

    found = round_trip(document.text, document.data, wanted, find_layout(document.root))
    if found is not None:
        yield found


def _clean(document: YamlDocument, wanted: dict[str, Any]) -> str:
    """Write all anew under the comments that the text begins with."""
    head = []
    for line in document.text.split("\n"):
        if line.strip() and not line.startswith("#"):
            break
        head.append(line.rstrip("\r") + "\n")
    return "".join(head) + Renderer().document(wanted)
