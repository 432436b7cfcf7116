"""From the API of a small tenant to the published file, and again after somebody was disabled."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from discovery.collect import collect
from discovery.run import writing
from discovery.settings import EntraSettings, Settings
from discovery.store import Store
from sample_data.tenant import Tenant, demo, serving


def night(settings: Settings) -> None:
    with writing(settings, today()) as run:
        run.all_stages()
        assert {s: o.error for s, o in run.outcomes.items() if o.error} == {}


def today() -> date:
    return datetime.now(UTC).date()


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with Store(settings.published, read_only=True) as store:
        return store.rows(query)


def id_of(tenant: Tenant, name: str) -> str:
    return next(k for k, u in tenant.users.items() if u["userPrincipalName"].startswith(name))


@pytest.mark.long
def test_collected_files_flow_through_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOVERY_ENTRA_TOKEN", "canary-token")
    tenant = demo(None)
    tenant.manage(id_of(tenant, "ann"), id_of(tenant, "cem"))
    with serving(tenant) as url:
        own = EntraSettings(tenant.id, "", url, "token")
        settings = Settings(
            home=tmp_path / "home", inbox=tmp_path / "inbox", entra=own, domains=("nordwind.example",)
        )
        assert all(one.is_fine for one in collect(settings, "entra"))
        night(settings)
        files = rows(settings, "SELECT file_name, state, reason, instance, is_complete, rows_read, rows_loaded, "
                     "rows_duplicate, rows_ignored, rows_quarantined FROM source_file")  # fmt: skip
        assert [f for f in files if f[1] != "loaded"] == []
        assert {f[3] for f in files} == {tenant.id}
        assert all(f[5] == f[6] + f[7] + f[8] + f[9] and f[9] == 0 for f in files)
        people = dict(rows(settings, "SELECT email, status FROM person"))
        assert people["bea.kim@nordwind.example"] == "disabled"
        assert people["eva.lund@nordwind.example"] == "soft_deleted"
        assert people["ann.reed@nordwind.example"] == "active"
        managed = "SELECT manager_email FROM person WHERE email = 'cem.oz@nordwind.example'"
        assert rows(settings, managed) == [("ann.reed@nordwind.example",)]
        used = rows(settings, "SELECT DISTINCT p.email FROM access AS a JOIN person AS p USING (person_id) "
                    "WHERE list_contains(a.sources, 'sign_in')")  # fmt: skip
        assert len(used) == len(people)
        # Somebody is disabled, somebody purged, somebody promoted: the changes alone are read.
        tenant.disable(id_of(tenant, "ann"))
        tenant.update_user(id_of(tenant, "cem"), department="Finance and Law")
        tenant.purge(next(iter(tenant.deleted)))
        found = {one.name: one.records for one in collect(settings, "entra", groups=["people"])}
        assert found == {"users_changed": 3, "deleted_users": 0}
        night(settings)
    people = dict(rows(settings, "SELECT email, status FROM person"))
    assert people["ann.reed@nordwind.example"] == "disabled"
    assert people["eva.lund@nordwind.example"] == "deleted"
    changed = "SELECT department, manager_email FROM person WHERE email = 'cem.oz@nordwind.example'"
    assert rows(settings, changed) == [("Finance and Law", "ann.reed@nordwind.example")]
    # What was collected is enough: another home reads the same inbox without the tenant, and finds the same.
    content = rows(settings, "SELECT content_hash FROM run")
    again = Settings(home=tmp_path / "other", inbox=settings.inbox, domains=settings.domains)
    night(again)
    assert rows(again, "SELECT content_hash FROM run") == content
