"""What people do with workflows through the API: write them, try them out, look at figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookflow.domains.booking import BookingDomain
    from bookflow.journey.intake import Intake
    from bookflow.ports import ConnectionSource, NowSource, Waker
    from bookflow.settings import Settings
    from bookflow.spec.repository import SpecRepository
    from bookflow.store.postgres import PostgresStore


@dataclass
class Management:
    """One part per job, each made when it is first asked for; only servers pay for them."""

    settings: Settings
    domain: BookingDomain
    specs: SpecRepository
    store: PostgresStore
    intake: Intake
    waker: Waker
    connections: ConnectionSource
    now: NowSource
