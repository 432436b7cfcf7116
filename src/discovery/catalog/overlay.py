"""The user's own apps and what the company has decided about them: a CSV laid over the catalog."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

from discovery.catalog.load import HOST_KINDS, Alias, App, Catalog
from discovery.catalog.naming import fold, host_of, is_host, name_key, registrable_domain, tokens_of
from discovery.errors import BadSettings

COLUMNS = ("app_id", "name", "domain", "aliases", "category", "approval", "owner_email")
APPROVALS = ("approved", "discovered", "needs_review", "blocked")

_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,79}\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")


def lay_over(catalog: Catalog, path: Path) -> Catalog:
    """Return the catalog with the overlay: an app found by id, domain or name is amended, else added.

    Columns: app_id, name, domain, aliases (`;` between them; a host counts as app domain, anything else as
    name), category, approval, owner_email; empty = as the catalog has it. The overlay's names and domains win
    over the catalog's. Raises BadSettings naming file, row, column, value and what was expected.
    """
    apps = dict(catalog.apps)
    mine: list[Alias] = []
    owners: dict[tuple[str, str], tuple[str, int]] = {}
    for number, row in _rows(path):
        where = f"{path}: row {number}"
        app = _amended(catalog, apps, row, where)
        apps[app.app_id] = app
        for alias in _aliases(app, row, where):
            owner, first = owners.setdefault((alias.kind, alias.key), (app.app_id, number))
            if owner != app.app_id:
                raise BadSettings(
                    f"{where}, column aliases: {alias.alias!r} already belongs to {owner} (row {first}); "
                    "expected each name or domain at one app"
                )
            mine.append(alias)
    hosts = {alias.alias: alias.app_id for alias in mine if alias.kind in HOST_KINDS}
    kept = [a for a in catalog.aliases if hosts.get(_bare(a), a.app_id) == a.app_id]
    return Catalog.of(apps.values(), (*mine, *kept))


def _bare(alias: Alias) -> str:
    """The host of an alias without its star: whoever owns a host owns it as domain, app host and login host."""
    return alias.alias.removeprefix("*.") if alias.kind in HOST_KINDS else ""


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle, strict=True)
            header = [str(h).strip() for h in reader.fieldnames or []]
            unknown = [h for h in header if h not in COLUMNS]
            if unknown or ("name" not in header and "app_id" not in header):
                raise BadSettings(
                    f"{path}: row 1, column {', '.join(unknown) or 'name'}: header is {', '.join(header)!r}; "
                    f"expected {', '.join(COLUMNS)}"
                )
            reader.fieldnames = header
            found = []
            for number, row in enumerate(reader, 2):
                if None in row or None in row.values():
                    raise BadSettings(
                        f"{path}: row {number}, column {header[-1]}: the row has not as many values as the "
                        f"header; expected {len(header)} (quote a value that holds a comma)"
                    )
                clean = {key: value.strip() for key, value in row.items()}
                if any(clean.values()):
                    found.append((number, clean))
            return found
    except FileNotFoundError as error:
        raise BadSettings(f"{path}: no such file; `catalog` in discovery.toml names it") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadSettings(f"{path}: cannot be read: {error}; expected a CSV in UTF-8") from error


def _amended(catalog: Catalog, apps: dict[str, App], row: dict[str, str], where: str) -> App:
    app_id, name, domain = row.get("app_id", ""), row.get("name", ""), row.get("domain", "")
    if app_id and not _ID.match(app_id):
        raise BadSettings(f"{where}, column app_id: {app_id!r}; expected lower-case letters, digits, - and .")
    if domain:
        host = host_of(domain)
        if host != domain.lower() or not is_host(host):
            raise BadSettings(f"{where}, column domain: {domain!r}; expected a domain such as example.com")
        domain = host
    approval = row.get("approval", "")
    if approval and approval not in APPROVALS:
        raise BadSettings(f"{where}, column approval: {approval!r}; expected one of {', '.join(APPROVALS)}")
    owner = row.get("owner_email", "").lower()
    if owner and not _EMAIL.match(owner):
        raise BadSettings(f"{where}, column owner_email: {owner!r}; expected an e-mail address")
    if app_id:
        known = apps.get(app_id) or _by_former_id(catalog, app_id)
    else:
        known = _by_domain_or_name(catalog, apps, domain, name)
        if known is None and not name:
            raise BadSettings(f"{where}, column name: ''; expected a name, for no app has that domain")
    if known is None:
        if not name:
            raise BadSettings(
                f"{where}, column app_id: {app_id!r} is not known; expected a known id, or a name as well"
            )
        known = App(app_id or _new_id(name, domain, apps), name, facts_source="overlay")
    return replace(
        known,
        name=name or known.name,
        domain=domain or known.domain,
        category=row.get("category") or known.category,
        approval=approval or known.approval,
        owner_email=owner or known.owner_email,
    )


def _by_former_id(catalog: Catalog, app_id: str) -> App | None:
    alias = catalog.find("former_id", name_key(app_id))
    return catalog.apps[alias.app_id] if alias else None


def _by_domain_or_name(catalog: Catalog, apps: dict[str, App], domain: str, name: str) -> App | None:
    for kind, key in (("app_domain", domain), ("domain", domain), ("name", name_key(name))):
        alias = catalog.find(kind, key)
        if key and alias is not None:
            return apps[alias.app_id]
    named = [
        a
        for a in apps.values()
        if a.app_id not in catalog.apps and name and name_key(a.name) == name_key(name)
    ]
    return named[0] if named else None


def _new_id(name: str, domain: str, apps: dict[str, App]) -> str:
    slug = "-".join(tokens_of(fold(name)))
    slug = re.sub(r"[^a-z0-9-]", "", slug)[:60].strip("-") or domain or "app"
    app_id, number = slug, 2
    while app_id in apps:
        app_id, number = f"{slug}-{number}", number + 1
    return app_id


def _aliases(app: App, row: dict[str, str], where: str) -> list[Alias]:
    found = [Alias(app.app_id, app.name, "name", name_strength(app.name))] if row.get("name") else []
    if app.domain and row.get("domain"):
        kind = "domain" if registrable_domain(app.domain) == app.domain else "app_domain"
        found.append(Alias(app.app_id, app.domain, kind))
    for text in filter(None, (a.strip() for a in row.get("aliases", "").split(";"))):
        host = host_of(text)
        if is_host(host) and host == text.lower():
            found.append(
                Alias(app.app_id, host, "domain" if registrable_domain(host) == host else "app_domain")
            )
        elif name_key(text):
            found.append(Alias(app.app_id, text, "name", name_strength(text)))
        else:
            raise BadSettings(f"{where}, column aliases: {text!r}; expected a name or a domain")
    return found


def name_strength(name: str) -> str:
    """Return how far the user's own name speaks for itself: two words or six letters, else a second sign."""
    return "m" if len(tokens_of(fold(name))) > 1 or len(name_key(name)) >= 6 else "c"
