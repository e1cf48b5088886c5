"""The action `update_booking`: new values for the subject, validated by its domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bookflow.actions.masking import mask_data
from bookflow.errors import InputError
from bookflow.records import Message
from bookflow.spec.templates import compile_data

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from bookflow.actions.action_resources import ActionResources
    from bookflow.ports import Channel, CompiledAction, Domain
    from bookflow.records import Json, Subject
    from bookflow.spec.models import UpdateBooking
    from bookflow.spec.templates import DataTemplate

RECIPIENT = "booking"
CHANNEL = "update"


@dataclass(frozen=True, slots=True)
class UpdateRecord:
    """A compiled update; its one message holds the validated fields."""

    fields: DataTemplate
    domain: Domain
    effect: str = "update"

    def render(
        self, subject: Subject, context: Mapping[str, Any], facts: Mapping[str, Json]
    ) -> list[Message]:
        """Render and validate the new values; raises `InputError` or `TemplateError`."""
        del facts
        rendered = self.fields.render(context)
        if not isinstance(rendered, dict):
            raise InputError("update_booking_fields", "must be an object of fields")
        fields = self.domain.check_update(rendered)
        return [
            Message(
                recipient=RECIPIENT,
                channel=CHANNEL,
                address=self.domain.subject_id(subject),
                content={"fields": fields},
                masked={"fields": mask_data(fields)},
            )
        ]

    def open_channel(self) -> AbstractAsyncContextManager[Channel]:
        """Refuse: an update goes through the store, which keeps old values and audit."""
        raise TypeError("an update has no channel; the journey applies its fields in the store")


def compile_update(action: UpdateBooking, resources: ActionResources) -> CompiledAction:
    """Compile an action of a spec; raises `TemplateError`."""
    return UpdateRecord(compile_data(dict(action.update_booking_fields)), resources.domain)
