"""The door for requests that nobody logged in for: known sources, not too fast, well signed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bookflow.errors import (
    ConfigurationError,
    MissingConnectionError,
    NotFoundError,
    SignatureError,
    TooManyRequestsError,
    UnavailableError,
)
from bookflow.journey.inbound.limits import TokenBuckets, name_network
from bookflow.journey.inbound.log import mask_headers
from bookflow.ports.inbound import InboundRequest, RefusalCode, Verdict
from bookflow.records import new_id

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping

    from bookflow.journey.inbound.access import Access, AccessBook
    from bookflow.journey.inbound.log import InboundLog
    from bookflow.ports import NowSource
    from bookflow.settings import Rate

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came in; the names of `headers` are lower case."""

    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    remote: str = ""


class Door:
    """Lets requests in, or says why not; what is refused is kept by the log."""

    def __init__(
        self,
        *,
        access: AccessBook,
        log: InboundLog,
        now: NowSource,
        address_limit: Rate,
        source_limit: Rate,
        make_id: Callable[[], uuid.UUID] = new_id,
    ) -> None:
        """Keep the collaborators; the limits hold in this process alone."""
        self._access = access
        self._log = log
        self._now = now
        self._make_id = make_id
        self._addresses = TokenBuckets(address_limit)
        self._sources = TokenBuckets(source_limit)

    def admit(self, source: str, arrival: Arrival) -> None:
        """Refuse unknown sources and hasty senders, before a body is read or a secret looked up."""
        if not self._access.knows(source):
            raise _not_set_up()
        wait = self._addresses.take(f"{source} {name_network(arrival.remote)}")
        if wait:
            self._refuse_haste(source, arrival, wait)

    def pass_in(
        self, source: str, arrival: Arrival, check: Callable[[Access], None]
    ) -> tuple[Access, InboundRequest]:
        """Check the signature; gives the access and the beginnings of what is kept."""
        access = self._find_access(source)
        request = self.describe(source, arrival)
        try:
            check(access)
        except SignatureError as error:
            self.refuse(source, arrival, RefusalCode.SIGNATURE, str(error))
            raise
        except ConfigurationError as error:
            log.warning("bookflow: the connection of %s can't be used: %s", source, error)
            raise UnavailableError from None
        # counted only now: whoever has no secret must not use up what is left for the source
        wait = self._sources.take(source)
        if wait:
            self._refuse_haste(source, arrival, wait)
        return access, request

    def refuse(self, source: str, arrival: Arrival, code: RefusalCode, reason: str) -> None:
        """Keep a request that was refused before its sender was known."""
        self._log.keep_stranger(self.describe(source, arrival, code=code, reason=reason))

    def describe(
        self,
        source: str,
        arrival: Arrival,
        *,
        code: RefusalCode | None = None,
        reason: str | None = None,
    ) -> InboundRequest:
        """Give what is known of a request before its body is read."""
        return InboundRequest(
            id=self._make_id(),
            source=source,
            received_at=self._now(),
            verdict=Verdict.REFUSED,
            code=code,
            reason=reason,
            remote=arrival.remote or None,
            headers=mask_headers(arrival.headers),
            size=len(arrival.body),
        )

    def _refuse_haste(self, source: str, arrival: Arrival, wait: float) -> None:
        reason = "requests come faster than is allowed here"
        self.refuse(source, arrival, RefusalCode.RATE, reason)
        raise TooManyRequestsError(f"{reason}; send it again later", retry_after=wait)

    def _find_access(self, source: str) -> Access:
        try:
            return self._access.get(source)
        except MissingConnectionError:
            raise _not_set_up() from None
        except ConfigurationError:
            raise UnavailableError from None
        except UnavailableError as error:
            log.warning("bookflow: a request of %s can't be taken: %s", source, error)
            raise UnavailableError from None


def _not_set_up() -> NotFoundError:
    # the same for both: an outsider need not learn which sources are in use
    return NotFoundError("there is no such source, or it is not set up; the server's log says more")
