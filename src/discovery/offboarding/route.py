"""Which connectors there are: what may be done by a program, and what a person has to do."""

from __future__ import annotations

from discovery.connectors import configured_connectors
from discovery.offboarding.plan import CanAct
from discovery.settings import Settings


def can_act(settings: Settings) -> CanAct:
    """Return what tells whether a connector is configured for a route, an app or system, and an action."""
    connectors = configured_connectors(settings)

    def check(route: str, where: str, action: str) -> bool:
        connector = connectors.get((route, where))
        return connector is not None and action in connector.actions

    return check


def is_final(settings: Settings) -> CanAct:
    """Return what tells whether a connector's action cannot be taken back."""
    connectors = configured_connectors(settings)

    def check(route: str, where: str, action: str) -> bool:
        connector = connectors.get((route, where))
        return connector is not None and action in connector.irreversible

    return check
