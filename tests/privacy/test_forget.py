"""A person is forgotten: nothing that names them is left, everybody else is as if they had never been there."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner

from discovery.cli.application import application
from discovery.decisions import read_decisions, record_decision
from discovery.errors import StoreDamaged
from discovery.ledger import Ledger, verify_ledger
from discovery.privacy import forget, pseudonymise
from discovery.report.opened import record_opened
from discovery.run import writing
from discovery.settings import Settings
from discovery.sources.forgotten import REASON, read_suppressed, suppress
from discovery.store import Store

AS_OF = date(2026, 9, 30)
ADA = "aaaaaaaa-09f4-498f-a043-33ae89006239"
BOB = "bbbbbbbb-971a-420c-a182-61261d62bb05"
TENANT = "7d0c1f6a-58a1-4c0e-9b52-0a4a3f1f2e10"
NAMES = ("ada.byron@example.com", "ada@corp.example", "ada.byron", ADA, "a.byron@example.com")


def users(*, with_ada: bool) -> bytes:
    ada = {"id": ADA, "displayName": "Ada Byron", "userPrincipalName": "Ada@corp.example",
           "mail": "Ada.Byron@example.com", "proxyAddresses": ["smtp:a.byron@example.com"], "accountEnabled": True,
           "userType": "Member", "employeeId": "E001"}  # fmt: skip
    bob = {"id": BOB, "displayName": "Bob Stone", "userPrincipalName": "bob@example.com", "mail": "bob@example.com",
           "accountEnabled": True, "userType": "Member", "employeeId": "E002",
           "manager": {"mail": "Ada.Byron@example.com"} if with_ada else None}  # fmt: skip
    return json.dumps({"value": [*([ada] if with_ada else []), bob]}).encode()


def sign_in(number: int, upn: str, user: str, app: str) -> dict[str, Any]:
    return {"id": f"66ea54eb-6301-4ee5-be62-ff5a759b{number:04d}", "createdDateTime": f"2026-09-{number:02d}T09:12:44Z",
            "userDisplayName": "X", "userPrincipalName": upn, "userId": user, "appId": "0f3c9a77-2f4e-4f6f-9f0e-6d1b2c3d4e5f",
            "appDisplayName": app, "clientAppUsed": "Browser", "conditionalAccessStatus": "notApplied",
            "isInteractive": True, "status": {"errorCode": 0}, "resourceTenantId": TENANT}  # fmt: skip


def sign_ins(*, with_ada: bool, extra: int = 0) -> bytes:
    rows = [sign_in(n, "bob@example.com", BOB, "Figma") for n in range(1, 5 + extra)]
    rows += [sign_in(n, "Ada@corp.example", ADA, "Figma") for n in range(11, 14 + extra)] if with_ada else []
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def members(*, with_ada: bool) -> bytes:
    ada = "Miro,ada@corp.example,active,Owner,2026-09-08\nMiro,not an address,???,x,someday (ada.byron@example.com)\n"
    head = "App,Email,Status,Role,Last active\n"
    bad = "Miro,not an address,???,x,someday\n"
    return (head + "Miro,bob@example.com,active,member,2026-09-09\n" + (ada if with_ada else bad)).encode()


def charges(*, with_ada: bool) -> bytes:
    head = "Transaction Date,Amount,User,Merchant Description,Merchant Name,Card Last 4,External ID\n"
    ada = "09/11/26,30.00,Ada Byron,SUPERHUMAN,Superhuman,2001,RAMP.1\n"
    return (head + "09/12/26,20.00,Bob Stone,ZOOM.US,Zoom,2002,RAMP.2\n" + (ada if with_ada else "")).encode()


def fill(inbox: Path, *, with_ada: bool) -> None:
    inbox.mkdir(parents=True)
    (inbox / "users.json").write_bytes(users(with_ada=with_ada))
    (inbox / "signins.ndjson.gz").write_bytes(gzip.compress(sign_ins(with_ada=with_ada), mtime=0))
    (inbox / "ramp.csv.zst").write_bytes(zstandard.compress(charges(with_ada=with_ada)))
    with zipfile.ZipFile(inbox / "lists.zip", "w") as archive:
        archive.writestr("members.csv", members(with_ada=with_ada))
        archive.writestr(
            "more.csv", "App,Email,Status,Role,Last active\nAsana,bob@example.com,active,member,2026-09-01\n"
        )


def settings_of(folder: Path) -> Settings:
    return Settings(
        home=folder / "home", inbox=folder / "inbox", domains=("example.com", "corp.example"),
        cardholders={"Ada Byron": "ada.byron@example.com", "Bob Stone": "bob@example.com"},
    )  # fmt: skip


def night(settings: Settings) -> str:
    umask = os.umask(0o077)
    try:
        with writing(settings, AS_OF) as run:
            return run.all_stages().content_hash
    finally:
        os.umask(umask)


def ask(settings: Settings, sql: str) -> list[tuple[Any, ...]]:
    with Store(settings.published, read_only=True) as store:
        return store.rows(sql)


CONTENT = (
    "person",
    "account",
    "app",
    "access",
    "access_span",
    "deprovisioning",
    "finding",
    "blind_spot",
    "evidence",
)


def differences(one: Settings, other: Settings) -> dict[str, Any]:
    """Rows that only one of two graphs has, by table."""
    found = {}
    for table in CONTENT:
        what = "* EXCLUDE (file_id, record)" if table == "evidence" else "*"
        rows = [{repr(row) for row in ask(s, f"SELECT {what} FROM {table}")} for s in (one, other)]
        if rows[0] != rows[1]:
            found[table] = (sorted(rows[0] - rows[1]), sorted(rows[1] - rows[0]))
    return found


def traces(folder: Path) -> list[str]:
    """Files below a folder that name Ada anywhere, packed or not; Parquet and DuckDB files by their values."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        elif data[:4] == b"\x28\xb5\x2f\xfd":
            data = zstandard.decompress(data)
        elif data[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(path) as archive:
                data = b"".join(archive.read(name) for name in archive.namelist())
        elif path.suffix == ".parquet":
            with Store.memory(path.parent) as store:
                data = repr(store.rows("SELECT * FROM read_parquet($p)", {"p": str(path)})).encode()
        if any(name.encode() in data.lower() for name in NAMES):
            found.append(str(path.relative_to(folder)))
    return found


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A home in which Ada stands everywhere, and her person_id; made once, to be copied."""
    folder = tmp_path_factory.mktemp("company")
    fill(folder / "inbox", with_ada=True)
    settings = settings_of(folder)
    night(settings)
    [(person_id,)] = ask(settings, "SELECT person_id FROM person WHERE email = 'ada.byron@example.com'")
    assert ask(settings, f"SELECT count(*) FROM access WHERE person_id = '{person_id}'")[0][0] >= 2
    record_decision(settings.home, by="g", kind="exclusion", action="accept",
                    subject={"person_id": str(person_id), "app_id": "figma"}, reason="known")  # fmt: skip
    record_decision(settings.home, by="g", kind="match", action="ignore",
                    subject={"mention_kind": "merchant", "mention": "corner cafe"})  # fmt: skip
    Ledger(settings.home).append("case", case_id="case-1", person_id=str(person_id), state="planned",
                                 private={"detail": "Ada Byron leaves"})  # fmt: skip
    assert traces(settings.home)
    return folder, str(person_id)


@pytest.fixture
def known(company: tuple[Path, str], tmp_path: Path) -> tuple[Settings, str]:
    """That home and its inbox, to change at will."""
    folder, person_id = company
    for name in ("home", "inbox"):
        shutil.copytree(folder / name, tmp_path / name)
    return settings_of(tmp_path), person_id


@pytest.mark.long
def test_nothing_is_left_and_everybody_else_is_as_before(known: tuple[Settings, str], tmp_path: Path) -> None:
    settings, person_id = known
    for who in (person_id, "somebody-else"):
        record_opened(settings.home, person_id=who, page="person", by="tester")
    done = forget(settings, person_id, by="os:test", as_of=AS_OF)
    assert (settings.home / "opened.jsonl").read_text().count("\n") == 1
    assert done.files == 4
    assert done.records == 6, "account, three sign-ins, membership, charge"
    assert (done.decisions, done.had_ledger) == (1, True)
    inbox = {"lists.zip", "ramp.csv.zst", "signins.ndjson.gz", "users.json"}
    assert {Path(path).name for path in done.inbox} == inbox, "left to the user, and named"
    assert traces(settings.home) == []
    assert not settings.published.exists()
    for path in settings.inbox.iterdir():
        path.unlink()
    after = night(settings)
    assert traces(settings.home) == []

    never = tmp_path / "never"
    fill(never / "inbox", with_ada=False)
    hers = night(settings_of(never))
    assert differences(settings, settings_of(never)) == {}
    assert after == hers, "the graph of a company that never knew her"
    rows = ask(settings, "SELECT rows_read, rows_loaded + rows_duplicate + rows_ignored + rows_quarantined, rows_ignored "
                         "FROM source_file ORDER BY file_name")  # fmt: skip
    assert all(read == accounted for read, accounted, _ in rows)
    assert sum(ignored for _, _, ignored in rows) == 6
    assert verify_ledger(settings.home).is_whole
    assert [d.kind for d in read_decisions(settings.home).all] == ["match"]


def test_the_ledger_says_that_somebody_was_forgotten_when_and_by_whom_and_not_who(
    known: tuple[Settings, str],
) -> None:
    """Also of a person whom the ledger never knew: nothing was ever done to them."""
    settings, person_id = known
    for left in (settings.home / "ledger.jsonl", settings.home / "decisions.jsonl"):
        left.unlink(missing_ok=True)
    shutil.rmtree(settings.home / "keys" / "subjects", ignore_errors=True)
    done = forget(settings, person_id, by="os:test", as_of=AS_OF)
    assert not done.had_ledger
    (entry,) = [e for e in Ledger(settings.home).entries() if e.kind == "forgotten"]
    assert entry.actor
    assert entry.at
    assert (entry.subject, entry.data["files"], entry.data["records"]) == (None, done.files, done.records)
    chain = (settings.home / "ledger.jsonl").read_text().lower()
    assert not any(name in chain for name in NAMES)
    assert person_id not in chain
    assert verify_ledger(settings.home).is_whole

    def show(address: str) -> Any:
        return CliRunner().invoke(
            application, ["ledger", "show", "--person", address, "--home", str(settings.home), "--json"]
        )

    # An address that the auditor was given is found, another one is not.
    (row,) = json.loads(show("Ada.Byron@example.com").stdout)
    assert (row["kind"], row["actor"], row["person_id"]) == ("forgotten", entry.actor, None)
    assert show("somebody.else@example.com").exit_code == 2


def test_what_comes_later_is_left_out_and_its_bytes_are_not_kept(known: tuple[Settings, str]) -> None:
    settings, person_id = known
    for name in ("warehouse.duckdb.aside", ".access_graph.duckdb.new", "access_graph.duckdb.wal.before-x"):
        shutil.copyfile(settings.warehouse, settings.home / name)
    forget(settings, person_id, by="os:test", as_of=AS_OF)
    for path in settings.inbox.iterdir():
        path.unlink()
    (settings.inbox / "later.ndjson").write_bytes(sign_ins(with_ada=True, extra=2))
    night(settings)
    assert traces(settings.home) == []
    [(read, ignored, reason)] = ask(
        settings, "SELECT f.rows_read, f.rows_ignored, i.reason FROM source_file f JOIN ignored i USING (file_id) "
        "WHERE f.file_name = 'later.ndjson'")  # fmt: skip
    assert (read, ignored, reason) == (11, 5, REASON)
    assert ask(settings, "SELECT DISTINCT email FROM person") == [("bob@example.com",)]
    used = "SELECT sum(event_count) FROM usage_month WHERE source = 'sign_in'"
    assert ask(settings, used) == [(6,)], "Bob's, each once"


def test_a_crash_in_between_is_mended_by_asking_again(
    known: tuple[Settings, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, person_id = known
    import discovery.sources.forgotten as forgotten
    from discovery.privacy import forget as module  # noqa: F401

    calls = []
    real = forgotten.Vault.drop

    def dies(self: Any, sha256: str) -> None:
        calls.append(sha256)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(self, sha256)

    monkeypatch.setattr(forgotten.Vault, "drop", dies)
    with pytest.raises(KeyboardInterrupt):
        forget(settings, person_id, by="os:test", as_of=AS_OF)
    monkeypatch.undo()
    assert read_suppressed(settings.home), "durable before anything else"
    forget(settings, person_id, by="os:test", as_of=AS_OF)
    assert traces(settings.home) == []


def test_the_list_names_nobody_and_its_key_is_missed(known: tuple[Settings, str]) -> None:
    settings, person_id = known
    forget(settings, person_id, by="os:test", as_of=AS_OF)
    content = (settings.home / "forgotten.jsonl").read_text()
    assert not any(name in content.lower() for name in NAMES)
    assert (settings.home / "forgotten.jsonl").stat().st_mode & 0o777 == 0o600
    assert suppress(settings.home, ["mail:ada.byron@example.com"], "os:test") == 0, "known already"
    (settings.home / "keys" / "forgotten").unlink()
    with pytest.raises(StoreDamaged, match="restore it from a backup"):
        night(settings)


def test_a_pseudonymised_copy_names_nobody_and_still_joins(
    known: tuple[Settings, str], tmp_path: Path
) -> None:
    settings, person_id = known
    counts = pseudonymise(settings, tmp_path / "shared.duckdb")
    assert counts["access"] == ask(settings, "SELECT count(*) FROM access")[0][0]
    data = (tmp_path / "shared.duckdb").read_bytes().lower()
    for name in (*NAMES, person_id, "bob@example.com", "bob stone"):
        assert name.encode() not in data, name
    assert (tmp_path / "shared.duckdb").stat().st_mode & 0o777 == 0o600
    joined = "SELECT count(*), count(DISTINCT p.person_id) FROM access a JOIN person p USING (person_id)"
    with Store(tmp_path / "shared.duckdb", read_only=True) as store:
        assert store.rows(joined) == ask(settings, joined)
        assert store.rows("SELECT count(*) FROM person WHERE display_name IS NOT NULL") == [(0,)]
    other = replace(settings, home=tmp_path / "elsewhere")
    other.home.mkdir()
    other.published.write_bytes(settings.published.read_bytes())
    pseudonymise(other, tmp_path / "other.duckdb")
    with (
        Store(tmp_path / "other.duckdb", read_only=True) as store,
        Store(tmp_path / "shared.duckdb", read_only=True) as mine,
    ):
        both = "SELECT person_id FROM person ORDER BY ALL"
        assert store.rows(both) != mine.rows(both), "another key, other pseudonyms"
