"""What is collected from: `[entra]`, `[okta]`, `[google]`, and when: `[collect]`. Secrets come from the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discovery.errors import BadSettings
from discovery.settings.reader import Reader

ENTRA_AUTH = ("certificate", "secret", "managed_identity", "device_code", "token")
GOOGLE_AUTH = ("service_account", "token")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class EntraSettings:
    """The tenant, and the app registration that reads it. without: lists that are not collected."""

    tenant: str
    client_id: str = ""
    graph_url: str = "https://graph.microsoft.com"
    auth: str = "secret"
    certificate: Path | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class OktaSettings:
    """The Okta organisation. Its token comes from DISCOVERY_OKTA_TOKEN."""

    url: str
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoogleSettings:
    """The Google customer; admin: the administrator on whose behalf the service account of key_file reads."""

    customer: str
    admin: str = ""
    key_file: Path | None = None
    auth: str = "service_account"
    api_url: str = "https://admin.googleapis.com"
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class CollectSettings:
    """When the collectors run by themselves: off until enabled."""

    enabled: bool = False
    people_minutes: int = 15
    logs_minutes: int = 60
    directory_at: str = "01:00"


def collect_of(reader: Reader) -> CollectSettings:
    """Return when collectors run. Raises BadSettings."""
    block = reader.section("collect", {"enabled", "people_minutes", "logs_minutes", "directory_at"})
    standard = CollectSettings()
    for key in ("people_minutes", "logs_minutes"):
        minutes = reader.at_least(block, key, getattr(standard, key), 1)
        if minutes > 60 or 60 % minutes:
            raise BadSettings(
                f"{reader.where}: collect.{key} = {minutes}; expected a part of an hour: 5, 10, 15, 30, 60"
            )
    at = reader.text(block, "directory_at", standard.directory_at)
    if not _CLOCK.fullmatch(at):
        raise BadSettings(f"{reader.where}: collect.directory_at = {at!r}; expected a time such as 01:00")
    return CollectSettings(
        reader.flag(block, "enabled", default=False), reader.number(block, "people_minutes", standard.people_minutes),
        reader.number(block, "logs_minutes", standard.logs_minutes), at,
    )  # fmt: skip


def entra_of(reader: Reader, base: Path) -> EntraSettings | None:
    """Return the tenant, or None if none is set. Raises BadSettings."""
    block = reader.section("entra", {"tenant", "client_id", "graph_url", "auth", "certificate", "without"})
    if not block:
        return None
    tenant = reader.text(block, "tenant", "").lower()
    if not _GUID.fullmatch(tenant):
        raise BadSettings(
            f"{reader.where}: entra.tenant = {tenant!r}; expected the tenant id, a GUID (Entra admin center, "
            "Overview): records name the tenant by it"
        )
    auth = _one_of(reader, block, "entra", "auth", ENTRA_AUTH, "secret")
    if auth != "token" and auth != "managed_identity" and not reader.text(block, "client_id", ""):
        raise BadSettings(
            f'{reader.where}: [entra] has no `client_id`; auth = "{auth}" needs the app registration\'s'
        )
    return EntraSettings(
        tenant, reader.text(block, "client_id", ""),
        reader.text(block, "graph_url", EntraSettings.graph_url).rstrip("/"), auth,
        _file(reader, block, "certificate", base), tuple(reader.texts(block, "without")),
    )  # fmt: skip


def okta_of(reader: Reader) -> OktaSettings | None:
    """Return the Okta organisation, or None if none is set. Raises BadSettings."""
    block = reader.section("okta", {"url", "without"})
    if not block:
        return None
    if not reader.text(block, "url", ""):
        raise BadSettings(
            f"{reader.where}: [okta] has no `url`; expected https://<your organisation>.okta.com"
        )
    return OktaSettings(reader.text(block, "url", "").rstrip("/"), tuple(reader.texts(block, "without")))


def google_of(reader: Reader, base: Path) -> GoogleSettings | None:
    """Return the Google customer, or None if none is set. Raises BadSettings."""
    block = reader.section("google", {"customer", "admin", "key_file", "auth", "api_url", "without"})
    if not block:
        return None
    auth = _one_of(reader, block, "google", "auth", GOOGLE_AUTH, "service_account")
    customer = reader.text(block, "customer", "")
    if not customer or customer == "my_customer":
        raise BadSettings(
            f"{reader.where}: google.customer = {customer!r}; expected the customer id (Admin console, Account "
            "settings), such as C03az79cb: records name the instance by it"
        )
    for key in ("admin", "key_file") if auth == "service_account" else ():
        if not reader.text(block, key, ""):
            raise BadSettings(f'{reader.where}: [google] has no `{key}`; auth = "service_account" needs it')
    return GoogleSettings(
        customer, reader.text(block, "admin", ""), _file(reader, block, "key_file", base), auth,
        reader.text(block, "api_url", GoogleSettings.api_url).rstrip("/"), tuple(reader.texts(block, "without")),
    )  # fmt: skip


def _one_of(
    reader: Reader, block: dict[str, Any], section: str, key: str, known: tuple[str, ...], default: str
) -> str:
    value = reader.text(block, key, default)
    if value not in known:
        raise BadSettings(f"{reader.where}: {section}.{key} = {value!r}; expected one of {', '.join(known)}")
    return value


def _file(reader: Reader, block: dict[str, Any], key: str, base: Path) -> Path | None:
    value = reader.text(block, key, "")
    return (base / value).absolute() if value else None
