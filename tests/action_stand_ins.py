"""A small domain, connections and messages to try actions with."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bookflow.actions.action_resources import ActionResources
from bookflow.errors import ConfigurationError, InputError
from bookflow.records import ConnectionInfo, Message, NewDelivery, Person
from bookflow.settings import Settings
from bookflow.spec.vocabulary import Vocabulary

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FACTS = {
    "workflow_id": "booking-confirmation",
    "workflow_name": "Booking confirmation",
    "action": "Tell",
    "execution_id": "0190c1d2-0000-7000-8000-000000000001",
    "timestamp": "2026-11-21T09:30:00+00:00",
}
SUBJECT = {"id": "b-1"}
CONTEXT = {
    "booking_id": "b-1",
    "invitee_name": "Ana Lima",
    "organizer_name": "Omar Haddad",
    "organizer_email": "omar@clinic.example",
    "organizer_timezone": "Europe/Berlin",
    "attendee_count": 3,
}
INVITEE = Person("invitee", "Ana Lima", "ana@example.com", "+12025550123", "America/New_York", "en")
ORGANIZER = Person("organizer", "Omar Haddad", "omar@clinic.example", "(202) 555-0199")


class StandInDomain:
    """A domain of one invitee and one organizer."""

    vocabulary = Vocabulary("booking", {}, {})
    status_field = "booking_status"

    def __init__(self, invitee: Person = INVITEE, organizer: Person = ORGANIZER) -> None:
        self.by_role = {"invitee": [invitee], "organizer": [organizer]}
        self.by_role["both"] = [invitee, organizer]

    def people(self, subject: Mapping[str, Any], recipient: str) -> list[Person]:
        return self.by_role.get(recipient, [])

    def context_for(
        self, subject: Mapping[str, Any], context: Mapping[str, Any], person: Person
    ) -> Mapping[str, Any]:
        return context

    def subject_id(self, subject: Mapping[str, Any]) -> str:
        return str(subject["id"])

    def webhook_payload(
        self, subject: Mapping[str, Any], context: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {"booking_id": subject["id"], "invitee_name": context["invitee_name"]}

    def check_update(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        if fields.get("status") == "nonsense":
            raise InputError("status", "must be one of the statuses")
        return dict(fields)


class StandInConnections:
    """Connections given as they are."""

    def __init__(self, infos: Sequence[ConnectionInfo] = ()) -> None:
        self.infos = {info.conn_id: info for info in infos}

    def get(self, conn_id: str) -> ConnectionInfo:
        if conn_id not in self.infos:
            raise ConfigurationError(f"connection {conn_id} does not exist")
        return self.infos[conn_id]


def make_resources(
    *infos: ConnectionInfo, domain: StandInDomain | None = None, **settings: Any
) -> ActionResources:
    settings.setdefault("allowed_networks", ("127.0.0.0/8",))
    return ActionResources(
        settings=Settings(**settings),
        domain=domain or StandInDomain(),  # type: ignore[arg-type]  # only what actions ask for
        connections=StandInConnections(infos),
    )


def make_delivery(message: Message | None = None, *, name: str = "Tell") -> NewDelivery:
    return NewDelivery(
        id=uuid.uuid4(),
        execution_id=uuid.uuid4(),
        action=name,
        recipient=message.recipient if message else "invitee",
        channel=message.channel if message else "email",
        address=message.address if message else "ana@example.com",
    )
