"""The shapes of workflow templates in requests and answers, for the API's description."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bookflow.web.schemas import Answer, SpecIssue
from bookflow.web.workflow_schemas import EXAMPLE_YAML

_TIME = "2026-03-01T14:30:00Z"
Category = Literal["booking", "follow_up", "reminder", "feedback"]


class TemplateParameter(Answer):
    """One thing to fill in."""

    name: str = Field(description="Its name in `parameters`.", examples=["ahead"])
    type: Literal["text", "number", "boolean", "email", "url", "duration", "choice"] = Field(
        description="What it takes.", examples=["duration"]
    )
    label: str = Field(description="What to ask people for.", examples=["How long before"])
    description: str = Field(description="More about it.", examples=["Such as 24h or 2d."])
    default: Any = Field(description="What it is where nothing is given.", examples=["24h"])
    example: Any = Field(description="A value, where there is no default.", examples=["2h"])
    required: bool = Field(description="Whether it must be given.", examples=[False])
    choices: list[str] = Field(description="All values of a `choice`.", examples=[["skip", "send"]])
    minimum: float | None = Field(description="The least number.", examples=[1])
    maximum: float | None = Field(description="The greatest number.", examples=[10])


class TemplateSummary(Answer):
    """A workflow to begin with."""

    id: str = Field(description="Id of the template.", examples=["day-before-reminder"])
    name: str = Field(description="What it is called.", examples=["Reminder by e-mail"])
    category: Category = Field(description="What it is for.", examples=["reminder"])
    description: str = Field(
        description="What it does.", examples=["Reminds everybody who attends by e-mail."]
    )
    source: Literal["shipped", "own"] = Field(
        description="Whether it came with bookflow or lies in your own folder.",
        examples=["shipped"],
    )
    trigger: str | None = Field(
        description="The event it listens to, with the defaults.", examples=["before_meeting"]
    )
    actions: list[str] = Field(description="Types of its actions.", examples=[["send_email"]])
    parameters: list[TemplateParameter] = Field(description="What can be filled in.")
    usage_count: int = Field(description="How many workflows were made from it.", examples=[12])
    last_used_at: AwareDatetime | None = Field(
        description="When it was used last.", examples=[_TIME]
    )


class Template(TemplateSummary):
    """A workflow to begin with, and how it would look."""

    preview: str = Field(
        description="The YAML that its defaults and examples make.", examples=[EXAMPLE_YAML]
    )


class TemplateList(Answer):
    """What workflows can be made from."""

    templates: list[TemplateSummary] = Field(description="By category, then by name.")
    errors: list[SpecIssue] = Field(
        description="What is wrong with files that can't be used; each hides no other."
    )


class TemplateRequest(BaseModel):
    """A workflow to make from a template."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "id": "remind-clients",
                    "organizer": "olive@example.org",
                    "parameters": {"ahead": "48h"},
                }
            ]
        },
    )

    id: str = Field(description="Id of the new workflow.", examples=["remind-clients"])
    organizer: str = Field(description="Who owns it.", examples=["olive@example.org"])
    name: str | None = Field(
        None, description="Its name; that of the template where absent.", examples=["Reminder"]
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        description="Values by the names of parameters; defaults stand in for what is absent.",
        examples=[{"ahead": "48h"}],
    )
    is_active: bool = Field(default=True, description="Whether it works at once.", examples=[True])


REQUESTS: tuple[type[BaseModel], ...] = (TemplateRequest,)
