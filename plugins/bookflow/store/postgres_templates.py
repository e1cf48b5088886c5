"""Uses of templates in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bookflow.ports.templates import TemplateUsage
from bookflow.store.json_text import clean_text
from bookflow.store.named_sql import load_queries

if TYPE_CHECKING:
    from bookflow.ports.templates import TemplateUse
    from bookflow.store.connecting import Database


class PostgresTemplates:
    """The `TemplateStore` on PostgreSQL."""

    _database: Database

    def record_template_use(self, use: TemplateUse) -> None:
        """Count a use."""
        query = load_queries("templates")["record_use"].sql
        params = {
            "template_id": clean_text(use.template_id),
            "workflow_id": clean_text(use.workflow_id),
            "actor": clean_text(use.actor),
            "used_at": use.used_at,
        }
        self._database.write(lambda link: link.execute(query, params))

    def count_template_uses(self) -> dict[str, TemplateUsage]:
        """Give the usage of every template that was ever used, by its id."""
        query = load_queries("templates")["count_uses"].sql
        rows = self._database.read(lambda link: link.execute(query).fetchall())
        return {
            row["template_id"]: TemplateUsage(row["count"], row["last_used_at"]) for row in rows
        }
