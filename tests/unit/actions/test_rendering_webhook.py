import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bookflow.actions.call_webhook import UrlTemplate, encode_body
from bookflow.actions.registry import compile_action
from bookflow.errors import ConfigurationError, PermanentDeliveryError
from bookflow.records import Message
from bookflow.spec.models import UpdateBooking, Webhook
from tests.action_stand_ins import CONTEXT, FACTS, SUBJECT, make_resources

URL = "https://example.com/hook"


def render(context: dict[str, Any] | None = None, **changes: Any) -> Message:
    base: dict[str, Any] = {"name": "Call", "type": "webhook"}
    if "webhook_conn_id" not in changes:
        base["webhook_url"] = URL
    action = Webhook.model_validate({**base, **changes})
    compiled = compile_action(action, make_resources())
    (message,) = compiled.render(SUBJECT, {**CONTEXT, **(context or {})}, FACTS)
    return message


def test_payload_has_the_documented_keys_in_order_then_the_data() -> None:
    message = render(
        webhook_data={"guests": "{{ attendee_count }}", "note": "Hi {{ invitee_name }}"}
    )
    payload = json.loads(message.content["body"])
    assert list(payload) == [
        "action", "workflow_id", "workflow_name", "booking_id", "invitee_name", "timestamp",
        "guests", "note",
    ]  # fmt: skip
    assert payload["guests"] == 3
    assert payload["note"] == "Hi Ana Lima"
    assert payload["timestamp"] == FACTS["timestamp"]
    assert (message.recipient, message.address) == ("url", URL)


def test_the_body_is_rendered_once_and_constant() -> None:
    assert render().content["body"] == render().content["body"]


def test_moments_in_the_data_become_iso() -> None:
    start = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    message = render({"start_time": start}, webhook_data={"at": "{{ start_time }}"})
    assert json.loads(message.content["body"])["at"] == "2026-11-23T14:00:00+00:00"


def test_secrets_are_masked_for_people_and_kept_for_the_wire() -> None:
    message = render(
        webhook_url=f"{URL}?token=abc&page=1",
        headers={"Authorization": "Bearer abc", "X-Source": "{{ invitee_name }}"},
        webhook_data={"meeting_password": "1234"},
    )
    assert message.content["url"] == f"{URL}?token=abc&page=1"
    assert message.address == message.masked["url"] == f"{URL}?token=***&page=1"
    assert message.masked["headers"] == {"authorization": "***", "x-source": "Ana Lima"}
    assert message.masked["payload"]["meeting_password"] == "***"
    assert json.loads(message.content["body"])["meeting_password"] == "1234"


def test_a_connections_url_is_never_recorded() -> None:
    message = render(webhook_conn_id="crm")
    assert message.address == "connection crm"
    assert message.content["url"] is None


def test_line_breaks_never_reach_a_header() -> None:
    message = render({"invitee_name": "Evil\r\nX-B: 2"}, headers={"X-Name": "{{ invitee_name }}"})
    assert message.content["headers"]["x-name"] == "Evil X-B: 2"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        ("a&b=c/d?e#f", "a%26b%3Dc%2Fd%3Fe%23f"),
        ("../../admin", "..%2F..%2Fadmin"),
        ("x@evil.example", "x%40evil.example"),
        ("Zoë 😀", "Zo%C3%AB%20%F0%9F%98%80"),
        ("a\r\nb", "a%0D%0Ab"),
        ("}}{{", "%7D%7D%7B%7B"),
    ],
)
def test_values_are_encoded_in_urls(value: str, encoded: str) -> None:
    template = UrlTemplate.compile(f"{URL}/{{{{ v }}}}/x?q={{{{ v }}}}&p=1")
    assert template.render({"v": value}) == f"{URL}/{encoded}/x?q={encoded}&p=1"


def test_blocks_and_filters_work_in_urls() -> None:
    template = UrlTemplate.compile(f"{URL}{{% if v %}}/{{{{ v|upper }}}}{{% endif %}}")
    assert template.render({"v": "a/b"}) == f"{URL}/A%2FB"
    assert template.render({}) == URL


@pytest.mark.parametrize("value", ["..", "."])
def test_values_cannot_climb_out_of_the_path(value: str) -> None:
    with pytest.raises(PermanentDeliveryError, match="climbs out of its path") as caught:
        UrlTemplate.compile(URL + "/{{ v }}/x").render({"v": value})
    assert caught.value.code == "http-url"


def test_overlong_urls_are_refused() -> None:
    with pytest.raises(PermanentDeliveryError, match="too long"):
        UrlTemplate.compile(URL + "?q={{ v }}").render({"v": "x" * 9_000})


def test_payloads_that_are_not_json_or_too_large_are_refused() -> None:
    with pytest.raises(PermanentDeliveryError) as not_json:
        encode_body({"a": float("nan")})
    with pytest.raises(PermanentDeliveryError) as too_large:
        encode_body({"a": "x" * 1_100_000})
    assert (not_json.value.code, too_large.value.code) == ("invalid-payload", "payload-too-large")


def test_halves_of_surrogate_pairs_travel_escaped() -> None:
    body = encode_body({"a": "ü\ud800"})
    assert body.encode() == b'{"a":"\\u00fc\\ud800"}'


def make_update(**fields: Any) -> UpdateBooking:
    return UpdateBooking.model_validate(
        {"name": "Set", "type": "update_booking", "update_booking_fields": fields}
    )


def test_update_gives_validated_fields() -> None:
    compiled = compile_action(
        make_update(status="confirmed", meeting_password="{{ booking_id }}"), make_resources()
    )
    (message,) = compiled.render(SUBJECT, CONTEXT, FACTS)
    assert compiled.effect == "update"
    assert message.content == {"fields": {"status": "confirmed", "meeting_password": "b-1"}}
    assert message.masked == {"fields": {"status": "confirmed", "meeting_password": "***"}}
    assert (message.recipient, message.channel, message.address) == ("booking", "update", "b-1")
    with pytest.raises(TypeError, match="no channel"):
        compiled.open_channel()


def test_update_refuses_what_the_domain_refuses() -> None:
    compiled = compile_action(make_update(status="nonsense"), make_resources())
    with pytest.raises(Exception, match="status: must be one of"):
        compiled.render(SUBJECT, CONTEXT, FACTS)


def test_unknown_types_are_a_configuration_error() -> None:
    class Unknown:
        type = "fax"

    with pytest.raises(ConfigurationError, match="`fax` is not a type of action; there are"):
        compile_action(Unknown(), make_resources())
