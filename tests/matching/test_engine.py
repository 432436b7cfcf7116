"""Matching many texts: shared out among processes, the answers are those of one."""

from __future__ import annotations

import gc
import os

import pytest

from discovery.catalog import read_catalog
from discovery.catalog.load import data_rows
from discovery.matching import engine
from discovery.matching.compare import Setting
from discovery.matching.identify import Mention
from discovery.store import Store


def test_processes_answer_together_as_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(data_rows("labelled.csv", "discovery.matching"))
    mentions = [Mention(row["text"], "merchant", mcc=row["mcc"] or None) for row in rows]
    settings = {m.mention: Setting(m.mcc, is_monthly=True) for m in mentions[::3]}
    catalog = read_catalog()
    gc.enable()  # a command that was called in this process may have switched it off
    with Store(None) as store:
        alone = engine.match_possible(store, mentions, catalog, settings)
        monkeypatch.setattr(engine, "PART", len(mentions) // 5)
        monkeypatch.setattr(os, "cpu_count", lambda: 2)
        together = engine.match_possible(store, mentions, catalog, settings)
        bare = engine.match_possible(store, mentions, catalog, settings, with_evidence=False)
    assert [m.mention for m in alone] == [row["text"] for row in rows]
    assert any(match.evidence for match in alone)
    assert together == alone
    assert bare == [match._replace(evidence=()) for match in alone]
    assert gc.isenabled()
