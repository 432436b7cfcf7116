"""Which connectors there are: what may be done by a program, and what a person has to do."""

from __future__ import annotations

from discovery.connectors import configured_connectors
from discovery.offboarding.plan import FINAL, CanAct
from discovery.settings import Settings


def can_act(settings: Settings) -> CanAct:
    """Return what tells whether a connector is configured for an action, and whether that can be taken back."""
    connectors = configured_connectors(settings)

    def check(route: str, where: str, action: str) -> bool | str:
        connector = connectors.get((route, where))
        if connector is None or action not in connector.actions:
            return False
        return FINAL if action in connector.irreversible else True

    return check
