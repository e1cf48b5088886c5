"""Load, edit, save, load: the text says exactly what was wanted, and keeps what people wrote."""

from __future__ import annotations

import copy
import os
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bookflow.errors import SpecError
from bookflow.spec.authoring.editing import edit_text, says, write_text
from bookflow.spec.authoring.plain_data import is_same
from bookflow.spec.authoring.rendering import Layout, Renderer
from bookflow.spec.authoring.splicing import splice
from bookflow.spec.yaml_reading import read_yaml

LIMIT = 1_000_000
# the suite edits the same texts each time; with a number here, that many of its own
EXAMPLES = int(os.environ.get("BOOKFLOW_EXAMPLES", "0"))
QUICK = settings(
    max_examples=EXAMPLES or 80,
    deadline=None,
    derandomize=not EXAMPLES,
    database=None,
    suppress_health_check=list(HealthCheck),
)
AWKWARD = [
    "yes", "no", "on", "Off", "y", "~", "null", "true", "012", "0x1F", "1:30", "12:30:45", "1e3",
    "1_000", ".5", "-", "- a", "?", "2026-03-01", "2026-03-01T10:00:00Z", "<<", "=", "#", "a #b",
    "a: b", "a:", ": a", "*x", "&x y", "!t", "%d", "@at", "`tick", "{{ invitee_name }}",
    "Hi {{ name }}, {a}", "[x]", "'", '"', "it's", 'say "hi"', "back\\slash", "tab\there", " lead",
    "trail ", "", " ", "\n", "a\n", "a\nb", "a\nb\n", "a\n\n", "\na", "  a\nb", "a\n  b\n",
    "a \nb", "\ta\nb", "a\n\n\nb\n", "a\r\nb", "\u2028", "\x85", "\ufeff", "é", "日本", "😀",
    "+1 202 555 0123", "+12025550123", "15m", "1.5.2", "|", ">", "| a", "---", "...", "--- a\nb",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(AWKWARD),
    st.text(st.characters(exclude_categories=("Cs", "Cc"), max_codepoint=0x2FFF), max_size=12),
    st.text("ab \n:#-'\"{}[],&*|>%@!?", max_size=14),
)
KEYS = st.one_of(
    st.sampled_from(["name", "message", "a", "b", "actions", "id", "tags", "conditions"]),
    st.sampled_from(AWKWARD),
)
SCALARS = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-(10**17), 10**17),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 6)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
MAPPINGS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=6)
LAYOUTS = st.builds(
    Layout, mapping=st.integers(1, 5), dash=st.integers(0, 4), item=st.integers(2, 4)
)
NOTES = st.sampled_from(["", "", "# a note", "#note", "   # deep", "# - name: x", "\t"])


@st.composite
def decorated(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A text with comments and blank lines wherever they do not change what it says."""
    data = draw(MAPPINGS)
    text = Renderer(draw(LAYOUTS)).document(data)
    assume(says(text, data, LIMIT))
    for _ in range(draw(st.integers(0, 5))):
        lines = text.split("\n")
        at = draw(st.integers(0, len(lines) - 1))
        note = draw(NOTES)
        if draw(st.booleans()):
            lines[at] += "  # beside"
        else:
            margin = len(lines[at]) - len(lines[at].lstrip())
            lines.insert(at, (" " * margin + note).rstrip(" "))
        candidate = "\n".join(lines)
        if says(candidate, data, LIMIT):
            text = candidate
    if draw(st.integers(0, 5)) == 0:
        crlf = text.replace("\n", "\r\n")
        text = crlf if says(crlf, data, LIMIT) else text
    if draw(st.integers(0, 5)) == 0:
        bare = text.rstrip("\n")
        text = bare if says(bare, data, LIMIT) else text
    return text, data


@st.composite
def edited(draw: st.DrawFn, data: dict[str, Any]) -> dict[str, Any]:
    """The data after one to three changes anywhere in it."""
    wanted = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        _change_somewhere(draw, wanted)
    assume(wanted)
    return wanted


def _change_somewhere(draw: st.DrawFn, node: Any) -> None:
    places = list(node) if isinstance(node, dict) else list(range(len(node)))
    deeper = [place for place in places if isinstance(node[place], dict | list) and node[place]]
    if deeper and draw(st.booleans()):
        _change_somewhere(draw, node[draw(st.sampled_from(deeper))])
        return
    how = draw(st.sampled_from(["set", "add", "drop", "move"]))
    if how == "set" and places:
        node[draw(st.sampled_from(places))] = draw(VALUES)
    elif how == "drop" and places:
        del node[draw(st.sampled_from(places))]
    elif how == "move" and isinstance(node, list):
        node[:] = draw(st.permutations(node))
    elif isinstance(node, dict):
        node[draw(KEYS)] = draw(VALUES)
    else:
        node.insert(draw(st.integers(0, len(node))), draw(VALUES))


def _is_writable(data: dict[str, Any]) -> bool:
    try:
        write_text(data, file="", size_limit=LIMIT)
    except SpecError:
        return False
    return True


@QUICK
@given(MAPPINGS)
def test_data_written_is_read_as_it_was(data: dict[str, Any]) -> None:
    assume(_is_writable(data))
    assert says(write_text(data, file="", size_limit=LIMIT), data, LIMIT)


@QUICK
@given(st.data(), decorated())
def test_edited_text_says_what_is_wanted(
    source: st.DataObject, written: tuple[str, dict[str, Any]]
) -> None:
    text, data = written
    wanted = source.draw(edited(data))
    assume(_is_writable(wanted))
    result = edit_text(text, wanted, file="", size_limit=LIMIT)
    assert is_same(read_yaml(result, file="", size_limit=LIMIT).data, wanted)


@QUICK
@given(st.data(), decorated())
def test_texts_without_anchors_are_edited_in_place(
    source: st.DataObject, written: tuple[str, dict[str, Any]]
) -> None:
    text, data = written
    wanted = source.draw(edited(data))
    assume(_is_writable(wanted))
    document = read_yaml(text, file="", size_limit=LIMIT)
    assert says(splice(document, wanted), wanted, LIMIT)
