import json

import pytest

from bookflow.actions.masking import (
    MASK,
    TEXT_LIMIT,
    bound_text,
    mask_data,
    mask_headers,
    mask_url,
    replace_surrogates,
)


@pytest.mark.parametrize(
    "name",
    ["Authorization", "cookie", "Set-Cookie", "X-Api-Key", "x-auth-token", "Client-Secret",
     "api_key", "password", "X-Signing-Key", "key"],
)  # fmt: skip
def test_secret_headers_are_masked(name: str) -> None:
    assert mask_headers({name: "s3cret"}) == {name: MASK}


@pytest.mark.parametrize("name", ["X-Author", "Content-Type", "Keyboard", "X-Request-Id"])
def test_other_headers_are_shown(name: str) -> None:
    assert mask_headers({name: "plain"}) == {name: "plain"}


def test_secret_keys_inside_data_are_masked_at_any_depth() -> None:
    data = {"lead": [{"name": "Ana", "meeting_password": "1234"}], "token": None}
    assert mask_data(data) == {"lead": [{"name": "Ana", "meeting_password": MASK}], "token": None}


def test_long_texts_lists_and_depths_are_cut() -> None:
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    masked = mask_data({"text": "x" * 50_000, "many": list(range(5_000)), "deep": deep})
    assert len(masked["text"]) < TEXT_LIMIT + 50
    assert masked["text"].endswith("(30000 more characters)")
    assert len(masked["many"]) == 500
    assert "…" in json.dumps(masked["deep"], ensure_ascii=False)


def test_url_hides_credentials_and_secret_query_values() -> None:
    url = mask_url("https://me:pw@example.com/hook?token=abc&page=2&api_key=def#frag")
    assert url == "https://***@example.com/hook?token=***&page=2&api_key=***"
    assert mask_url("https://[bad") == "https://[bad"


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    assert replace_surrogates("a\ud800b") == "a?b"
    assert bound_text("short") == "short"
