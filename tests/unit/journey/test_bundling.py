from __future__ import annotations

import uuid

from bookflow.journey.bundling import Bundle, bundle_parcels
from bookflow.journey.sending import Parcel
from bookflow.records import DeliveryState, DeliveryStatus, Message, NewDelivery
from bookflow.spec.timing import Digest

HOUR = Digest(window=60)
IDS = [uuid.UUID(int=number) for number in range(1, 9)]


def parcel(
    number: int,
    digest: int | None = 1,
    *,
    address: str = "olive@example.org",
    refusal: bool = False,
) -> Parcel:
    content = {
        "to": address, "subject": f"S{number}", "message": f"M{number}", "html": None,
        "date": "2026-03-02T10:00:00+00:00",
    }  # fmt: skip
    shown = {"refusal": {"code": "no-email", "reason": "none"}} if refusal else content
    message = Message("organizer", "email", address, shown, {})
    key, execution = IDS[number - 1], uuid.UUID(int=100 + number)
    delivery = NewDelivery(key, execution, "mail", "organizer", "email", address)
    digest_id = IDS[digest - 1] if digest else None
    state = DeliveryState(key, DeliveryStatus.WAITING, 0, digest_id=digest_id)
    return Parcel(message, delivery, state)


def shape(bundles: list[Bundle]) -> list[tuple[int, list[int]]]:
    found = [(one.parcel.delivery.id.int, [key.int for key in one.members]) for one in bundles]
    return sorted(found)


def test_messages_of_a_digest_go_out_in_one_under_its_id() -> None:
    [bundle] = bundle_parcels([parcel(3), parcel(1), parcel(2)], HOUR)
    assert shape([bundle]) == [(1, [3, 1, 2])]
    assert bundle.parcel.message.content["subject"] == "S3 (and 2 more)"


def test_without_digest_everything_goes_alone() -> None:
    assert shape(bundle_parcels([parcel(1), parcel(2)], None)) == [(1, [1]), (2, [2])]
    alone = [parcel(1, None), parcel(2, None)]
    assert shape(bundle_parcels(alone, HOUR)) == [(1, [1]), (2, [2])]


def test_id_of_a_digest_stays_when_its_first_message_is_gone() -> None:
    assert shape(bundle_parcels([parcel(2), parcel(3)], HOUR)) == [(1, [2, 3])]


def test_new_address_is_written_to_apart_and_under_an_id_of_its_own() -> None:
    moved = [parcel(2, address="new@example.org"), parcel(4, address="new@example.org")]
    bundles = bundle_parcels([*moved, parcel(1), parcel(3)], HOUR)
    assert shape(bundles) == [(1, [1, 3]), (2, [2, 4])]
    for bundle in bundles:
        assert bundle.parcel.state.digest_id == bundle.parcel.delivery.id
        texts = bundle.parcel.message.content["message"]
        assert all((f"M{key.int}" in texts) is (key in bundle.members) for key in IDS)


def test_what_can_not_be_sent_fails_alone() -> None:
    bundles = bundle_parcels([parcel(1, refusal=True), parcel(2), parcel(3)], HOUR)
    assert shape(bundles) == [(1, [1]), (2, [2, 3])]
    [refused] = [one for one in bundles if one.members == (IDS[0],)]
    assert "refusal" in refused.parcel.message.content
