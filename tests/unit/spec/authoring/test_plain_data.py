from typing import Any

import pytest

from bookflow.errors import SpecError
from bookflow.spec.authoring.pairing import pair_items
from bookflow.spec.authoring.plain_data import copy_plain, is_same


def nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return {"a": value}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"a": float("nan")}, "bad-value"),
        ({"a": float("inf")}, "bad-value"),
        ({"a": 10**30}, "bad-value"),
        ({"a": object()}, "bad-value"),
        ({"a": b"bytes"}, "bad-value"),
        ({1: "x"}, "bad-key"),
        ({"a": "\ud800"}, "control-character"),
        ({"\udfff": 1}, "control-character"),
        (nested(60), "too-deep"),
        (nested(5000), "too-deep"),
        ({"a": ["x"] * 30_000}, "too-many-values"),
        ({"a": "x" * 3000}, "too-large"),
    ],
)
def test_what_no_spec_can_hold_is_refused(data: Any, code: str) -> None:
    with pytest.raises(SpecError) as caught:
        copy_plain(data, file="a.yaml", size_limit=2000 if code == "too-large" else 10**6)
    assert caught.value.issues[0].code == code


def test_copies_share_nothing() -> None:
    data = {"a": [{"b": (1, "x", None)}]}
    copied = copy_plain(data, file="", size_limit=99)
    assert copied == {"a": [{"b": [1, "x", None]}]}
    copied["a"][0]["b"].append(2)
    assert data == {"a": [{"b": (1, "x", None)}]}


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), (1, 1.0), ("1", 1), (None, ""), ([1], [True]), ({"a": 1}, {"a": 1.0})],
)
def test_values_of_other_kinds_are_not_the_same(one: object, other: object) -> None:
    assert not is_same(one, other)
    assert is_same(one, one)


def test_actions_are_paired_by_name_then_by_place_and_type() -> None:
    old = [{"name": "a", "type": "x"}, {"name": "b", "type": "y"}, {"name": "c", "type": "z"}]
    renamed = [{"name": "b", "type": "y", "n": 1}, {"name": "A", "type": "x"}, old[2]]
    assert pair_items(old, renamed) == [1, 0, 2]
    assert pair_items(old, [old[0], {"name": "n", "type": "q"}, old[1], old[2]]) == [0, None, 1, 2]
    assert pair_items(old, [{"name": "n", "type": "other"}]) == [None]
    assert pair_items([], [1]) == [None]


def test_huge_lists_are_paired_by_place() -> None:
    many = [str(number) for number in range(1000)]
    assert pair_items(many, list(reversed(many))) == list(range(1000))
