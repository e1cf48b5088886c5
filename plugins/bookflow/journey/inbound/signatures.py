"""Signatures of the platforms that send to us, checked in constant time.

Each check raises `SignatureError`, whose text names what is wrong and never a secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from bookflow.errors import ConfigurationError, SignatureError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ID_LIMIT = 256
CANDIDATES_LIMIT = 10
UNSIGNED = "no-secret-provided"
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix of secrets, none itself
SECRET_BYTES = 24
_SECONDS = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True, slots=True)
class Signed:
    """A request as it came in; the names of `headers` are lower case."""

    headers: Mapping[str, str]
    body: bytes


def check_cal_com(
    signed: Signed, secrets: Sequence[str], *, now: datetime, tolerance: timedelta
) -> None:
    """Check `X-Cal-Signature-256`; Cal.com sends no time, so `tolerance` does not apply."""
    del now, tolerance
    given = _take(signed, "x-cal-signature-256").strip().lower()
    if given == UNSIGNED:
        message = "the webhook has no secret at Cal.com; set the one of the Airflow connection"
        raise SignatureError(message)
    expected = [_hex_sha256(secret, signed.body) for secret in secrets]
    _compare([given], expected)


def check_calendly(
    signed: Signed, secrets: Sequence[str], *, now: datetime, tolerance: timedelta
) -> None:
    """Check `Calendly-Webhook-Signature: t=…,v1=…`."""
    header = _take(signed, "calendly-webhook-signature")
    parts = [part.strip().partition("=") for part in header.split(",")[: CANDIDATES_LIMIT + 1]]
    times = [value for name, _, value in parts if name == "t"]
    given = [value.strip().lower() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not given:
        raise SignatureError("Calendly-Webhook-Signature is not of the form t=…,v1=…")
    _check_time(times[0], now=now, tolerance=tolerance)
    content = times[0].encode() + b"." + signed.body
    _compare(given, [_hex_sha256(secret, content) for secret in secrets])


def check_standard(
    signed: Signed, secrets: Sequence[str], *, now: datetime, tolerance: timedelta
) -> None:
    """Check the three headers of Standard Webhooks; raises `ConfigurationError` for bad secrets."""
    # loaded by servers that receive such requests alone
    from standardwebhooks.webhooks import Webhook

    key = _take(signed, "webhook-id")
    if len(key) > ID_LIMIT:
        raise SignatureError(f"webhook-id is longer than {ID_LIMIT} characters")
    moment = _check_time(_take(signed, "webhook-timestamp"), now=now, tolerance=tolerance)
    header = _take(signed, "webhook-signature")
    marks = (mark.partition(",") for mark in header.split(" ")[:CANDIDATES_LIMIT])
    given = [value for version, _, value in marks if version == "v1"]
    if not given:
        raise SignatureError("webhook-signature holds no signature of version v1")
    try:
        text = signed.body.decode()
    except UnicodeDecodeError:
        raise SignatureError("the body is not UTF-8 text") from None
    content = [Webhook(_decode_secret(secret)).sign(key, moment, text) for secret in secrets]
    _compare(given, [signature.partition(",")[2] for signature in content])


CHECKS: Mapping[str, Callable[..., None]] = {
    "cal-com": check_cal_com,
    "calendly": check_calendly,
    "standard-webhooks": check_standard,
}


def check_twilio(signed: Signed, tokens: Sequence[str], url: str) -> None:
    """Check `X-Twilio-Signature` of a form posted to `url`, whichever port was signed."""
    given = _take(signed, "x-twilio-signature").strip()
    query = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    digest = query.get("bodySHA256")
    if digest is not None:
        found = hashlib.sha256(signed.body).hexdigest()
        if not hmac.compare_digest(found.encode(), digest.strip().lower().encode()):
            raise SignatureError("the body is not the one that bodySHA256 is of")
        tail = ""
    else:
        tail = _join_form(signed.body)
    expected = [
        base64.b64encode(_sha1(token, candidate + tail)).decode()
        for token in tokens
        for candidate in _list_urls(url)
    ]
    _compare([given], expected)


def read_form(body: bytes) -> list[tuple[str, str]]:
    """Read a form; raises `SignatureError` where it is none."""
    try:
        text = body.decode()
        return parse_qsl(text, keep_blank_values=True, max_num_fields=200, errors="strict")
    except ValueError:
        raise SignatureError("the body is not a form of at most 200 fields") from None


def _join_form(body: bytes) -> str:
    return "".join(name + value for name, value in sorted(set(read_form(body))))


def _list_urls(url: str) -> Iterator[str]:
    """Give the URL as it is, with the port of its scheme, and without any port."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = {"https": 443, "http": 80}.get(parts.scheme, 443)
    user = parts.netloc.rpartition("@")[0]
    at = f"{user}@" if user else ""
    yield url
    for netloc in (f"{at}{host}", f"{at}{host}:{parts.port or port}"):
        yield urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))


def _take(signed: Signed, name: str) -> str:
    value = signed.headers.get(name, "")
    if not value:
        raise SignatureError(f"the header {name} is missing")
    return value


def _check_time(text: str, *, now: datetime, tolerance: timedelta) -> datetime:
    if not _SECONDS.fullmatch(text):
        raise SignatureError("the time of the signature is not in Unix seconds")
    moment = datetime.fromtimestamp(int(text), tz=UTC)
    if abs(now - moment) > tolerance:
        seconds = int((now - moment).total_seconds())
        away = f"{seconds} s ago" if seconds > 0 else f"in {-seconds} s"
        limit = int(tolerance.total_seconds())
        message = f"the request was signed {away}, which is more than the {limit} s allowed"
        raise SignatureError(message)
    return moment


def _decode_secret(secret: str) -> bytes:
    """Give the key of a Standard Webhooks secret; the library would take any text, as a short key.

    What is no base64 is passed over there, so that `my-password` would be a key of eight bytes.
    """
    text = secret.removeprefix(SECRET_PREFIX)
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise ConfigurationError("the secret is not base64; write it like whsec_…") from None
    if len(found) < SECRET_BYTES:
        message = f"the secret holds {len(found)} bytes; it must hold at least {SECRET_BYTES}"
        raise ConfigurationError(message)
    return found


def _hex_sha256(secret: str, content: bytes) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def _sha1(secret: str, content: str) -> bytes:
    # what Twilio-compatible providers sign with; HMAC-SHA1 is not broken
    return hmac.new(secret.encode(), content.encode(), hashlib.sha1).digest()


def _compare(given: Sequence[str], expected: Sequence[str]) -> None:
    # every pair is compared, so that the time taken says nothing about which one held
    matches = [
        hmac.compare_digest(one.encode(), other.encode())
        for one in given[:CANDIDATES_LIMIT]
        for other in expected
    ]
    if not any(matches):
        message = "the signature does not fit the body; check that both sides have the same secret"
        raise SignatureError(message)
