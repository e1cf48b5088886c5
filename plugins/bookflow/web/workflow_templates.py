"""Workflow templates: listed, shown, and made into workflows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse

from bookflow.errors import BookflowError, InputError
from bookflow.journey.management.describing import describe_issue
from bookflow.ports.templates import TemplateUsage, TemplateUse
from bookflow.spec.catalogue.filling import fill_data, fill_template
from bookflow.spec.catalogue.shapes import CATEGORIES, Heading, WorkflowTemplate
from bookflow.spec.catalogue.values import read_values, sample_values
from bookflow.web.addressing import API_PREFIX, own_root
from bookflow.web.deps import ActorDep, RightsDep, require_editing, require_reading
from bookflow.web.event_schemas import body_of
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.reading import read_query_text, refuse_unknown
from bookflow.web.schemas import PROBLEMS_OF_READS
from bookflow.web.template_schemas import Category, Template, TemplateList, TemplateRequest
from bookflow.web.workflow_requests import (
    ANSWERS_OF_NEW_SPECS,
    ChangeDep,
    ObjectDep,
    answer_saved,
    make_owned,
    read_text,
)

log = logging.getLogger(__name__)

BODY_KEYS = ("id", "organizer", "name", "parameters", "is_active")

router = APIRouter(
    prefix="/templates",
    tags=["Templates"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS_OF_READS,
)
TemplateId = Annotated[
    str, Path(description="Id of the template.", examples=["day-before-reminder"])
]


def refuse_unknown_keys(request: Request) -> None:
    """Refuse parameters that the list does not have."""
    refuse_unknown(request.query_params.keys(), ("category", "search"))


@router.get(
    "",
    summary="List templates",
    response_model=None,
    dependencies=[Depends(refuse_unknown_keys)],
    responses={200: {"model": TemplateList, "description": "All of them."}},
)
def list_templates(
    runtime: RuntimeDep,
    category: Annotated[
        Category | None, Query(description="Only of this category.", examples=["reminder"])
    ] = None,
    search: Annotated[
        str | None,
        Query(description="Only with this in id, name or description.", examples=["sms"]),
    ] = None,
) -> JSONResponse:
    """List the workflows that you can begin with: shipped ones, and those of your own folder."""
    wanted = (read_query_text("search", search) or "").casefold()
    catalogue = runtime.management.templates.look()
    uses = runtime.management.store.count_template_uses()
    shown = [
        describe_template(template, uses.get(template.id))
        for template in catalogue.templates.values()
        if category in (None, template.head.category) and wanted in _searchable(template)
    ]
    shown.sort(key=lambda item: (CATEGORIES.index(item["category"]), item["name"], item["id"]))
    issues = [
        describe_issue(issue) for error in catalogue.errors.values() for issue in error.issues
    ]
    return JSONResponse({"templates": shown, "errors": issues})


@router.get(
    "/{template_id}",
    summary="Get a template",
    response_model=None,
    responses={200: {"model": Template, "description": "The template with a preview."}},
)
def get_template(template_id: TemplateId, runtime: RuntimeDep) -> JSONResponse:
    """Give a template: what can be filled in, and the YAML that its defaults make."""
    template = runtime.management.templates.get(template_id)
    usage = runtime.management.store.count_template_uses().get(template.id)
    heading = Heading(template.id, "organizer@example.com", template.head.name)
    preview = fill_template(template, heading, sample_values(template))
    return JSONResponse({**describe_template(template, usage), "preview": preview})


@router.post(
    "/{template_id}/create",
    status_code=201,
    summary="Make a workflow from a template",
    response_model=None,
    dependencies=[Depends(require_editing)],
    responses=ANSWERS_OF_NEW_SPECS,
    openapi_extra=body_of(TemplateRequest),
)
def create_from_template(
    template_id: TemplateId,
    request: Request,
    given: ObjectDep,
    runtime: RuntimeDep,
    rights: RightsDep,
    change: ChangeDep,
    actor: ActorDep,
) -> JSONResponse:
    """Make a workflow from a template: a new file that is yours to edit, comments included.

    Values are checked by the type of their parameter, and are text wherever they are put: they
    change neither the structure of the file nor become templates themselves. The use is counted.
    """
    template = runtime.management.templates.get(template_id)
    heading, values = read_request(template, given)
    text = fill_template(template, heading, values)
    writer = runtime.management.workflows
    note = {"template": template.id}
    saved = make_owned(rights, change, lambda change: writer.create(text, change, note=note))
    if not saved.is_saved or saved.after is None:
        return answer_saved(runtime, saved, 200)
    count_use(runtime, template, saved.after.workflow_id, actor)
    answer = answer_saved(runtime, saved, 201)
    answer.headers["Location"] = (
        f"{own_root(request)}{API_PREFIX}/workflows/{saved.after.workflow_id}"
    )
    return answer


def read_request(
    template: WorkflowTemplate, given: Mapping[str, Any]
) -> tuple[Heading, dict[str, Any]]:
    """Read what to make of a template; raises `InputError`."""
    refuse_unknown(given, BODY_KEYS)
    is_active = given.get("is_active", True)
    if not isinstance(is_active, bool):
        raise InputError("is_active", "must be true or false")
    parameters = given.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise InputError("parameters", "must be an object with values by name")
    name = template.head.name if given.get("name") is None else read_text(dict(given), "name")
    heading = Heading(
        read_text(dict(given), "id"), read_text(dict(given), "organizer"), name, is_active
    )
    return heading, dict(read_values(template, parameters))


def count_use(runtime: Runtime, template: WorkflowTemplate, workflow_id: str, actor: str) -> None:
    """Count a use of a template; the workflow is made by then, so this never fails."""
    management = runtime.management
    use = TemplateUse(template.id, workflow_id, actor, management.now())
    try:
        management.store.record_template_use(use)
    except BookflowError as error:
        log.warning("bookflow: a use of the template %s is not counted: %s", template.id, error)


def describe_template(template: WorkflowTemplate, usage: TemplateUsage | None) -> dict[str, Any]:
    """Give a template's JSON without its preview."""
    head = template.head
    spec = fill_data(head.spec, sample_values(template))
    return {
        "id": head.id,
        "name": head.name,
        "category": head.category,
        "description": head.description,
        "source": template.source.value,
        "trigger": spec.get("trigger"),
        "actions": [action["type"] for action in spec["actions"]],
        "parameters": [
            {**parameter.model_dump(mode="json"), "choices": list(parameter.choices)}
            for parameter in head.parameters
        ],
        "usage_count": usage.count if usage else 0,
        "last_used_at": usage.last_used_at.isoformat() if usage else None,
    }


def _searchable(template: WorkflowTemplate) -> str:
    head = template.head
    return f"{head.id}\n{head.name}\n{head.description}".casefold()
