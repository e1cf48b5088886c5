"""Circuits and notices, alike in both stores."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from bookflow.ports.endpoints import (
    NOTICE_ATTEMPTS,
    CallTally,
    CircuitRules,
    EndpointStatus,
    Notice,
    Probe,
)
from tests.contract.conftest import NOW, minutes

RULES = CircuitRules()
HOOK = "https://example.com/hook"
SMTP = "smtp:bookflow_smtp"


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def failed(count: int = 1, *, at: Any = NOW, key: str = HOOK, **changes: Any) -> CallTally:
    values = {
        "key": key,
        "channel": "webhook" if key == HOOK else "email",
        "workflow_id": "welcome",
        "owner": "hana@example.com",
        "failures": count,
        "first_failure_at": at,
        "last_failure_at": at,
        "error": "did not answer",
        "error_code": "http-timeout",
    }
    return CallTally(**{**values, **changes})


def answered(at: Any = NOW, *, key: str = HOOK, **changes: Any) -> CallTally:
    values = {"answered_at": at, "succeeded_at": at, "failures": 0}
    plain = {"first_failure_at": None, "last_failure_at": None, "error": None, "error_code": None}
    return failed(key=key, **{**plain, **values, **changes})


def tell(store: Any, *calls: CallTally, at: Any = NOW) -> Any:
    answer = store.record_calls(list(calls), RULES, now=at)
    assert set(answer) == {one.key for one in calls}
    return answer[calls[0].key]


def opened(store: Any, *, key: str = HOOK, at: Any = NOW) -> Any:
    return tell(store, failed(RULES.threshold, key=key, at=at), at=at)


def test_unknown_endpoint_is_absent(store: Any) -> None:
    assert store.load_endpoints([HOOK, "bad\0key"]) == {}
    assert store.list_endpoints() == []


def test_success_is_kept_with_the_workflow_that_saw_it(store: Any) -> None:
    found = tell(store, answered())
    assert (found.state, found.last_success_at) == (EndpointStatus.CLOSED, NOW)
    assert (found.workflow_id, found.owner) == ("welcome", "hana@example.com")
    assert store.load_endpoints([HOOK]) == {HOOK: found}


def test_failures_of_all_workers_together_open_the_circuit(store: Any) -> None:
    for _ in range(RULES.threshold - 1):
        found = tell(store, failed())
        assert found.state is EndpointStatus.CLOSED
    found = tell(store, failed(at=NOW + seconds(9)), at=NOW + seconds(9))
    assert found.state is EndpointStatus.OPEN
    assert found.probe_at == NOW + seconds(39)
    assert (found.failures, found.failing_since, found.open_count) == (5, NOW, 1)
    assert (found.last_error, found.last_error_code) == ("did not answer", "http-timeout")
    assert store.load_endpoints([HOOK]) == {HOOK: found}


def test_answer_between_failures_begins_a_new_row(store: Any) -> None:
    tell(store, failed(4))
    found = tell(store, failed(4, at=NOW + seconds(2), answered_at=NOW + seconds(1)))
    assert (found.state, found.failures) == (EndpointStatus.CLOSED, 4)
    assert found.failing_since == NOW + seconds(2)


def test_answer_from_before_the_failures_does_not_heal(store: Any) -> None:
    opened(store)
    found = tell(store, answered(NOW - seconds(1)))
    assert found.state is EndpointStatus.OPEN
    assert tell(store, answered(NOW + seconds(1))).state is EndpointStatus.CLOSED


def test_failure_from_before_the_last_success_does_not_count(store: Any) -> None:
    tell(store, answered(NOW))
    assert tell(store, failed(5, at=NOW - seconds(1))).failures == 0


def test_exactly_one_worker_may_probe_once_it_is_time(store: Any) -> None:
    opened(store)
    until = NOW + minutes(3)
    assert not store.claim_probe(HOOK, now=NOW + seconds(29), until=until)
    assert store.claim_probe(HOOK, now=NOW + seconds(30), until=until)
    assert not store.claim_probe(HOOK, now=NOW + seconds(31), until=until)
    assert store.load_endpoints([HOOK])[HOOK].state is EndpointStatus.HALF_OPEN


def test_lost_probe_is_made_by_another_worker(store: Any) -> None:
    opened(store)
    assert store.claim_probe(HOOK, now=NOW + seconds(30), until=NOW + minutes(2))
    assert store.claim_probe(HOOK, now=NOW + minutes(2), until=NOW + minutes(4))


def test_closed_and_unknown_endpoints_need_no_probe(store: Any) -> None:
    tell(store, answered())
    assert not store.claim_probe(HOOK, now=NOW, until=NOW + minutes(1))
    assert not store.claim_probe("https://nobody.example/", now=NOW, until=NOW + minutes(1))


def probe(store: Any, outcome: CallTally, at: Any) -> Any:
    assert store.claim_probe(HOOK, now=at, until=at + minutes(2))
    return tell(store, outcome, at=at)


def test_answered_probe_closes_the_circuit(store: Any) -> None:
    opened(store)
    at = NOW + seconds(30)
    found = probe(store, answered(at, probe=Probe.ANSWERED), at)
    assert (found.state, found.failures, found.open_count) == (EndpointStatus.CLOSED, 0, 0)
    assert (found.failing_since, found.probe_at) == (None, None)


def test_failed_probes_double_the_wait_up_to_a_minute_and_a_half(store: Any) -> None:
    at = opened(store).probe_at
    waits = []
    for _ in range(7):
        found = probe(store, failed(at=at, probe=Probe.FAILED), at)
        assert found.state is EndpointStatus.OPEN
        waits.append((found.probe_at - at).total_seconds())
        at = found.probe_at
    assert waits == [60, 90, 90, 90, 90, 90, 90]


def test_unclear_probe_lets_the_next_one_be_made_at_once(store: Any) -> None:
    opened(store)
    at = NOW + seconds(30)
    found = probe(store, CallTally(HOOK, "webhook", probe=Probe.UNCLEAR), at)
    assert (found.state, found.probe_at) == (EndpointStatus.OPEN, at)


def test_other_failures_while_it_is_probed_leave_the_circuit_alone(store: Any) -> None:
    opened(store)
    until = NOW + minutes(2)
    assert store.claim_probe(HOOK, now=NOW + seconds(30), until=until)
    found = tell(store, failed(3, at=NOW + seconds(31)), at=NOW + seconds(31))
    assert (found.state, found.probe_at, found.failures) == (EndpointStatus.HALF_OPEN, until, 8)


def test_hold_is_kept_until_the_latest_asked_for(store: Any) -> None:
    tell(store, answered(hold_until=NOW + minutes(9)))
    found = tell(store, answered(NOW + seconds(1), hold_until=NOW + minutes(5)))
    assert (found.state, found.hold_until) == (EndpointStatus.CLOSED, NOW + minutes(9))


def test_webhook_that_is_gone_is_disabled_at_once(store: Any) -> None:
    found = tell(store, CallTally(HOOK, "webhook", gone="it answered 410"))
    assert (found.state, found.disabled_at) == (EndpointStatus.DISABLED, NOW)
    assert found.disabled_reason == "it answered 410"
    assert not store.claim_probe(HOOK, now=NOW, until=NOW + minutes(1))


def test_webhook_that_fails_for_a_day_is_disabled(store: Any) -> None:
    opened(store)
    almost, day = NOW + timedelta(hours=23, minutes=59), NOW + timedelta(hours=24)
    assert tell(store, failed(5, at=almost), at=almost).state is EndpointStatus.OPEN
    found = tell(store, failed(at=day), at=day)
    assert found.state is EndpointStatus.DISABLED
    assert "11 calls since 2026-03-02T12:00:00+00:00" in found.disabled_reason


def test_few_failures_never_disable(store: Any) -> None:
    tell(store, failed(4))
    late = NOW + timedelta(days=3)
    assert tell(store, failed(5, at=late), at=late).state is EndpointStatus.OPEN


def test_mail_servers_are_never_disabled(store: Any) -> None:
    opened(store, key=SMTP)
    late = NOW + timedelta(days=3)
    found = tell(store, failed(20, at=late, key=SMTP, gone="never"), at=late)
    assert found.state is EndpointStatus.OPEN


def test_late_success_does_not_enable_a_disabled_endpoint(store: Any) -> None:
    tell(store, CallTally(HOOK, "webhook", gone="it answered 410"))
    late = NOW + minutes(1)
    assert tell(store, answered(late), at=late).state is EndpointStatus.DISABLED


def test_enabling_closes_and_forgets(store: Any) -> None:
    opened(store)
    held = failed(hold_until=NOW + minutes(9), gone="it answered 410")
    assert tell(store, held).state is EndpointStatus.DISABLED
    found = store.enable_endpoint(HOOK, actor="olga", now=NOW + minutes(1))
    assert (found.state, found.failures, found.disabled_at) == (EndpointStatus.CLOSED, 0, None)
    assert (found.hold_until, found.disabled_reason) == (None, None)
    assert found.last_error == "did not answer"
    assert store.load_endpoints([HOOK]) == {HOOK: found}
    # nothing to do any more
    assert store.enable_endpoint(HOOK, actor="olga", now=NOW + minutes(2)) == found
    assert store.enable_endpoint("unknown", actor="olga", now=NOW) is None


def test_list_begins_with_what_is_in_trouble(store: Any) -> None:
    tell(store, answered(key="a"), answered(key="b"))
    opened(store, key="c")
    assert [one.key for one in store.list_endpoints()] == ["c", "a", "b"]
    assert [one.key for one in store.list_endpoints(only_troubled=True)] == ["c"]
    assert [one.key for one in store.list_endpoints(limit=2)] == ["c", "a"]


def test_text_that_no_database_stores_is_cleaned(store: Any) -> None:
    found = tell(store, failed(5, error="half \ud800 and \0 nothing"))
    assert found.state is EndpointStatus.OPEN
    assert store.list_endpoints()[0].last_error.startswith("half ")


def test_many_workers_make_exactly_one_probe(store: Any) -> None:
    opened(store)
    at, until = NOW + seconds(30), NOW + minutes(2)
    with ThreadPoolExecutor(16) as pool:
        claims = pool.map(lambda _: store.claim_probe(HOOK, now=at, until=until), range(64))
    assert sum(claims) == 1


def test_failures_told_at_the_same_time_all_count(store: Any) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: tell(store, failed(), failed(key=SMTP)), range(64)))
    counts = {one.key: (one.failures, one.open_count) for one in store.list_endpoints()}
    assert counts == {HOOK: (64, 1), SMTP: (64, 1)}


def notice(number: int = 1, **changes: Any) -> Notice:
    values = {
        "id": uuid.UUID(int=number),
        "kind": "disabled",
        "about": HOOK,
        "owner": "hana@example.com",
        "subject": "It is disabled",
        "message": "It answered 410.",
        "created_at": NOW,
    }
    return Notice(**{**values, **changes})


def claim(store: Any, at: Any = NOW, limit: int = 20) -> list[Notice]:
    return store.claim_notices(now=at, again_at=at + minutes(5), limit=limit)


def test_notice_is_kept_once_and_claimed_once(store: Any) -> None:
    assert store.add_notices([notice()]) == [notice()]
    assert store.add_notices([notice(), notice(2)]) == [notice(2)]
    assert claim(store) == [notice(attempts=1), notice(2, attempts=1)]
    assert claim(store) == []


def test_sent_notice_is_never_claimed_again(store: Any) -> None:
    store.add_notices([notice()])
    claim(store)
    store.settle_notices([notice().id], {}, now=NOW)
    assert claim(store, NOW + timedelta(days=1)) == []


def test_failed_notice_is_claimed_again_ten_times_at_most(store: Any) -> None:
    store.add_notices([notice()])
    at = NOW
    for number in range(1, NOTICE_ATTEMPTS + 1):
        [found] = claim(store, at)
        assert found.attempts == number
        at += minutes(1)
        store.settle_notices([], {found.id: ("no \0 server", at)}, now=at)
    assert claim(store, at + timedelta(days=1)) == []


def test_notice_whose_sender_died_is_claimed_later(store: Any) -> None:
    store.add_notices([notice()])
    claim(store)
    assert claim(store, NOW + seconds(299)) == []
    assert claim(store, NOW + minutes(5)) == [notice(attempts=2)]


def test_silent_notice_is_kept_but_never_sent(store: Any) -> None:
    silent = notice(owner="team-7", silent="team-7 is no e-mail address")
    assert store.add_notices([silent]) == [silent]
    assert store.add_notices([silent]) == []
    assert claim(store) == []


def test_incident_has_passed_once_its_endpoint_is_closed(store: Any) -> None:
    opened(store)
    store.add_notices([notice(), notice(2, about="unknown")])
    assert store.passed_incidents() == []
    tell(store, answered(NOW + seconds(1)))
    assert store.passed_incidents() == [notice()]
    healed = notice(3, kind="healed", created_at=NOW + minutes(1))
    store.clear_incidents([notice().id], [healed], now=NOW + minutes(1))
    assert store.passed_incidents() == []
    # what was not sent in time is withdrawn; the note that it has passed says all
    later = claim(store, NOW + minutes(2))
    assert [one.id for one in later] == [notice(2).id, healed.id]


def test_two_clocks_claim_different_notices(store: Any) -> None:
    store.add_notices([notice(number) for number in range(1, 41)])
    with ThreadPoolExecutor(8) as pool:
        claimed = [
            one.id for part in pool.map(lambda _: claim(store, NOW, 5), range(8)) for one in part
        ]
    assert len(claimed) == len(set(claimed)) == 40


@pytest.mark.parametrize("keys", [[], ["a"] * 3])
def test_no_or_repeated_keys_are_no_trouble(store: Any, keys: list[str]) -> None:
    assert store.load_endpoints(keys) == {}
    assert store.record_calls([], RULES, now=NOW) == {}
