"""After `discovery forget` no byte of the home names the person, whatever the files of the inbox are called."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from click.testing import CliRunner

from discovery.cli.application import application
from discovery.decisions import record_decision
from discovery.sources.file_name import STAND_IN
from discovery.store import Store

AS_OF = "2026-09-25"
ADDRESS = "zebediah.quillfeather@acme.example"
DEVICE = "zq-laptop-7741"
NAMES = ("quillfeather", "zebediah", "montmorency", DEVICE, "00uzeb", "e00777")
"""What is hers alone: first name, last name, former name, device, keys. An address holds one of them."""
PEOPLE = (
    ("bob", "Bob", "Stone", "00ubob", "e00001"),
    ("zebediah.quillfeather", "Zebediah", "Quillfeather", "00uzeb", "e00777"),
)
SETTINGS = """
domains = ["acme.example"]
people = { source_of_truth = "hr" }

[cardholders]
"Bob Stone" = "bob@acme.example"

[[source]]
files = "cards/*"
currency = "EUR"
date_order = "ymd"

[[source]]
files = "hr/2026-08-01.csv"
snapshot_on = 2026-08-01

[[source]]
files = "hr/2026-09-01.csv"
snapshot_on = 2026-09-01
"""


def roster(zebs_last_name: str) -> str:
    head = "Employee ID,First name,Last name,Work Email,Department,Manager Email,Hire date,Termination date,Status\n"
    return head + "".join(
        f"{number},{first},{zebs_last_name if first == 'Zebediah' else last},{login}@acme.example,Science,"
        f"{ADDRESS if login == 'bob' else ''},2024-07-18,,Active\n"
        for login, first, last, _, number in PEOPLE
    )


def sign_ins(logins: tuple[str, ...], first: int = 1) -> str:
    return "".join(
        json.dumps({
            "uuid": f"ab0f5c0a-3c4e-11f1-9d2b-{day:02d}{key[-3:].encode().hex()}0000", "published": f"2026-09-{day:02d}T08:12:44.123Z",
            "eventType": "user.authentication.sso", "version": "0", "severity": "INFO",
            "actor": {"id": key, "type": "User", "alternateId": f"{login}@acme.example", "displayName": f"{name} {last}"},
            "client": {"ipAddress": "203.0.113.7"}, "outcome": {"result": "SUCCESS", "reason": None},
            "target": [{"id": "0oa1", "type": "AppInstance", "alternateId": "Figma", "displayName": "Figma"}],
            "debugContext": {"debugData": {"requestUri": "/app"}},
        }) + "\n"
        for login, name, last, key, _ in PEOPLE if login in logins for day in range(first, first + 4)
    )  # fmt: skip


def charges(*lines: tuple[str, str, str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["Date", "Description", "Card Member", "Account #", "Amount"])
    writer.writerows([day, merchant, who, f"-7100{len(who) % 10}", "9.50"] for day, merchant, who in lines)
    return out.getvalue()


def visits(first: int) -> str:
    head = "order,id,date,time,title,url,visitCount,typedCount,transition\n"
    return head + "".join(
        f"{n},{4000 - n},2026-09-{n:02d},9:12:44,A title,https://app.miro.com/app/board,3,0,link\n"
        for n in range(first, first + 5)
    )


OLD = ("amex/amex", "chrome_history/chrome_history", "hr/hr_roster", "okta/okta_system_log")
MEMBERS = "App,Email,Status,Role,Last active\n"


def archive(first: int = 12) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr(
            zipfile.ZipInfo("Zebediah.Quillfeather@acme.example/history.csv"), visits(20 - first % 7)
        )
        zipped.writestr(zipfile.ZipInfo("bob@acme.example/history.csv"), visits(first % 20))
        zipped.writestr(
            zipfile.ZipInfo("lists for zebediahquillfeather.csv"),
            f"{MEMBERS}Asana,bob@acme.example,active,member,2026-09-01\n",
        )
    return made.getvalue()


FILES: dict[str, str | bytes] = {
    "hr/2026-08-01.csv": roster("Montmorency"),
    "hr/2026-09-01.csv": roster("Quillfeather"),
    "okta/log.ndjson": sign_ins(("bob", "zebediah.quillfeather")),
    # Bob's alone, under her name: his records stay, and their number stays right.
    f"okta/of-{ADDRESS}.ndjson.gz": gzip.compress(sign_ins(("bob",), 11).encode(), mtime=0),
    f"okta/{ADDRESS.upper()}/log.ndjson.zst": zstandard.compress(sign_ins(("bob",), 21).encode()),
    f"browser/{ADDRESS}/history.csv": visits(1),
    "browser/bob@acme.example/history.csv": visits(2),
    f"cards/ramp_{ADDRESS}.csv": charges(("2026-09-01", "FIGMA", "BOB STONE"), ("2026-09-02", "MIRO.COM", "ZEBEDIAH QUILLFEATHER")),
    "cards/Zebediah Quillfeather.csv": charges(("2026-09-03", "ZOOM.US", "BOB STONE"), ("2026-09-04", "BROKEN", "BOB STONE"))
    + "2026-09-0x,NOTION,BOB STONE,-71009,9.50\n2026-09-05,to zebediah.quillfeather\n",
    "cards/again/zebediah_quillfeather (1).csv": charges(("2026-09-03", "ZOOM.US", "BOB STONE"), ("2026-09-04", "BROKEN", "BOB STONE"))
    + "2026-09-0x,NOTION,BOB STONE,-71009,9.50\n2026-09-05,to zebediah.quillfeather\n",
    "lists/members-zebediah-montmorency.csv": f"{MEMBERS}Miro,bob@acme.example,active,member,2026-09-09\nMiro,acme\\{DEVICE},active,member,2026-09-09\n",
    f"notes of {ADDRESS}.txt": "nothing that anybody knows\n",
    "notes.txt": f"nothing that anybody knows, by {ADDRESS}\n",
    "Quillfeather, Zebediah.csv.gz": gzip.compress(b"cut short")[:-4],
    "all.zip": archive(),
}  # fmt: skip


def fill(inbox: Path) -> None:
    for name, content in FILES.items():
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def texts_in(path: Path) -> Iterator[bytes]:
    """Yield a file's bytes, what is packed in it, and the values of every table and column."""
    data = path.read_bytes()
    yield data
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        yield zstandard.decompress(data)
    elif data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    elif data[:4] == b"PAR1":
        with Store.memory(path.parent) as store:
            for what in (
                "read_parquet($p, hive_partitioning=false)",
                "parquet_kv_metadata($p)",
                "parquet_metadata($p)",
            ):
                yield repr(store.rows(f"FROM {what}", {"p": str(path)})).encode()
    elif data[8:12] == b"DUCK":
        with Store(path, read_only=True) as store:
            for schema, table in store.rows(
                "SELECT table_schema, table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
            ):
                yield repr(store.rows(f'FROM "{schema}"."{table}"')).encode()
            yield repr(
                store.rows(
                    "SELECT sql FROM duckdb_views() UNION ALL SELECT macro_definition FROM duckdb_functions()"
                )
            ).encode()
    elif data[:15] == b"SQLite format 3":
        with sqlite3.connect(path) as database:
            for (table,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            ).fetchall():
                yield repr(database.execute(f'SELECT * FROM "{table}"').fetchall()).encode()


def traces(home: Path) -> dict[str, list[str]]:
    """Which files of a home name her, in their path or in them, and by what."""
    found: dict[str, list[str]] = {}
    looked = 0
    for path in sorted(p for p in home.rglob("*") if p.is_file()):
        looked += 1
        said = [str(path.relative_to(home)).encode(), *texts_in(path)]
        lower = [text.lower() for text in said] + [
            text.decode("utf-8", "replace").casefold().encode("utf-8") for text in said
        ]
        hit = [n for n in NAMES if any(n.encode() in text or n.encode("utf-16-le") in text for text in lower)]
        if hit:
            found[str(path.relative_to(home))] = hit
    assert looked > 20
    return found


Home = tuple[Path, dict[str, str]]


def command(env: dict[str, str], *args: str) -> str:
    done = CliRunner().invoke(application, list(args), env=env)
    assert done.exit_code == 0, f"{args} {done.output} {done.exception}"
    return done.output


def ask(home: Path, sql: str) -> list[tuple[Any, ...]]:
    with Store(home / "access_graph.duckdb", read_only=True) as store:
        return store.rows(sql)


BOBS = (
    "SELECT app_id, sources, event_count, active_day_count, amount, currency, class FROM access JOIN person USING (person_id) "
    "WHERE email LIKE 'bob@%' ORDER BY ALL",
    "SELECT source, month, mention, sum(event_count) FROM usage_month JOIN person USING (person_id) WHERE email LIKE 'bob@%' "
    "GROUP BY ALL ORDER BY ALL",
    "SELECT app_id, month, currency, amount FROM spend JOIN person USING (person_id) WHERE email LIKE 'bob@%' ORDER BY ALL",
)


def bobs(home: Path) -> list[list[tuple[Any, ...]]]:
    return [ask(home, sql) for sql in BOBS]


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home in which she stands everywhere, after two nights, a decision and a case; made once, to be copied."""
    folder = tmp_path_factory.mktemp("company")
    (folder / "discovery.toml").write_text(SETTINGS)
    env = environment(folder)
    fill(folder / "inbox")
    command(env, "run")
    home = folder / "home"
    [(account_id, person_id)] = ask(home, "SELECT account_id, p.person_id FROM account AS a, person AS p "
                                          f"WHERE identifier = 'acme\\{DEVICE}' AND email = '{ADDRESS}'")  # fmt: skip
    record_decision(home, by="os:test", kind="identity", action="accept", reason="the laptop of Zebediah Quillfeather",
                    subject={"account_id": account_id, "person_id": person_id})  # fmt: skip
    command(env, "run")
    old = [word for one in OLD for word in ("--accept-old", one)]
    plan = ("offboard", "plan", ADDRESS, "--leaves-on", "2026-09-30", *old)
    command(env, *plan, "--reason", "for Zebediah Quillfeather, who leaves")
    command(env, "run")
    named = set(traces(home))
    assert {"warehouse.duckdb", "access_graph.duckdb"} <= named
    assert {name.partition("/")[0] for name in named} > {
        "lake",
        "vault",
        "generations",
        "ledger_private",
        "decisions.jsonl",
    }
    return home, env


def environment(folder: Path) -> dict[str, str]:
    return {"DISCOVERY_CONFIG": str(folder / "discovery.toml"), "DISCOVERY_HOME": str(folder / "home"),
            "DISCOVERY_INBOX": str(folder / "inbox"), "DISCOVERY_AS_OF": AS_OF}  # fmt: skip


@pytest.fixture
def mine(known: Home, tmp_path: Path) -> Home:
    shutil.copytree(known[0].parent, tmp_path / "mine")
    return tmp_path / "mine" / "home", environment(tmp_path / "mine")


@pytest.mark.long
def test_no_byte_names_her_and_nothing_brings_her_back(mine: Home) -> None:
    home, env = mine
    before = bobs(home)
    said = command(env, "forget", ADDRESS, "--yes", "--json")
    inbox = home.parent / "inbox"
    left = {str(Path(path).relative_to(inbox)) for path in json.loads(said)["inbox"]}
    assert left == set(FILES) - {"browser/bob@acme.example/history.csv"}, "left to the user, and named"
    assert traces(home) == {}
    assert bobs(home) == before
    names = {str(name) for (name,) in ask(home, "SELECT file_name FROM source_file")}
    assert len(names) == len(FILES) + 2, (
        "all files, one of them with three members, each by a name of its own"
    )
    assert sum(bool(STAND_IN.search(name)) for name in names) == 11
    command(env, "ledger", "verify")
    for how in ((), ("--force",), ("lost",)):
        if how == ("lost",):
            (home / "warehouse.duckdb").unlink()
        command(env, "run", *(word for word in how if word != "lost"))
        assert traces(home) == {}, how
        assert bobs(home) == before, how
        assert ask(home, "SELECT email FROM person") == [("bob@acme.example",)]
        assert {str(name) for (name,) in ask(home, "SELECT file_name FROM source_file")} == names, how


@pytest.mark.long
def test_files_that_come_later_under_her_name_do_not_bring_it_back(mine: Home) -> None:
    home, env = mine
    command(env, "forget", ADDRESS, "--yes")
    shutil.rmtree(home.parent / "inbox")
    for name, content in FILES.items():
        # The same in other bytes: none of it is known.
        text = content if isinstance(content, bytes) else content.replace("2026-09-0", "2026-09-1")
        path = home.parent / "inbox" / "later" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (home.parent / "inbox" / "later" / "more.zip").write_bytes(archive(30))
    command(env, "run")
    assert traces(home) == {}
    assert ask(home, "SELECT email FROM person") == [("bob@acme.example",)]
