"""Everything that takes requests which are signed instead of logged in, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookflow.errors import ConfigurationError
from bookflow.journey.inbound.access import AccessBook
from bookflow.journey.inbound.door import Door
from bookflow.journey.inbound.log import InboundLog
from bookflow.journey.inbound.receiving import Receiving
from bookflow.journey.inbound.sms_reporting import SmsReporting
from bookflow.ports.inbound import SMS_STATUS_SOURCE
from bookflow.settings import Rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bookflow.journey.inbound.receiving import Receiver
    from bookflow.ports import ConnectionSource, NowSource
    from bookflow.ports.inbound import InboundMapping, InboundStore, Sealer
    from bookflow.settings import Settings


@dataclass(frozen=True, slots=True)
class InboundDesk:
    """What the routes of inbound requests work with."""

    door: Door
    platforms: Receiving
    texts: SmsReporting
    requests: InboundStore


def open_desk(
    *,
    settings: Settings,
    connections: ConnectionSource,
    store: InboundStore,
    intake: Receiver,
    mapping: InboundMapping,
    sealer: Sealer,
    now: NowSource,
) -> InboundDesk:
    """Put a desk together; nothing is read or connected to yet."""
    access = AccessBook(connections, connections_of(settings))
    log = InboundLog(store)
    door = Door(
        access=access,
        log=log,
        now=now,
        address_limit=_rate(settings.inbound_address_limit, "BOOKFLOW_INBOUND_ADDRESS_LIMIT"),
        source_limit=_rate(settings.inbound_source_limit, "BOOKFLOW_INBOUND_SOURCE_LIMIT"),
    )
    platforms = Receiving(
        door=door,
        store=store,
        intake=intake,
        mapping=mapping,
        access=access,
        log=log,
        sealer=sealer,
        now=now,
    )
    texts = SmsReporting(door=door, store=store, log=log, public_url=settings.public_url, now=now)
    return InboundDesk(door, platforms, texts, store)


def connections_of(settings: Settings) -> Mapping[str, str]:
    """Give the connection that holds the secret of each source."""
    return {
        "cal-com": settings.inbound_cal_com_conn_id,
        "calendly": settings.inbound_calendly_conn_id,
        "standard-webhooks": settings.inbound_standard_webhooks_conn_id,
        SMS_STATUS_SOURCE: settings.sms_conn_id,
    }


def _rate(text: str, name: str) -> Rate:
    rate = Rate.parse(text, name=name)
    if rate is None:
        message = f"{name} must be a rate such as 600/m"
        raise ConfigurationError(message)
    return rate
