"""Connectors: the ways into apps. Each looks an account up, acts on it and looks again."""

from __future__ import annotations

from collections.abc import Mapping

from discovery.connectors.connector import Connector, Found, Outcome, OutcomeUnknown, Target
from discovery.errors import BadSettings
from discovery.settings import ConnectorSettings, Settings

__all__ = [
    "Connector",
    "Found",
    "Outcome",
    "OutcomeUnknown",
    "Target",
    "configured_apps",
    "configured_connectors",
    "missing_secrets",
]


def configured_connectors(settings: Settings) -> Mapping[tuple[str, str], Connector]:
    """Return the connectors that the settings configure, by route (`idp`, `scim`, `api`) and app_id or system.

    Nothing is connected to and no secret is read. Raises BadSettings. An app that speaks SCIM and has no recipe
    block is reached by SCIM on the route `api` as well: nothing may provision it.
    """
    found: dict[tuple[str, str], Connector] = {}
    for app_id, scim in settings.scim.items():
        from discovery.connectors.scim import ScimConnector  # its models take half a second to load

        found["scim", app_id] = found["api", app_id] = ScimConnector(scim)
    for app_id, block in settings.connectors.items():
        if app_id == "entra":
            found["idp", "entra"] = _entra(block)
            continue
        from discovery.connectors.recipe import known_recipes
        from discovery.connectors.recipe_connector import RecipeConnector

        recipe = known_recipes().get(app_id)
        if recipe is None:
            raise BadSettings(
                f"{block.where}: there is no recipe for it; there are {', '.join(known_recipes())}, entra"
            )
        found["api", app_id] = connector = RecipeConnector(recipe, block)
        if recipe.directory is not None:
            found["idp", recipe.directory] = connector
    return found


def configured_apps(settings: Settings) -> tuple[str, ...]:
    """Return the apps whose accounts a configured interface can find and end, sorted."""
    found = configured_connectors(settings)
    return tuple(
        sorted(
            app
            for (route, app), one in found.items()
            if route == "api" and {"deactivate", "delete"} & {*one.actions}
        )
    )


def missing_secrets(settings: Settings) -> dict[str, str]:
    """Return app → why its secret cannot be had here and now. Raises BadSettings."""
    from discovery.connectors.recipe import known_recipes
    from discovery.connectors.secret import Secret, SecretMissing

    configured_connectors(settings)
    named = {app_id: scim.token for app_id, scim in settings.scim.items()}
    for app_id, block in settings.connectors.items():
        (key,) = ("client_secret",) if app_id == "entra" else known_recipes()[app_id].secrets
        named[app_id] = block.values[key]
    found = {}
    for app_id, reference in named.items():
        try:
            Secret(reference, app_id).reveal(is_text=True)
        except SecretMissing as error:
            found[app_id] = str(error)
    return found


def _entra(block: ConnectorSettings) -> Connector:
    from discovery.connectors.entra import EntraConnector
    from discovery.connectors.entra_client import BASE_URL, EntraAccess
    from discovery.connectors.secret import Secret

    keys = ("tenant_id", "client_id", "client_secret")
    for key in (*block.values, *keys):
        if key not in keys:
            raise BadSettings(
                f"{block.where}: unknown key {key}; known: {', '.join(keys)}, base_url, instance"
            )
        if not block.values.get(key):
            raise BadSettings(f"{block.where} has no `{key}`")
    secret = Secret(block.values["client_secret"], f"{block.where} client_secret")
    access = EntraAccess(
        block.values["tenant_id"], block.values["client_id"], secret, block.base_url or BASE_URL
    )
    return EntraConnector(access, block.instance)
