"""Events come in: one at a time, or up to 1,000 at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from fastapi.responses import JSONResponse

from bookflow.errors import BookflowError, ConflictError, InputError, NotFoundError
from bookflow.journey.intake import Incoming
from bookflow.records import EventSource, RecordedEvent
from bookflow.web.deps import ActorDep, require_triggering
from bookflow.web.event_schemas import EventBatch, SingleEvent, body_of
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.problems import kind_of
from bookflow.web.reading import BodyDep, JsonBody, read_optional_text
from bookflow.web.schemas import PROBLEMS_OF_WRITES, BatchAnswer, EventAnswer

BATCH_LIMIT = 1_000
SINGLE_KEYS = ("booking", "booking_id", "idempotency_key", "occurred_at")
ITEM_KEYS = ("trigger", *SINGLE_KEYS)

router = APIRouter(
    prefix="/triggers",
    tags=["Triggers"],
    dependencies=[Depends(require_triggering)],
    responses=PROBLEMS_OF_WRITES,
)


@router.post(
    "/{trigger}",
    status_code=202,
    summary="Send one event",
    response_model=None,
    responses={202: {"model": EventAnswer, "description": "Recorded; messages follow."}},
    openapi_extra=body_of(SingleEvent),
)
def receive_one(
    trigger: Annotated[
        str, Path(description="The kind of event.", examples=["booking_created"], max_length=128)
    ],
    raw: BodyDep,
    runtime: RuntimeDep,
    actor: ActorDep,
    idempotency_key: Annotated[
        str | None,
        Header(
            description="The same as `idempotency_key` in the body.",
            examples=["evt-2041-created"],
        ),
    ] = None,
) -> JSONResponse:
    """Record one event and queue an execution for each workflow that matches it.

    The answer comes after everything is stored. The same idempotency key again gives the first
    answer with `duplicate: true`, and nothing is sent twice; the same key for another event is a
    409. `executions` is empty where no active workflow listens.

    A change that was written to the database as well is one event: the answer is the database's
    own, with `duplicate: true`, and its executions once they are made.
    """
    body = JsonBody(raw)
    _refuse_bare_booking(body.content, "")
    body.check(body.content, "", SINGLE_KEYS)
    key = body.content.get("idempotency_key")
    if key is not None and idempotency_key is not None and key != idempotency_key:
        message = "differs from the Idempotency-Key header; send one of them"
        raise InputError("idempotency_key", message)
    incoming = _incoming(body.content, trigger, "", actor, fallback_key=idempotency_key)
    outcome = runtime.intake.receive([incoming])[0]
    if isinstance(outcome, BookflowError):
        raise outcome
    return JSONResponse(_accepted(outcome), 202)


@router.post(
    "",
    status_code=202,
    summary="Send up to 1,000 events",
    response_model=None,
    responses={202: {"model": BatchAnswer, "description": "One result per event, in order."}},
    openapi_extra=body_of(EventBatch),
)
def receive_many(raw: BodyDep, runtime: RuntimeDep, actor: ActorDep) -> JSONResponse:
    """Record many events; each is accepted or refused on its own, in the order given.

    A refused event has an `error` in its place; where several things are wrong with it, all of
    them are in `errors`, the first included.
    """
    body = JsonBody(raw)
    events = body.content.get("events")
    if not isinstance(events, list) or not 1 <= len(events) <= BATCH_LIMIT:
        raise InputError("events", f"must be a list of 1 to {BATCH_LIMIT:,} events")
    if len(body.content) > 1:
        extra = next(key for key in body.content if key != "events")
        raise InputError(f"{extra!a:.80}", "is not known here; a batch holds `events` alone")
    results: list[dict[str, Any] | None] = [None] * len(events)
    accepted: list[tuple[int, Incoming]] = []
    for index, event in enumerate(events):
        try:
            accepted.append((index, _read_item(body, event, f"events[{index}]", actor)))
        except InputError as error:
            results[index] = _refused(error, f"events[{index}]")
    outcomes = runtime.intake.receive([item for _, item in accepted]) if accepted else []
    for (index, item), outcome in zip(accepted, outcomes, strict=True):
        if isinstance(outcome, BookflowError):
            results[index] = _refused(outcome, item.path)
        else:
            results[index] = _accepted(outcome)
    return JSONResponse({"results": results}, 202)


def _read_item(body: JsonBody, event: Any, path: str, actor: str) -> Incoming:
    if not isinstance(event, dict):
        raise InputError(path, "must be an object with `trigger` and `booking` or `booking_id`")
    _refuse_bare_booking(event, path)
    body.check(event, path, ITEM_KEYS)
    trigger = read_optional_text(event, "trigger", path)
    if trigger is None:
        raise InputError(f"{path}.trigger", "is required")
    return _incoming(event, trigger, path, actor)


def _refuse_bare_booking(event: dict[str, Any], path: str) -> None:
    is_named = "booking" in event or "booking_id" in event
    if is_named or not ("start_time" in event or "invitee" in event):
        return
    field = f"{path}.booking" if path else "booking"
    raise InputError(field, "is missing; put the booking inside `booking`: {...}")


def _incoming(
    event: dict[str, Any], trigger: str, path: str, actor: str, *, fallback_key: str | None = None
) -> Incoming:
    booking = event.get("booking")
    if booking is not None and not isinstance(booking, dict):
        raise InputError(f"{path}.booking" if path else "booking", "must be an object")
    key = read_optional_text(event, "idempotency_key", path)
    return Incoming(
        trigger=trigger,
        subject=booking,
        subject_id=read_optional_text(event, "booking_id", path),
        idempotency_key=fallback_key if key is None else key,
        occurred_at=read_optional_text(event, "occurred_at", path),
        actor=actor,
        source=EventSource.API,
        path=path,
    )


def _accepted(event: RecordedEvent) -> dict[str, Any]:
    return {
        "event_id": str(event.event_id),
        "duplicate": event.is_duplicate,
        "executions": [
            {
                "id": str(execution.id),
                "workflow_id": execution.workflow_id,
                "status": execution.status.value,
                "due_at": execution.due_at.isoformat(),
            }
            for execution in event.executions
        ],
    }


def _refused(error: BookflowError, path: str) -> dict[str, Any]:
    message = str(error)
    field = path
    several: dict[str, Any] = {}
    if isinstance(error, InputError):
        field, message = error.field, error.reason
        if len(error.problems) > 1:
            found = [{"field": place, "message": text} for place, text in error.problems]
            several = {"errors": found}
    elif isinstance(error, NotFoundError):
        field = f"{path}.booking_id"
    elif isinstance(error, ConflictError):
        field = f"{path}.idempotency_key"
    message = message.removeprefix(f"{field}: ")
    return {"error": {"field": field, "message": message, "type": kind_of(error), **several}}
