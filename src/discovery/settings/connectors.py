"""The ways into apps: `[connectors.<app>]` and `[scim.<app>]`.

Which keys an app needs, its recipe says; here only their form is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from discovery.errors import BadSettings
from discovery.settings.reader import Reader


@dataclass(frozen=True)
class ConnectorSettings:
    """One app's interface. `values`: what its recipe asks for; secrets by reference, `env:NAME` or `keyring:…`."""

    app_id: str
    where: str
    base_url: str | None = None
    instance: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ScimSettings:
    """One app's SCIM interface. `private_network`: it may lie at an address of the own network."""

    app_id: str
    where: str
    base_url: str
    token: str
    instance: str | None = None
    private_network: bool = False


def connectors_of(reader: Reader) -> dict[str, ConnectorSettings]:
    """Return the configured apps by app_id. Raises BadSettings."""
    found = {}
    for app_id, block in _blocks(reader, "connectors").items():
        values = {str(key): reader.text(block, key, "") for key in block}
        found[app_id] = ConnectorSettings(
            app_id, f"{reader.where}: [connectors.{app_id}]", values.pop("base_url", None) or None,
            values.pop("instance", None) or None, values,
        )  # fmt: skip
    return found


def scim_of(reader: Reader) -> dict[str, ScimSettings]:
    """Return the apps that are reached by SCIM, by app_id. Raises BadSettings."""
    found = {}
    for app_id, block in _blocks(reader, "scim").items():
        reader.refuse_unknown({"base_url", "token", "instance", "private_network"}, block, f"scim.{app_id}.")
        for key in ("base_url", "token"):
            if not reader.text(block, key, ""):
                raise BadSettings(f"{reader.where}: [scim.{app_id}] has no `{key}`")
        found[app_id] = ScimSettings(
            app_id, f"{reader.where}: [scim.{app_id}]", reader.text(block, "base_url", ""),
            reader.text(block, "token", ""), reader.text(block, "instance", "") or None,
            reader.flag(block, "private_network", default=False),
        )  # fmt: skip
    return found


def _blocks(reader: Reader, key: str) -> dict[str, dict[str, Any]]:
    tables = reader.typed(reader.data, key, dict, {}, f"tables [{key}.<app>]")
    for app_id, block in tables.items():
        if not isinstance(block, dict):
            raise BadSettings(f"{reader.where}: {key}.{app_id} = …; expected a table [{key}.{app_id}]")
    return dict(tables)
