"""The shelf: the templates that are shipped, and those that an organization adds."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError, NotFoundError, SpecError, SpecIssue
from bookflow.spec.catalogue.reading import read_template
from bookflow.spec.catalogue.shapes import Catalogue, TemplateSource, WorkflowTemplate
from bookflow.spec.loading import SIZE_LIMIT, show_path
from bookflow.spec.spec_files import read_spec_file, walk_specs

if TYPE_CHECKING:
    from bookflow.spec.spec_files import FoundFile, Stamp
    from bookflow.spec.vocabulary import Vocabulary

SHIPPED = Path(__file__).parent / "shipped"


class TemplateShelf:
    """Gives templates as the files say now; a file that did not change is not read again."""

    def __init__(
        self,
        own: Path,
        vocabulary: Vocabulary,
        *,
        shipped: Path = SHIPPED,
        size_limit: int = SIZE_LIMIT,
    ) -> None:
        """Remember the folders; `own` need not exist."""
        self._folders = ((TemplateSource.SHIPPED, shipped), (TemplateSource.OWN, own))
        self._vocabulary = vocabulary
        self._size_limit = size_limit
        self._known: dict[str, tuple[Stamp, WorkflowTemplate | SpecError]] = {}
        self._lock = threading.Lock()

    def get(self, template_id: str) -> WorkflowTemplate:
        """Give one template; raises `NotFoundError`."""
        found = self.look().templates.get(template_id)
        if found is None:
            shown = show_path(template_id[:80])
            raise NotFoundError(f"there is no template `{shown}`; GET /templates lists them")
        return found

    def look(self) -> Catalogue:
        """Look at every file; an organization's own template beats a shipped one of the same id."""
        with self._lock:
            templates: dict[str, WorkflowTemplate] = {}
            errors: dict[str, SpecError] = {}
            for source, folder in self._folders:
                found = self._read_folder(source, folder, errors)
                templates.update(found)
            return Catalogue(dict(sorted(templates.items())), errors)

    def _read_folder(
        self, source: TemplateSource, folder: Path, errors: dict[str, SpecError]
    ) -> dict[str, WorkflowTemplate]:
        found: dict[str, WorkflowTemplate] = {}
        try:
            files = sorted(walk_specs(str(folder))) if folder.is_dir() else []
        except (ConfigurationError, OSError) as error:
            message = f"the folder can't be listed: {error}"
            errors[folder.name] = SpecError([SpecIssue(folder.name, 0, 0, "", message)])
            return found
        for file in files:
            shown = show_path(str(Path(file.path).relative_to(folder)))
            outcome = self._read(file, source, shown)
            if isinstance(outcome, SpecError):
                errors[shown] = outcome
            elif outcome.id in found:
                first = found[outcome.id].path
                message = f"the id `{outcome.id}` belongs to {first}; give it one of its own"
                errors[shown] = SpecError([SpecIssue(shown, 0, 0, "id", message)])
            else:
                found[outcome.id] = outcome
        return found

    def _read(
        self, file: FoundFile, source: TemplateSource, shown: str
    ) -> WorkflowTemplate | SpecError:
        known = self._known.get(file.path)
        if known is not None and known[0] == file.stamp:
            return known[1]
        outcome: WorkflowTemplate | SpecError
        try:
            outcome = read_template(
                read_spec_file(file, self._size_limit),
                file=shown,
                source=source,
                vocabulary=self._vocabulary,
                size_limit=self._size_limit,
            )
        except SpecError as error:
            # of a file that could not even be read the error names the whole path
            outcome = SpecError([_renamed(issue, shown) for issue in error.issues])
        self._known[file.path] = (file.stamp, outcome)
        return outcome


def _renamed(issue: SpecIssue, file: str) -> SpecIssue:
    return SpecIssue(
        file, issue.line, issue.column, issue.key, issue.message, issue.suggestion, issue.code
    )
