"""How often templates were used, by whom and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """One workflow made from a template."""

    template_id: str
    workflow_id: str
    actor: str
    used_at: datetime


@dataclass(frozen=True, slots=True)
class TemplateUsage:
    """How often a template was used, and when last."""

    count: int
    last_used_at: datetime


class TemplateStore(Protocol):
    """Where uses of templates are counted; they outlive the workflows that were made."""

    def record_template_use(self, use: TemplateUse) -> None:
        """Count a use."""
        ...

    def count_template_uses(self) -> dict[str, TemplateUsage]:
        """Give the usage of every template that was ever used, by its id."""
        ...
