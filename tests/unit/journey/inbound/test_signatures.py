from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from bookflow.errors import ConfigurationError, SignatureError
from bookflow.journey.inbound.signatures import CHECKS, Signed, check_twilio
from tests.recorded_requests import (
    CAL_SECRET,
    CALENDLY_KEY,
    STANDARD_SECRET,
    sign,
    sign_form,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AT = NOW.timestamp()
BODY = '{"triggerEvent":"PING","name":"Zoë"}'.encode()
SECRETS = {
    "cal-com": CAL_SECRET,
    "calendly": CALENDLY_KEY,
    "standard-webhooks": STANDARD_SECRET,
}
OTHER = "whsec_" + "b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldA=="
HEADERS = {
    "cal-com": "x-cal-signature-256",
    "calendly": "calendly-webhook-signature",
    "standard-webhooks": "webhook-signature",
}
SOURCES = sorted(SECRETS)


def check(source, headers, body=BODY, secrets=None, now=NOW, tolerance=300):
    CHECKS[source](
        Signed(headers, body),
        secrets or [SECRETS[source]],
        now=now,
        tolerance=timedelta(seconds=tolerance),
    )


def test_published_vectors_hold():
    """Of HMAC-SHA256 (RFC 4231, case 2) and of the Standard Webhooks specification."""
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    check(
        "cal-com",
        {"x-cal-signature-256": digest},
        b"what do ya want for nothing?",
        ["Jefe"],
    )
    check(
        "standard-webhooks",
        {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        },
        b'{"test": 2432232314}',
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        now=datetime.fromtimestamp(1614265330, tz=UTC),
    )


@pytest.mark.parametrize("source", SOURCES)
def test_signed_request_passes(source):
    check(source, sign(source, BODY, at=AT))


@pytest.mark.parametrize("source", SOURCES)
def test_either_secret_passes_while_one_takes_the_others_place(source):
    headers = sign(source, BODY, at=AT, secret=OTHER)
    check(source, headers, secrets=[SECRETS[source], OTHER])
    with pytest.raises(SignatureError):
        check(source, headers)


@pytest.mark.parametrize("source", SOURCES)
def test_changed_body_is_refused(source):
    headers = sign(source, BODY, at=AT)
    for body in (BODY + b" ", BODY.replace(b"PING", b"PONG"), b""):
        with pytest.raises(SignatureError, match="does not fit the body"):
            check(source, headers, body)


@pytest.mark.parametrize("source", SOURCES)
def test_refusal_names_no_secret(source):
    headers = sign(source, BODY, at=AT, secret=OTHER)
    with pytest.raises(SignatureError) as caught:
        check(source, headers)
    assert SECRETS[source] not in str(caught.value)
    assert headers[HEADERS[source]] not in str(caught.value)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "v1",
        "v1,",
        "t=,v1=",
        "t=1,v1=ff",
        "=",
        ",",
        "\xff\xfe",
        "v1=" + "f" * 9999,
        "0" * 64,
    ],
)
def test_junk_is_refused(source, value):
    headers = {**sign(source, BODY, at=AT), HEADERS[source]: value}
    with pytest.raises(SignatureError):
        check(source, headers)


@pytest.mark.parametrize("source", SOURCES)
def test_unsigned_request_is_refused(source):
    with pytest.raises(SignatureError, match="missing"):
        check(source, {"content-type": "application/json"})


def test_cal_com_webhook_without_secret_is_refused():
    with pytest.raises(SignatureError, match="has no secret"):
        check("cal-com", {"x-cal-signature-256": "no-secret-provided"})
    with pytest.raises(SignatureError):
        check("cal-com", {"x-cal-signature-256": "no-secret-provided"}, secrets=["no-secret"])


@pytest.mark.parametrize("source", ["calendly", "standard-webhooks"])
@pytest.mark.parametrize(("seconds", "passes"), [(0, 1), (299, 1), (-299, 1), (301, 0), (-301, 0)])
def test_time_is_bounded_both_ways(source, seconds, passes):
    headers = sign(source, BODY, at=AT - seconds)
    if passes:
        check(source, headers)
        return
    with pytest.raises(SignatureError, match="more than the 300 s allowed"):
        check(source, headers)
    check(source, headers, tolerance=600)


@pytest.mark.parametrize("text", ["", "now", "-5", "1e9", "9" * 12, "9" * 400, "１７", "1.5"])
def test_time_that_is_none_is_refused(text):
    with pytest.raises(SignatureError):
        check("calendly", {"calendly-webhook-signature": f"t={text},v1=ff"})
    headers = {**sign("standard-webhooks", BODY, at=AT), "webhook-timestamp": text}
    with pytest.raises(SignatureError):
        check("standard-webhooks", headers)


def test_time_is_part_of_what_is_signed():
    signature = sign("calendly", BODY, at=AT)["calendly-webhook-signature"]
    forged = signature.replace(f"t={int(AT)}", f"t={int(AT) + 1}")
    with pytest.raises(SignatureError, match="fit"):
        check("calendly", {"calendly-webhook-signature": forged})


def test_list_of_signatures_passes_when_one_fits():
    good = sign("standard-webhooks", BODY, at=AT)
    both = {**good, "webhook-signature": f"v1a,x v1,AAAA {good['webhook-signature']}"}
    check("standard-webhooks", both)
    calendly = sign("calendly", BODY, at=AT)["calendly-webhook-signature"]
    time, _, mark = calendly.partition(",")
    check("calendly", {"calendly-webhook-signature": f"{time}, v1={'0' * 64}, {mark}"})


def test_id_is_part_of_what_is_signed_and_bounded():
    headers = sign("standard-webhooks", BODY, at=AT)
    with pytest.raises(SignatureError, match="fit"):
        check("standard-webhooks", {**headers, "webhook-id": "msg_2"})
    with pytest.raises(SignatureError, match="longer"):
        check("standard-webhooks", {**headers, "webhook-id": "m" * 300})


def test_body_that_is_no_text_is_refused():
    headers = sign("standard-webhooks", b"\xff", at=AT)
    with pytest.raises(SignatureError, match="UTF-8"):
        check("standard-webhooks", headers, b"\xff")


@pytest.mark.parametrize(
    "secret", ["whsec_!", "whsec_a", "pässwort", "correct horse battery staple"]
)
def test_secret_that_is_none_is_our_own_fault(secret):
    headers = sign("standard-webhooks", BODY, at=AT)
    with pytest.raises(ConfigurationError, match="base64"):
        check("standard-webhooks", headers, secrets=[secret])


@pytest.mark.parametrize("secret", ["whsec_", "whsec_ab", "password"])
def test_secret_that_could_be_guessed_is_our_own_fault(secret):
    headers = sign("standard-webhooks", BODY, at=AT)
    with pytest.raises(ConfigurationError, match="at least 24"):
        check("standard-webhooks", headers, secrets=[secret])


TOKEN = "auth token"
URL = "https://flow.example.com/bookflow/api/v1/inbound/sms-status?delivery=1"
FORM = [("MessageSid", "SM1"), ("MessageStatus", "delivered"), ("To", "+1202"), ("Empty", "")]
FORM_BODY = b"MessageSid=SM1&MessageStatus=delivered&To=%2B1202&Empty="


def check_form(signature, url=URL, body=FORM_BODY, tokens=(TOKEN,)):
    check_twilio(Signed({"x-twilio-signature": signature}, body), list(tokens), url)


def test_vector_of_the_provider_holds():
    """From Twilio's documentation on validating requests."""
    form = (
        b"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234"
        b"&From=%2B14158675309&To=%2B18005551212"
    )
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    check_form("RSOYDt4T1cUTdK1PDd93/VVr8B8=", url, form, ["12345"])


@pytest.mark.parametrize(
    "signed",
    [
        URL,
        URL.replace("example.com/", "example.com:443/"),
    ],
)
def test_signature_with_and_without_port_passes(signed):
    check_form(sign_form(signed, FORM, TOKEN))
    check_form(sign_form(signed, FORM, TOKEN), URL.replace(".com/", ".com:443/"))


def test_odd_port_may_be_left_out():
    url = URL.replace("https", "http").replace(".com/", ".com:8080/")
    check_form(sign_form(url, FORM, TOKEN), url)
    check_form(sign_form(url.replace(":8080", ""), FORM, TOKEN), url)


def test_field_that_stands_twice_counts_with_both_values():
    body = b"A=2&A=1&A=1"
    check_form(sign_form(URL, [("A", "1"), ("A", "2")], TOKEN), body=body)


def test_changed_form_url_or_token_is_refused():
    signature = sign_form(URL, FORM, TOKEN)
    with pytest.raises(SignatureError):
        check_form(signature, body=FORM_BODY.replace(b"delivered", b"failed"))
    with pytest.raises(SignatureError):
        check_form(signature, URL.replace("delivery=1", "delivery=2"))
    with pytest.raises(SignatureError):
        check_form(signature, tokens=["other"])
    check_form(signature, tokens=["new token", TOKEN])


def test_body_may_be_signed_by_its_digest():
    body = b'{"MessageStatus":"delivered"}'
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    check_form(sign_form(url, [], TOKEN), url, body)
    with pytest.raises(SignatureError, match="bodySHA256"):
        check_form(sign_form(url, [], TOKEN), url, body + b" ")


@pytest.mark.parametrize("body", [b"\xff=1", b"&".join(b"a%d=1" % n for n in range(300))])
def test_body_that_is_no_form_is_refused(body):
    with pytest.raises(SignatureError, match="form"):
        check_form("x", body=body)
