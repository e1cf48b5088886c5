"""Requests of booking platforms, made by hand from their documented shapes, and their signing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

FOLDER = Path(__file__).parent / "recorded"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))
CAL_SECRET = "cal secret"
CALENDLY_KEY = "calendly key"
STANDARD_SECRET = "whsec_" + base64.b64encode(b"0123456789abcdefghijklmnop").decode()


def source_of(name: str) -> str:
    """Give the source of a recorded request."""
    for source in ("cal-com", "calendly", "standard"):
        if name.startswith(source):
            return "standard-webhooks" if source == "standard" else source
    raise LookupError(name)


def load(name: str) -> dict[str, Any]:
    """Read one recorded body."""
    body: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return body


def raw(content: Any) -> bytes:
    """Write a body as platforms do."""
    return json.dumps(content, separators=(",", ":")).encode()


def sign(
    source: str, body: bytes, *, at: float, secret: str | None = None, key: str = "msg_1"
) -> dict[str, str]:
    """Give the headers with which a platform sends a body."""
    headers = {"content-type": "application/json", "user-agent": "platform/1"}
    if source == "cal-com":
        digest = hmac.new((secret or CAL_SECRET).encode(), body, hashlib.sha256).hexdigest()
        return {**headers, "x-cal-signature-256": digest, "x-cal-webhook-version": "2021-10-20"}
    if source == "calendly":
        content = f"{int(at)}.".encode() + body
        digest = hmac.new((secret or CALENDLY_KEY).encode(), content, hashlib.sha256).hexdigest()
        return {**headers, "calendly-webhook-signature": f"t={int(at)},v1={digest}"}
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(int(at), tz=UTC)
    signature = Webhook(secret or STANDARD_SECRET).sign(
        key, moment, body.decode("utf-8", "replace")
    )
    return {
        **headers,
        "webhook-id": key,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": signature,
    }


def sign_form(url: str, form: list[tuple[str, str]], token: str) -> str:
    """Give the value of X-Twilio-Signature."""
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()
