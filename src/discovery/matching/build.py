"""The steps of the stage: match and its evidence from the mentions, then the apps that there are."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from discovery.catalog.load import Alias, App, Catalog, read_catalog
from discovery.catalog.write import write_aliases, write_apps
from discovery.decisions import read_decisions
from discovery.matching.decide import Match
from discovery.matching.engine import match_mentions
from discovery.matching.identify import Mention, uncatalogued
from discovery.matching.labelled import build_labelled_match
from discovery.matching.rules import FILE, read_rules
from discovery.matching.setting import READS, read_settings
from discovery.matching.uncatalogued import app_outside
from discovery.settings import Settings
from discovery.stage import Night, Step, tables_read
from discovery.store import Store, sql_file

PACKAGE = "discovery.matching"

_MENTIONS = sql_file(PACKAGE, "mention")
_IN_USE = sql_file(PACKAGE, "app_in_use")


def build_match(store: Store, night: Night) -> int:
    """Fill `matching.match` and, in the same transaction, `matching.match_evidence`; return the matches."""
    settings = night.settings
    catalog = read_catalog(settings.catalog)
    decisions = read_decisions(settings.home).standing("match")
    matches = match_mentions(
        store,
        read_mentions(store),
        catalog,
        settings.domains,
        decisions,
        lambda merchants, decided: read_settings(store, merchants, decided, night.as_of),
        read_rules(settings.home / FILE, catalog),
    )
    with store.transaction():
        with store.relation("incoming_evidence", evidence_table(matches)):
            store.replace("matching.match_evidence", sql_file(PACKAGE, "match_evidence"))
        with store.relation("incoming_match", match_table(matches)):
            return store.replace("matching.match", sql_file(PACKAGE, "match"))


def build_match_evidence(store: Store, night: Night) -> int:  # noqa: ARG001 - a step takes the night
    """Return the rows of evidence, which `build_match` wrote together with the decisions they add up to."""
    return store.count("matching.match_evidence")


def build_app(store: Store, night: Night) -> int:
    """Fill `matching.app`: the catalog, the overlay, and the apps seen in use that neither knows."""
    return write_apps(store, catalog_in_use(store, night.settings))


def build_app_alias(store: Store, night: Night) -> int:
    """Fill `matching.app_alias`: names, hosts and ids of the apps, in use or not."""
    return write_aliases(store, catalog_in_use(store, night.settings))


def catalog_in_use(store: Store, settings: Settings) -> Catalog:
    """Return the catalog with the apps that accepted mentions brought in.

    The name of such an app is that of its most frequent mention. An app that was used before the catalog knew
    it keeps its id of that time as alias (former_id).
    """
    catalog = read_catalog(settings.catalog)
    apps, aliases = dict(catalog.apps), list(catalog.aliases)
    for row in store.dicts(_IN_USE):
        app_id = row["app_id"]
        if app_id in catalog.apps:
            if row["kind"] == "domain" and row["mention"]:
                made = uncatalogued(Mention(row["mention"], "domain"), settings.domains)
                aliases.append(Alias(app_id, made.app_id, "former_id"))
            continue
        made = (
            app_outside(app_id)
            if row["kind"] == "merchant"
            else uncatalogued(Mention(row["mention"], row["kind"], row["mention_name"]), settings.domains)
        )
        if app_id not in apps:
            domain = made.domain if made.app_id == app_id else None
            apps[app_id] = App(app_id, made.name, domain=domain, in_catalog=False)
        if made.app_id == app_id and made.domain == made.name:
            aliases.append(Alias(app_id, made.domain, "domain"))
    return Catalog.of(apps.values(), aliases)


def read_mentions(store: Store) -> list[Mention]:
    """Return all mentions in a fixed order."""
    rows = store.dicts(_MENTIONS)
    return [Mention(**{**row, "hosts": tuple(row["hosts"])}) for row in rows]


def match_table(matches: Sequence[Match]) -> pa.Table:
    """Return the decisions as columns of `matching.match`."""
    text = ("mention", "kind", "app_id", "decision", "method", "runner_up", "decided_by", "explanation")
    columns = {name: pa.array([getattr(m, name) for m in matches], pa.string()) for name in text}
    columns["score"] = pa.array([float(m.score) for m in matches], pa.float64())
    columns["decided_at"] = pa.array([m.decided_at for m in matches], pa.timestamp("us"))
    return pa.table(columns)


def evidence_table(matches: Sequence[Match]) -> pa.Table:
    """Return the evidence of all decisions as columns of `matching.match_evidence`."""
    rows = [
        (m.mention, m.kind, position, e.comparison, e.left, e.right, float(e.weight))
        for m in matches
        for position, e in enumerate(m.evidence, 1)
    ]
    names = ("mention", "kind", "position", "comparison", "value_left", "value_right", "weight")
    types = {"position": pa.int64(), "weight": pa.float64()}
    return pa.table({
        name: pa.array([row[i] for row in rows], types.get(name, pa.string())) for i, name in enumerate(names)
    })  # fmt: skip


STEPS = (
    Step("matching.labelled_match", build_labelled_match, ()),
    # Not read, but asked by the check that stops the graph where labelled merchants are matched badly.
    Step(
        "matching.match",
        build_match,
        tuple(sorted({*tables_read(_MENTIONS), *READS, "matching.labelled_match"})),
    ),
    Step("matching.match_evidence", build_match_evidence, ("matching.match",)),
    Step("matching.app", build_app, tables_read(_IN_USE)),
    Step("matching.app_alias", build_app_alias, tables_read(_IN_USE)),
)
