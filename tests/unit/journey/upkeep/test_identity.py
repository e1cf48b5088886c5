"""By what a person is recognised, and by what not."""

from __future__ import annotations

import re

import pytest

from bookflow.journey.upkeep.identity import address_pattern, key_pattern, number_pattern


def holds(text: str, email: str = "ida@example.org", **changes: bool) -> bool:
    return bool(re.search(address_pattern(email, **changes), text, re.IGNORECASE))


@pytest.mark.parametrize(
    "text",
    [
        "ida@example.org",
        "IDA@Example.ORG",
        "ida+news@example.org",
        "ida+@example.org",
        "<ida@example.org>, x",
        '{"a":"ida@example.org"}',
        "mail=ida%40example.org&x",
        "q=%22ida%2Bnews%40example.org",
        r"Hi\nida@example.org",
        "mailto:ida@example.org.",
        "to ida@example.org, please",
    ],
)
def test_an_address_is_found_however_it_is_written(text):
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "frida@example.org",
        "an.ida@example.org",
        "my-ida@example.org",
        "ida@example.org.uk",
        "ida@example.organic",
        "ida@example-org",
        "idaXexample.org",
        "ida@sub.example.org",
        "ida.x@example.org",
    ],
)
def test_other_addresses_are_left_alone(text):
    assert not holds(text)


@pytest.mark.parametrize(
    ("key", "is_found"),
    [
        ("booking-ida@example.org", True),
        ("booking_Ida@Example.org_7", True),
        ("crm/ida@example.org/created", True),
        ("x:ida+news@example.org:y", True),
        ("ida@example.org-2041", True),
        ("a%2Fida%40example.org", True),
        ("not-ida@example.org", True),
        ("frida@example.org", False),
        ("7ida@example.org", False),
        ("ida@example.organic", False),
        ("ida@sub.example.org", False),
        ("ida.x@example.org", False),
    ],
)
def test_an_address_in_a_key_stands_beside_anything_but_letters_and_digits(key, is_found):
    assert bool(re.search(key_pattern("ida@example.org"), key, re.IGNORECASE)) is is_found


def test_tags_in_keys_can_be_left_alone():
    exact = key_pattern("ida@example.org", is_exact=True)
    assert not re.search(exact, "booking-ida+x@example.org")
    assert re.search(exact, "booking-ida@example.org")


def test_plus_variants_can_be_left_alone():
    assert not holds("ida+x@example.org", is_exact=True)
    assert holds("ida@example.org", is_exact=True)


def test_an_address_with_a_tag_stands_for_itself():
    assert holds("ida+work@example.org", "ida+work@example.org")
    assert not holds("ida@example.org", "ida+work@example.org")


def test_signs_that_travel_escaped_are_found():
    assert holds("o&#39;brien@example.org", "o'brien@example.org")
    assert holds("to o'brien@example.org", "o'brien@example.org")


def test_international_domains_are_found_both_ways():
    assert holds("ida@xn--mnchen-3ya.example", "ida@münchen.example")
    assert holds("ida@münchen.example", "ida@xn--mnchen-3ya.example")


def test_signs_of_patterns_in_an_address_mean_themselves():
    assert holds("a.b*c@example.org", "a.b*c@example.org")
    assert not holds("axb*c@example.org", "a.b*c@example.org")


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("+1 (202) 555-0142", True),
        ("tel:12025550142", True),
        ("1.202.555.0142", True),
        ("120255501423", False),
        ("912025550142", False),
        ("2025550142", False),
    ],
)
def test_numbers_are_found_however_they_are_grouped(text, is_found):
    pattern = number_pattern(["+12025550142"])
    assert pattern is not None
    assert bool(re.search(pattern, text)) is is_found


def test_short_numbers_say_nothing():
    assert number_pattern(["110", ""]) is None
