"""Connectors: the ways into apps. Each looks an account up, acts on it and looks again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

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
            found["idp", "entra"] = _entra(block, settings)
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
    found = {}
    for app_id, block in settings.connectors.items():
        said = block.values
        if app_id != "entra":
            (key,) = known_recipes()[app_id].secrets
            named[app_id] = said[key]
        elif "client_secret" in said:
            named[app_id] = said["client_secret"]
        elif not _beside(settings, said["certificate"]).is_file():
            found[app_id] = f"the certificate {_beside(settings, said['certificate'])} is no file"
        elif "certificate_password" in said:
            named[app_id] = said["certificate_password"]
    for app_id, reference in named.items():
        try:
            Secret(reference, app_id).reveal(is_text=True)
        except SecretMissing as error:
            found[app_id] = str(error)
    return found


def _beside(settings: Settings, name: str) -> Path:
    return (settings.config.parent if settings.config else Path.cwd()) / name


def _entra(block: ConnectorSettings, settings: Settings) -> Connector:
    from discovery.connectors.entra import EntraConnector
    from discovery.connectors.entra_client import BASE_URL, EntraAccess
    from discovery.connectors.secret import Secret

    keys = ("tenant_id", "client_id", "client_secret", "certificate", "certificate_password")
    for key in block.values:
        if key not in keys:
            raise BadSettings(
                f"{block.where}: unknown key {key}; known: {', '.join(keys)}, base_url, instance"
            )
    for key in keys[:2]:
        if not block.values.get(key):
            raise BadSettings(f"{block.where} has no `{key}`")
    said = block.values.get("certificate", "")
    if bool(said) == bool(block.values.get("client_secret")):
        raise BadSettings(f"{block.where} needs either `certificate` or `client_secret`")
    key = "certificate_password" if said else "client_secret"
    reference = block.values.get(key)
    certificate = _beside(settings, said) if said else None
    access = EntraAccess(
        block.values["tenant_id"], block.values["client_id"],
        Secret(reference, f"{block.where} {key}") if reference else None, block.base_url or BASE_URL, certificate,
    )  # fmt: skip
    return EntraConnector(access, block.instance)
