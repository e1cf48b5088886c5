"""Checks of the keys that say when messages go out, where they hang on other parts of a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bookflow.spec.durations import format_duration
from bookflow.spec.models import SendEmail, SendSms, Workflow
from bookflow.spec.problems import Problem
from bookflow.spec.templates import check_template
from bookflow.spec.vocabulary import ContextField, FieldType, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bookflow.spec.yaml_reading import Location

REMINDER_KEYS = ("if_past", "if_late")
"""Keys that only workflows have whose time is counted from a time of the subject."""

DIGEST_FIELDS: dict[str, ContextField] = {
    item.name: item
    for item in (
        ContextField("digest_count", FieldType.NUMBER, "How many messages were gathered", 3),
        ContextField("recipient_name", FieldType.TEXT, "Name of the person written to", "Ana"),
    )
}
"""What the subject of a digest may name: it speaks of several executions, so no fields of one."""

_DIGEST_WORDS = Vocabulary("digest", DIGEST_FIELDS, {})
_LATE_AFTER = 24 * 60


def check_timing(data: Mapping[str, Any], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Give what is wrong; reads plain data, so that a slip elsewhere hides nothing here."""
    trigger = data.get("trigger")
    known = vocabulary.triggers.get(trigger) if isinstance(trigger, str) else None
    if known is not None and not known.anchor:
        for key in REMINDER_KEYS:
            if key in data:
                yield Problem((key,), _say_owner(vocabulary), None, "needless-key", at_key=True)
    digest = data.get("digest")
    subject = digest.get("subject") if isinstance(digest, dict) else None
    if isinstance(subject, str):
        yield from _check_subject(subject)


def find_timing_warnings(workflow: Workflow, vocabulary: Vocabulary) -> list[Problem]:
    """List what works but does nothing, or less than it seems."""
    sending = [item for item in workflow.active_actions if isinstance(item, SendEmail | SendSms)]
    found = []
    if not sending:
        nothing = "no active action sends e-mails or texts, so it has no effect; remove it"
        keys = {"quiet_hours": workflow.quiet_hours, "digest": workflow.digest}
        found += [_warn((key,), nothing) for key, value in keys.items() if value is not None]
    elif workflow.digest is not None:
        found += _find_digest_warnings(workflow, sending, vocabulary)
    if workflow.quiet_hours is None:
        for position, action in enumerate(workflow.actions):
            if isinstance(action, SendEmail | SendSms) and action.ignore_quiet_hours:
                message = "the workflow has no `quiet_hours`, so it has no effect; remove it"
                found.append(_warn(("actions", position, "ignore_quiet_hours"), message))
    return found


def _find_digest_warnings(
    workflow: Workflow, sending: list[SendEmail | SendSms], vocabulary: Vocabulary
) -> Iterator[Problem]:
    digest = workflow.digest
    if digest is None:
        return
    if digest.subject is not None and not any(isinstance(item, SendEmail) for item in sending):
        yield _warn(("digest", "subject"), "no active action sends e-mails; remove it")
    known = vocabulary.triggers.get(workflow.trigger)
    if known is None or not known.anchor:
        return
    window = format_duration(digest.window)
    if known.counts_back:
        message = (
            f"it holds a reminder back for up to {window}; one whose `{known.anchor}` would have "
            "come by then is sent at once, alone"
        )
        yield _warn(("digest",), message, "digest-late")
    elif digest.window >= (workflow.if_late if workflow.if_late is not None else _LATE_AFTER):
        message = (
            f"it gathers for {window}, by when the messages are too late to be sent, so each is "
            "sent at once, alone; shorten `window` or set a longer `if_late`"
        )
        yield _warn(("digest",), message, "digest-late")


def _warn(location: Location, message: str, code: str = "no-effect") -> Problem:
    return Problem(location, message, None, code, at_key=True)


def _say_owner(vocabulary: Vocabulary) -> str:
    names = " and ".join(f"`{info.name}`" for info in vocabulary.triggers.values() if info.anchor)
    if not names:
        return (
            f"belongs to reminders, which the domain {vocabulary.domain} does not have; remove it"
        )
    return f"belongs to the triggers {names} only; remove it or change the trigger"


def _check_subject(source: str) -> Iterator[Problem]:
    for error in check_template(source, vocabulary=_DIGEST_WORDS):
        message = str(error)
        if message.endswith("is not a field"):
            names = " and ".join(f"`{name}`" for name in DIGEST_FIELDS)
            message += f" here: a digest speaks of several messages, so it may name {names} only"
        _, _, candidate = message.partition("did you mean `")
        suggestion = candidate.partition("`")[0] or None
        spot = ("digest", "subject")
        yield Problem(spot, message, suggestion, "template", line=error.line)
