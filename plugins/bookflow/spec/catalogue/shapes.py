"""What a workflow template is: a spec with placeholders, and the parameters that fill them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.functional_validators import AfterValidator
from pydantic_core import PydanticCustomError

from bookflow.spec.actions import refuse_unprintable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.errors import SpecError

Value: TypeAlias = str | int | float | bool
CATEGORIES = ("booking", "follow_up", "reminder", "feedback")
KINDS = ("text", "number", "boolean", "email", "url", "duration", "choice")
FIXED_KINDS = frozenset({"number", "boolean", "choice"})
"""Kinds whose values the template's author has thought of: they may stand inside of Jinja."""

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(refuse_unprintable),
]


class TemplateSource(StrEnum):
    """Where a template comes from."""

    SHIPPED = "shipped"
    OWN = "own"


class Parameter(BaseModel):
    """One thing to fill in; without a `default` it must be given, unless it is optional."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    type: Literal["text", "number", "boolean", "email", "url", "duration", "choice"]
    label: Line
    description: Annotated[str, StringConstraints(max_length=1_000)] = ""
    default: Any = None
    example: Any = None
    required: bool = Field(default=False, validate_default=False)
    choices: tuple[Line, ...] = Field(default=(), max_length=100)
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _fit(self) -> Parameter:
        if (self.type == "choice") != bool(self.choices):
            raise PydanticCustomError("choices", "needs `choices` exactly if its type is `choice`")
        is_number = self.type == "number"
        if not is_number and (self.minimum is not None or self.maximum is not None):
            raise PydanticCustomError("bounds", "has bounds, which only a `number` can have")
        if not self.required and self.default is None and self.type != "text":
            raise PydanticCustomError("default", "needs a `default`, or `required: true`")
        return self


class TemplateHead(BaseModel):
    """What a template's file says beside its spec."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")]
    name: Line
    category: Literal["booking", "follow_up", "reminder", "feedback"]
    description: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    parameters: tuple[Parameter, ...] = Field(default=(), max_length=50)
    spec: dict[str, Any] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class WorkflowTemplate:
    """A checked template; `text` is its spec as it stands in the file, comments included."""

    head: TemplateHead
    text: str
    source: TemplateSource
    path: str

    @property
    def id(self) -> str:
        """Its id."""
        return self.head.id

    @property
    def parameters(self) -> Mapping[str, Parameter]:
        """Its parameters by name."""
        return {parameter.name: parameter for parameter in self.head.parameters}


@dataclass(frozen=True, slots=True)
class Heading:
    """What whoever makes a workflow from a template decides beside its parameters."""

    id: str
    organizer: str
    name: str
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every usable template by id, and what is wrong with the others by file."""

    templates: Mapping[str, WorkflowTemplate]
    errors: Mapping[str, SpecError]
