"""Connectors: the ways into apps. Each looks an account up, acts on it and looks again."""

from __future__ import annotations

from collections.abc import Mapping

from discovery.connectors.connector import Connector, Found, Outcome, Target
from discovery.settings import Settings

__all__ = ["Connector", "Found", "Outcome", "Target", "configured_connectors"]


def configured_connectors(settings: Settings) -> Mapping[tuple[str, str], Connector]:  # noqa: ARG001 - none yet
    """Return the connectors that the settings configure, by route (`idp`, `scim`, `api`) and app_id or system."""
    return {}
