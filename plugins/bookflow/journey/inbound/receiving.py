"""Signed requests of booking platforms become events; each is kept with its verdict."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from bookflow.errors import (
    BookflowError,
    ConfigurationError,
    ConflictError,
    DatabaseUnavailableError,
    InputError,
    NotFoundError,
)
from bookflow.journey.inbound.log import mask_headers
from bookflow.journey.inbound.signatures import CHECKS, Signed
from bookflow.journey.intake import Incoming
from bookflow.journey.json_reading import check_depth, parse_object
from bookflow.ports.inbound import InboundRequest, RefusalCode, Verdict
from bookflow.records import EventSource, RecordedEvent, new_id

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Mapping, Sequence

    from bookflow.journey.inbound.access import Access, AccessBook
    from bookflow.journey.inbound.door import Arrival, Door
    from bookflow.journey.inbound.log import InboundLog
    from bookflow.ports import NowSource
    from bookflow.ports.inbound import InboundEvent, InboundMapping, InboundStore, Sealer

KEY_LIMIT = 200
UNEXPECTED = "an unexpected error on our side; the server's log has more"
_STRANGERS = (RefusalCode.SIGNATURE, RefusalCode.RATE, RefusalCode.SIZE)
_CODES: tuple[tuple[type[Exception], RefusalCode], ...] = (
    (ConflictError, RefusalCode.CONFLICT),
    (InputError, RefusalCode.INPUT),
)


class Receiver(Protocol):
    """Takes events in; `journey.intake.Intake` is one."""

    def receive(self, incoming: Sequence[Incoming]) -> list[RecordedEvent | BookflowError]:
        """Record every acceptable event; answer in order."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a request."""

    request_id: uuid.UUID
    verdict: Verdict
    reason: str | None = None
    event_id: uuid.UUID | None = None


class Receiving:
    """Takes signed requests; safe to share between threads."""

    def __init__(
        self,
        *,
        door: Door,
        store: InboundStore,
        intake: Receiver,
        mapping: InboundMapping,
        access: AccessBook,
        log: InboundLog,
        sealer: Sealer,
        now: NowSource,
        make_id: Callable[[], uuid.UUID] = new_id,
    ) -> None:
        """Keep the collaborators."""
        self._door = door
        self._store = store
        self._intake = intake
        self._mapping = mapping
        self._access = access
        self._log = log
        self._sealer = sealer
        self._now = now
        self._make_id = make_id

    def receive(self, source: str, arrival: Arrival) -> Received:
        """Take one request in.

        Raises `NotFoundError`, `SignatureError`, `TooManyRequestsError`, `InputError`,
        `ConflictError`, `UnavailableError` or `DatabaseUnavailableError`; in the last case nothing
        was kept, and the platform sends it again.
        """

        def check(access: Access) -> None:
            signed = Signed(arrival.headers, arrival.body)
            CHECKS[source](signed, access.secrets, now=self._now(), tolerance=access.tolerance)

        access, request = self._door.pass_in(source, arrival, check)
        key = arrival.headers.get("webhook-id") if source == "standard-webhooks" else None
        request = replace(
            request,
            dedup_key=make_key(source, (key,)) if key else None,
            sealed=self._sealer.seal(arrival.body),
        )
        return self._take(request, arrival.body, arrival.headers, access.options)

    def replay(self, request_id: uuid.UUID, *, actor: str) -> Received:
        """Run an earlier request again, as a request of its own.

        One that was accepted runs again in full. One that never was is accepted under its own key,
        so that the platform's later tries count as duplicates. Raises `NotFoundError` or
        `ConflictError`, and what `receive` raises once the signature held.
        """
        chosen = self._find(request_id)
        origin = chosen if chosen.replay_of is None else self._find(chosen.replay_of)
        body = self._unseal(origin)
        try:
            options = self._access.get(origin.source).options
        except ConfigurationError as error:
            raise ConflictError(str(error)) from None
        taken = (Verdict.ACCEPTED, Verdict.DUPLICATE)
        request = InboundRequest(
            id=self._make_id(),
            source=origin.source,
            received_at=self._now(),
            verdict=Verdict.REFUSED,
            dedup_key=origin.dedup_key,
            headers=mask_headers(origin.headers),
            size=origin.size,
            replay_of=origin.id,
            actor=actor,
        )
        again = origin.verdict in taken or chosen.verdict in taken
        return self._take(request, body, origin.headers, options, again=again)

    def _find(self, request_id: uuid.UUID) -> InboundRequest:
        found = self._store.get_request(request_id)
        if found is None:
            message = f"no inbound request {request_id} is kept; they are deleted after some time"
            raise NotFoundError(message)
        return found

    def _unseal(self, origin: InboundRequest) -> bytes:
        if origin.code in _STRANGERS:
            message = f"it was refused before its sender was known ({origin.code}); it never runs"
            raise ConflictError(message)
        if origin.sealed is None:
            message = "its body was not kept; bodies are kept where Airflow has a [core] fernet_key"
            raise ConflictError(message)
        body = self._sealer.unseal(origin.sealed)
        if body is None:
            message = "its body can't be read: Airflow's [core] fernet_key is another one since"
            raise ConflictError(message)
        return body

    def _take(
        self,
        request: InboundRequest,
        body: bytes,
        headers: Mapping[str, str],
        options: Mapping[str, Any],
        *,
        again: bool = False,
    ) -> Received:
        try:
            content = read_content(headers, body)
            request = replace(request, masked=self._mapping.mask(content))
            event = self._mapping.read(request.source, content, options)
            key = request.dedup_key or make_key(request.source, event.identity or (digest(body),))
            request = replace(request, trigger=event.trigger, dedup_key=key)
            request = self._apply(request, event, again=again)
        except DatabaseUnavailableError:
            raise
        except Exception as error:
            codes = (code for kind, code in _CODES if isinstance(error, kind))
            code = next(codes, RefusalCode.INTERNAL)
            reason = UNEXPECTED if code is RefusalCode.INTERNAL else str(error)
            self._log.keep(replace(request, code=code, reason=reason))
            raise
        self._log.keep(request)
        return Received(request.id, request.verdict, request.reason, request.event_id)

    def _apply(
        self, request: InboundRequest, event: InboundEvent, *, again: bool
    ) -> InboundRequest:
        subject_id = self._name_subject(request.source, event)
        request = replace(request, subject_id=subject_id)
        if event.needs_known and subject_id is not None:
            known = self._store.load_subjects([subject_id]).get(subject_id)
            event = self._mapping.decide(event, known)
        if event.ignored is not None or event.trigger is None:
            return replace(request, verdict=Verdict.IGNORED, reason=event.ignored)
        key = f"{request.dedup_key}:replay:{request.id}" if again else request.dedup_key
        outcome = self._send(request, event, subject_id, event.trigger, key)
        verdict = Verdict.DUPLICATE if outcome.is_duplicate else Verdict.ACCEPTED
        return replace(request, verdict=verdict, event_id=outcome.event_id)

    def _name_subject(self, source: str, event: InboundEvent) -> str | None:
        """Give our id of the subject; the platform's ids of a moved one are joined."""
        if event.external_id is None:
            given = event.subject.get("id") if event.subject is not None else event.subject_id
            return given if isinstance(given, str) else None
        now = self._now()
        subject_id = self._store.link_subject(
            source, event.external_id, earlier_id=event.earlier_id, now=now
        )
        if event.later_id is not None:
            self._store.link_subject(source, event.later_id, earlier_id=event.external_id, now=now)
        return subject_id

    def _send(
        self,
        request: InboundRequest,
        event: InboundEvent,
        subject_id: str | None,
        trigger: str,
        key: str | None,
    ) -> RecordedEvent:
        subject = event.subject
        if subject is not None and event.external_id is not None:
            subject = {**subject, "id": subject_id}
        at = event.occurred_at
        incoming = Incoming(
            trigger=trigger,
            subject=subject,
            subject_id=subject_id if subject is None else None,
            idempotency_key=key,
            # a platform's clock may be ahead of ours
            occurred_at=min(at, self._now()) if isinstance(at, datetime) else at,
            actor=request.actor or f"inbound:{request.source}",
            source=EventSource.INBOUND,
        )
        outcome = self._intake.receive([incoming])[0]
        if isinstance(outcome, NotFoundError):
            raise InputError("booking_id", "no such booking is known; send the whole `booking`")
        if isinstance(outcome, BookflowError):
            raise outcome
        return outcome


def read_content(headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """Read a body as JSON; raises `InputError` saying what a platform should be set to."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/json" and not kind.endswith("+json"):
        message = (
            f"`{kind[:60]}` can't be read; send JSON as application/json, without a template of "
            "your own for the body"
        )
        raise InputError("content-type", message)
    content = parse_object(body)
    check_depth(content, "body")
    return content


def make_key(source: str, parts: Sequence[str]) -> str:
    """Make the idempotency key of a request from what tells it from others.

    >>> make_key("cal-com", ("BOOKING_CREATED", "u1", "2026-03-01T10:00:00Z"))
    'inbound:cal-com:BOOKING_CREATED:u1:2026-03-01T10:00:00Z'
    """
    text = ":".join(parts)
    if len(text) > KEY_LIMIT - 40 or not text.isprintable():
        text = digest(text.encode("utf-8", "backslashreplace"))
    return f"inbound:{source}:{text}"


def digest(content: bytes) -> str:
    """Give a short name that only this content has."""
    return hashlib.sha256(content).hexdigest()
