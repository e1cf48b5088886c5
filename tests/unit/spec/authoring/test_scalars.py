import pytest
import yaml
from ruamel.yaml import YAML

from bookflow.spec.authoring.plain_data import is_same
from bookflow.spec.authoring.rendering import write_flow
from bookflow.spec.authoring.scalars import write_inline
from bookflow.spec.yaml_reading import read_yaml

AWKWARD = [
    "yes", "No", "ON", "off", "y", "N", "null", "~", "true", "012", "0o17", "0x1F", "0b1", "1:30",
    "12:30:45", "1e3", "1_000", ".5", ".inf", ".NaN", "2026-03-01", "2026-03-01 10:00:00", "<<",
    "=", "", " ", "a: b", "a #b", "- a", "? a", "{{ name }}", "[x]", "*x", "&x", "!x", "%x", "@x",
    "`x", "'", '"', "\\", "a\nb", "a\tb", "\u2028", "\x85", "\ufeff", "é 日本 😀", "+12025550123",
]  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("in_flow", [True, False])
def test_every_reader_takes_a_text_for_that_text(text: str, in_flow: bool) -> None:
    written = f"[{write_inline(text, in_flow=True)}]" if in_flow else write_inline(text)
    wanted = [text] if in_flow else text
    assert read_yaml(f"a: {written}", file="", size_limit=999).data == {"a": wanted}
    assert yaml.safe_load(f"a: {written}") == {"a": wanted}
    assert YAML(typ="safe", pure=True).load(f"a: {written}") == {"a": wanted}


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -3, 10**17, 0.5, -2.0, 1e-7, 1.5e-9, 1e17, [], {}, [{}, [None]]]
)
def test_every_reader_takes_a_value_for_that_value(value: object) -> None:
    text = f"a: {write_flow(value)}"
    assert is_same(read_yaml(text, file="", size_limit=999).data, {"a": value})
    assert is_same(yaml.safe_load(text), {"a": value})


@pytest.mark.parametrize("text", ["15m", "Hello, {{ name }}!", "olive@example.org", "a-b", "1.2.3"])
def test_plain_texts_need_no_quotes(text: str) -> None:
    assert write_inline(text) in (text, f'"{text}"')
    assert text == "1.2.3" or write_inline(text) == text
