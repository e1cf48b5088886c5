"""Rules: what clock and dispatcher need of the spec files, kept in the database.

Task processes live for seconds. Reading every file in each would cost more than all they do, so
they look at sizes and times, and read what changed.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from bookflow.errors import SpecError
from bookflow.ports.clock import SpecRule
from bookflow.spec.loading import show_path
from bookflow.spec.spec_files import FoundFile, read_spec_file, walk_specs
from bookflow.spec.spec_index import settle_claims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from bookflow.ports.clock import RuleStore
    from bookflow.spec.loading import LoadedWorkflow
    from bookflow.spec.models import Workflow

    Loader = Callable[[bytes, str], LoadedWorkflow]

log = logging.getLogger(__name__)

# a file may change again within what its time can tell; it is looked at once more
_UNSETTLED_NS = 2_000_000_000
_UNSETTLED = "?"
_DIGEST_LENGTH = 12


@dataclass(frozen=True, slots=True)
class _Claim:
    """A rule as `settle_claims` sees it."""

    path: Path
    workflow: _Owner


@dataclass(frozen=True, slots=True)
class _Owner:
    id: str
    organizer: str
    name: str


def sync_rules(
    store: RuleStore,
    specs_dir: Path,
    load: Loader,
    now: datetime,
    *,
    size_limit: int,
    wall: Callable[[], int] = time.time_ns,
) -> int:
    """Bring the rules in step with the files; gives how many files were new, changed or gone.

    `load` reads the text of a spec, or raises `SpecError`: then the rule stays what its last valid
    version said. `wall` is the time of files in ns. Raises `ConfigurationError` when the folder
    can't be listed; nothing is changed then.
    """
    root = str(specs_dir)
    known = store.load_signatures()
    files = {_relative(file.path, root): file for file in walk_specs(root)}
    gone = {path for path in known if path not in files and not _is_hidden(path, files)}
    began = wall()
    signatures = {path: _sign(file, began) for path, file in files.items() if not _is_folder(file)}
    changed = {path: said for path, said in signatures.items() if known.get(path) != said}
    if not changed and not gone:
        return 0
    texts = {path: _read(files[path], size_limit) for path in changed}
    loaded: dict[str, LoadedWorkflow | None] = {}

    def rewrite(rules: Mapping[str, SpecRule]) -> dict[str, SpecRule]:
        kept = {path: rule for path, rule in rules.items() if path not in gone}
        for path, signature in changed.items():
            rule = kept.get(path, SpecRule(path, signature))
            text = texts[path]
            if text is not None and sha256(text).hexdigest()[:_DIGEST_LENGTH] != rule.version:
                if path not in loaded:
                    loaded[path] = _load(load, text, files[path].path)
                rule = _describe(rule, loaded[path])
            kept[path] = replace(rule, signature=signature)
        return _decide(rules, kept, now)

    store.rewrite_rules(rewrite)
    return len(changed) + len(gone)


def _relative(path: str, root: str) -> str:
    return show_path(path.removeprefix(root).lstrip(os.sep))


def _is_folder(file: FoundFile) -> bool:
    """Tell whether this stands for a folder that can't be listed."""
    return file.refusal is not None and not file.path.endswith((".yaml", ".yml"))


def _is_hidden(path: str, files: Mapping[str, FoundFile]) -> bool:
    """Tell whether a file lies in a folder that can't be listed: it may still be there."""
    return any(str(folder) in files for folder in Path(path).parents)


def _sign(file: FoundFile, now_ns: int) -> str:
    changed_ns, _, size, _ = file.stamp
    mark = _UNSETTLED if now_ns - changed_ns < _UNSETTLED_NS else ""
    return f"{size}:{changed_ns}{mark}"


def _read(file: FoundFile, size_limit: int) -> bytes | None:
    try:
        return read_spec_file(file, size_limit)
    except SpecError as error:
        log.warning("bookflow: %s", error)
        return None


def _load(load: Loader, text: bytes, path: str) -> LoadedWorkflow | None:
    try:
        return load(text, path)
    except SpecError as error:
        log.warning("bookflow: the last valid version still counts: %s", error.issues[0])
        return None


def _describe(rule: SpecRule, loaded: LoadedWorkflow | None) -> SpecRule:
    if loaded is None:
        return rule
    workflow: Workflow = loaded.workflow
    return replace(
        rule,
        workflow_id=workflow.id,
        version=loaded.version,
        name=workflow.name,
        organizer=workflow.organizer,
        trigger=workflow.trigger,
        delay_minutes=workflow.delay_minutes,
        event_types=workflow.event_types,
        says_active=workflow.is_active,
        if_past=workflow.if_past,
        if_late=workflow.if_late,
    )


def _decide(
    before: Mapping[str, SpecRule], after: Mapping[str, SpecRule], now: datetime
) -> dict[str, SpecRule]:
    """Say of every rule whether it is active, since when, and whether it is fresh.

    A workflow stays active over edits, and when its file is moved; with another trigger, or after
    a pause, it begins anew.
    """
    active = {rule.workflow_id: rule for rule in before.values() if rule.is_active}
    winners = _winners(after.values())
    decided = {}
    for path, rule in after.items():
        is_active = rule.says_active and path in winners
        earlier = active.get(rule.workflow_id) if is_active else None
        if earlier is None or earlier.trigger != rule.trigger:
            since = now if is_active else None
            decided[path] = replace(
                rule, is_active=is_active, active_since=since, is_fresh=is_active
            )
            continue
        listens_as_before = (earlier.delay_minutes, earlier.event_types) == (
            rule.delay_minutes,
            rule.event_types,
        )
        decided[path] = replace(
            rule,
            is_active=True,
            active_since=earlier.active_since,
            is_fresh=earlier.is_fresh or not listens_as_before,
        )
    return decided


def _winners(rules: Iterable[SpecRule]) -> set[str]:
    """Give the paths of the rules that hold their ids, as the factory decides it."""
    claims = {
        rule.path: _Claim(Path(rule.path), _Owner(rule.workflow_id, rule.organizer, rule.name))
        for rule in rules
        if rule.workflow_id
    }
    settled = settle_claims(list(claims.values()), ".")
    held = {claim.path for claim in settled.workflows.values()}
    return {path for path, claim in claims.items() if claim.path in held}
