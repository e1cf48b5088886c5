"""Erasing what is kept about a person, for admins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from bookflow.errors import InputError
from bookflow.web.deps import ActorDep, require_admin
from bookflow.web.event_schemas import body_of
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.reading import BodyDep, JsonBody, read_optional_text
from bookflow.web.schemas import PROBLEMS_OF_WRITES
from bookflow.web.upkeep_schemas import ErasureReport, PersonToErase

KEYS = ("email", "dry_run", "exact", "organizer")

router = APIRouter(prefix="/erasures", tags=["People"], dependencies=[Depends(require_admin)])


@router.post(
    "",
    summary="Erase a person",
    response_model=None,
    responses={
        **{code: text for code, text in PROBLEMS_OF_WRITES.items() if code not in (404, 409)},
        200: {"model": ErasureReport, "description": "What was erased, or would be."},
    },
    openapi_extra=body_of(PersonToErase),
)
def erase_person(raw: BodyDep, runtime: RuntimeDep, actor: ActorDep) -> JSONResponse:
    """Take every trace of a person out of bookflow's database, found by their e-mail address.

    Bookings stay without the person, executions without what was rendered; statuses, counts and
    times stay. Open executions of their bookings are cancelled, and no reminder goes out any more.
    The audit trail keeps that it was done, with a keyed hash of the address. Safe to repeat.
    """
    body = JsonBody(raw)
    content: dict[str, Any] = body.content
    body.check(content, "", KEYS)
    email = read_optional_text(content, "email", "")
    if not email:
        raise InputError("email", "is required")
    done = runtime.management.eraser.erase(
        email,
        actor=actor,
        is_dry=_read_flag(content, "dry_run"),
        is_exact=_read_flag(content, "exact"),
        has_owners=_read_flag(content, "organizer"),
    )
    return JSONResponse(done.to_json())


def _read_flag(content: Mapping[str, Any], key: str) -> bool:
    value = content.get(key, False)
    if not isinstance(value, bool):
        raise InputError(key, "must be true or false")
    return value
