"""Validating specs: what is wrong, what would be better, and what is missing around them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import Field

from bookflow.errors import InputError
from bookflow.web.deps import require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.schemas import PROBLEMS_OF_READS, Answer, Responses, SpecIssue
from bookflow.web.trial_requests import read_draft
from bookflow.web.trial_schemas import RuntimeCheck, ValidateRequest
from bookflow.web.workflow_requests import (
    PROBLEMS_OF_BODIES,
    YAML,
    ContentDep,
    Readable,
    read_content,
)
from bookflow.web.workflow_schemas import EXAMPLE_YAML

WRAPPERS = ("spec", "yaml")
PROBLEMS: Responses = {**PROBLEMS_OF_READS, **PROBLEMS_OF_BODIES}


class ValidationReport(Answer):
    """Everything about a spec."""

    valid: bool = Field(description="Whether it could be saved and run.", examples=[True])
    errors: list[SpecIssue] = Field(description="What is wrong.")
    warnings: list[SpecIssue] = Field(description="What is probably not meant.")
    suggestions: list[SpecIssue] = Field(description="What would be better.")
    runtime_checks: list[RuntimeCheck] = Field(
        description="Whether what it names is really there; only of a valid spec."
    )


def describe_body(*, is_required: bool) -> dict[str, Any]:
    """Describe a spec as body: wrapped, itself as JSON, or as YAML text."""
    reference = {"$ref": f"#/components/schemas/{ValidateRequest.__name__}"}
    content = {
        "application/json": {"schema": reference},
        YAML: {"schema": {"type": "string"}, "example": EXAMPLE_YAML},
    }
    return {"requestBody": {"required": is_required, "content": content}}


async def read_optional_content(
    request: Request, runtime: RuntimeDep
) -> dict[str, Any] | str | None:
    """Read a spec as `read_content` does; None where there is no body."""
    is_empty = request.headers.get("content-length", "0") == "0"
    if is_empty and "transfer-encoding" not in request.headers:
        return None
    return await read_content(request, runtime)


OptionalContentDep = Annotated[dict[str, Any] | str | None, Depends(read_optional_content)]

router = APIRouter(
    prefix="/workflows",
    tags=["Validation"],
    dependencies=[Depends(require_reading)],
    responses=PROBLEMS,
)


@router.post(
    "/validate",
    summary="Validate a spec that is not saved",
    response_model=None,
    responses={200: {"model": ValidationReport, "description": "The report, also of a bad spec."}},
    openapi_extra=describe_body(is_required=True),
)
def validate_draft(content: ContentDep, runtime: RuntimeDep) -> JSONResponse:
    """Report on a spec: errors, warnings, suggestions, and checks of what it needs around it.

    The body is the spec as JSON or YAML, or an object with `spec` or `yaml`. Nothing is saved,
    sent or called; no name is looked up in the DNS.
    """
    draft = _unwrap(content)
    if draft is None:
        raise InputError("spec", "is required, or `yaml`")
    return JSONResponse(runtime.management.validation.validate_draft(draft))


@router.post(
    "/{workflow_id}/validate",
    summary="Validate a workflow, or an edit of it",
    response_model=None,
    responses={200: {"model": ValidationReport, "description": "The report, also of a bad spec."}},
    openapi_extra=describe_body(is_required=False),
)
def validate_workflow(
    workflow_id: Readable, content: OptionalContentDep, runtime: RuntimeDep
) -> JSONResponse:
    """Report on a workflow as its file is now; with a body on that edit of it.

    A saved workflow is also held against Airflow: whether it knows the DAG and would run it.
    """
    validation = runtime.management.validation
    file = runtime.management.authoring.read(workflow_id)
    draft = _unwrap(content) if content is not None else None
    if draft is None:
        return JSONResponse(validation.validate_file(file))
    return JSONResponse(validation.validate_draft(draft, workflow_id=workflow_id))


def _unwrap(content: dict[str, Any] | str) -> dict[str, Any] | str | None:
    """Give the spec in a body: itself, or what stands under `spec` or `yaml`."""
    if isinstance(content, str):
        return content
    if not content:
        return None
    is_wrapped = any(key in content for key in WRAPPERS)
    extra = [key for key in content if key not in WRAPPERS]
    if is_wrapped and extra:
        raise InputError(f"{extra[0]!a:.80}", "stands beside the spec; send `spec` or `yaml` alone")
    return read_draft(content) if is_wrapped else content
