"""The shapes of answers about inbound requests, for the API's description."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, Field

from bookflow.ports.inbound import Verdict
from bookflow.web.schemas import Answer, Responses, describe_problem

_ID = "01957b2e-7c1a-7f00-8000-000000000001"
_TIME = "2026-03-01T14:30:00Z"


class InboundAnswer(Answer):
    """What became of a signed request."""

    request_id: str = Field(description="Under which it is kept.", examples=[_ID])
    verdict: str = Field(
        description="`accepted`; `duplicate`: known already; `ignored`: it starts no workflow.",
        examples=["accepted"],
    )
    reason: str | None = Field(None, description="Why.", examples=["the booking was cancelled"])
    event_id: str | None = Field(None, description="The event it became.", examples=[_ID])


class KeptHead(Answer):
    """A signed request as it is kept."""

    id: str = Field(description="Its id.", examples=[_ID])
    source: str = Field(description="Who sent it.", examples=["cal-com"])
    received_at: AwareDatetime = Field(description="When.", examples=[_TIME])
    verdict: Verdict = Field(description="What became of it.", examples=["refused"])
    code: str | None = Field(
        None,
        description="Why it was refused: `signature`, `rate`, `size`, `input`, `conflict`, "
        "`internal`.",
        examples=["input"],
    )
    reason: str | None = Field(
        None, description="The same in words.", examples=["payload.uid: is required"]
    )
    event_id: str | None = Field(None, description="The event it became.", examples=[_ID])
    trigger: str | None = Field(None, description="Its kind.", examples=["booking_created"])
    booking_id: str | None = Field(None, description="Its booking.", examples=["cal-com:bk2041"])
    dedup_key: str | None = Field(
        None, description="What tells it from others.", examples=["inbound:cal-com:b5bb9d80"]
    )
    remote: str | None = Field(None, description="From where.", examples=["192.0.2.7"])
    size: int = Field(description="Bytes of its body.", examples=[1840])
    replayable: bool = Field(description="Whether its body is kept, sealed.", examples=[True])
    replay_of: str | None = Field(None, description="Which it ran again.", examples=[_ID])
    actor: str | None = Field(None, description="Who had it run again.", examples=["admin"])


class KeptRequest(KeptHead):
    """A signed request with what it held, everything personal masked."""

    headers: dict[str, str] = Field(
        description="Masked.", examples=[{"content-type": "application/json"}]
    )
    body: Any = Field(None, description="Masked.", examples=[{"triggerEvent": "BOOKING_CREATED"}])


class InboundList(Answer):
    """A page of signed requests, newest first."""

    requests: list[KeptHead] = Field(description="At most `limit`.")
    next_cursor: str | None = Field(
        description="Pass it as `cursor` for the next page; null on the last.",
        examples=["MjAyNi0wMy0wMV8wMTk1"],
    )


PROBLEMS_OF_CALLBACKS: Responses = {
    401: describe_problem("The signature does not hold."),
    404: describe_problem("Not known, or not set up."),
    413: describe_problem("The body is too large."),
    422: describe_problem("A value is not acceptable; `errors` names it."),
    429: describe_problem("Requests come too fast; send it again after `Retry-After` seconds."),
    503: describe_problem("It can't be taken just now; send it again after `Retry-After` seconds."),
}
PROBLEMS_OF_INBOUND: Responses = {
    **PROBLEMS_OF_CALLBACKS,
    409: describe_problem("The same id was used for another event."),
}
PROBLEMS_OF_REPLAYS: Responses = {
    409: describe_problem("It was refused before its sender was known, or its body is not kept."),
}
