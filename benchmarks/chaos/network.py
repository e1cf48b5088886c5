"""A network that fails for a while: the proxies in front of all receivers meet one fault."""

from __future__ import annotations

import time

from bookflow.demo.outfit import Outfit
from bookflow.demo.receivers import FaultKind, TcpFault

FAULT_SECONDS = 15.0
SHUT = "shut"
FAULTS = {
    "refuse": TcpFault(FaultKind.REFUSE),
    "reset": TcpFault(FaultKind.RESET, after=200),
    "hang": TcpFault(FaultKind.HANG),
    "slow": TcpFault(FaultKind.SLOW, pace=0.5),
    "half-answer": TcpFault(FaultKind.CUT, after=20),
}
NETWORK_FAULTS = (SHUT, *FAULTS)


def break_network(outfit: Outfit, name: str, seconds: float = FAULT_SECONDS) -> None:
    """Let every connection meet the fault for a while, those that are open too; then heal it."""
    for proxy in outfit.proxies.values():
        if name == SHUT:
            proxy.shut()
        else:
            proxy.script(lasting=FAULTS[name])
            proxy.strike(FAULTS[name])
    time.sleep(seconds)
    for proxy in outfit.proxies.values():
        proxy.script()
        proxy.reopen()
