"""What requests about workflows have in common: their path, their body, and their conditions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException, Path, Query, Request
from fastapi.responses import JSONResponse

from bookflow.errors import InputError, NotFoundError
from bookflow.journey.management.describing import describe_saved, index_figures
from bookflow.journey.management.writing import Change
from bookflow.spec.authoring.shapes import Saved
from bookflow.web.deps import AuthorDep, RightsDep
from bookflow.web.lifecycle import Runtime, RuntimeDep
from bookflow.web.reading import TEXT_LIMIT, JsonBody, read_bounded, refuse_unknown
from bookflow.web.rights import Rights
from bookflow.web.schemas import PROBLEMS_OF_READS, Responses, describe_problem
from bookflow.web.workflow_schemas import EXAMPLE_YAML, SavedWorkflow

YAML = "application/yaml"
YAML_TYPES = (YAML, "text/yaml", "application/x-yaml", "text/x-yaml")
JSON_FACTOR = 4
"""JSON may be so much longer than the YAML it says the same as."""
_TAG = re.compile(r'(?:W/)?"[^"]*"|\*|[0-9a-f]{12}')

PROBLEMS_OF_BODIES: Responses = {
    413: describe_problem("The body is too large."),
    415: describe_problem("The body is declared neither as JSON nor as YAML."),
}
PROBLEMS_OF_NEW_SPECS: Responses = {
    **PROBLEMS_OF_READS,
    **PROBLEMS_OF_BODIES,
    409: describe_problem("The id is taken, or the folder can't be written as it is now."),
    422: describe_problem(
        "A value is not acceptable, or the spec is not valid: `issues` say where and why."
    ),
}
PROBLEMS_OF_CHANGES: Responses = {
    **PROBLEMS_OF_NEW_SPECS,
    409: describe_problem(
        "It contradicts what is there, or the folder can't be written as it is now."
    ),
    412: describe_problem(
        "It was changed meanwhile; `version` and the header `ETag` say what it is now."
    ),
    428: describe_problem("The header `If-Match` is missing."),
}
ETAG_HEADER: dict[str, Any] = {
    "ETag": {
        "description": "The version in quotes, for `If-Match`.",
        "schema": {"type": "string", "examples": ['"3f2a9c01b7de"']},
    }
}
SAVED: dict[str, Any] = {
    "model": SavedWorkflow,
    "description": "It is saved.",
    "headers": ETAG_HEADER,
}
MADE: Responses = {
    200: {"model": SavedWorkflow, "description": "What `dry_run` would make."},
    201: SAVED,
}
ANSWERS_OF_CHANGES: Responses = {**PROBLEMS_OF_CHANGES, 200: SAVED}
ANSWERS_OF_NEW_SPECS: Responses = {**PROBLEMS_OF_NEW_SPECS, **MADE}
PROBLEMS_OF_DELETIONS: Responses = {
    status: said for status, said in PROBLEMS_OF_CHANGES.items() if status not in PROBLEMS_OF_BODIES
}

WorkflowPath = Annotated[str, Path(description="Id of the workflow.", examples=["hello"])]


def find_readable(workflow_id: WorkflowPath, rights: RightsDep) -> str:
    """Give the workflow of the path, if the user may see it."""
    rights.require_reading(_sound(workflow_id))
    return workflow_id


def find_editable(workflow_id: WorkflowPath, rights: RightsDep) -> str:
    """Give the workflow of the path, if the user may change it."""
    rights.require_editing(_sound(workflow_id))
    return workflow_id


def find_runnable(workflow_id: WorkflowPath, rights: RightsDep) -> str:
    """Give the workflow of the path, if the user may run it."""
    rights.require_running(_sound(workflow_id))
    return workflow_id


Readable = Annotated[str, Depends(find_readable)]
Editable = Annotated[str, Depends(find_editable)]
Runnable = Annotated[str, Depends(find_runnable)]


def _sound(workflow_id: str) -> str:
    if len(workflow_id) > TEXT_LIMIT or not workflow_id.isprintable():
        raise NotFoundError("there is no workflow of this id")
    return workflow_id


DryRun = Annotated[
    bool,
    Query(
        description="Only check, and answer with the `diff`; nothing is saved.", examples=[False]
    ),
]


def read_dry_run(request: Request, dry_run: DryRun = False) -> bool:
    """Read whether to save at all; a misspelt `dry_run` must not save."""
    refuse_unknown(request.query_params.keys(), ("dry_run", "position"))
    return dry_run


DryRunDep = Annotated[bool, Depends(read_dry_run)]
IfMatch = Annotated[
    str | None,
    Header(
        description="The `ETag` of the version that was read: a change of any other is refused. "
        "`*` changes whatever is there.",
        examples=['"3f2a9c01b7de"'],
    ),
]


@dataclass(frozen=True, slots=True)
class Changer:
    """Who changes a workflow, and on what condition; `if_match` is the header as it came."""

    change: Change
    if_match: str | None

    def change_known(self, read_version: Callable[[], str]) -> Change:
        """Give the change of what is there; answers 428 where the condition is missing."""
        if self.if_match is None:
            version = read_version()
            raise HTTPException(
                428,
                "Send the header If-Match with the `ETag` that you read, so that nobody's change "
                "is lost; `*` changes whatever is there.",
                {"ETag": f'"{version}"'},
            )
        tags = read_tags(self.if_match)
        if tags is None:
            return self.change
        if len(tags) > 1:
            present = read_version()
            tags = (present,) if present in tags else tags
        return replace(self.change, expected=tags[0])


def read_change(author: AuthorDep, dry_run: DryRunDep) -> Change:
    """Read who changes something, without any condition."""
    return Change(author, dry_run=dry_run)


ChangeDep = Annotated[Change, Depends(read_change)]


def read_changer(change: ChangeDep, if_match: IfMatch = None) -> Changer:
    """Read who changes what is there, and on which condition."""
    return Changer(change, if_match)


ChangerDep = Annotated[Changer, Depends(read_changer)]


def read_tags(header: str) -> tuple[str, ...] | None:
    """Read the versions that an `If-Match` names, None for `*`; raises `InputError`."""
    parts = [part.strip() for part in header.split(",")]
    if not all(_TAG.fullmatch(part) for part in parts):
        message = 'must hold an ETag such as "3f2a9c01b7de", with its quotes, or *'
        raise InputError("If-Match", message)
    if "*" in parts:
        return None
    # a weak tag never matches here (RFC 9110): it stays what no version is
    return tuple(part.strip('"') for part in parts)


async def read_content(request: Request, runtime: RuntimeDep) -> dict[str, Any] | str:
    """Read a spec: JSON as data, YAML as the text it is; answers 413 or 415 for others."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_yaml = kind in YAML_TYPES
    if not is_yaml and kind != "application/json" and not kind.endswith("+json"):
        message = f"Send a spec as JSON (`Content-Type: application/json`) or as YAML (`{YAML}`)."
        raise HTTPException(415, message)
    settings = runtime.settings
    largest = settings.spec_size_limit * (1 if is_yaml else JSON_FACTOR)
    limit = min(largest, settings.body_size_limit)
    raw = await read_bounded(request, limit)
    if raw is None:
        message = f"The spec is larger than {limit} bytes."
        raise HTTPException(413, message, {"Connection": "close"})
    if not is_yaml:
        return read_json(raw)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise InputError("body", "is not UTF-8 text") from None


def read_json(raw: bytes) -> dict[str, Any]:
    """Read an object whose keys the spec's own check knows best."""
    body = JsonBody(raw)
    body.check(body.content, "", body.content)
    return body.content


ContentDep = Annotated[dict[str, Any] | str, Depends(read_content)]


async def read_object(request: Request, runtime: RuntimeDep) -> dict[str, Any]:
    """Read a part of a spec, which comes as JSON only."""
    found = await read_content(request, runtime)
    if isinstance(found, str):
        raise HTTPException(415, "Send JSON with the header `Content-Type: application/json`.")
    return found


def read_text(given: dict[str, Any], key: str) -> str:
    """Give a text that a body must hold."""
    value = given.get(key)
    if not isinstance(value, str) or not value:
        raise InputError(key, "is required" if value is None else "must be text")
    return value


ObjectDep = Annotated[dict[str, Any], Depends(read_object)]


def body_of_spec(example: dict[str, Any], description: str) -> dict[str, Any]:
    """Describe a body that is a spec, as JSON or as YAML."""
    return {
        "requestBody": {
            "required": True,
            "description": f"{description} `GET /schema` says what a spec may hold.",
            "content": {
                "application/json": {"schema": {"type": "object"}, "example": example},
                YAML: {"schema": {"type": "string"}, "example": EXAMPLE_YAML},
            },
        }
    }


def body_of_object(
    example: dict[str, Any], description: str, kind: str = "application/json"
) -> dict[str, Any]:
    """Describe a body that is a part of a spec."""
    content = {kind: {"schema": {"type": "object"}, "example": example}}
    if kind != "application/json":
        content["application/json"] = content[kind]
    return {"requestBody": {"required": True, "description": description, "content": content}}


def etag_of(version: str) -> dict[str, str]:
    """Give the header that names a version."""
    return {"ETag": f'"{version}"'}


def make_owned(rights: Rights, change: Change, make: Callable[[Change], Saved]) -> Saved:
    """Make a change unless it would give something away, or take it, where that is not allowed."""
    if rights.own_names is not None:
        planned = make(replace(change, dry_run=True))
        said = (planned.after.data or {}) if planned.after else {}
        if planned.after is not None:
            rights.require_owning(said.get("organizer"))
        if planned.after is not None and planned.before is None:
            rights.require_unused(planned.after.workflow_id)
    return make(change)


def answer_saved(runtime: Runtime, saved: Saved, status: int = 200) -> JSONResponse:
    """Answer with what a change made of a workflow."""
    file = saved.after or saved.before
    workflow_id = file.workflow_id if file else ""
    figures = index_figures(runtime.reports.statistics({workflow_id})).get(workflow_id)
    headers = etag_of(saved.after.version) if saved.after else {}
    return JSONResponse(describe_saved(saved, figures), status, headers)
