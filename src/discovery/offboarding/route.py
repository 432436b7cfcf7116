"""Which connectors there are: what may be done by a program, and what a person has to do."""

from __future__ import annotations

from collections.abc import Callable

from discovery.connectors import configured_connectors
from discovery.offboarding.plan import CanAct
from discovery.settings import Settings


def can_act(settings: Settings) -> CanAct:
    """Return what tells whether a connector is configured for a route, an app or system, and an action."""
    connectors = configured_connectors(settings)
    check: Callable[[str, str, str], bool] = lambda route, where, action: (  # noqa: E731 - one expression
        (route, where) in connectors and action in connectors[(route, where)].actions
    )
    return check
