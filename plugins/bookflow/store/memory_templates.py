"""Uses of templates in memory."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bookflow.ports.templates import TemplateUsage
from bookflow.store.json_text import clean_text

if TYPE_CHECKING:
    import threading

    from bookflow.ports.templates import TemplateUse


class MemoryTemplates:
    """The `TemplateStore` of the memory store."""

    _lock: threading.RLock
    _template_uses: list[TemplateUse]

    def record_template_use(self, use: TemplateUse) -> None:
        """Count a use."""
        with self._lock:
            self._template_uses.append(
                replace(
                    use,
                    template_id=clean_text(use.template_id),
                    workflow_id=clean_text(use.workflow_id),
                    actor=clean_text(use.actor),
                )
            )

    def count_template_uses(self) -> dict[str, TemplateUsage]:
        """Give the usage of every template that was ever used, by its id."""
        times = defaultdict(list)
        with self._lock:
            for use in self._template_uses:
                times[use.template_id].append(use.used_at)
        return {key: TemplateUsage(len(found), max(found)) for key, found in sorted(times.items())}
