"""What is older than the settings keep goes in a night; what was known of it stays, whatever comes next."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from discovery.cli.doctor_published import looked_at
from discovery.cli.report import RunReport, print_report, removed_of
from discovery.errors import BadUse
from discovery.privacy import forget
from discovery.run import Removed, steps, writing
from discovery.settings import RetentionSettings, Settings
from discovery.sources.horizon import REASON, events_from
from discovery.sources.retention import CONTENT_GONE
from discovery.store import Store
from tests.retention.company import AS_OF, PEOPLE, fill, put, settings_of, sign_ins

ROOT = Path(__file__).resolve().parents[2]
FROM = date(2026, 3, 1)
EVENT_DAYS, VAULT_DAYS = 200, 100
KNOWN = ("person", "account", "app", "account_access", "access", "access_span", "spend", "usage_month", "match",
         "finding", "source_freshness", "person_summary", "app_summary", "coverage")  # fmt: skip


def night(settings: Settings, as_of: date = AS_OF, *, again: bool = False) -> Removed:
    """One whole night; its clock is that of its day."""
    with writing(settings, as_of) as run:
        run.scan(again=again)
        for system in run.systems:
            run.ingest(system)
        failed = {system: one.error for system, one in run.outcomes.items() if one.error}
        assert failed == {}
        for step in steps():
            run.build(step)
        run.publish()
        return run.remove_old(today=as_of)


def known(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """What the published file says, but for what retention declares to change."""
    with Store(settings.published, read_only=True) as store:
        said = {table: store.rows(f"SELECT * FROM {table} ORDER BY ALL") for table in KNOWN}
        said["evidence"] = store.rows("SELECT * FROM evidence ORDER BY ALL")
        said["blind_spot"] = store.rows(
            "SELECT * FROM blind_spot WHERE reason NOT LIKE 'known by month:%' ORDER BY ALL"
        )
        return said


def balance(settings: Settings) -> list[tuple[object, ...]]:
    with Store(settings.published, read_only=True) as store:
        return store.rows(
            "SELECT file_name, state, rows_read, rows_loaded, rows_duplicate, rows_ignored, rows_quarantined, "
            "rows_loaded + rows_duplicate + rows_ignored + rows_quarantined = rows_read AS is_balanced "
            "FROM source_file ORDER BY ALL"
        )


def warehouse(settings: Settings, sql: str) -> list[tuple[object, ...]]:
    with Store(settings.warehouse, read_only=True) as store:
        return store.rows(sql)


def lake(settings: Settings) -> list[str]:
    return sorted(p.name for p in (settings.home / "lake").glob("*/*/day=*"))


def vault(settings: Settings, name: str) -> list[str]:
    """The kinds of file that the vault has of an input."""
    [(sha, *_)] = warehouse(
        settings, f"SELECT DISTINCT file_sha256 FROM sources.source_file WHERE file_name = '{name}'"
    )
    return sorted(
        p.name.removeprefix(str(sha)).rpartition(".")[2] for p in (settings.home / "vault").glob(f"??/{sha}*")
    )


@pytest.fixture(scope="module")
def kept_for_ever(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The company after one night with nothing removed; only to be read and copied."""
    folder = tmp_path_factory.mktemp("ever")
    fill(folder / "inbox")
    settings = settings_of(folder)
    assert night(settings) == Removed(None, 0)
    return settings


@pytest.fixture
def company(kept_for_ever: Settings, tmp_path: Path) -> Settings:
    """A copy of it that keeps events for 200 days."""
    return copied(kept_for_ever, tmp_path, event_days=EVENT_DAYS)


def copied(made: Settings, folder: Path, **limits: int) -> Settings:
    """A copy of a company that keeps for so many days, to change at will."""
    shutil.copytree(made.home, folder / "home")
    shutil.copytree(made.inbox, folder / "inbox")
    return settings_of(folder, **limits)


@dataclass(frozen=True)
class Later:
    """The company some nights later, and what each of these nights removed; only to be read and copied."""

    settings: Settings
    removed: tuple[Removed, ...]


def nights_later(before: Settings, folder: Path, count: int, **limits: int) -> Later:
    settings = copied(before, folder, **limits)
    return Later(settings, tuple(night(settings) for _ in range(count)))


@pytest.fixture(scope="module")
def first_removal(kept_for_ever: Settings, tmp_path_factory: pytest.TempPathFactory) -> Later:
    """The company after the night that removed events, and only those."""
    return nights_later(kept_for_ever, tmp_path_factory.mktemp("first"), 1, event_days=EVENT_DAYS)


@pytest.fixture(scope="module")
def second_removal(first_removal: Later, tmp_path_factory: pytest.TempPathFactory) -> Later:
    """The company after the night after that one."""
    folder = tmp_path_factory.mktemp("second")
    return nights_later(first_removal.settings, folder, 1, event_days=EVENT_DAYS)


@pytest.fixture(scope="module")
def both_limits(kept_for_ever: Settings, tmp_path_factory: pytest.TempPathFactory) -> Later:
    """The company after two nights of which the first removed events and exports."""
    limits = {"event_days": EVENT_DAYS, "vault_days": VAULT_DAYS}
    return nights_later(kept_for_ever, tmp_path_factory.mktemp("both"), 2, **limits)


@pytest.fixture
def trimmed(first_removal: Later, tmp_path: Path) -> Settings:
    """A copy of the company after the first removal."""
    return copied(first_removal.settings, tmp_path, event_days=EVENT_DAYS)


@pytest.fixture
def settled(second_removal: Later, tmp_path: Path) -> Settings:
    """A copy of the company after the night after the first removal."""
    return copied(second_removal.settings, tmp_path, event_days=EVENT_DAYS)


def test_days_go_and_what_was_known_stays(
    kept_for_ever: Settings, first_removal: Later, second_removal: Later
) -> None:
    company = second_removal.settings
    [removed] = first_removal.removed
    assert removed.events is not None
    assert removed.events.events_from == FROM == events_from(first_removal.settings.home)
    gone = warehouse(
        kept_for_ever, f"SELECT sum(row_count) FROM sources.source_part WHERE day < DATE '{FROM}'"
    )
    assert removed.events.events == gone[0][0] > 100
    for made in (first_removal.settings, company):
        assert warehouse(made, "SELECT min(day) >= DATE '2026-03-01' FROM canonical.usage") == [(True,)]
        assert min(lake(made)) >= f"day={FROM}"
        assert lake(made)
    assert second_removal.removed == (Removed(None, 0),)
    assert known(company) == known(kept_for_ever)
    assert all(row[-1] for row in balance(company))
    with Store(company.published, read_only=True) as store:
        said = store.rows("SELECT source, to_at, reason FROM blind_spot WHERE reason LIKE 'known by month:%'")
        assert {str(row[0]).split()[0] for row in said} == {"sign_in", "web_visit"}
        assert {row[1].date() for row in said} == {FROM}
        assert store.rows("SELECT whole_from, row_count FROM retention WHERE what = 'events'") == [
            (FROM, gone[0][0])
        ]
        months = "SELECT count(DISTINCT month) FROM usage_month WHERE month < DATE '2026-03-01'"
        assert store.value(months) == 5


def test_nothing_is_removed_where_nothing_is_set_or_before_the_day(company: Settings) -> None:
    assert night(replace(company, retention=RetentionSettings())) == Removed(None, 0)
    with writing(company, AS_OF) as run:
        assert run.remove_old(today=date(2025, 10, 10)) == Removed(None, 0)
    assert events_from(company.home) is None


def test_run_and_doctor_say_what_went_and_from_when_on_things_are_whole(
    company: Settings, both_limits: Later, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(company, retention=RetentionSettings(EVENT_DAYS, VAULT_DAYS))
    assert [said for said in looked_at(settings) if said[0] == "retention"] == []
    removed = removed_of(night(settings))
    count = removed["events"]
    print_report(RunReport(settings.published, removed=removed))
    told = " ".join(capsys.readouterr().out.split())
    assert (
        f"Removed: {count} events older than [retention] keeps; single events are whole from 2026-03-01 on"
        in told
    )
    assert f"Removed: {removed['exports']} exports older" in told
    [before] = [said for said in looked_at(settings) if said[0] == "retention"]
    assert before[2].startswith("single events are whole from 2026-03-01 on; older ones were removed")
    events, exports = [said for said in looked_at(both_limits.settings) if said[0] == "retention"]
    assert f"; {count} older ones were removed up to the last publication" in events[2]
    assert exports[2].startswith("of 6 exports older than 2026-06-22 only the records are kept")


def test_old_exports_that_come_again_change_nothing(kept_for_ever: Settings, trimmed: Settings) -> None:
    company, before = trimmed, known(kept_for_ever)
    days = [date(2025, 10, 3) + timedelta(days=3 * n) for n in range(70)]
    put(
        company.inbox, "okta/again.ndjson", sign_ins(days[:60])
    )  # other cuts, all of it old or older and newer
    put(company.inbox, "okta/only old.ndjson", sign_ins(days[:9]))
    shutil.copy(company.inbox / "okta/q0.ndjson", company.inbox / "okta/q0 (1).ndjson")
    (company.inbox / "okta/q1.ndjson").touch()
    night(company, again=True)
    assert known(company) == before
    told = {row[0]: row for row in balance(company)}
    assert told["okta/only old.ndjson"][1:] == ("loaded", 18, 0, 0, 18, 0, True)
    assert told["okta/q0 (1).ndjson"][1] == "duplicate"
    assert warehouse(company, f"SELECT count(*) FROM sources.ignored WHERE reason = '{REASON}'")[0][0] >= 5
    # Of what is all too old nothing is kept but how it was read.
    assert vault(company, "okta/only old.ndjson") == ["json"]
    assert vault(company, "okta/again.ndjson") == ["", "json"]


def test_late_events_of_days_that_are_kept_are_read(trimmed: Settings) -> None:
    company = trimmed
    put(company.inbox, "okta/late.ndjson", sign_ins([date(2026, 2, 27), date(2026, 3, 3), date(2026, 4, 2)]))
    night(company)
    told = {row[0]: row for row in balance(company)}
    assert told["okta/late.ndjson"][1:] == ("loaded", 6, 4, 0, 2, 0, True)


def test_a_lost_warehouse_knows_the_months_again(kept_for_ever: Settings, settled: Settings) -> None:
    company, before = settled, known(kept_for_ever)
    counted = balance(company)
    company.warehouse.unlink()
    shutil.rmtree(company.home / "lake")
    shutil.rmtree(company.inbox)
    company.inbox.mkdir()
    night(company)
    assert known(company) == before
    assert balance(company) == [row for row in counted if row[1] == "loaded"]
    with Store(company.published, read_only=True) as store:
        assert store.value("SELECT count(*) FROM blind_spot WHERE reason LIKE 'known by month:%'") > 0
    # Without the months it does not pretend: what is of before is not there, and the file says from when on.
    assert min(lake(company)) >= f"day={FROM}"


def test_the_next_month_takes_the_next_days(trimmed: Settings) -> None:
    company = trimmed
    later = AS_OF + timedelta(days=40)
    removed = night(company, later)
    assert removed.events is not None
    assert removed.events.events_from == date(2026, 4, 1)
    assert len(list((company.home / "vault").glob("usage_month_before_*"))) == 1
    before = known(company)
    night(company, later)
    assert known(company) == before


def test_a_day_that_is_not_whole_any_more_is_refused(trimmed: Settings) -> None:
    company = trimmed
    with pytest.raises(BadUse, match="single events are kept from 2026-03-01 on"):
        night(company, date(2026, 2, 27))
    night(company, date(2026, 2, 28))


def test_columns_of_months_that_changed_lose_nothing(settled: Settings) -> None:
    company = settled
    before = known(company)
    with Store(company.warehouse) as store:
        store.run("ALTER TABLE canonical.usage_month ADD COLUMN of_an_older_program INTEGER")
    night(company)
    assert known(company) == before


def test_a_file_of_months_that_lists_days_is_read(settled: Settings) -> None:
    """An earlier program wrote the days of a month as a list."""
    company = settled
    before = known(company)
    [path] = (company.home / "vault").glob("usage_month_before_*")
    with Store.memory(company.home) as store:
        store.run(f"CREATE TABLE months AS FROM read_parquet('{path}')")
        store.run(
            f"COPY (SELECT * EXCLUDE (day_bits), [month + CAST(n AS INTEGER) FOR n IN range(31) "
            f"IF day_bits & (1 << CAST(n AS INTEGER)) <> 0] AS days FROM months) TO '{path}' (FORMAT parquet)"
        )
    company.warehouse.unlink()
    night(company)
    assert known(company) == before


def test_exports_go_and_their_records_stay(company: Settings, tmp_path: Path) -> None:
    settings = replace(company, retention=RetentionSettings(None, VAULT_DAYS))
    before = known(settings)
    assert vault(settings, "cards/old.csv") == ["", "json"]
    assert night(settings).exports == 6  # two logs, two statements, two lists
    night(settings)
    assert known(settings) == before
    assert vault(settings, "cards/old.csv") == ["json", "parquet"]
    assert vault(settings, "okta/q0.ndjson") == ["json", "parquet"]
    assert vault(settings, "hr/2025-11-01.csv") == ["json", "parquet"]
    assert vault(settings, "hr/2026-09-01.csv") == ["", "json"]
    assert vault(settings, "cards/new.csv") == ["", "json"]
    contents = dict(warehouse(settings, "SELECT file_name, content FROM sources.quarantine"))
    assert contents["cards/bad.csv"] == CONTENT_GONE
    assert "ada@acme.example" in contents["cards/new.csv"]
    everything = b"".join(p.read_bytes() for p in (settings.home / "vault").rglob("*.json"))
    assert b"BROKEN of bob" not in everything
    # The same from the vault alone.
    settings.warehouse.unlink()
    shutil.rmtree(settings.inbox)
    settings.inbox.mkdir()
    night(settings)
    assert known(settings) == before


def test_both_limits_together(kept_for_ever: Settings, both_limits: Later, tmp_path: Path) -> None:
    settings = copied(both_limits.settings, tmp_path, event_days=EVENT_DAYS, vault_days=VAULT_DAYS)
    before = known(kept_for_ever)
    assert known(settings) == before
    assert vault(settings, "okta/q0.ndjson") == ["json"]
    assert vault(settings, "browser/bob@acme.example/history.csv") == ["json"]
    with Store.memory(settings.home) as store:
        paths = sorted(str(p) for p in (settings.home / "vault").rglob("*.web_visit.parquet"))
        assert len(paths) == 1
        assert store.value(
            f"SELECT min(observed_at) >= TIMESTAMP '2026-03-01' FROM read_parquet('{paths[0]}')"
        )
    settings.warehouse.unlink()
    shutil.rmtree(settings.inbox)
    settings.inbox.mkdir()
    night(settings)
    assert known(settings) == before


def test_who_is_forgotten_is_in_no_month(trimmed: Settings) -> None:
    company = trimmed
    with Store(company.published, read_only=True) as store:
        person = str(store.value("SELECT person_id FROM person WHERE email = 'cleo@acme.example'"))
    forget(company, person, by="t", as_of=AS_OF)
    [path] = (company.home / "vault").glob("usage_month_before_*")
    with Store.memory(company.home) as store:
        rows = store.rows(f"SELECT DISTINCT identifier, account_name FROM read_parquet('{path}')")
    assert "cleo" not in str(rows)
    assert all(name in str(rows) for name in PEOPLE if name != "cleo")
    shutil.rmtree(company.inbox)
    company.inbox.mkdir()
    night(company)
    for path in company.home.rglob("*"):
        if path.is_file() and "keys" not in path.parts:
            assert b"cleo@acme.example" not in path.read_bytes(), path


def test_effects_of_a_removal_fail_and_the_next_one_mends_it(kept_for_ever: Settings, tmp_path: Path) -> None:
    """Every 23rd; with `DISCOVERY_EVERY_POINT=1` each (ten minutes)."""
    shutil.copytree(kept_for_ever.home, tmp_path / "home")
    shutil.copytree(kept_for_ever.inbox, tmp_path / "inbox")
    every = 1 if os.environ.get("DISCOVERY_EVERY_POINT") else 23
    command = [
        sys.executable,
        "-m",
        "tests.retention.removal",
        str(tmp_path),
        "kill,full disk,disk error",
        str(every),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    tries = [json.loads(line) for line in done.stdout.splitlines()]
    assert [one for one in tries if not one["is_mended"]] == []
    assert len({one["ended"] for one in tries if one["ended"] != "went through"}) >= 2
    assert len(tries) * every > 200
