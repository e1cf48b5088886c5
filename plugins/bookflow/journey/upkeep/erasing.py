"""Erasing: every trace of a person is taken out; what was done, when and how often stays."""

from __future__ import annotations

import logging
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from bookflow.errors import ConflictError
from bookflow.journey.endpoints.pacing import key_of_recipient
from bookflow.journey.upkeep.identity import address_pattern, key_pattern, number_pattern
from bookflow.ports.audit import AuditEntry
from bookflow.ports.erasing import Wiping
from bookflow.records import ExecutionStatus, new_id

if TYPE_CHECKING:
    import uuid
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bookflow.ports import Domain, IntakeStore, NowSource
    from bookflow.ports.audit import AuditStore
    from bookflow.ports.erasing import ErasureStore
    from bookflow.ports.interventions import InterventionStore
    from bookflow.records import Json, Person

    class PersonStore(ErasureStore, InterventionStore, IntakeStore, AuditStore, Protocol):
        """What erasing asks of the store."""


log = logging.getLogger(__name__)

Item = TypeVar("Item")

BATCH = 100
NUMBER_MARKER = "0"
"""Stands for telephone numbers: the one text that is JSON within quotes and without."""
REASON = "personal data was erased"


class Unsealer(Protocol):
    """Opens kept bodies of inbound requests."""

    def unseal(self, sealed: bytes) -> bytes | None:
        """Decrypt; None where the key is another one now, or gone."""
        ...


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was wiped, by table, and what could not be; nothing was when `is_dry`."""

    id: uuid.UUID
    is_dry: bool
    counts: Mapping[str, int]
    cancelled: int
    left: Mapping[str, int]

    def to_json(self) -> dict[str, Json]:
        """Give it as the API and the command line tell it."""
        return {
            "id": str(self.id),
            "dry_run": self.is_dry,
            "counts": dict(self.counts),
            "cancelled_executions": self.cancelled,
            "left": dict(self.left),
        }


@dataclass(frozen=True, slots=True)
class _Traces:
    """By what a person is found: patterns of addresses and numbers, subjects, keys of limits.

    `groups` are subjects in which the same keys of deliveries stand for the person.
    """

    pattern: str
    in_keys: str
    numbers: str | None
    groups: Sequence[tuple[Sequence[str], Sequence[str]]]
    own: Sequence[str]
    limits: Sequence[str]

    @property
    def patterns(self) -> list[tuple[str, str | None]]:
        """Give patterns with the marker that is special to them."""
        return [(self.pattern, None), *([(self.numbers, NUMBER_MARKER)] if self.numbers else [])]

    @property
    def key_patterns(self) -> list[str]:
        """Give the patterns of idempotency keys."""
        return [self.in_keys, *([self.numbers] if self.numbers else [])]


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases people. `digest` makes a keyed hash of an address, for the audit trail."""

    store: PersonStore
    domain: Domain
    sealer: Unsealer
    digest: Callable[[str], str | None]
    now: NowSource
    make_id: Callable[[], uuid.UUID] = new_id

    def erase(
        self,
        email: str,
        *,
        actor: str,
        is_dry: bool = False,
        is_exact: bool = False,
        has_owners: bool = False,
    ) -> Erasure:
        """Wipe every trace of a person, or count them; safe to repeat, also after a crash.

        With `has_owners` also where they are the organizer. Raises `InputError` for what is no
        address.
        """
        traces = self._trace(email, is_exact=is_exact)
        erasure_id = self.make_id()
        # the first half of the id is its time: enough to tell erasures apart
        marker = f"erased-{erasure_id.hex[:16]}"
        opened = self.store.open_executions_of(traces.own)
        left = Counter(self.store.find_left(traces.pattern))
        left["running executions"] = sum(one is ExecutionStatus.RUNNING for _, one in opened)
        counts: Counter[str] = Counter()
        if has_owners:
            counts["organizers"] = left.pop("organizers", 0)
        if not is_dry:
            self._cancel(opened, actor)
        for ids, recipients in traces.groups:
            counts.update(
                self._wipe(Wiping(ids, recipients, traces.pattern, marker), is_dry=is_dry)
            )
        requests, left["unreadable inbound requests"] = self._find_requests(traces)
        counts["inbound_requests"] += len(requests)
        if not is_dry:
            self._wipe_rest(traces, requests, counts, has_owners=has_owners)
        swept = self._sweep(traces, marker, has_owners=has_owners, is_dry=is_dry)
        # what was only counted is found once more
        counts = counts | swept if is_dry else counts + swept
        done = Erasure(erasure_id, is_dry, _positive(counts), len(opened), _positive(left))
        self._note(done, email, actor)
        return done

    def _sweep(
        self, traces: _Traces, marker: str, *, has_owners: bool, is_dry: bool
    ) -> Counter[str]:
        """Replace what still names the person in any table; one row may do so in several ways."""
        swept: Counter[str] = Counter()
        for pattern in traces.key_patterns:
            swept |= Counter(self.store.digest_keys(pattern, is_dry=is_dry))
        for pattern, special in traces.patterns:
            swept |= Counter(
                self.store.redact(pattern, special or marker, has_owners=has_owners, is_dry=is_dry)
            )
        return swept

    def _wipe(self, wiping: Wiping, *, is_dry: bool) -> Mapping[str, int]:
        if is_dry:
            return self.store.count_traces(wiping)
        return self.store.wipe_subjects(wiping, now=self.now())

    def _wipe_rest(
        self,
        traces: _Traces,
        requests: Sequence[uuid.UUID],
        counts: Counter[str],
        *,
        has_owners: bool,
    ) -> None:
        for ids in _batches(requests):
            self.store.wipe_requests(ids)
        if has_owners:
            self.store.wipe_organizers(traces.pattern)
        counts["rate_limits"] += self.store.forget_limits(traces.limits)

    def _trace(self, email: str, *, is_exact: bool) -> _Traces:
        pattern = address_pattern(email, is_exact=is_exact)
        found = re.compile(pattern, re.IGNORECASE)
        people: list[Person] = []
        groups: dict[tuple[str, ...], list[str]] = {}
        for ids in _batches(self.store.find_subjects_of(pattern)):
            known = self.store.load_subjects(ids)
            for key in ids:
                everybody = self.domain.people(known[key], "invitee") if key in known else []
                theirs = [one for one in everybody if found.search(one.email or "")]
                people += theirs
                groups.setdefault(tuple(sorted(one.key for one in theirs)), []).append(key)
        addresses = {email.strip(), *(one.email for one in people if one.email)}
        numbers = {one.phone for one in people if one.phone}
        limits = [key_of_recipient("email", one) for one in sorted(addresses)]
        limits += [key_of_recipient("sms", one) for one in sorted(numbers)]
        return _Traces(
            pattern=pattern,
            in_keys=key_pattern(email, is_exact=is_exact),
            numbers=number_pattern(numbers),
            groups=[(ids, keys) for keys, group in groups.items() for ids in _batches(group)],
            own=self.store.main_subjects_of(pattern),
            limits=limits,
        )

    def _cancel(self, opened: Iterable[tuple[uuid.UUID, ExecutionStatus]], actor: str) -> None:
        for execution_id, _ in opened:
            try:
                self.store.cancel_execution(
                    execution_id, reason=REASON, actor=actor, now=self.now()
                )
            except ConflictError:
                # it ended just now
                continue

    def _find_requests(self, traces: _Traces) -> tuple[list[uuid.UUID], int]:
        """Look into sealed bodies; give the requests that name the person, and how many can't."""
        patterns = [re.compile(one, re.IGNORECASE) for one, _ in traces.patterns]
        named: list[uuid.UUID] = []
        unreadable, after = 0, None
        while batch := self.store.sealed_requests(after=after, limit=BATCH):
            after = batch[-1][0]
            for key, sealed in batch:
                body = self.sealer.unseal(sealed)
                if body is None:
                    unreadable += 1
                elif any(pattern.search(text) for text in _read(body) for pattern in patterns):
                    named.append(key)
        return named, unreadable

    def _note(self, done: Erasure, email: str, actor: str) -> None:
        log.info("bookflow: erasure %s%s: %s", done.id, " (dry)" * done.is_dry, dict(done.counts))
        if done.is_dry:
            return
        told = {"person": self.digest(email.strip().casefold()), **done.to_json()}
        entry = AuditEntry(actor, "person.erase", str(done.id), None, told)
        self.store.record_audit([entry], now=self.now())


def _read(body: bytes) -> Iterator[str]:
    """Give a body as it came, and with the escapes of JSON undone."""
    text = body.decode("utf-8", "replace")
    yield text
    if "\\u" in text:
        yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def _positive(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}
