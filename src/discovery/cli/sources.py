"""`discovery sources`: known formats, and what a file would become."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from discovery.cli.options import DefaultGroup, example, json_option, today, with_settings
from discovery.cli.output import print_json
from discovery.cli.terminal import say, shown, table, working
from discovery.errors import DiscoveryError
from discovery.settings import Settings, SourceHint

NOBODY = "nobody@example.invalid"
"""Stands for the person where neither the file nor its path says whose records it holds."""


@click.group(
    cls=DefaultGroup, epilog=example("discovery sources", "discovery sources check downloads/report.csv")
)
def sources() -> None:
    """List known formats; check files before they go into the inbox."""


@sources.command("list", epilog=example("discovery sources list"))
@with_settings
@json_option
def list_formats(settings: Settings, *, as_json: bool) -> None:
    """List the formats that are known, and how to get each export.

    `proven` says whether the header was made after a public example; the others are from general knowledge
    and were never seen.
    """
    from discovery.sources.registry import known_formats

    formats = known_formats(settings)
    if as_json:
        print_json(
            [
                {
                    "format": f.name,
                    "system": f.system,
                    "kinds": f.kinds,
                    "title": f.title,
                    "is_list": f.is_list,
                    "how_to_get": f.how_to_get,
                    "is_proven": f.proven_by is not None,
                    "proven_by": f.proven_by,
                    "proven_on": f.proven_on,
                    "person_from_path": f.person_from_path,
                }
                for f in formats
            ]
        )
        return
    table(
        ("format", "kinds", "proven", "what it is: how to get it"),
        [(f.name, f.kinds, f.proven_by is not None, f"{f.title}: {f.how_to_get}") for f in formats],
        whole=("format", "proven"),
    )


@sources.command(epilog=example("discovery sources check downloads/statement.csv"))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@with_settings
@json_option
@click.pass_context
def check(ctx: click.Context, settings: Settings, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Say what files are recognised as and what would be quarantined; nothing is written.

    For a CSV that no format knows, a [[mapping]] block to paste into discovery.toml is made from its header
    and its values. Exit code 1 if a file is not recognised or has records that would be quarantined.
    """
    from discovery.cli.mapping_block import Suggestion
    from discovery.cli.rehearsal import Verdict, files_named, rehearsal, rehearse

    named = files_named(files, settings.inbox)
    results: list[tuple[Verdict, Suggestion | None, Verdict | None, str | None]] = []
    with rehearsal(settings, named) as rehearsed, working("reading"):
        for verdict in rehearse(rehearsed, today()):
            advice = again = reason = None
            if verdict.state == "unrecognised":
                advice, reason = _advice(rehearsed, verdict.name)
            if advice:
                again = _with_mapping(settings, verdict.name, named, advice)
            results.append((verdict, advice, again, reason))
    if as_json:
        print_json(
            [
                {
                    **asdict(verdict),
                    "is_fine": verdict.is_fine,
                    "mapping": advice.block if advice else None,
                    "to_fill_in": advice.open if advice else (),
                    "doubts": advice.doubts if advice else (),
                    "no_mapping": reason,
                    "with_mapping": asdict(again) if again else None,
                }
                for verdict, advice, again, reason in results
            ]
        )
    else:
        for number, (verdict, advice, again, reason) in enumerate(results):
            if number:
                say()
            _print_verdict(verdict)
            if advice:
                _print_advice(advice, again)
            elif reason:
                say(f"  {reason}")
    if not all(verdict.is_fine for verdict, *_ in results):
        ctx.exit(1)


def _advice(settings: Settings, name: str) -> tuple[Any, str | None]:
    """Return a mapping for a file that no format knows, or why none can be proposed (None for what is no CSV)."""
    from discovery.cli.rehearsal import heads_of
    from discovery.cli.suggestion import needs_encoding, suggest, why_not
    from discovery.sources.registry import known_formats

    heads, encoding = heads_of(settings, name), None
    if needs_encoding(heads):
        # What Western Windows writes; five of its bytes mean nothing, and then only the older standard fits.
        for encoding in ("cp1252", "latin-1"):
            with contextlib.suppress(DiscoveryError):
                heads = heads_of(settings, name, encoding=encoding)
                break
    if not heads or heads[0].container != "csv":
        return None, None
    taken = {f.name for f in known_formats(settings)}
    advice = suggest(heads, name, taken=taken, encoding=encoding)
    return advice, None if advice else why_not(heads)


def _with_mapping(settings: Settings, name: str, named: dict[str, Path], advice: Any) -> Any:
    """Read a file once more with the mapping that was made for it."""
    file = next((n for n in named if name == n or name.startswith(f"{n}/")), None)
    if file is None:
        return None
    sources = (*settings.sources, advice.source) if advice.source else settings.sources
    tried = replace(settings, mappings=(*settings.mappings, advice.trial), sources=sources)
    again = _tried(tried, name, file, named[file])
    if again is not None and again.state == "refused" and not advice.says_whose:
        # The path says no person: shown all the same, with one that nobody is.
        again = _tried(
            replace(tried, sources=(*sources, SourceHint("*", person=NOBODY))), name, file, named[file]
        )
    return again


def _tried(settings: Settings, name: str, file: str, path: Path) -> Any:
    from discovery.cli.rehearsal import rehearsal, rehearse

    try:
        with rehearsal(settings, {file: path}) as rehearsed:
            return next((v for v in rehearse(rehearsed, today()) if v.name == name), None)
    except DiscoveryError:
        return None


def _print_verdict(verdict: Any) -> None:
    say(verdict.name)
    if verdict.state in ("unrecognised", "refused"):
        say(f"  {verdict.state}: {verdict.reason}")
        return
    say(f"  {verdict.format} ({verdict.shape}), instance {verdict.instance}{_how(verdict.instance_from)}")
    if not verdict.is_proven:
        say(
            "  unproven: the format was made from general knowledge, not after a public example; look at the records"
        )
    if verdict.person:
        say(f"  person: {verdict.person}, from the file's path or the settings")
    if verdict.snapshot_on:
        say(f"  a list of {verdict.snapshot_on}")
    if verdict.state == "duplicate":
        say(f"  duplicate: {verdict.reason}")
        return
    say(
        f"  {verdict.rows_read} records: {verdict.rows_loaded} would be loaded, "
        f"{verdict.rows_ignored} ignored, {verdict.rows_quarantined} quarantined"
    )
    if verdict.reason:
        say(f"    {verdict.reason}")
    for reason, count in verdict.ignored.items():
        say(f"    ignored: {count} × {reason}")
    for bad in verdict.quarantined:
        say(f"    record {bad['record']}: {bad['reason']}")
        if bad["content"]:
            say(f"      {bad['content'][:200]}")
    if verdict.rows_quarantined > len(verdict.quarantined):
        say(f"    … and {verdict.rows_quarantined - len(verdict.quarantined)} more")
    _print_first(verdict)


def _print_first(verdict: Any) -> None:
    for kind, rows in verdict.first.items():
        say(f"  first as {kind}:")
        for row in rows:
            say("    " + ", ".join(f"{k} = {shown(v)}" for k, v in row.items() if v not in (None, "", [])))


def _how(instance_from: str | None) -> str:
    said = {"content": " (said by the file)", "settings": " (set)", "only": " (the only one)"}
    return said.get(instance_from or "", " (none is named)")


def _print_advice(advice: Any, again: Any) -> None:
    say("  To read it all the same, paste this into discovery.toml:\n")
    say(advice.block)
    if advice.doubts:
        say("\n  Look at this first:")
        for doubt in advice.doubts:
            say(f"  - {doubt}")
    if advice.open:
        say(f"\n  To be filled in: {', '.join(advice.open)}.")
    if again is None:
        return
    told = ", ".join(f'{key} = "{getattr(advice.trial, key)}"' for key in advice.open)
    with_it = f"With {told}, say," if told else "With it,"
    if again.person == NOBODY:
        with_it = f"{with_it[:-1]} and the person's address in the path instead of {NOBODY},"
    if again.state != "loaded":
        say(f"\n  {with_it} the file is {again.state}: {again.reason}")
    else:
        left_out = "".join(f", {count} ignored ({reason})" for reason, count in again.ignored.items())
        say(
            f"\n  {with_it} {again.rows_loaded} of {again.rows_read} records are loaded{left_out}, "
            f"{again.rows_quarantined} quarantined."
        )
        for bad in again.quarantined[:3]:
            say(f"    record {bad['record']}: {bad['reason']}")
        _print_first(again)
