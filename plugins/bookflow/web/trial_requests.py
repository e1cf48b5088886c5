"""What people send along to try workflows out: a draft, a booking, a time."""

from __future__ import annotations

import difflib
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bookflow.errors import InputError, NotFoundError
from bookflow.journey.trials.subjects import TrialMode, TrialRequest
from bookflow.ports.reports import ExecutionFilter
from bookflow.ports.trials import Aims
from bookflow.spec.drafting import load_draft
from bookflow.spec.loading import LoadedWorkflow
from bookflow.web.lifecycle import Runtime
from bookflow.web.reading import read_instant, read_optional_text, refuse_unknown
from bookflow.web.visibility import Visibility

Draft = dict[str, Any] | str
YEARS = range(2000, 2100)
MOST_NAMES = 100
_AIM_KEYS = ("email", "phone", "webhook_url")


def read_draft(content: Mapping[str, Any]) -> Draft | None:
    """Give the spec that was sent along, as an object or as YAML text; None where none was."""
    spec, text = content.get("spec"), read_optional_text(content, "yaml", "")
    if spec is not None and text is not None:
        raise InputError("yaml", "stands beside `spec`; send one of the two")
    if spec is not None and not isinstance(spec, dict):
        raise InputError("spec", "must be an object; send YAML text as `yaml`")
    return text if spec is None else spec


def load_edit(runtime: Runtime, draft: Draft, workflow_id: str) -> LoadedWorkflow:
    """Load an edit of a workflow; raises `SpecError`, or `InputError` for another id."""
    loaded = load_draft(
        draft,
        vocabulary=runtime.domain.vocabulary,
        size_limit=runtime.settings.spec_size_limit,
    )
    if loaded.workflow.id != workflow_id:
        message = f"is `{loaded.workflow.id}`, but the path says `{workflow_id}`; ids never change"
        raise InputError("spec.id", message)
    return loaded


def find_saved(runtime: Runtime, workflow_id: str) -> LoadedWorkflow:
    """Give a workflow as its file says now; raises `NotFoundError`, or `SpecError` if invalid."""
    file = runtime.management.authoring.read(workflow_id)
    if file.loaded is None:
        if file.error is not None:
            raise file.error
        raise NotFoundError(f"there is no valid workflow `{workflow_id}`")
    return file.loaded


def read_request(content: Mapping[str, Any], modes: tuple[TrialMode, ...]) -> TrialRequest:
    """Read what to try a workflow on; raises `InputError`."""
    mode = _read_mode(content, modes)
    booking = content.get("booking")
    booking_id = read_optional_text(content, "booking_id", "")
    if booking is not None and not isinstance(booking, dict):
        raise InputError("booking", "must be an object")
    if booking is not None and booking_id is not None:
        raise InputError("booking_id", "stands beside `booking`; send one of the two")
    overrides = content.get("overrides")
    if overrides is not None and not isinstance(overrides, dict):
        raise InputError("overrides", "must be an object in the shape of a booking")
    variants = _read_variants(content.get("variant"))
    is_made_up = mode is not TrialMode.REAL and booking is None and booking_id is None
    if not is_made_up and (variants or overrides):
        field = "variant" if variants else "overrides"
        raise InputError(field, "is about made-up bookings; leave it out for a real one")
    if mode is TrialMode.MOCK and not is_made_up:
        field = "booking" if booking is not None else "booking_id"
        raise InputError(field, "belongs to the mode `real_data`; a made-up booking needs none")
    is_by_hand = content.get("by_hand", False)
    if not isinstance(is_by_hand, bool):
        raise InputError("by_hand", "must be true or false")
    if is_by_hand and mode is TrialMode.LIVE:
        raise InputError("by_hand", "belongs to the modes that send nothing")
    return TrialRequest(
        mode=mode,
        subject_id=booking_id,
        subject=booking,
        variants=variants,
        overrides=overrides or {},
        at=read_time(content),
        only=read_names(content, "actions"),
        is_by_hand=is_by_hand,
    )


def read_time(content: Mapping[str, Any]) -> datetime | None:
    """Read the pretended time; raises `InputError`."""
    at = read_instant("at", read_optional_text(content, "at", ""))
    if at is not None and at.year not in YEARS:
        raise InputError("at", f"must be in a year from {YEARS.start} to {YEARS.stop - 1}")
    return at


def read_names(content: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
    """Read a list of names; None where it is absent."""
    names = content.get(key)
    if names is None:
        return None
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if not is_list or not 1 <= len(names) <= MOST_NAMES:
        raise InputError(key, f"must be a list of 1 to {MOST_NAMES} names")
    return tuple(names)


def read_aims(content: Mapping[str, Any]) -> Aims:
    """Read where a live test is to send; raises `InputError`."""
    asked = content.get("send_to")
    if asked is None:
        return Aims()
    if not isinstance(asked, dict):
        raise InputError("send_to", "must be an object")
    refuse_unknown(asked, _AIM_KEYS, "send_to")
    texts = {key: read_optional_text(asked, key, "send_to") for key in _AIM_KEYS}
    url = texts["webhook_url"] or None
    return Aims(texts["email"] or None, texts["phone"] or None, url)


def read_id(content: Mapping[str, Any], key: str) -> uuid.UUID | None:
    """Read an id; one that can't be one is that of nothing."""
    text = read_optional_text(content, key, "")
    if text is None:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFoundError(f"nothing is known by the {key} `{text:.64}`") from None


def require_booking_visible(runtime: Runtime, visibility: Visibility, booking_id: str) -> None:
    """Raise `NotFoundError` where the user sees no workflow that ran for the booking."""
    if visibility.workflow_ids is None:
        return
    wanted = ExecutionFilter(subject_id=booking_id, workflow_ids=visibility.workflow_ids)
    if not runtime.reports.list_executions(wanted, limit=1, cursor=None).items:
        message = f"no booking `{booking_id:.128}` is known, or you may not see it"
        raise NotFoundError(message)


def _read_mode(content: Mapping[str, Any], modes: tuple[TrialMode, ...]) -> TrialMode:
    text = read_optional_text(content, "mode", "") or TrialMode.MOCK.value
    names = [mode.value for mode in modes]
    if text not in names:
        near = difflib.get_close_matches(text[:40], names, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known: {', '.join(names)}"
        raise InputError("mode", f"is not a mode; {hint}")
    return TrialMode(text)


def _read_variants(given: Any) -> tuple[str, ...]:
    if given is None:
        return ()
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError("variant", "must be the name of a variant, or a list of names")
    return tuple(dict.fromkeys(names))
