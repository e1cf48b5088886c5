from __future__ import annotations

import json
import logging
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookflow.domains.booking import BookingDomain
from bookflow.domains.booking.inbound_mapping import BookingInbound
from bookflow.errors import (
    ConflictError,
    DatabaseUnavailableError,
    InputError,
    MissingConnectionError,
    NotFoundError,
    SignatureError,
    TooManyRequestsError,
    UnavailableError,
)
from bookflow.journey.inbound.access import AccessBook
from bookflow.journey.inbound.desk import InboundDesk, open_desk
from bookflow.journey.inbound.door import Arrival
from bookflow.journey.inbound.limits import TokenBuckets, name_network
from bookflow.journey.inbound.log import InboundLog, purge_inbound
from bookflow.journey.intake import Intake
from bookflow.ports.inbound import InboundFilter
from bookflow.records import ConnectionInfo, NewDelivery, RunKey, delivery_id
from bookflow.settings import Rate, Settings
from bookflow.store.memory import MemoryStore
from tests.recorded_requests import (
    CAL_SECRET,
    CALENDLY_KEY,
    NAMES,
    STANDARD_SECRET,
    load,
    raw,
    sign,
    sign_form,
    source_of,
)
from tests.unit.journey.conftest import NOW, ListedSpecs, RecordingWaker, StillClock

TRIGGERS = (
    "booking_created",
    "booking_requested",
    "booking_rescheduled",
    "booking_cancelled",
    "booking_rejected",
    "booking_completed",
    "booking_no_show",
)
SMS_TOKEN = "sms token"
FIRST, SECOND = "11111111-0000-4000-8000-000000000001", "22222222-0000-4000-8000-000000000002"


@dataclass
class Connections:
    """Connections that count how often they are asked for."""

    known: dict[str, ConnectionInfo]
    asked: list[str] = field(default_factory=list)

    def get(self, conn_id: str) -> ConnectionInfo:
        self.asked.append(conn_id)
        if conn_id not in self.known:
            raise MissingConnectionError(f"`{conn_id}` does not exist")
        return self.known[conn_id]


class ReversingSealer:
    """Seals by reversing; `key` may be lost."""

    has_key = True
    is_same_key = True

    def seal(self, body: bytes) -> bytes | None:
        return body[::-1] if self.has_key else None

    def unseal(self, sealed: bytes) -> bytes | None:
        return sealed[::-1] if self.is_same_key else None


class Place:
    """A desk over the real intake and mapping, on a memory store."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(public_url="https://flow.example.com/", **settings)
        self.clock = StillClock()
        self.clock.instant = datetime(2026, 3, 10, 12, 0, tzinfo=NOW.tzinfo)
        self.store = MemoryStore()
        self.sealer = ReversingSealer()
        self.specs = ListedSpecs()
        for trigger in TRIGGERS:
            self.specs.add(f"on-{trigger}", trigger)
        secrets = {
            "cal_com": CAL_SECRET,
            "calendly": CALENDLY_KEY,
            "standard_webhooks": STANDARD_SECRET,
        }
        self.connections = Connections(
            {
                f"bookflow_inbound_{name}": ConnectionInfo("c", password=secret)
                for name, secret in secrets.items()
            }
        )
        self.connections.known["bookflow_sms"] = ConnectionInfo("sms", password=SMS_TOKEN)
        self.mapping = BookingInbound()
        self.desk: InboundDesk = self.open()

    def open(self) -> InboundDesk:
        intake = Intake(
            store=self.store,
            specs=self.specs,
            domain=BookingDomain(self.settings),
            waker=RecordingWaker(),
            now=self.clock,
        )
        return open_desk(
            settings=self.settings,
            connections=self.connections,
            store=self.store,
            intake=intake,
            mapping=self.mapping,
            sealer=self.sealer,
            now=self.clock,
        )

    def send(self, name: str, **changes: Any) -> Any:
        return self.send_body(source_of(name), raw(load(name)), **changes)

    def send_body(
        self,
        source: str,
        body: bytes,
        *,
        secret: str | None = None,
        key: str = "msg_1",
        **more: str,
    ) -> Any:
        headers = sign(source, body, at=self.clock.instant.timestamp(), secret=secret, key=key)
        arrival = Arrival({**headers, **more}, body, "192.0.2.7")
        self.desk.door.admit(source, arrival)
        return self.desk.platforms.receive(source, arrival)

    def kept(self, **wanted: Any) -> list[dict[str, Any]]:
        page = self.store.list_requests(InboundFilter(**wanted), limit=500, cursor=None)
        return list(page.items)

    def booking(self, key: str) -> dict[str, Any]:
        return self.store.load_subjects([key])[key]

    def executions(self, key: str) -> list[str]:
        """Name what came of a booking's events, by name: one moment has no order."""
        return sorted(one["trigger"] for one in self.store.subject_executions(key))


@pytest.fixture
def place() -> Place:
    return Place()


def test_signed_request_becomes_an_event_and_is_kept(place: Place) -> None:
    received = place.send("cal-com-created")
    assert received.verdict == "accepted"
    assert place.booking("cal-com:bk2041AbcDef")["invitee"]["name"] == "Ada Sample"
    assert place.executions("cal-com:bk2041AbcDef") == ["booking_created"]
    [item] = place.kept()
    assert item["id"] == str(received.request_id)
    assert item["booking_id"] == "cal-com:bk2041AbcDef"
    assert item["trigger"] == "booking_created"
    assert item["remote"] == "192.0.2.7"
    assert item["replayable"] is True
    kept = place.store.get_request(received.request_id)
    assert kept is not None
    assert kept.sealed == raw(load("cal-com-created"))[::-1]
    assert kept.masked["payload"]["organizer"]["name"] == "***"
    assert kept.headers == {
        "content-type": "application/json",
        "user-agent": "platform/1",
        "x-cal-signature-256": "***",
        "x-cal-webhook-version": "2021-10-20",
    }


@pytest.mark.parametrize("name", NAMES)
def test_second_delivery_of_a_request_changes_nothing(place: Place, name: str) -> None:
    place.send("standard-created", key="msg_0")
    place.send("cal-com-created")
    place.send("calendly-created")
    first = place.send(name)
    # platforms sign anew when they try again
    place.clock.forward(seconds=60)
    again = place.send(name)
    if first.verdict == "ignored":
        assert again.verdict == "ignored"
    else:
        assert again.verdict == "duplicate"
    keys = ["bk-77", "cal-com:bk2041AbcDef", f"calendly:{FIRST}"]
    assert all(len(place.executions(key)) <= 2 for key in keys)


def test_cal_com_booking_that_moves_stays_one(place: Place) -> None:
    place.send("cal-com-created")
    place.send("cal-com-rescheduled")
    booking = place.booking("cal-com:bk2041AbcDef")
    assert booking["start_time"].isoformat() == "2026-03-06T09:00:00+00:00"
    assert place.executions(booking["id"]) == ["booking_created", "booking_rescheduled"]
    assert place.store.load_subjects(["cal-com:bk2099Moved"]) == {}
    body = load("cal-com-cancelled")
    body["payload"]["uid"] = "bk2099Moved"
    place.send_body("cal-com", raw(body))
    assert place.booking("cal-com:bk2041AbcDef")["status"] == "cancelled"


def test_no_show_and_end_are_about_the_booking_that_is_known(place: Place) -> None:
    for name in ("cal-com-no-show", "cal-com-meeting-ended"):
        received = place.send(name)
        assert (received.verdict, "not known" in received.reason) == ("ignored", True)
    place.send("cal-com-created")
    assert place.send("cal-com-meeting-ended").verdict == "accepted"
    assert place.send("cal-com-no-show").verdict == "accepted"
    triggers = ["booking_created", "booking_completed", "booking_no_show"]
    assert place.executions("cal-com:bk2041AbcDef") == sorted(triggers)


def test_ended_meeting_that_is_not_known_is_made(place: Place) -> None:
    assert place.send("cal-com-meeting-ended-wrapped").verdict == "accepted"
    assert place.booking("cal-com:bk2041AbcDef")["status"] == "completed"


def test_end_of_the_meeting_before_it_was_moved_is_ignored(place: Place) -> None:
    place.send("cal-com-created")
    place.send("cal-com-rescheduled")
    received = place.send("cal-com-meeting-ended")
    assert (received.verdict, "moved" in received.reason) == ("ignored", True)


@pytest.mark.parametrize("first", ["calendly-moved-created", "calendly-moved-canceled"])
@pytest.mark.parametrize("is_known", [True, False])
def test_calendly_move_is_one_event_in_either_order(
    place: Place, first: str, is_known: bool
) -> None:
    both = {"calendly-moved-created", "calendly-moved-canceled"}
    if is_known:
        place.send("calendly-created")
    place.send(first)
    [second] = both - {first}
    place.send(second)
    key = f"calendly:{FIRST}"
    expected = ["booking_created"] * is_known + ["booking_rescheduled"]
    assert place.executions(key) == sorted(expected)
    booking = place.booking(key)
    assert booking["status"] == "confirmed"
    assert booking["start_time"].isoformat() == "2026-03-06T09:00:00+00:00"
    assert place.store.load_subjects([f"calendly:{SECOND}"]) == {}
    # the new invitee cancels: that is the one booking
    body = load("calendly-canceled")
    body["payload"]["uri"] = body["payload"]["uri"].replace(FIRST, SECOND)
    place.send_body("calendly", raw(body))
    assert place.booking(key)["status"] == "cancelled"


def test_late_creation_does_not_undo_the_move(place: Place) -> None:
    place.send("calendly-moved-created")
    place.send("calendly-created")
    booking = place.booking(f"calendly:{FIRST}")
    assert booking["start_time"].isoformat() == "2026-03-06T09:00:00+00:00"


def test_standard_request_may_name_a_booking_that_is_known(place: Place) -> None:
    with pytest.raises(InputError) as caught:
        place.send("standard-by-id", key="msg_9")
    assert caught.value.field == "booking_id"
    place.send("standard-created", key="msg_1")
    # nothing was recorded under its key: its next try is taken
    assert place.send("standard-by-id", key="msg_9").verdict == "accepted"
    assert place.executions("bk-77") == ["booking_cancelled", "booking_created"]


def test_id_used_for_another_event_is_a_conflict(place: Place) -> None:
    place.send("standard-created", key="msg_1")
    with pytest.raises(ConflictError):
        place.send("standard-by-id", key="msg_1")
    assert place.kept(verdict="refused")[0]["code"] == "conflict"


def test_refusal_of_a_signature_is_kept_without_its_body(place: Place) -> None:
    with pytest.raises(SignatureError):
        place.send("cal-com-created", secret="wrong")
    [item] = place.kept()
    assert (item["verdict"], item["code"], item["replayable"]) == ("refused", "signature", False)
    assert place.store.load_subjects(["cal-com:bk2041AbcDef"]) == {}
    with pytest.raises(ConflictError, match="never runs"):
        place.desk.platforms.replay(uuid.UUID(item["id"]), actor="admin")


def test_mended_request_runs_by_a_replay_and_later_tries_are_duplicates(place: Place) -> None:
    body = load("calendly-created")
    body["payload"]["scheduled_event"]["event_memberships"] = []
    with pytest.raises(InputError):
        place.send_body("calendly", raw(body))
    [item] = place.kept()
    assert (item["code"], item["trigger"]) == ("input", None)
    assert "organizer_email" in item["reason"]
    place.connections.known["bookflow_inbound_calendly"] = ConnectionInfo(
        "c", password=CALENDLY_KEY, extra={"organizer_email": "olive@example.org"}
    )
    place.desk = place.open()
    received = place.desk.platforms.replay(uuid.UUID(item["id"]), actor="admin")
    assert received.verdict == "accepted"
    replayed = next(one for one in place.kept() if one["replay_of"])
    assert (replayed["replay_of"], replayed["actor"]) == (item["id"], "admin")
    assert place.send_body("calendly", raw(body)).verdict == "duplicate"
    assert place.executions(f"calendly:{FIRST}") == ["booking_created"]


def test_accepted_request_really_runs_again(place: Place) -> None:
    first = place.send("cal-com-created")
    place.clock.forward(hours=1)
    again = place.desk.platforms.replay(first.request_id, actor="admin")
    assert again.verdict == "accepted"
    assert again.event_id != first.event_id
    # a replay can be replayed: the body is that of the first
    third = place.desk.platforms.replay(again.request_id, actor="admin")
    assert third.verdict == "accepted"
    assert len(place.executions("cal-com:bk2041AbcDef")) == 3
    assert {one["replay_of"] for one in place.kept()} == {None, str(first.request_id)}


def test_replay_needs_the_body_and_its_key(place: Place) -> None:
    first = place.send("cal-com-created")
    place.sealer.is_same_key = False
    with pytest.raises(ConflictError, match="another one"):
        place.desk.platforms.replay(first.request_id, actor="admin")
    place.sealer.has_key = False
    bare = place.send("cal-com-cancelled")
    with pytest.raises(ConflictError, match="not kept"):
        place.desk.platforms.replay(bare.request_id, actor="admin")
    with pytest.raises(NotFoundError):
        place.desk.platforms.replay(uuid.uuid4(), actor="admin")


def test_source_that_is_not_set_up_looks_like_none(place: Place) -> None:
    del place.connections.known["bookflow_inbound_cal_com"]
    with pytest.raises(NotFoundError) as missing:
        place.send("cal-com-created")
    with pytest.raises(NotFoundError) as unknown:
        place.desk.door.admit("zapier", Arrival())
    assert str(missing.value) == str(unknown.value)
    assert place.kept() == []


@pytest.mark.parametrize(
    "info",
    [
        ConnectionInfo("c"),
        ConnectionInfo("c", password="  ", extra={"previous_secret": "x"}),
        ConnectionInfo("c", password="x", extra={"tolerance_seconds": "soon"}),
        ConnectionInfo("c", password="x", extra={"tolerance_seconds": 0}),
    ],
)
def test_connection_that_is_wrong_is_told_to_the_log_alone(
    place: Place, info: ConnectionInfo, caplog: pytest.LogCaptureFixture
) -> None:
    place.connections.known["bookflow_inbound_cal_com"] = info
    with caplog.at_level(logging.WARNING), pytest.raises(UnavailableError) as caught:
        place.send("cal-com-created")
    assert "connection c" in caplog.text
    assert "connection" not in str(caught.value)


def test_connection_is_not_asked_for_with_every_request(place: Place) -> None:
    for _ in range(5):
        place.send("cal-com-created")
    assert place.connections.asked == ["bookflow_inbound_cal_com"]


def test_connection_is_asked_for_again_after_some_seconds() -> None:
    time = [0.0]
    connections = Connections({})
    book = AccessBook(connections, {"cal-com": "conn"}, clock=lambda: time[0])
    with pytest.raises(MissingConnectionError):
        book.get("cal-com")
    connections.known["conn"] = ConnectionInfo("conn", password="one")
    with pytest.raises(MissingConnectionError):
        book.get("cal-com")
    time[0] = 11.0
    assert book.get("cal-com").secrets == ("one",)
    assert len(connections.asked) == 2


def test_secret_that_can_not_be_used_is_no_fault_of_the_sender(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    info = ConnectionInfo("c", password="whsec_!")
    place.connections.known["bookflow_inbound_standard_webhooks"] = info
    with caplog.at_level(logging.WARNING), pytest.raises(UnavailableError):
        place.send("standard-created")
    assert "not base64" in caplog.text
    assert place.kept() == []


def test_requests_that_are_not_kept_are_counted_in_the_log(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    time = [0.0]
    kept = InboundLog(place.store, clock=lambda: time[0])
    stranger = place.desk.door.describe("cal-com", Arrival(), reason="x")
    for _ in range(130):
        kept.keep_stranger(replace(stranger, id=uuid.uuid4()))
    time[0] = 61.0
    for _ in range(101):
        kept.keep_stranger(replace(stranger, id=uuid.uuid4()))
    assert "31 refused requests of cal-com were not kept" in caplog.text
    assert len(place.kept()) == 200


def test_previous_secret_and_tolerance_come_from_the_extra(place: Place) -> None:
    place.connections.known["bookflow_inbound_calendly"] = ConnectionInfo(
        "c", password="new", extra={"previous_secret": CALENDLY_KEY, "tolerance_seconds": 30}
    )
    assert place.send("calendly-created").verdict == "accepted"
    body = raw(load("calendly-canceled"))
    headers = sign("calendly", body, at=(place.clock.instant - timedelta(seconds=31)).timestamp())
    with pytest.raises(SignatureError, match="more than the 30 s"):
        place.desk.platforms.receive("calendly", Arrival(headers, body))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"triggerEvent=BOOKING_CREATED"),
        ("text/plain", b"{}"),
    ],
)
def test_body_of_another_kind_is_refused_with_the_remedy(
    place: Place, kind: str, body: bytes
) -> None:
    with pytest.raises(InputError, match="without a template"):
        place.send_body("cal-com", body, **{"content-type": kind})
    assert place.kept()[0]["code"] == "input"


HOSTILE = [
    b"",
    b"[]",
    b"null",
    b'"text"',
    b"\xff\xfe",
    b"{" * 5000,
    b'{"a":' * 100_000,
    b"[" * 200_000,
    b'{"triggerEvent": NaN}',
    b'{"event": 1e999}',
    b'{"type": ' + b"9" * 5000 + b"}",
    b'{"triggerEvent":"\\u0000","event":"\\ud800","type":"\\udfff"}',
    b'{"triggerEvent":"BOOKING_CREATED","payload":{"uid":"u","attendees":[{}],"type":"\\u0000"}}',
    json.dumps({"triggerEvent": "x" * 100_000, "event": "y" * 100_000, "type": "z"}).encode(),
]


@pytest.mark.parametrize("source", ["cal-com", "calendly", "standard-webhooks"])
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_body_is_refused_or_ignored_and_kept(
    place: Place, source: str, body: bytes
) -> None:
    try:
        received = place.send_body(source, body)
        assert received.verdict == "ignored"
    except (InputError, SignatureError) as error:
        assert str(error)  # noqa: PT017
    assert len(place.kept()) == 1


def test_unexpected_error_is_kept_so_that_it_can_run_again(place: Place) -> None:
    class Broken(BookingInbound):
        def read(self, source: str, body: Any, options: Any) -> Any:
            raise RuntimeError("a slip of ours")

    place.mapping = Broken()
    place.desk = place.open()
    with pytest.raises(RuntimeError):
        place.send("cal-com-created")
    [item] = place.kept()
    assert (item["code"], item["replayable"]) == ("internal", True)
    assert "slip" not in item["reason"]


def test_database_that_is_away_keeps_nothing_and_says_so(place: Place) -> None:
    class Away(MemoryStore):
        def record_events(self, events: Any, executions: Any) -> Any:
            raise DatabaseUnavailableError

        def keep_request(self, request: Any) -> None:
            raise DatabaseUnavailableError

    place.store = Away()
    place.desk = place.open()
    with pytest.raises(DatabaseUnavailableError):
        place.send("cal-com-created")
    with pytest.raises(SignatureError):
        place.send("cal-com-created", secret="wrong")


def test_flood_of_garbage_is_answered_but_not_all_kept(caplog: pytest.LogCaptureFixture) -> None:
    place = Place(inbound_address_limit="1000/m")
    for _ in range(300):
        with pytest.raises(SignatureError):
            place.send_body("cal-com", b"garbage", secret="wrong")
    assert len(place.kept()) == 100
    # and what is signed still comes in, and is kept
    assert place.send("cal-com-created").verdict == "accepted"
    assert len(place.kept(verdict="accepted")) == 1


def test_sender_that_is_too_fast_waits(place: Place) -> None:
    hasty = Place(inbound_address_limit="5/m")
    for _ in range(5):
        hasty.desk.door.admit("cal-com", Arrival(remote="192.0.2.7"))
    with pytest.raises(TooManyRequestsError) as caught:
        hasty.desk.door.admit("cal-com", Arrival(remote="192.0.2.7"))
    assert 0 < caught.value.retry_after <= 12
    assert hasty.kept()[0]["code"] == "rate"
    # neither other addresses nor other sources suffer
    hasty.desk.door.admit("cal-com", Arrival(remote="192.0.2.8"))
    hasty.desk.door.admit("calendly", Arrival(remote="192.0.2.7"))


def test_limit_of_a_source_counts_signed_requests_alone() -> None:
    place = Place(inbound_source_limit="3/m")
    for _ in range(10):
        with pytest.raises(SignatureError):
            place.send_body("cal-com", b"{}", secret="wrong")
    for _ in range(3):
        place.send("cal-com-created")
    with pytest.raises(TooManyRequestsError):
        place.send("cal-com-created")
    place.send("calendly-created")


def test_buckets_refill_and_remember_a_bounded_number_of_keys() -> None:
    time = [0.0]
    buckets = TokenBuckets(Rate(2, 60), clock=lambda: time[0], remembered=3)
    assert [buckets.take("a") for _ in range(2)] == [0, 0]
    assert buckets.take("a") == 30
    time[0] = 30.0
    assert buckets.take("a") == 0
    assert buckets.take("a") == 30
    for key in "bcd":
        buckets.take(key)
    assert buckets.take("a") == 0, "the key used longest ago is forgotten"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1::5", "2001:db8:0:1::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_network_of_an_address(address: str, network: str) -> None:
    assert name_network(address) == network


def test_old_requests_are_purged_in_batches(place: Place) -> None:
    place.send("cal-com-created")
    place.clock.forward(days=31)
    place.send("cal-com-cancelled")
    before = place.clock.instant - timedelta(days=30)
    assert purge_inbound(place.store, before=before) == 1
    assert [one["trigger"] for one in place.kept()] == ["booking_cancelled"]


@pytest.fixture
def texted(place: Place) -> tuple[Place, uuid.UUID]:
    """Give a place with a text that is just being sent."""
    place.send("standard-created")
    [execution] = place.store.subject_executions("bk-77")
    key = uuid.UUID(execution["id"])
    run = RunKey("bookflow-text", "run-1")
    place.store.claim("on-booking_created", run, limit=9, now=place.clock.instant)
    delivery = NewDelivery(
        delivery_id(key, "text", "invitee"), key, "text", "invitee", "sms", "+12025550142"
    )
    place.store.claim_deliveries([delivery], now=place.clock.instant)
    return place, delivery.id


def call_back(place: Place, query: str, token: str = SMS_TOKEN, **form: str) -> Any:
    mark = "?" if query else ""
    url = f"https://flow.example.com/bookflow/api/v1/inbound/sms-status{mark}{query}"
    pairs = [("MessageSid", "SM1"), ("New", "field"), *form.items()]
    body = "&".join(f"{name}={value}" for name, value in pairs).encode()
    arrival = Arrival({"x-twilio-signature": sign_form(url, pairs, token)}, body, "192.0.2.9")
    return place.desk.texts.receive(arrival, query=query)


def test_callback_updates_the_delivery(texted: tuple[Place, uuid.UUID]) -> None:
    place, key = texted
    assert call_back(place, f"delivery={key}", MessageStatus="queued").verdict == "ignored"
    form = {"MessageStatus": "undelivered", "ErrorCode": "30003"}
    assert call_back(place, f"delivery={key}", **form).verdict == "accepted"
    row = place.store._deliveries[key]
    assert (row["status"], row["error_code"], row["provider_id"]) == (
        "failed",
        "twilio-30003",
        "SM1",
    )
    assert row["error_message"] == "the SMS provider reports: undelivered (error 30003)"
    assert call_back(place, f"delivery={key}", MessageStatus="read").verdict == "accepted"
    assert place.store._deliveries[key]["status"] == "delivered"
    assert [one["verdict"] for one in place.kept(source="sms-status")].count("accepted") == 2


def test_callback_with_a_wrong_signature_changes_nothing(texted: tuple[Place, uuid.UUID]) -> None:
    place, key = texted
    with pytest.raises(SignatureError):
        call_back(place, f"delivery={key}", "other token", MessageStatus="delivered")
    assert place.store._deliveries[key]["status"] == "sending"
    assert place.kept(source="sms-status")[0]["code"] == "signature"


@pytest.mark.parametrize(
    "query", ["", "delivery=", "delivery=x", f"delivery={uuid.UUID(int=5)}", "delivery=%00"]
)
def test_callback_on_an_unknown_delivery_is_told(place: Place, query: str) -> None:
    with pytest.raises(NotFoundError):
        call_back(place, query, MessageStatus="delivered")
    assert place.kept()[0]["verdict"] == "refused"
