"""`discovery match` and `discovery explain-match`: texts to apps, without a run."""

from __future__ import annotations

import csv
import gc
import io
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from discovery.cli.csv_file import place, read_csv
from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import print_bytes, print_json, spreadsheet_safe
from discovery.cli.terminal import note, say, shown, table, working
from discovery.errors import BadUse
from discovery.settings import Settings

if TYPE_CHECKING:
    from discovery.matching import TextMatch

LINES = 100_000
"""Lines after which text is written."""
HIT = ("rule", "action", "text", "was", "app_id", "changes")
COLUMNS = (
    "text",
    "decision",
    "app_id",
    "app_name",
    "app_domain",
    "score",
    "method",
    "runner_up",
    "explanation",
)


@click.command(
    epilog=example(
        "discovery match merchants.csv --output matched.csv",
        'discovery match statement.csv --column "Merchant Name"',
    )
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--column", default="text", show_default=True, help="Column that holds the texts.")
@click.option("--output", type=click.Path(path_type=Path), help="File to write; default standard output.")
@click.option(
    "--preview-rules",
    "rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Show what the rules of this file (see docs/matching.md) would hit; nothing is written.",
)
@click.option(
    "--spreadsheet",
    is_flag=True,
    help="Put an apostrophe before texts that a spreadsheet would take for a formula.",
)
@with_settings
@json_option
def match(settings: Settings, file: Path, column: str, output: Path | None, rules: Path | None, *,
          spreadsheet: bool, as_json: bool) -> None:  # fmt: skip
    """Match a CSV of merchant texts, app names or domains to apps.

    A column `mcc`, if there is one, helps with merchant texts. Written are the columns text, decision
    (accept, review, reject), app_id, app_name, app_domain, score, method, runner_up and explanation, one row
    per input row, in order. `text` is given back exactly as it was, so that a program can join on it; for a
    file that is opened in a spreadsheet, say --spreadsheet. All other columns are safe there anyway.
    """
    gc.disable()  # a million rows have no cycles; looking for some takes a quarter of the time
    texts, codes = read_texts(file, column)
    from discovery.matching import match_texts, preview_rules

    if rules is not None:
        hits = preview_rules(texts, rules, settings.catalog)
        if as_json:
            print_json([{name: getattr(h, name) for name in HIT} for h in hits])
            return
        table(
            ("rule", "action", "text", "machine says", "app", "changes"),
            [(h.rule, h.action, h.text, h.was, h.app_id, "yes" if h.changes else "") for h in hits],
        )
        say(
            f"{len(hits)} texts fall under a rule; {sum(h.changes for h in hits)} would be decided otherwise."
        )
        return
    with working(f"matching {len(texts)} texts"):
        rows = match_texts(None, texts, codes, settings.catalog)
    if output is None and as_json:
        print_json([dict(zip(COLUMNS, row, strict=True)) for row in rows])
        return
    if output is None:
        out = io.StringIO(newline="")
        _write(out, rows, spreadsheet=spreadsheet)
        print_bytes(out.getvalue())
        return
    temporary = output.with_name(f".{output.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as handle:
            _write(handle, rows, spreadsheet=spreadsheet)
        temporary.replace(output)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise BadUse(f"{output}: cannot be written: {error.strerror}") from error
    found = Counter(row.decision for row in rows)
    counts = {decision: found[decision] for decision in ("accept", "review", "reject")}
    if as_json:
        print_json({"rows": len(rows), **counts, "output": str(output)})
        return
    note(f"{len(rows)} texts: " + ", ".join(f"{count} {decision}" for decision, count in counts.items()))


def read_texts(file: Path, column: str) -> tuple[list[str], list[str | None] | None]:
    """Return the texts of a CSV and their merchant category codes, if it has them. Raises BadUse."""
    header, *body = read_csv(file)
    at = place(header, column)
    if at is None:
        names = ", ".join(repr(name.strip()) for name in header)
        raise BadUse(f"{file}: has no column {column!r}; its columns are: {names} (--column)")
    for number, row in enumerate(body, 1):
        if len(row) <= at:
            raise BadUse(f"{file}: record {number} has {len(row)} cells; {column!r} is column {at + 1}")
    width = len(header)
    longer = [
        number
        for number, row in enumerate(body, 1)
        if len(row) > width and any(cell.strip() for cell in row[width:])
    ]
    if longer:
        note(
            f"{file}: {len(longer)} records have more cells than the header, first record {longer[0]}, whose text was "
            f"read as {body[longer[0] - 1][at]!r}: a text that holds the delimiter has to stand in quotes"
        )
    code = place(header, "mcc")
    if code is None:
        return [row[at] for row in body], None
    return [row[at] for row in body], [row[code].strip() or None if len(row) > code else None for row in body]


def _write(out: TextIO, rows: Iterable[TextMatch], *, spreadsheet: bool) -> None:
    # Most rows name no app and end alike: only their texts are put before it.
    kept: tuple[object, ...] = ()
    end, lines = "", _Lines()
    record, put = csv.writer(lines, lineterminator="\r\n").writerow, lines.append
    record(COLUMNS)
    for row in rows:
        text, cells = row[0], row[1:]
        if spreadsheet:
            text = spreadsheet_safe(text)
        if row.app_id is not None:
            record((text, *_safe(cells)))
        else:
            if cells != kept:
                record(_safe(cells))
                kept, end = cells, "," + lines.pop()
            if not text or "," in text or '"' in text or "\n" in text or "\r" in text:
                text = '"' + text.replace('"', '""') + '"'
            put(text + end)
        if len(lines) >= LINES:
            out.writelines(lines)
            lines.clear()
    out.writelines(lines)


def _safe(cells: Iterable[object]) -> list[object]:
    return [c if isinstance(c, int) else spreadsheet_safe(str(c or "")) for c in cells]


class _Lines(list[str]):
    """Lines of a CSV, which its writer appends."""

    write = list.append


@click.command("explain-match", epilog=example('discovery explain-match "PADDLE.NET* SKETCH"'))
@click.argument("text")
@click.option("--mcc", help="Merchant category code of the card line, four digits.")
@with_settings
@json_option
def explain_match(settings: Settings, text: str, mcc: str | None, *, as_json: bool) -> None:
    """Show how a text is matched, point by point.

    For each app that comes into question, the reasons for and against it; their points add up to its score.
    """
    from discovery.matching import explain_text, match_texts

    decision = match_texts(None, [text], [mcc], settings.catalog)[0]
    reasons = explain_text(text, mcc, settings.catalog)
    if as_json:
        print_json({"match": decision._asdict(), "comparisons": [vars(reason) for reason in reasons]})
        return
    name = f" {decision.app_name} ({decision.app_domain or decision.app_id})" if decision.app_id else ""
    say(f"{text}: {decision.decision}{name}, {shown(decision.score)} points, method {decision.method}")
    say(decision.explanation)
    for app_id in dict.fromkeys(reason.app_id for reason in reasons):
        own = [reason for reason in reasons if reason.app_id == app_id]
        total = 0
        rows = []
        for reason in own:
            total += reason.weight
            rows.append(
                (f"{reason.weight:+d}", total, reason.comparison, reason.value_left, reason.value_right)
            )
        rows.append(("", own[0].score, "score", "", ""))
        say()
        table(
            ("points", "sum", "compared", "in the text", "in the catalog"),
            rows,
            title=f"{own[0].app_name} ({app_id})",
            right=("points", "sum"),
        )
