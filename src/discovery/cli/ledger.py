"""`discovery ledger`: whether the record of what was done is whole, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import csv_text, print_bytes, print_json
from discovery.cli.published import find_person, published
from discovery.cli.terminal import note, say, table
from discovery.errors import BadUse, UnknownName
from discovery.ledger import Entry, Head, Ledger, Verdict, read_heads, verify_ledger
from discovery.ledger.head import parse_head
from discovery.settings import Settings
from discovery.sources.forgotten import digest_of, read_suppressed, token

COLUMNS = (
    "sequence",
    "at",
    "actor",
    "kind",
    "case_id",
    "step_id",
    "person_id",
    "app_id",
    "state",
    "summary",
    "previous_hash",
    "hash",
)


@click.group(epilog=example("discovery ledger verify"))
def ledger() -> None:
    """Verify, show or export the record of what was done."""


@ledger.command(
    epilog=example("discovery ledger verify", "discovery ledger verify --heads /mnt/elsewhere/heads.jsonl")
)
@click.option("--head", "heads", multiple=True, metavar="NUMBER:HASH", help="A head that somebody else kept.")
@click.option(
    "--heads",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file of heads kept elsewhere, a copy of ledger_heads.jsonl.",
)
@with_settings
@json_option
@click.pass_context
def verify(
    ctx: click.Context, settings: Settings, heads: tuple[str, ...], file: Path | None, *, as_json: bool
) -> None:
    """Check every byte of the ledger; exit code 1 if anything is wrong.

    Names the first wrong record. Without a saved head it says "not anchored": then records cut off the end, or a
    ledger written anew as a whole, cannot be noticed.
    """
    known = [parse_head(text) for text in heads] + (read_heads(settings.home, file) if file else [])
    verdict = verify_ledger(settings.home, known)
    if as_json:
        print_json(
            {**asdict(verdict), "is_whole": verdict.is_whole, "is_anchored": verdict.anchored is not None}
        )
    else:
        _print(verdict)
    ctx.exit(0 if verdict.is_whole else 1)


def _print(verdict: Verdict) -> None:
    if verdict.bad_record is not None:
        say(f"Broken: record {verdict.bad_record} is the first bad one: {verdict.reason}.")
    elif verdict.reason is not None:
        say(f"Broken: {verdict.reason}.")
    else:
        say(f"Whole: {verdict.count} records, head {Head(verdict.count, verdict.head)}.")
    if verdict.forgotten_count:
        say(f"{verdict.forgotten_count} records are of persons who were forgotten.")
    if verdict.anchored is not None:
        say(f"Anchored up to record {verdict.anchored} by a saved head.")
    else:
        say(
            "Not anchored: no saved head holds, so that records cut off the end or a ledger written anew would not be "
            "noticed. Each run saves one; keep copies of ledger_heads.jsonl elsewhere and give them with --heads."
        )


@ledger.command(
    epilog=example("discovery ledger show --person ada@example.com", "discovery ledger show --last 20")
)
@click.option("--person", help="Only what concerns this person.")
@click.option("--case", "case_id", help="Only of this case.")
@click.option("--last", type=click.IntRange(min=1), help="Only so many records, the newest.")
@with_settings
@json_option
def show(
    settings: Settings, person: str | None, case_id: str | None, last: int | None, *, as_json: bool
) -> None:
    """Show what was done, when, by whom and with what result."""
    rows = _rows(settings, person, case_id)[-(last or 0) :]
    if as_json:
        print_json(rows)
        return
    table(
        ("#", "at (UTC)", "actor", "kind", "case", "step", "app", "state", "what"),
        [
            (r["sequence"], str(r["at"])[:19].replace("T", " "), r["actor"], r["kind"], r["case_id"], r["step_id"],
             r["app_id"], r["state"], r["summary"])
            for r in rows
        ],
        right=("#",),
        whole=("#", "at (UTC)", "kind", "state"),
    )  # fmt: skip
    entries = Ledger(settings.home).entries()
    head = f"; head {Head(entries[-1].sequence, entries[-1].hash)}" if entries else ""
    say(f"\n{len(rows)} of {len(entries)} records{head}")


@ledger.command(
    epilog=example(
        "discovery ledger export --output ledger.csv", "discovery ledger export --raw > chain.jsonl"
    )
)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write; default stdout."
)
@click.option("--person", help="Only what concerns this person.")
@click.option("--case", "case_id", help="Only of this case.")
@click.option("--raw", is_flag=True, help="The chain itself as it lies on disk, without what names persons.")
@with_settings
@json_option
def export(
    settings: Settings,
    output: Path | None,
    person: str | None,
    case_id: str | None,
    *,
    raw: bool,
    as_json: bool,
) -> None:
    """Write the records as CSV, as JSON, or the chain as it is.

    Persons who were forgotten have no person_id. The ledger is checked first; a broken one is not exported.
    """
    if raw and (person or case_id or as_json):
        raise BadUse("--raw is the chain as a whole: leave out --person, --case and --json")
    if output is not None and output.exists():
        raise BadUse(f"{output} is there already and was left as it is.")
    rows = _rows(settings, person, case_id)
    if raw:
        entries = Ledger(settings.home).entries()
        text = "".join(entry.line().decode() + "\n" for entry in entries)
    elif as_json and output is None:
        print_json(rows)
        return
    elif as_json:
        import json

        text = json.dumps(rows, indent=2, ensure_ascii=True) + "\n"
    else:
        text = csv_text(COLUMNS, [[row[name] for name in COLUMNS] for row in rows])
    if output is None:
        print_bytes(text)
        return
    output.touch(mode=0o600, exist_ok=False)
    output.write_text(text, encoding="utf-8", newline="")
    note(f"{output}: {len(rows)} records")


def _rows(settings: Settings, person: str | None, case_id: str | None) -> list[dict[str, Any]]:
    book = Ledger(settings.home)
    entries = book.entries()
    private = book.read_private(entries)
    persons = book.subjects.persons()
    if person is not None:
        # Whoever has the address and the key can ask when its person was forgotten: the chain has a hash of it.
        hashed = digest_of(settings.home, token(person, "", "")) if read_suppressed(settings.home) else None
        forgotten = {
            entry.sequence for entry in entries if hashed and entry.data.get("person_hash") == hashed
        }
        try:
            wanted = book.subjects.subject_of(_person_id(settings, person, set(persons.values())))
        except UnknownName:
            if not forgotten:
                raise
            wanted = None
        entries = [e for e in entries if e.sequence in forgotten or (e.subject and e.subject == wanted)]
    return [
        row_of(entry, private.get(entry.private or "", {}), persons.get(entry.subject or ""))
        for entry in entries
        if case_id is None or entry.case_id == case_id
    ]


def _person_id(settings: Settings, text: str, known: set[str]) -> str:
    """Return a person's id; one that the ledger knows needs no published file."""
    if text.strip() in known:
        return text.strip()
    if not settings.published.is_file():
        raise UnknownName(
            f"nobody in the ledger has the person_id {text!r}, and there is no published file to look in"
        )
    with published(settings) as store:
        return find_person(store, text).person_id


def row_of(entry: Entry, private: Mapping[str, Any], person_id: str | None) -> dict[str, Any]:
    """Return an entry as people read it: the person instead of the pseudonym, the content in words."""
    return {**asdict(entry), "person_id": person_id, "summary": entry.summary(private)}
