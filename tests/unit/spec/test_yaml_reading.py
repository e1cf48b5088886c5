import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookflow.errors import SpecError, SpecIssue
from bookflow.spec.yaml_reading import YamlDocument, read_yaml


def read(content: str | bytes, size_limit: int = 262_144) -> YamlDocument:
    return read_yaml(content, file="a.yaml", size_limit=size_limit)


def refuse(content: str | bytes) -> SpecIssue:
    started = time.process_time()
    with pytest.raises(SpecError) as caught:
        read(content)
    # only a guard: what explodes takes minutes
    assert time.process_time() - started < 20
    return caught.value.issues[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("on", "on"), ("off", "off"), ("yes", "yes"), ("no", "no"), ("true", True),
        ("False", False), ("~", None), ("", None), ("null", None), ("12:30", "12:30"),
        ("007", "007"), ("0x1F", "0x1F"), ("0o17", "0o17"), ("1_000", "1_000"),
        ("2025-01-31", "2025-01-31"), ("2025-01-31T10:00:00Z", "2025-01-31T10:00:00Z"),
        ("+12025550123", "+12025550123"), ("5", 5), ("-5", -5), ("1.5", 1.5), ("1e3", 1000.0),
        ("-.5", -0.5), (".inf", ".inf"), (".nan", ".nan"), ("1e999", "1e999"), ("-", None),
        ("9" * 30, "9" * 30), ("'5'", "5"), ('"true"', "true"), ("!!str 5", "5"), ("!!int 5", 5),
        ("1.", "1."), ("=", "="), ("٣", "٣"),
    ],
)  # fmt: skip
def test_scalars_mean_what_people_expect(written: str, meant: object) -> None:
    if written == "-":
        assert read("a: '-'").data == {"a": "-"}
        return
    value = read(f"a: {written}").data["a"]
    assert value == meant
    assert type(value) is type(meant)


def test_keys_are_texts() -> None:
    assert read("on: 1\n5: 2\ntrue: 3\n").data == {"on": 1, "5": 2, "true": 3}


@pytest.mark.parametrize(
    ("content", "code", "place", "words"),
    [
        ("", "empty", (0, 0), "empty"),
        ("# only a comment\n", "empty", (0, 0), "empty"),
        ("- a\n", "not-a-mapping", (1, 1), "a list"),
        ("hello", "not-a-mapping", (1, 1), "a single value"),
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", (3, 1), "first in line 1"),
        ("a:\n  x: 1\n  x: 2\n", "duplicate-key", (3, 3), "first in line 2"),
        ("a: 1\n---\nb: 2\n", "yaml-syntax", (2, 1), "more than one document"),
        ("a: b: c\n", "yaml-syntax", (1, 5), "stands where no key can be"),
        ("a:\n\tb: 1\n", "yaml-syntax", (2, 1), "tabs"),
        ('a: "x\nb: 1\n', "yaml-syntax", (3, 1), "quote"),
        ("a: [1, 2\n", "yaml-syntax", (2, 1), "brackets"),
        ("a: *nowhere\n", "yaml-syntax", (1, 4), "has no anchor"),
        ("a: &x [*x]\n", "recursive-alias", (1, 4), "points to what it stands in"),
        ("a: !!python/object:os.system x\n", "bad-tag", (1, 4), "is not allowed"),
        ("a: !!python/object/apply:os.system [x]\n", "bad-tag", (1, 4), "is not allowed"),
        ("a: !!int x\n", "bad-tag", (1, 4), "`!!int`"),
        ("a: !!timestamp 2025-01-01\n", "bad-tag", (1, 4), "is not allowed"),
        ("a: 1\nb: x\0y\n", "control-character", (2, 5), "U+0000"),
        ('a: "x\\0y"\n', "control-character", (1, 4), "U+0000"),
        (b"a: 1\nb: \xff\n", "encoding", (2, 4), "UTF-8"),
        ("a: 1\n".encode("utf-16"), "encoding", (1, 1), "UTF-8"),
        ("a: \ud800", "control-character", (1, 4), "U+D800"),
        ("subject: {{ invitee_name }}\n", "bad-key", (1, 11), "in quotes"),
        ("<<: 5\na: 1\n", "bad-merge", (1, 5), "takes a mapping"),
    ],
)
def test_bad_yaml_is_refused_in_the_right_place(
    content: str | bytes, code: str, place: tuple[int, int], words: str
) -> None:
    issue = refuse(content)
    assert (issue.code, (issue.line, issue.column)) == (code, place)
    assert words in str(issue)


def test_template_without_quotes_gets_advice() -> None:
    issue = refuse("a: 1\nsubject: {{ invitee_name }} hello\nb: 2\n")
    assert "put it in quotes" in str(issue)


def test_every_duplicate_is_listed() -> None:
    with pytest.raises(SpecError) as caught:
        read("a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert [issue.key for issue in caught.value.issues] == ["a", "b.c"]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "k0: &k0 [x]\n" + "".join(f"k{n}: &k{n} [*k{n - 1}]\n" for n in range(1, 2000))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (BOMB, "too-many-values"),
        ("a: [" + "x," * 30_000 + "]", "too-many-values"),
        (CHAIN, "too-deep"),
        ("a: " + "[" * 60 + "]" * 60, "too-deep"),
        ("[" * 262_000, "too-deep"),
        ("{" * 262_000, "too-deep"),
        ("- " * 131_000, "too-deep"),
        ("? " * 131_000, "too-deep"),
        ("a: " + "[{" * 100_000, "too-deep"),
        ("".join(" " * n + "a:\n" for n in range(600)), "too-deep"),
        ("x" * 300_000, "too-large"),
        ("ä" * 140_000, "too-large"),
        (b"x" * 10_000_000, "too-large"),
    ],
)
def test_bombs_are_refused_quickly(content: str | bytes, code: str) -> None:
    assert refuse(content).code == code


def test_aliases_and_merges_work() -> None:
    text = "base: &b {x: 1, y: 2}\none: {<<: *b, y: 3}\ntwo: {<<: [{x: 9}, *b]}\nthree: *b\n"
    data = read(text).data
    assert data["one"] == {"x": 1, "y": 3}
    assert data["two"] == {"x": 9, "y": 2}
    assert data["three"] == {"x": 1, "y": 2}


def test_places_lead_to_keys_values_and_lines_of_texts() -> None:
    document = read("\ufeffa:\n  - b: 1\n    c: |\n      one\n      two\nd:\n")
    assert document.place_of(("a", 0, "b")) == (2, 8)
    assert document.place_of(("a", 0, "b"), at_key=True) == (2, 5)
    assert document.place_of(("a", 0, "missing")) == (2, 5)
    assert document.place_of(("a", 7, "b")) == (2, 3)
    assert document.place_of(("d",)) == (6, 1)
    assert document.place_in_text(("a", 0, "c"), 2) == (5, 7)


@given(st.text() | st.binary() | st.text(alphabet="[]{}:-,&*!|>'\"#%@` \n\tab<?"))
def test_any_content_is_read_or_refused(content: str | bytes) -> None:
    error = error_of(content)
    if error is not None:
        assert error.issues
        assert str(error).encode()


def error_of(content: str | bytes) -> SpecError | None:
    try:
        assert isinstance(read(content).data, dict)
    except SpecError as error:
        return error
    return None
