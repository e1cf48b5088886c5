"""Keeps bodies encrypted with Airflow's own Fernet key."""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.models.crypto import FernetProtocol

log = logging.getLogger(__name__)


@dataclass(slots=True)
class FernetSealer:
    """Seals with `[core] fernet_key`; without a key nothing is sealed, and so nothing is kept."""

    _is_told: bool = field(default=False, init=False)

    def seal(self, body: bytes) -> bytes | None:
        """Encrypt; None where there is no key."""
        fernet = _find_fernet()
        if fernet is not None:
            return fernet.encrypt(body)
        if not self._is_told:
            self._is_told = True
            log.warning(
                "bookflow: Airflow has no [core] fernet_key, so the bodies of inbound requests are "
                "not kept and can't be replayed"
            )
        return None

    def unseal(self, sealed: bytes) -> bytes | None:
        """Decrypt; None where the key is another one now, or gone."""
        # part of Airflow's own requirements; loaded only where something is sealed
        from cryptography.fernet import InvalidToken

        fernet = _find_fernet()
        if fernet is None:
            return None
        try:
            return fernet.decrypt(sealed)
        except InvalidToken:
            return None


def _find_fernet() -> FernetProtocol | None:
    # the API server alone pays for this import
    from airflow.models.crypto import get_fernet
    from airflow.sdk.exceptions import AirflowException

    try:
        fernet = get_fernet()
    except AirflowException as error:
        log.warning("bookflow: Airflow's fernet_key can't be used: %s", error)
        return None
    return fernet if fernet.is_encrypted else None


def keyed_digest(text: str) -> str | None:
    """Give a hash that only who has Airflow's Fernet key can make; None where there is no key."""
    return next((_digest(key, f"bookflow person\n{text}") for key in list_fernet_keys()), None)


def keyed_digests(text: str) -> list[str]:
    """Give such hashes under the newest Fernet key and those it has taken over from."""
    return [_digest(key, f"bookflow key\n{text}") for key in list_fernet_keys()]


@cache
def list_fernet_keys() -> list[str]:
    """Give Airflow's Fernet keys, the newest first; it keeps them as long as the process lives."""
    # the API server and the command line alone pay for this import
    from airflow.configuration import conf

    keys = conf.get("core", "fernet_key", fallback="").split(",")
    return [key.strip() for key in keys if key.strip()]


def _digest(key: str, text: str) -> str:
    content = text.encode("utf-8", "replace")
    return hmac.new(key.encode(), content, hashlib.sha256).hexdigest()
