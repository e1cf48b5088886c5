"""What builders and editors need: the words of a spec, its JSON Schema, the API's description."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from bookflow.spec.conditions.operators import list_fitting
from bookflow.spec.schema import json_schema
from bookflow.spec.vocabulary import FieldType
from bookflow.web.addressing import own_root
from bookflow.web.deps import require_reading
from bookflow.web.lifecycle import RuntimeDep
from bookflow.web.schemas import PROBLEMS_OF_READS, ContextFields


class SchemaResponse(JSONResponse):
    """A JSON Schema, under its own name."""

    media_type = "application/schema+json"


router = APIRouter(tags=["Catalogue"], responses=PROBLEMS_OF_READS)


@router.get(
    "/context-fields",
    summary="List the words of a spec",
    response_model=None,
    dependencies=[Depends(require_reading)],
    responses={200: {"model": ContextFields, "description": "Triggers and fields."}},
)
def list_context_fields(runtime: RuntimeDep) -> JSONResponse:
    """List the triggers, and the fields that conditions and templates may name."""
    words = runtime.domain.vocabulary
    return JSONResponse(
        {
            "domain": words.domain,
            "fields": [
                {
                    "name": field.name,
                    "type": field.type.value,
                    "description": field.description,
                    "example": field.example,
                    "choices": list(field.choices),
                }
                for field in words.fields.values()
            ],
            "operators": {kind.value: list_fitting(kind) for kind in FieldType},
            "open_prefixes": list(words.open_prefixes),
            "updatable_fields": {name: kind.value for name, kind in words.updatable_fields.items()},
            "triggers": [
                {"name": item.name, "description": item.description, "anchor": item.anchor}
                for item in words.triggers.values()
            ],
        }
    )


@router.get(
    "/schema",
    summary="Get the JSON Schema of specs",
    response_model=None,
    dependencies=[Depends(require_reading)],
    response_class=SchemaResponse,
    responses={
        200: {
            "description": "A JSON Schema, draft 2020-12.",
            "content": {"application/schema+json": {"schema": {"type": "object"}}},
        }
    },
)
def get_schema(runtime: RuntimeDep) -> SchemaResponse:
    """Give the JSON Schema of a workflow spec, for editors that complete and check YAML."""
    return SchemaResponse(json_schema(runtime.domain.vocabulary))


@router.get("/openapi.json", include_in_schema=False)
def get_openapi(request: Request) -> JSONResponse:
    """Describe this API (OpenAPI 3.1)."""
    described: dict[str, Any] = request.app.openapi()
    return JSONResponse({**described, "servers": [{"url": own_root(request) or "/"}]})
