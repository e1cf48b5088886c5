"""Bad input: a clear error in the right place, and nothing else is lost."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from bookflow.demo.receivers import SmsReceiver, SmtpReceiver, WebhookReceiver
from bookflow.demo.receivers.mail import SmtpFault
from bookflow.demo.receivers.web_faults import WebFault
from bookflow.errors import DatabaseUnavailableError, InputError
from bookflow.journey.intake import Incoming
from bookflow.records import RecordedEvent
from tests.integration.conftest import MAIL, SPEC, TEXT, Office

pytestmark = pytest.mark.database

MakeBooking = Callable[..., dict[str, Any]]
CALL = """\
  - name: call
    type: webhook
    webhook_url: "{url}"
    webhook_data: {{greeting: "Hi {{{{ invitee_name }}}}"}}
"""


def statuses(executions: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {key: execution["status"] for key, execution in executions.items()}


def reason(execution: dict[str, Any]) -> str:
    return str(execution["error_message"])


def first_action(execution: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = execution["execution_log"][0]
    return found


# --- specs: what is wrong with one file stays with that file


def bomb() -> str:
    levels = "\n".join(f"  - &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
    return f"id: bomb\nactions:\n  - &a0 [x, x]\n{levels}\n"


def spec(workflow_id: str, actions: str = MAIL, more: str = "") -> str:
    return SPEC.format(id=workflow_id, actions=actions.rstrip("\n"), more=more)


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        pytest.param("id: [\n", ":2:1: ", "a value is missing", id="malformed YAML"),
        pytest.param("#" * 10_000_000, "", "10,000,000 bytes; at most 262,144", id="10 MB"),
        pytest.param(bomb(), ":7:5: ", "more than 20,000 values, aliases", id="YAML bomb"),
        pytest.param("\xff\xfe".encode("latin-1"), "", "UTF-8", id="no UTF-8"),
        pytest.param(
            spec("bad").replace("trigger:", "id: other\ntrigger:"),
            ":4:1: id: ",
            "`id` stands twice here",
            id="key twice",
        ),
        pytest.param(
            spec("bad").replace("trigger:", "triger:"),
            ":4:1: triger: ",
            "did you mean `trigger`?",
            id="unknown key",
        ),
        pytest.param(
            spec("bad", MAIL.replace("invitee_name", "invitee_nam")),
            ":6:",
            "did you mean `invitee_name`?",
            id="unknown template field",
        ),
        pytest.param(
            spec("bad", MAIL.replace("{{ invitee_name }}", "{{ invitee_name")),
            ":6:65: actions[0].subject: ",
            "unexpected end of template",
            id="template that does not end",
        ),
        pytest.param(
            spec("bad", MAIL.replace("invitee_name", "invitee_name.__class__.__mro__")),
            ":6:65: actions[0].subject: ",
            "`.__class__` is not allowed in templates",
            id="template that reaches for __class__",
        ),
        pytest.param(
            spec("../../etc/passwd"), ":1:5: id: ", "lower-case letters", id="id that climbs out"
        ),
    ],
)
def test_bad_spec_is_named_and_hides_no_other(
    office: Office,
    make_booking: MakeBooking,
    smtp: SmtpReceiver,
    content: str | bytes,
    place: str,
    said: str,
) -> None:
    office.write("good")
    started = time.perf_counter()
    path = office.put("bad.yaml", content)
    assert time.perf_counter() - started < 3
    scan = office.server.specs.scan()
    assert set(scan.workflows) == {"good"}
    text = str(scan.errors[path])
    assert f"{path}{place}" in text
    assert said in text
    health = office.server.health()
    assert health["components"]["specs"]["invalid"] == ["bad.yaml"]
    assert health["status"] == "degraded"
    office.send(make_booking())
    assert statuses(office.run("good")) == {"b-1": "completed"}
    assert len(smtp.messages) == 1


def test_two_files_with_one_id_leave_it_to_the_one_named_by_it(
    office: Office, make_booking: MakeBooking
) -> None:
    office.write("good")
    office.write("twin")
    path = office.put("copy.yaml", spec("twin").replace("Workflow", "Copied"))
    scan = office.server.specs.scan()
    assert set(scan.workflows) == {"good", "twin"}
    assert "the id `twin` is also in" in str(scan.errors[path])
    [answer] = office.send(make_booking())
    assert [one.workflow_id for one in answer.executions] == ["good", "twin"]


@pytest.mark.parametrize(
    "name",
    [b"\xff\xfe.yaml", b"a\nb.yaml", b"\x1b[31m.yaml", b"%s{0}.yaml", b"';drop table x;--.yaml"],
)
def test_hostile_file_name_is_shown_and_never_obeyed(office: Office, name: bytes) -> None:
    office.write("good")
    path = office.settings.specs_dir / name.decode("utf-8", "surrogateescape")
    path.write_text("id: [", encoding="utf-8")
    scan = office.server.specs.scan()
    assert set(scan.workflows) == {"good"}
    [shown] = office.server.health()["components"]["specs"]["invalid"]
    for text in (shown, str(scan.errors[path])):
        assert text.isprintable()
        text.encode()


# --- events: what is wrong with one item stays with that item


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"start_time": "2026-03-05T14:00:00"}, "start_time", "has no offset"),
        ({"end_time": "2026-03-05T13:59:00+01:00"}, "end_time", "must be after start_time"),
        ({"start_time": float("nan")}, "start_time", "ISO 8601"),
        ({"id": "b\0"}, "id", "control characters"),
        ({"id": "😀" * 129}, "id", "longer than 128"),
        ({"id": ""}, "id", "must not be empty"),
        ({"invitee": {"name": "x\r\nBcc: y@example.com"}}, "invitee.name", "single line"),
        ({"invitee": {"email": "x@example.com\r\nBcc: y@z.org"}}, "invitee.email", "e-mail"),
        ({"invitee": {"name": "\ud800"}}, "invitee.name", "Unicode"),
        ({"custom_answers": {"a": float("inf")}}, "custom_answers.a", "finite"),
        ({"custom_answers": {"a": 10**40}}, "custom_answers.a", "too large"),
        ({"custom_answers": {"a": {"b": {}}}}, "custom_answers.a", "do not nest"),
        ({"custom_answers": {str(n): n for n in range(1000)}}, "custom_answers", "1,000 answers"),
        ({"event_type": {"slug": "no such/type"}}, "event_type.slug", "lower-case letters"),
        (
            {"organizer": {"email": "h@x.org", "timezone": "../../etc"}},
            "organizer.timezone",
            "zone",
        ),
    ],
)
def test_bad_booking_is_refused_by_field_and_the_rest_of_the_batch_is_taken(
    office: Office, make_booking: MakeBooking, changes: dict[str, Any], field: str, said: str
) -> None:
    office.write("good")
    good = [make_booking() for _ in range(3)]
    bad = make_booking(**changes)
    answers = office.send(*good[:2], bad, good[2])
    assert isinstance(answers[2], InputError)
    assert answers[2].field == f"booking.{field}"
    assert said in str(answers[2])
    taken = [answer for answer in answers if isinstance(answer, RecordedEvent)]
    assert len(taken) == 3
    assert statuses(office.run("good")) == {one["id"]: "completed" for one in good}


def test_booking_without_email_or_with_an_invalid_phone_fails_alone(
    office: Office, make_booking: MakeBooking, smtp: SmtpReceiver, sms: SmsReceiver
) -> None:
    office.write("both", MAIL + TEXT)
    office.send(
        make_booking(),
        make_booking(invitee={"email": None}),
        make_booking(invitee={"phone": "12"}),
        make_booking(),
    )
    found = office.run("both")
    assert statuses(found) == {
        "b-1": "completed",
        "b-2": "failed",
        "b-3": "failed",
        "b-4": "completed",
    }
    assert reason(found["b-2"]) == "mail: the invitee has no e-mail address"
    assert reason(found["b-3"]).startswith("text: '12', the phone number of the invitee, can't be")
    # the other action of each was carried out
    assert [found[key]["actions_executed"] for key in ("b-2", "b-3")] == [1, 1]
    assert len(smtp.messages) == len(sms.messages) == 3


def test_unknown_event_type_is_taken_by_workflows_that_name_none(
    office: Office, make_booking: MakeBooking
) -> None:
    office.write("any")
    office.write("some", more="event_types: [demo]\n")
    [answer] = office.send(make_booking(event_type={"slug": "never-heard-of"}))
    assert [one.workflow_id for one in answer.executions] == ["any"]
    assert office.server.reports.event_type_slugs() == ["never-heard-of"]


@pytest.mark.parametrize(
    "booking_id",
    ["../../x", "😀" * 128, "%00", "'; DROP TABLE bookflow.bookings; --", "a/b?c#d", "{{ 7*7 }}"],
)
def test_hostile_booking_id_is_just_an_id(
    office: Office, make_booking: MakeBooking, hooks: WebhookReceiver, booking_id: str
) -> None:
    office.write("call", CALL.format(url=hooks.url + "?id={{ booking_id }}"))
    office.send(make_booking(id=booking_id))
    assert statuses(office.run("call")) == {booking_id: "completed"}
    [received] = hooks.messages
    assert received.payload["booking_id"] == booking_id
    assert received.path.startswith("/hook?id=")
    timeline = office.server.timeline(booking_id)
    assert timeline is not None
    assert [entry["kind"] for entry in timeline["entries"]] == ["sent"]


# --- rendering: values are text, runaway templates end


def test_template_that_loops_for_ever_fails_its_action_only(
    office: Office, make_booking: MakeBooking, smtp: SmtpReceiver
) -> None:
    endless = (
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ b }}{% endfor %}{% endfor %}"
    )
    loop = MAIL.replace("name: mail", "name: loop").replace("message: m", f'message: "{endless}"')
    office.write("loop", loop + MAIL)
    office.send(make_booking(), make_booking())
    started = time.perf_counter()
    found = office.run("loop")
    assert time.perf_counter() - started < 10
    assert statuses(found) == {"b-1": "failed", "b-2": "failed"}
    assert reason(found["b-1"]).startswith("loop: ")
    assert found["b-1"]["actions_executed"] == 1
    assert len(smtp.messages) == 2


def test_evil_pattern_on_a_huge_answer_hangs_nothing(
    office: Office, make_booking: MakeBooking, smtp: SmtpReceiver
) -> None:
    rule = '{field: custom_text, operator: regex_match, value: "(a+)+$"}'
    gate = f"    conditions: [{{operator: AND, rules: [{rule}]}}]"
    lines = ["  - name: mail", "    type: send_email", "    recipient: invitee"]
    lines += ["    subject: s", "    message: m", gate]
    office.write("evil", "\n".join(lines))
    office.send(make_booking(custom_answers={"text": "a" * 30_000 + "!"}), make_booking())
    started = time.perf_counter()
    found = office.run("evil")
    assert time.perf_counter() - started < 3
    assert statuses(found) == {"b-1": "completed", "b-2": "completed"}
    assert first_action(found["b-1"])["reason"].startswith("conditions not met: custom_text")
    assert not smtp.messages


def test_values_are_never_rendered_twice_and_are_escaped_in_html(
    office: Office, make_booking: MakeBooking, smtp: SmtpReceiver, hooks: WebhookReceiver
) -> None:
    name = "{{ 7*7 }}{% raw %} <script>alert(1)</script>"
    mail = (
        '  - {name: mail, type: send_email, recipient: invitee, subject: "Hi {{ invitee_name }}", '
        'message: "{{ custom_note }}", html: "<p>{{ invitee_name }}</p>"}\n'
    )
    office.write("echo", mail + CALL.format(url=hooks.url))
    answers = {"note": "{{ organizer_email }}", "__class__": "x", "a.b": "y"}
    office.send(make_booking(invitee={"name": name}, custom_answers=answers))
    assert statuses(office.run("echo")) == {"b-1": "completed"}
    [mailed] = smtp.messages
    assert mailed.subject == f"Hi {name}"
    assert mailed.text.strip() == "{{ organizer_email }}"
    html = mailed.mail.get_body(("html",))
    assert html is not None
    assert "<script>" not in html.get_content()
    assert "{{ 7*7 }}" in html.get_content()
    assert hooks.messages[0].payload["greeting"] == f"Hi {name}"


def test_webhook_data_comes_last_and_may_replace_what_we_say(
    office: Office, make_booking: MakeBooking, hooks: WebhookReceiver
) -> None:
    action = CALL.format(url=hooks.url).replace("greeting:", "action: mine, booking_id:")
    office.write("merge", action)
    office.send(make_booking())
    office.run("merge")
    payload = hooks.messages[0].payload
    assert (payload["action"], payload["booking_id"]) == ("mine", "Hi Ida 1")
    assert payload["workflow_id"] == "merge"


# --- providers: one bad delivery costs the others nothing


def test_smtp_server_that_refuses_one_fails_that_one(
    office: Office, make_booking: MakeBooking, smtp: SmtpReceiver
) -> None:
    office.write("mail")
    office.send(*(make_booking() for _ in range(20)))
    smtp.script(SmtpFault(reply="550 5.1.1 no such mailbox"))
    found = office.run("mail")
    assert sorted(statuses(found).values()) == ["completed"] * 19 + ["failed"]
    [refused] = [one for one in found.values() if one["status"] == "failed"]
    assert "550 5.1.1 “no such mailbox”" in reason(refused)
    assert first_action(refused)["deliveries"][0]["attempts"] == 1
    assert len(smtp.messages) == 19


def test_smtp_server_that_is_away_leaves_everything_to_the_next_try(
    office: Office, make_booking: MakeBooking, smtp: SmtpReceiver
) -> None:
    office.write("mail")
    # two tries of each: one failure less than what opens the circuit
    office.send(*(make_booking() for _ in range(2)))
    run = office.begin("mail")
    smtp.stop()
    first = office.act("mail", run, "mail", is_last_try=False)
    assert first.retrying == 2
    before = {
        item["id"] for one in office.read().values() for item in first_action(one)["deliveries"]
    }
    assert "can't be reached" in str(first_action(office.read()["b-1"])["reason"])
    smtp.start()
    assert office.act("mail", run, "mail", is_last_try=True).completed == 2
    after = {
        item["id"] for one in office.read().values() for item in first_action(one)["deliveries"]
    }
    assert before == after
    assert sorted(mail.message_id for mail in smtp.messages) == sorted(
        f"<{key}@example.com>" for key in before
    )


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(WebFault(hang=True), "gave no whole answer within 1 s", id="hangs"),
        pytest.param(WebFault(drip=True), "gave no whole answer within 1 s", id="drips"),
        pytest.param(WebFault(reset=True), "dropped the connection", id="cuts"),
        pytest.param(WebFault(size=10_000_000), "", id="10 MB"),
        pytest.param(WebFault(status=500, size=10_000_000), "answered 500", id="10 MB of error"),
    ],
)
def test_bad_webhook_stops_none_of_the_other_20(
    open_office: Callable[..., Office],
    database: str,
    make_booking: MakeBooking,
    hooks: WebhookReceiver,
    fault: WebFault,
    said: str,
) -> None:
    office = open_office(database, attempts_per_try=1)
    office.write("call", CALL.format(url=hooks.url))
    office.send(*(make_booking() for _ in range(21)))
    hooks.script(fault)
    started = time.perf_counter()
    found = office.run("call")
    assert time.perf_counter() - started < 6
    [faulty] = hooks.refused
    met = found[faulty.payload["booking_id"]]
    others = [one for one in found.values() if one is not met]
    assert met["status"] == ("failed" if said else "completed")
    assert said in reason(met)
    assert len(str(first_action(met)["deliveries"])) < 5_000
    assert [one["status"] for one in others] == ["completed"] * 20
    assert len({hook.webhook_id for hook in hooks.messages}) == len(hooks.messages) == 20
    assert hooks.bytes_sent < 5_000_000


def test_redirect_inwards_is_not_followed(
    office: Office, make_booking: MakeBooking, hooks: WebhookReceiver
) -> None:
    with WebhookReceiver() as outside:
        outside.script(WebFault(status=302, headers={"location": hooks.url}))
        office.write("call", CALL.format(url=outside.url))
        office.send(make_booking(), make_booking())
        found = office.run("call")
        assert sorted(statuses(found).values()) == ["completed", "failed"]
        [refused] = [one for one in found.values() if one["status"] == "failed"]
        assert "answered 302 and points to 127.0.0.1; redirects are not followed" in reason(refused)
    assert hooks.connections == 0


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]",
     "[::1]", "localhost.", "localhost", "0"],
)  # fmt: skip
def test_webhook_never_reaches_this_machine_unless_allowed(
    open_office: Callable[..., Office],
    database: str,
    make_booking: MakeBooking,
    hooks: WebhookReceiver,
    host: str,
) -> None:
    office = open_office(database, allowed_networks=())
    office.write("call", CALL.format(url=f"http://{host}:{hooks.port}/") + MAIL)
    office.send(make_booking())
    found = office.run("call")["b-1"]
    assert found["status"] == "failed"
    # some resolvers know no name that ends in a dot
    said = "can't be resolved" if host == "localhost." else "BOOKFLOW_ALLOWED_NETWORKS"
    assert said in reason(found) or "BOOKFLOW_ALLOWED_NETWORKS" in reason(found)
    # the mail after it still goes out
    assert found["actions_executed"] == 1
    assert hooks.connections == 0


# --- the database: nothing lost, nothing twice


def set_database(postgres_server: str, dsn: str, *, is_open: bool) -> None:
    """Close a database to everybody, ending every connection, or open it again."""
    with psycopg.connect(postgres_server, autocommit=True) as link:
        name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
        allowed = "true" if is_open else "false"
        link.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}".encode())
        if not is_open:
            link.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )


def test_database_that_is_down_refuses_everything_and_says_where(
    open_office: Callable[..., Office], make_booking: MakeBooking
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        office = open_office(f"postgresql://me:hush@127.0.0.1:{port}/books")
        office.write("mail")
        with pytest.raises(DatabaseUnavailableError, match=r"`books` at 127\.0\.0\.1") as caught:
            office.send(make_booking())
        assert "hush" not in str(caught.value)
        assert office.server.store.check()["status"] == "unhealthy"
    assert office.waker.calls == []


def test_database_that_goes_away_amid_a_batch_loses_and_repeats_nothing(
    open_office: Callable[..., Office],
    postgres_server: str,
    fresh_database: str,
    make_booking: MakeBooking,
    hooks: WebhookReceiver,
) -> None:
    office = open_office(fresh_database, concurrency=4)
    office.write("call", CALL.format(url=hooks.url))
    office.send(*(make_booking() for _ in range(40)))
    run = office.begin("call")
    hooks.script(lasting=WebFault(delay=0.05, body=b"{}"))

    def interrupt() -> None:
        time.sleep(0.3)
        set_database(postgres_server, fresh_database, is_open=False)
        time.sleep(1.0)
        set_database(postgres_server, fresh_database, is_open=True)

    breaker = threading.Thread(target=interrupt)
    breaker.start()
    summary = office.act("call", run, "call", is_last_try=False)
    breaker.join()
    assert summary.completed == 40
    found = office.read()
    assert {first_action(one)["status"] for one in found.values()} == {"completed"}
    recorded = {
        f"msg_{item['id'].replace('-', '')}"
        for one in found.values()
        for item in first_action(one)["deliveries"]
        if item["status"] == "sent"
    }
    assert {hook.webhook_id for hook in hooks.refused} == recorded
    assert len(hooks.refused) == len(recorded) == 40


def test_try_whose_claim_was_refused_sends_nothing_and_the_next_sends_each_once(
    open_office: Callable[..., Office],
    postgres_server: str,
    fresh_database: str,
    make_booking: MakeBooking,
    hooks: WebhookReceiver,
) -> None:
    office = open_office(fresh_database)
    office.write("call", CALL.format(url=hooks.url))
    office.send(*(make_booking() for _ in range(10)))
    run = office.begin("call")
    set_database(postgres_server, fresh_database, is_open=False)
    try:
        with pytest.raises(DatabaseUnavailableError):
            office.act("call", run, "call", is_last_try=False)
    finally:
        set_database(postgres_server, fresh_database, is_open=True)
    assert not hooks.messages
    assert office.act("call", run, "call", is_last_try=True).completed == 10
    assert len({hook.webhook_id for hook in hooks.messages}) == len(hooks.messages) == 10


# --- many at once


def test_storm_of_one_key_is_one_event(office: Office, make_booking: MakeBooking) -> None:
    office.write("good")
    booking = make_booking()

    def send(_: int) -> Any:
        item = Incoming("booking_created", subject=booking, idempotency_key="the-key")
        return office.server.intake.receive([item])[0]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(80)))
    assert len({answer.event_id for answer in answers}) == 1
    assert sum(not answer.is_duplicate for answer in answers) == 1
    assert len(office.read()) == 1


def test_storm_of_snapshots_and_updates_keeps_every_answer(
    office: Office, make_booking: MakeBooking
) -> None:
    for number in range(8):
        fields = f'{{custom_answers: {{k{number}: "{{{{ booking_id }}}}"}}}}'
        action = f"  - {{name: set, type: update_booking, update_booking_fields: {fields}}}\n"
        office.write(f"w{number}", action)
    bookings = [make_booking() for _ in range(10)]
    office.send(*bookings)
    runs = {f"w{number}": office.begin(f"w{number}") for number in range(8)}

    def update(workflow_id: str) -> int:
        return office.act(workflow_id, runs[workflow_id], "set", is_last_try=True).completed

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(update, runs)) == [10] * 8
    stored = office.server.store.load_subjects([one["id"] for one in bookings])
    for key, one in stored.items():
        assert one["custom_answers"] == {f"k{number}": key for number in range(8)}
