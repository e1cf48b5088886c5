"""Trying workflows out: without sending, with marked messages, on past events, many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from bookflow.errors import InputError, NotFoundError
from bookflow.journey.trials.subjects import TrialMode
from bookflow.spec.loading import LoadedWorkflow
from bookflow.web.deps import (
    ActorDep,
    AuthorDep,
    LiveTestLimitDep,
    RightsDep,
    VisibilityDep,
    require_editing,
    require_reading,
)
from bookflow.web.event_schemas import body_of
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.reading import BodyDep, JsonBody, OptionalBodyDep, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS, PROBLEMS_OF_WRITES, Responses
from bookflow.web.trial_requests import (
    find_saved,
    load_edit,
    read_aims,
    read_draft,
    read_id,
    read_names,
    read_request,
    require_booking_visible,
)
from bookflow.web.trial_schemas import (
    BulkTest,
    BulkTestRequest,
    Trial,
    TrialOptions,
    WhatIf,
    WhatIfRequest,
)
from bookflow.web.visibility import Visibility
from bookflow.web.workflow_requests import Editable, Readable

BULK_LIMIT = 100
SUBJECT_KEYS = ("mode", "booking_id", "booking", "variant", "overrides", "at")
TEST_KEYS = (*SUBJECT_KEYS, "spec", "yaml", "actions", "send_to", "by_hand")
BULK_KEYS = (*SUBJECT_KEYS, "workflow_ids", "filter")
FILTER_KEYS = ("trigger", "organizer", "is_active", "tag")
WHAT_IF_KEYS = ("execution_id", "event_id", "spec", "yaml")
PROBLEMS: Responses = {status: said for status, said in PROBLEMS_OF_WRITES.items() if status != 409}
SIMPLE_MODES = (TrialMode.MOCK, TrialMode.REAL)

router = APIRouter(
    tags=["Tests"], dependencies=[Depends(require_reading)], responses=PROBLEMS_OF_READS
)


@router.post(
    "/workflows/{workflow_id}/test",
    summary="Try a workflow out",
    response_model=None,
    responses={**PROBLEMS, 200: {"model": Trial, "description": "Action by action."}},
    openapi_extra=body_of(TrialOptions, is_required=False),
)
def try_workflow(
    workflow_id: Readable,
    raw: OptionalBodyDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    visibility: VisibilityDep,
    actor: ActorDep,
    author: AuthorDep,
    count_live_test: LiveTestLimitDep,
) -> JSONResponse:
    """Say of every action whether it would run, why, what it would send, to whom and when.

    `mock_data` and `real_data` send nothing, and nothing is recorded. `live_test` really sends,
    and needs the right to run the workflow: each message is marked as a test, and goes to your
    own e-mail address or to what `BOOKFLOW_TEST_RECIPIENTS` allows. It sends at once, and changes
    no booking. An edited spec with anything but made-up data needs the right to edit.
    """
    body = JsonBody(raw)
    body.check(body.content, "", TEST_KEYS)
    request = read_request(body.content, tuple(TrialMode))
    is_live = request.mode is TrialMode.LIVE
    draft = read_draft(body.content)
    if is_live:
        rights.require_running(workflow_id)
    elif body.content.get("send_to") is not None:
        raise InputError("send_to", "belongs to the mode `live_test`; nothing else sends")
    if draft is not None and (is_live or request.is_about_somebody):
        # the words of a draft could show whatever a booking holds, to whoever it is sent
        rights.require_editing(workflow_id)
    if request.subject_id is not None:
        require_booking_visible(runtime, visibility, request.subject_id)
    loaded = _find(runtime, workflow_id, draft)
    if not is_live:
        return JSONResponse(runtime.management.trials.try_one(loaded, request).to_json())
    count_live_test()
    answer = runtime.management.live_tests.test(
        loaded, request, read_aims(body.content), actor=actor, own_email=author.email
    )
    return JSONResponse(answer)


@router.post(
    "/workflows/{workflow_id}/what-if",
    summary="Try an edit on a past event",
    dependencies=[Depends(require_editing)],
    response_model=None,
    responses={
        **PROBLEMS,
        200: {"model": WhatIf, "description": "Both trials, and what differs."},
    },
    openapi_extra=body_of(WhatIfRequest),
)
def replay_event(
    workflow_id: Editable,
    raw: BodyDep,
    runtime: RuntimeDep,
    visibility: VisibilityDep,
) -> JSONResponse:
    """Say what would have been different with an edited spec: for a past execution or event.

    Both specs are tried on the same booking, as it is now, at the time of the event; `booking`
    says where that came from. Sends and records nothing.
    """
    body = JsonBody(raw)
    body.check(body.content, "", WHAT_IF_KEYS)
    draft = read_draft(body.content)
    if draft is None:
        raise InputError("spec", "is required, or `yaml`: the edit to try")
    execution_id, event_id = (
        read_id(body.content, "execution_id"),
        read_id(body.content, "event_id"),
    )
    if (execution_id is None) is (event_id is None):
        raise InputError("execution_id", "give either `execution_id` or `event_id`")
    current = find_saved(runtime, workflow_id)
    edited = load_edit(runtime, draft, workflow_id)
    desk = runtime.management.trials
    moment = desk.finder.find_moment(execution_id=execution_id, event_id=event_id)
    try:
        require_booking_visible(runtime, visibility, moment.subject_id)
    except NotFoundError:
        # in the words for one that is not there: its booking is not the caller's to know
        asked = f"event {event_id}" if execution_id is None else f"execution {execution_id}"
        raise NotFoundError(f"no {asked} is known") from None
    return JSONResponse(desk.replay(current, edited, moment))


@router.post(
    "/bulk-test",
    summary="Try many workflows at once",
    response_model=None,
    responses={**PROBLEMS, 200: {"model": BulkTest, "description": "One result per workflow."}},
    openapi_extra=body_of(BulkTestRequest),
)
def try_many(raw: BodyDep, runtime: RuntimeDep, visibility: VisibilityDep) -> JSONResponse:
    """Try up to 100 workflows, each on a made-up booking or on the one given.

    Sends and records nothing. The answer comes within some 20 seconds; what no time was left for
    is `not_run`.
    """
    body = JsonBody(raw)
    body.check(body.content, "", BULK_KEYS)
    request = read_request(body.content, SIMPLE_MODES)
    if request.subject_id is not None:
        require_booking_visible(runtime, visibility, request.subject_id)
    chosen = list(_choose(runtime, visibility, body.content))
    if len(chosen) > BULK_LIMIT:
        message = f"selects {len(chosen)} workflows; at most {BULK_LIMIT} are tried at once"
        raise InputError("filter", message)
    return JSONResponse(runtime.management.trials.try_many(chosen, request))


def _find(runtime: Runtime, workflow_id: str, draft: dict[str, Any] | str | None) -> LoadedWorkflow:
    if draft is None:
        return find_saved(runtime, workflow_id)
    return load_edit(runtime, draft, workflow_id)


def _choose(
    runtime: Runtime, visibility: Visibility, content: dict[str, Any]
) -> Iterator[LoadedWorkflow]:
    """Give the workflows that are asked for; raises `NotFoundError` for one that isn't there."""
    names, wanted = read_names(content, "workflow_ids"), content.get("filter")
    if names is not None and wanted is not None:
        raise InputError("filter", "stands beside `workflow_ids`; send one of the two")
    if wanted is not None and not isinstance(wanted, dict):
        raise InputError("filter", "must be an object")
    if names is not None:
        for number, name in enumerate(dict.fromkeys(names)):
            if not visibility.includes(name) or runtime.specs.get(name) is None:
                message = f"there is no valid workflow `{name:.64}`"
                raise InputError(f"workflow_ids[{number}]", message)
            yield runtime.specs.get(name)
        return
    refuse_unknown(wanted or {}, FILTER_KEYS, "filter")
    _check_filter(wanted or {})
    for loaded in runtime.management.specs.all():
        if visibility.includes(loaded.workflow.id) and _fits(loaded, wanted or {}):
            yield loaded


def _check_filter(wanted: dict[str, Any]) -> None:
    for key, value in wanted.items():
        kind: type = bool if key == "is_active" else str
        if value is not None and not isinstance(value, kind):
            said = "true or false" if kind is bool else "text"
            raise InputError(f"filter.{key}", f"must be {said}")


def _fits(loaded: LoadedWorkflow, wanted: dict[str, Any]) -> bool:
    workflow = loaded.workflow
    return all(
        (
            wanted.get("trigger") in (None, workflow.trigger),
            wanted.get("organizer") in (None, workflow.organizer),
            wanted.get("is_active") in (None, workflow.is_active),
            wanted.get("tag") is None or wanted["tag"] in workflow.tags,
        )
    )
