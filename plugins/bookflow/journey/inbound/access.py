"""The secrets of sources that send to us, read from connections and remembered for seconds."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bookflow.errors import ConfigurationError, MissingConnectionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bookflow.ports import ConnectionSource
    from bookflow.records import ConnectionInfo

log = logging.getLogger(__name__)

LIFETIME_SECONDS = 10.0
TOLERANCE_SECONDS = 300
TOLERANCE_LIMIT = 86_400


@dataclass(frozen=True, slots=True)
class Access:
    """What a source signs with; several secrets while one takes the other's place."""

    secrets: tuple[str, ...]
    tolerance: timedelta
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_connection(cls, info: ConnectionInfo) -> Access:
        """Read a connection; raises `ConfigurationError` saying what to set."""
        previous = info.extra.get("previous_secret")
        given = (info.password, previous if isinstance(previous, str) else "")
        secrets = tuple(secret.strip() for secret in given if secret.strip())
        if not info.password.strip():
            message = f"connection {info.conn_id}: set its password to the secret of the source"
            raise ConfigurationError(message)
        return cls(secrets, _read_tolerance(info), info.extra)


class AccessBook:
    """Finds the access of each source; a connection is asked for again after some seconds."""

    def __init__(
        self,
        connections: ConnectionSource,
        conn_ids: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep which connection belongs to which source."""
        self._connections = connections
        self._conn_ids = conn_ids
        self._clock = clock
        self._locks = {source: threading.Lock() for source in conn_ids}
        self._known: dict[str, tuple[float, Access | ConfigurationError]] = {}

    def knows(self, source: str) -> bool:
        """Tell whether there is such a source at all."""
        return source in self._conn_ids

    def get(self, source: str) -> Access:
        """Give the access; raises `ConfigurationError`, for want of a connection a special one."""
        # one thread asks, the others of that moment wait for its answer
        with self._locks[source]:
            found = self._known.get(source)
            if found is None or self._clock() - found[0] > LIFETIME_SECONDS:
                found = (self._clock(), self._look_up(source))
                self._known[source] = found
        answer = found[1]
        if isinstance(answer, Access):
            return answer
        # made anew: one exception raised in many threads would collect all their tracebacks
        raise type(answer)(str(answer))

    def _look_up(self, source: str) -> Access | ConfigurationError:
        try:
            return Access.from_connection(self._connections.get(self._conn_ids[source]))
        except MissingConnectionError as error:
            log.info("bookflow: a request came for %s, which is not set up: %s", source, error)
            return error
        except ConfigurationError as error:
            log.warning("bookflow: requests of %s can't be taken: %s", source, error)
            return error


def _read_tolerance(info: ConnectionInfo) -> timedelta:
    given = info.extra.get("tolerance_seconds")
    if given is None or given == "":
        return timedelta(seconds=TOLERANCE_SECONDS)
    try:
        seconds = int(given)
    except (TypeError, ValueError, OverflowError):
        seconds = 0
    if not 1 <= seconds <= TOLERANCE_LIMIT:
        message = (
            f"connection {info.conn_id}: the extra `tolerance_seconds` must be a whole number from "
            f"1 to {TOLERANCE_LIMIT}"
        )
        raise ConfigurationError(message)
    return timedelta(seconds=seconds)
