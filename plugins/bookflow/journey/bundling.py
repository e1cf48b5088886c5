"""Bundling: what is sent in one piece, a message alone or a digest of several."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bookflow.journey.sending import Parcel

if TYPE_CHECKING:
    import uuid
    from collections.abc import Sequence

    from bookflow.records import DeliveryOutcome
    from bookflow.spec.timing import Digest


@dataclass(frozen=True, slots=True)
class Bundle:
    """One parcel to send, and the deliveries that it carries."""

    parcel: Parcel
    members: tuple[uuid.UUID, ...]

    def share(self, outcome: DeliveryOutcome) -> list[DeliveryOutcome]:
        """Give every delivery carried the outcome of the one that was sent."""
        digest_id = self.parcel.state.digest_id
        return [replace(outcome, id=member, digest_id=digest_id) for member in self.members]


def bundle_parcels(parcels: Sequence[Parcel], digest: Digest | None) -> list[Bundle]:
    """Put parcels of the same digest into one, in order, under the id they were claimed with.

    That id is the same at every try, so that the receiver can tell a digest that comes twice.
    Whoever has got another address since the digest was begun is written to apart: nobody reads
    what was meant for another. So is what can't be sent, to fail alone.
    """
    groups: dict[tuple[uuid.UUID, str], list[Parcel]] = defaultdict(list)
    for parcel in parcels:
        is_refused = "refusal" in parcel.message.content
        is_gathered = digest is not None and not is_refused
        key = (parcel.state.digest_id if is_gathered else None) or parcel.delivery.id
        groups[key, "" if is_refused else parcel.message.address].append(parcel)
    carriers: dict[uuid.UUID, str] = {}
    for key, address in groups:
        if key not in carriers or any(one.delivery.id == key for one in groups[key, address]):
            carriers[key] = address
    return [
        _bundle(key if carriers[key] == address else _lowest(group), group, digest)
        for (key, address), group in groups.items()
    ]


def _lowest(group: Sequence[Parcel]) -> uuid.UUID:
    return min(parcel.delivery.id for parcel in group)


def _bundle(key: uuid.UUID, group: Sequence[Parcel], digest: Digest | None) -> Bundle:
    members = tuple(parcel.delivery.id for parcel in group)
    first = group[0]
    message = first.message
    if digest is not None and len(group) > 1:
        # workflows without digests need not pay for it
        from bookflow.journey.digesting import merge_messages

        messages = [parcel.message for parcel in group]
        message = merge_messages(messages, digest, message.channel)
    carrier = Parcel(
        message=message,
        delivery=replace(first.delivery, id=key),
        state=replace(first.state, id=key, digest_id=key if first.state.digest_id else None),
    )
    return Bundle(carrier, members)
