"""What is known of a merchant beside its text: its category, its rhythm, and what the same persons use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from discovery.catalog.naming import host_of
from discovery.matching.compare import Setting
from discovery.matching.decide import Match
from discovery.matching.hosts import domain_of
from discovery.matching.identify import Mention
from discovery.stage import tables_read
from discovery.store import Store, sql_file

_SETTING = sql_file("discovery.matching", "setting")
READS = tables_read(_SETTING)
"""Tables that `read_settings` reads."""


def read_settings(
    store: Store, merchants: Sequence[Mention], decided: Sequence[Match], as_of: date
) -> dict[str, Setting]:
    """Return what is known of each merchant by its text; `decided` are the other mentions, matched already.

    A domain counts by itself too, so that a charge can be laid beside visits to an app that the catalog lacks.
    """
    used = {(m.kind, m.mention, m.app_id) for m in decided if m.app_id and m.decision == "accept"}
    domains = ((m.kind, m.mention, domain_of(host_of(m.mention))) for m in decided if m.kind == "domain")
    rows = sorted({*used, *(row for row in domains if row[2])})
    names = ("kind", "mention", "app_id")
    table = pa.table({name: pa.array([row[i] for row in rows], pa.string()) for i, name in enumerate(names)})
    texts = pa.table({"merchant": pa.array([m.mention for m in merchants], pa.string())})
    with store.relation("possible_merchant", texts), store.relation("used_app", table):
        found = {row[0]: row for row in store.rows(_SETTING, {"as_of": as_of})}
    settings = {}
    for merchant in merchants:
        _, is_monthly, apps = found.get(merchant.mention, (None, False, ()))
        settings[merchant.mention] = Setting(merchant.mcc, bool(is_monthly), frozenset(apps))
    return settings
