"""The types of action: the public place to add one. The built-in ones are added here as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.actions.call_webhook import compile_webhook
from bookflow.actions.send_email import compile_send_email
from bookflow.actions.send_sms import compile_send_sms
from bookflow.actions.update_record import compile_update
from bookflow.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bookflow.actions.action_resources import ActionResources
    from bookflow.ports import CompiledAction


@dataclass(frozen=True, slots=True)
class ActionType:
    """A type of action: `compile` makes an action of a spec ready for many executions.

    `compile` takes the spec's action and the resources, does no I/O, and imports nothing heavy:
    what a channel needs is imported when the channel opens.
    """

    name: str
    compile: Callable[[Any, ActionResources], CompiledAction]


_types: dict[str, ActionType] = {}


def register(action_type: ActionType) -> None:
    """Add a type; raises `ConfigurationError` when its name is taken."""
    known = _types.get(action_type.name)
    if known is not None and known != action_type:
        message = f"the action type `{action_type.name}` is registered twice; rename one of the two"
        raise ConfigurationError(message)
    _types[action_type.name] = action_type


def registered_types() -> tuple[str, ...]:
    """List the names of all types."""
    return tuple(_types)


def compile_action(action: Any, resources: ActionResources) -> CompiledAction:
    """Compile an action of a spec by its `type`; raises `ConfigurationError` or `TemplateError`."""
    action_type = _types.get(action.type)
    if action_type is None:
        known = ", ".join(sorted(_types))
        message = f"`{action.type}` is not a type of action; there are {known}"
        raise ConfigurationError(message)
    return action_type.compile(action, resources)


register(ActionType("send_email", compile_send_email))
register(ActionType("send_sms", compile_send_sms))
register(ActionType("webhook", compile_webhook))
register(ActionType("update_booking", compile_update))
