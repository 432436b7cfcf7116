"""Apps that can be acted on through an interface of their own, from the settings: no secret is read."""

from __future__ import annotations

from discovery.connectors import configured_apps
from discovery.stage import Night, Step
from discovery.store import Store, sql_file

TABLE = "graph.app_interface"


def build_app_interface(store: Store, night: Night) -> int:
    """Fill the table with the apps that have a recipe, or speak SCIM, and are configured. Raises BadSettings."""
    return store.replace(
        TABLE, sql_file(__package__, "app_interface"), {"apps": list(configured_apps(night.settings))}
    )


STEP = Step(TABLE, build_app_interface, ())
