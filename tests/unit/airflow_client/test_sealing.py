from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest
from cryptography.fernet import Fernet

from bookflow.airflow_client.sealing import (
    FernetSealer,
    keyed_digest,
    keyed_digests,
    list_fernet_keys,
)

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

BODY = b'{"name": "Ada"}\x00\xff'


@pytest.fixture
def use_key(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Set Airflow's key; it remembers one for the life of the process."""
    from airflow.models.crypto import get_fernet

    def use(key: str) -> None:
        monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", key)
        get_fernet.cache_clear()
        list_fernet_keys.cache_clear()

    yield use
    get_fernet.cache_clear()
    list_fernet_keys.cache_clear()


def test_sealed_body_is_read_with_the_same_key_alone(use_key: Callable[[str], None]) -> None:
    key = Fernet.generate_key().decode()
    use_key(key)
    sealer = FernetSealer()
    sealed = sealer.seal(BODY)
    assert sealed is not None
    assert b"Ada" not in sealed
    assert sealer.unseal(sealed) == BODY
    assert sealer.unseal(b"junk") is None
    new = Fernet.generate_key().decode()
    use_key(f"{new},{key}")
    assert sealer.unseal(sealed) == BODY
    use_key(new)
    assert sealer.unseal(sealed) is None


@pytest.mark.parametrize("key", ["", "no key at all"])
def test_without_a_key_nothing_is_sealed_and_the_log_says_so_once(
    use_key: Callable[[str], None], key: str, caplog: pytest.LogCaptureFixture
) -> None:
    use_key(key)
    sealer = FernetSealer()
    with caplog.at_level(logging.WARNING, "bookflow"):
        assert [sealer.seal(BODY) for _ in range(3)] == [None] * 3
    assert sealer.unseal(b"x") is None
    assert caplog.text.count("has no [core] fernet_key") == 1


def test_digests_of_keys_outlive_a_new_fernet_key(use_key: Callable[[str], None]) -> None:
    """What was written under the old key is still looked for while Airflow still reads it."""
    use_key("old")
    [written] = keyed_digests("booking-ida@example.org")
    use_key("new, old")
    newest, older = keyed_digests("booking-ida@example.org")
    assert (older, newest != older) == (written, True)
    assert written != keyed_digest("booking-ida@example.org")


def test_without_a_fernet_key_there_is_no_secret_to_digest_with(
    use_key: Callable[[str], None],
) -> None:
    use_key("")
    assert (keyed_digests("x"), keyed_digest("x")) == ([], None)
