"""Which apps of the catalog can be told from others, and so count: a domain and two more identifiers, or a fact."""

from __future__ import annotations

from collections.abc import Iterable

from discovery.catalog.facts import Fact, read_facts
from discovery.catalog.load import Alias, App, Catalog
from discovery.catalog.naming import name_key

NEEDED = 2
IDENTIFYING = ("name", "descriptor", "domain", "app_domain", "login_domain", "entra_app_id", "okta_label",
               "google_name")  # fmt: skip


def further_identifiers(app: App, aliases: Iterable[Alias]) -> list[Alias]:
    """Return an app's identifiers beside its own name and domain."""
    own = {("name", name_key(app.name)), ("domain", app.domain)}
    return [a for a in aliases if a.kind in IDENTIFYING and (a.kind, a.key) not in own]


def counts(app: App, aliases: Iterable[Alias], facts: Iterable[Fact] = ()) -> bool:
    """Return whether an app counts: it has a domain, and two further identifiers or a sourced fact."""
    return bool(app.domain) and (len(further_identifiers(app, aliases)) >= NEEDED or any(True for _ in facts))


def apps_that_count(catalog: Catalog) -> list[str]:
    """Return the ids of the apps that count."""
    aliases: dict[str, list[Alias]] = {app_id: [] for app_id in catalog.apps}
    for alias in catalog.aliases:
        aliases[alias.app_id].append(alias)
    facts = read_facts()
    return [i for i, app in catalog.apps.items() if counts(app, aliases[i], facts.get(i, ()))]
