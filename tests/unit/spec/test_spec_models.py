from collections.abc import Mapping
from itertools import chain
from typing import Any

import pytest
from pydantic import ValidationError

from bookflow.spec.models import Webhook, Workflow, make_task_id

SMS = {"type": "send_sms", "recipient": "invitee", "message": "Hi"}


def make(*actions: Mapping[str, Any], **keys: Any) -> Workflow:
    listed = [{"name": f"a{place}", **SMS, **action} for place, action in enumerate(actions)]
    base = {"id": "w", "organizer": "o@example.com", "name": "W", "trigger": "booking_created"}
    return Workflow.model_validate({**base, "actions": listed or [{"name": "a", **SMS}], **keys})


def make_webhook(**keys: Any) -> Webhook:
    return Webhook.model_validate({"name": "w", "type": "webhook", **keys})


def refused_at(keys: Mapping[str, Any]) -> set[str]:
    with pytest.raises(ValidationError) as caught:
        make(**keys)
    return {str(error["loc"][0]) for error in caught.value.errors()}


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([None, None, None], [["a0"], ["a1"], ["a2"]]),
        ([1, 1, 2], [["a0", "a1"], ["a2"]]),
        ([2, 1, 2], [["a1"], ["a0", "a2"]]),
        ([None, 1, 1, None], [["a0"], ["a1", "a2"], ["a3"]]),
        ([5, None, 5], [["a0", "a2"], ["a1"]]),
        ([1, None, 1, None], [["a0", "a2"], ["a1"], ["a3"]]),
        ([0, None, 1], [["a0"], ["a1"], ["a2"]]),
    ],
)
def test_levels_follow_order_and_list(orders: list[int | None], expected: list[list[str]]) -> None:
    workflow = make(*({"order": order} for order in orders))
    assert [[action.name for action in level] for level in workflow.levels()] == expected
    assert [action.name for action in workflow.active_actions] == list(chain(*expected))


def test_switching_an_action_off_moves_no_other() -> None:
    workflow = make({"order": 5, "is_active": False}, {}, {"order": 3})
    assert [action.name for action in workflow.active_actions] == ["a2", "a1"]


@pytest.mark.parametrize(
    ("given", "minutes"), [(0, 0), (15, 15), ("24h", 1440), ("2d", 2880), ("1h30m", 90), ("90", 90)]
)
def test_delay_is_minutes(given: object, minutes: int) -> None:
    assert make(delay_minutes=given).delay_minutes == minutes


@pytest.mark.parametrize("given", [-1, "-5m", True, 1.5, "soon", "90s", "99999w", [], 10**30])
def test_wrong_delay_is_refused(given: object) -> None:
    assert refused_at({"delay_minutes": given}) == {"delay_minutes"}


@pytest.mark.parametrize(
    "keys",
    [
        {"id": "Big"},
        {"id": "a" * 65},
        {"id": "a\n"},
        {"name": " "},
        {"name": "x" * 201},
        {"name": "a\nb"},
        {"organizer": ""},
        {"trigger": ""},
        {"event_types": []},
        {"event_types": "intro"},
        {"is_active": "maybe"},
        {"tags": [""]},
        {"surprise": 1},
        {"description": 5},
    ],
)
def test_wrong_key_is_refused_at_its_place(keys: dict[str, Any]) -> None:
    assert refused_at(keys) == set(keys)


def test_schedule_needs_cron_and_timezone_and_others_refuse_them() -> None:
    ready = {"trigger": "schedule", "cron": "0 9 * * 1", "timezone": "Europe/Berlin"}
    assert make(**ready).cron == "0 9 * * 1"
    assert refused_at({"trigger": "schedule"}) == {"cron", "timezone"}
    assert refused_at({"cron": "0 9 * * 1", "timezone": "UTC"}) == {"cron", "timezone"}


@pytest.mark.parametrize("cron", ["99 * * * *", "* * * * * *", "x", "@reboot", "* * * *"])
def test_wrong_cron_is_refused(cron: str) -> None:
    assert refused_at({"trigger": "schedule", "cron": cron, "timezone": "UTC"}) == {"cron"}


@pytest.mark.parametrize("zone", ["Mars/Base", "../../etc/passwd", "Europe", "", "Europe/Berlin\n"])
def test_wrong_timezone_is_refused(zone: str) -> None:
    keys = {"trigger": "schedule", "cron": "@daily", "timezone": zone}
    assert refused_at(keys) == {"timezone"}


def test_at_least_one_action_is_active() -> None:
    with pytest.raises(ValidationError, match="at least one active action"):
        make({"is_active": False})


def test_names_that_give_one_task_id_are_refused() -> None:
    with pytest.raises(ValidationError, match="both become the task `send_a`"):
        make({"name": "Send A!"}, {"name": "send a"})
    with pytest.raises(ValidationError, match="name of an action above"):
        make({"name": "same"}, {"name": "same"})


def test_task_ids_are_safe_and_differ_in_every_script() -> None:
    assert make_task_id("Tell the CRM!") == "tell_the_crm"
    assert make_task_id("Café") == "cafe"
    ids = {make_task_id(name) for name in ("送信", "通知", "Mail 送信", "!!!", "🎉")}
    assert len(ids) == 5
    assert all(task_id.isascii() and task_id.replace("_", "a").isalnum() for task_id in ids)


@pytest.mark.parametrize("recipient", ["invitee", "organizer", "both"])
def test_custom_address_and_recipient_go_together(recipient: str) -> None:
    with pytest.raises(ValidationError, match="has no effect because the recipient"):
        make({"recipient": recipient, "custom_phone": "+12025550123"})
    with pytest.raises(ValidationError, match="required because the recipient is `custom`"):
        make({"recipient": "custom"})
    assert make({"recipient": "custom", "custom_phone": "+1 202 555 0123"}).actions


@pytest.mark.parametrize(
    "address",
    ["team@example.com", "{{ custom_boss }}", "tëam@exämple.com"],
)
def test_custom_email_takes_one_address(address: str) -> None:
    mail = {"type": "send_email", "recipient": "custom", "subject": "s", "custom_email": address}
    assert make(mail).actions


@pytest.mark.parametrize(
    "address",
    ["x", "a@b", "a@example.com, b@example.com", "a@example.com\nBcc: x@y.zz", "<a@b.cc>"],
)
def test_custom_email_refuses_anything_else(address: str) -> None:
    mail = {"type": "send_email", "recipient": "custom", "subject": "s", "custom_email": address}
    with pytest.raises(ValidationError, match="custom_email"):
        make(mail)


def test_webhook_has_one_target() -> None:
    assert make_webhook(webhook_conn_id="crm").webhook_url is None
    with pytest.raises(ValidationError, match="keep one of the two"):
        make_webhook(webhook_conn_id="crm", webhook_url="https://example.com")
    with pytest.raises(ValidationError, match="or `webhook_url` is required"):
        make_webhook()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hooks/{{ booking_id }}?name={{ invitee_name | upper }}",
        "http://127.0.0.1:8080/",
        "https://[2001:db8::1]:8443/x",
        "HTTPS://bücher.example/a#b",
    ],
)
def test_good_url_is_taken(url: str) -> None:
    assert make_webhook(webhook_url=url).webhook_url == url


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com", "example.com", "https://", "https:///x", "https://u:p@example.com/",
        "https://{{ host }}/x", "{{ url }}", "https://example.com\\@evil.example/",
        "https://example.com/a b", "https://example.com/\r\nX: y", "https://example.com:99999/",
        "https://example.com:0/", "javascript:alert(1)", "https://exa mple.com",
        "https://example.com:{{ port }}/", "https://" + "a" * 2000,
    ],
)  # fmt: skip
def test_bad_url_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="webhook_url"):
        make_webhook(webhook_url=url)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "x"}, {"content-length": "1"}, {"Transfer-Encoding": "chunked"}, {"X Y": "1"},
        {"X-A": "1\r\nX-B: 2"}, {"X-A": "1", "x-a": "2"}, {"": "x"}, {"webhook-id": "1"},
        {"X-A": "\0"}, {"X-Ä": "1"}, {"X-A": 1}, {"X-A": "y" * 5000},
    ],
)  # fmt: skip
def test_dangerous_headers_are_refused(headers: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="headers"):
        make_webhook(webhook_conn_id="crm", headers=headers)


@pytest.mark.parametrize(("key", "value"), [("retries", 11), ("retries", True), ("order", -1)])
def test_numbers_have_bounds(key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        make({key: value})


def test_workflow_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        make().id = "other"
