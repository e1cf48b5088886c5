"""What actions are compiled with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.ports.tracing import SILENCE, Tracer
from bookflow.records import utc_now

if TYPE_CHECKING:
    from bookflow.ports import ConnectionSource, Domain, NowSource
    from bookflow.settings import Settings


@dataclass(frozen=True, slots=True)
class ActionResources:
    """What an action may use beside its own keys."""

    settings: Settings
    domain: Domain
    connections: ConnectionSource
    now: NowSource = utc_now
    tracer: Tracer = SILENCE
