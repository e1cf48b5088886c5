"""Telling people what a workflow does, in Markdown that no spec can break out of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from bookflow.spec.conditions import Group
from bookflow.spec.durations import format_duration
from bookflow.spec.models import (
    SCHEDULE,
    BaseAction,
    SendEmail,
    SendSms,
    UpdateBooking,
    Webhook,
    Workflow,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bookflow.spec.conditions import Rule
    from bookflow.spec.vocabulary import TriggerInfo, Vocabulary

_PUNCTUATION = re.compile(r"([\\`*_\[\]|~])")
# Only at the start of a line do these begin a heading, a list or a rule.
_LINE_START = re.compile(r"^([0-9]{0,9})([#+\-=.)])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")

_PHRASES = {
    "equals": "is",
    "not_equals": "is not",
    "greater_than": "is greater than",
    "less_than": "is less than",
    "greater_than_or_equal": "is at least",
    "less_than_or_equal": "is at most",
    "contains": "contains",
    "not_contains": "does not contain",
    "starts_with": "starts with",
    "ends_with": "ends with",
    "is_empty": "is empty",
    "is_not_empty": "is not empty",
    "in_list": "is one of",
    "not_in_list": "is none of",
    "regex_match": "matches",
    "between": "is between",
    "within_next": "is within the next",
    "within_last": "is within the last",
}
_PEOPLE = {"both": "the invitee and the organizer"}


def describe(workflow: Workflow, vocabulary: Vocabulary | None = None) -> str:
    """Describe when a workflow runs, on what condition, and what it does, as Markdown.

    The vocabulary, if given, words the trigger.
    """
    parts = [f"**{escape_markdown(workflow.name)}**"]
    if not workflow.is_active:
        parts.append("*Inactive: nothing starts this workflow.*")
    if workflow.description.strip():
        parts.append(escape_markdown(workflow.description))
    parts.append(f"{_describe_start(workflow, vocabulary)}:")
    steps = []
    for number, level in enumerate(workflow.levels(), 1):
        if len(level) == 1:
            steps.append(f"{number}. {_describe_action(level[0])}")
        else:
            steps.append(f"{number}. at the same time:")
            steps += [f"    - {_describe_action(action)}" for action in level]
    parts.append("\n".join(steps))
    parts += _describe_timing(workflow, vocabulary)
    parts.append(f"Owner: {escape_markdown(workflow.organizer)}")
    return "\n\n".join(parts) + "\n"


@lru_cache(maxsize=4096)
def escape_markdown(text: str, limit: int = 500) -> str:
    r"""Make a text safe inside Markdown and HTML, in one line, cut at a length.

    >>> print(escape_markdown("<b>*hi*</b>"))
    &lt;b&gt;\*hi\*&lt;/b&gt;
    """
    line = " ".join(text.split())
    cut = line if len(line) <= limit else line[: limit - 1] + "…"
    if not cut.isprintable():
        cut = "".join(letter if letter.isprintable() else "\ufffd" for letter in cut)
    escaped = _PUNCTUATION.sub(r"\\\1", cut.translate(_ENTITIES))
    return _LINE_START.sub(r"\1\\\2", escaped)


def _describe_start(workflow: Workflow, vocabulary: Vocabulary | None) -> str:
    if workflow.trigger == SCHEDULE:
        cron = escape_markdown(workflow.cron or "")
        return f"On the schedule {cron} ({escape_markdown(workflow.timezone or '')})"
    known = vocabulary.triggers.get(workflow.trigger) if vocabulary else None
    what = _say_event(workflow.trigger, known)
    delay = format_duration(workflow.delay_minutes) if workflow.delay_minutes else None
    if known is not None and known.anchor:
        side = "before" if known.counts_back else "after"
        anchor = _name(known.anchor)
        start = f"{delay} {side} {anchor}" if delay else f"At {anchor}"
    else:
        start = f"When {what}, {delay} later" if delay else f"When {what}"
    if workflow.event_types:
        listed = ", ".join(escape_markdown(name, 60) for name in workflow.event_types[:10])
        more = len(workflow.event_types) - 10
        start += f" (only {listed}{f' and {more} more' if more > 0 else ''})"
    return start


def _say_event(trigger: str, known: TriggerInfo | None) -> str:
    if known is None:
        return f"{_name(trigger)} happens"
    text = escape_markdown(known.description).rstrip(". ")
    if text.lower().startswith(("when ", "after ", "before ")):
        text = text.split(" ", 1)[1]
    return text[:1].lower() + text[1:]


def _describe_timing(workflow: Workflow, vocabulary: Vocabulary | None) -> list[str]:
    """Say when messages go out later than their time, or not any more; nothing for defaults."""
    known = vocabulary.triggers.get(workflow.trigger) if vocabulary else None
    said = []
    if known is not None and known.anchor:
        if workflow.if_past == "send":
            said.append("Where that time had passed already, it is done at once.")
        if workflow.if_late is not None:
            late = format_duration(workflow.if_late)
            said.append(f"More than {late} after its time it is not done any more.")
    if workflow.quiet_hours is not None:
        end = f"{workflow.quiet_hours.end:%H:%M}"
        said.append(
            f"Quiet hours: what falls into {workflow.quiet_hours} in the recipient's time zone "
            f"is sent at {end}."
        )
    if workflow.digest is not None:
        window = format_duration(workflow.digest.window)
        said.append(f"Digest: what an action has for one recipient within {window} is one message.")
    return [" ".join(said)] if said else []


def _describe_action(action: BaseAction) -> str:
    text = f"**{escape_markdown(action.name)}**: {_describe_effect(action)}"
    if isinstance(action, SendEmail | SendSms) and action.ignore_quiet_hours:
        text += ", in quiet hours as well"
    if action.conditions:
        groups = [_describe_group(group, outermost=True) for group in action.conditions]
        text += f", if {' and '.join(groups) if len(groups) == 1 else _join_groups(groups)}"
    return text


def _join_groups(groups: list[str]) -> str:
    return " and ".join(f"({group})" for group in groups)


def _describe_effect(action: BaseAction) -> str:
    if isinstance(action, SendEmail):
        whom = _recipient(action.recipient, action.custom_email)
        return f"e-mail to {whom} “{escape_markdown(action.subject, 120)}”"
    if isinstance(action, SendSms):
        whom = _recipient(action.recipient, action.custom_phone)
        return f"SMS to {whom} “{escape_markdown(action.message, 120)}”"
    if isinstance(action, Webhook):
        if action.webhook_url is None:
            return f"webhook through the connection {escape_markdown(action.webhook_conn_id or '')}"
        return f"webhook to {escape_markdown(action.webhook_url.partition('?')[0], 120)}"
    if isinstance(action, UpdateBooking):
        changes = [
            f"{_name(name)} to {_show(value)}"
            for name, value in action.update_booking_fields.items()
        ]
        return f"set {', '.join(changes)}"
    return type(action).__name__


def _recipient(recipient: str, custom: str | None) -> str:
    if recipient == "custom":
        return escape_markdown(custom or "", 120)
    return _PEOPLE.get(recipient, f"the {recipient}")


def _describe_group(group: Group, *, outermost: bool = False) -> str:
    rules = [
        _describe_group(item) if isinstance(item, Group) else _describe_rule(item)
        for item in group.rules
    ]
    text = f" {group.operator.lower()} ".join(rules)
    if group.negate:
        return f"not ({text})"
    return text if outermost or len(rules) == 1 else f"({text})"


def _describe_rule(rule: Rule) -> str:
    if rule.operator == "expression":
        return escape_markdown(str(rule.value), 200)
    words = [_name(rule.field or ""), _PHRASES.get(rule.operator, escape_markdown(rule.operator))]
    if rule.operator == "between" and isinstance(rule.value, list | tuple):
        words.append(" and ".join(_show(item) for item in rule.value))
    elif rule.operator in ("within_next", "within_last") and isinstance(rule.value, int):
        words.append(format_duration(rule.value))
    elif rule.operator not in ("is_empty", "is_not_empty"):
        words.append(_show(rule.value))
    return " ".join(words)


def _name(name: str) -> str:
    return f"`{name}`" if _PLAIN_NAME.fullmatch(name) else escape_markdown(name, 100)


def _show(value: object) -> str:
    if isinstance(value, list | tuple):
        return _show_list(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    return escape_markdown(str(value), 80)


def _show_list(values: Sequence[object]) -> str:
    shown = ", ".join(_show(item) for item in values[:10])
    return shown + (f" and {len(values) - 10} more" if len(values) > 10 else "")
