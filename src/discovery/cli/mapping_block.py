"""The [[mapping]] block of a suggestion, as a person pastes it and as the program reads it."""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from discovery.cli.column import Column, day_first_by_habit, decimal_sign, order_of_days
from discovery.settings import ColumnMapping, SourceHint
from discovery.sources.source import Head

WHOSE = frozenset({"account_name", "cardholder", "card"})
"""Targets that say whose a charge or a visit is."""
FILLED = {"date_order": "dmy", "app": "(app)"}
"""What a trial takes for what a person has to fill in."""


@dataclass(frozen=True)
class Suggestion:
    """A block to paste; `open`: what a person has to fill in before it can be used; `doubts`: what may be wrong.

    `mapping` is the block as the program reads it; `trial` is the same with something filled in for what is open, to
    show how records would be read. `source` is the [[source]] block that the file needs besides, if any.
    """

    block: str
    open: tuple[str, ...]
    mapping: ColumnMapping | None
    trial: ColumnMapping
    doubts: tuple[str, ...] = ()
    source: SourceHint | None = None

    @property
    def says_whose(self) -> bool:
        """A column says whose records these are."""
        return self.trial.kind not in ("charge", "web_visit") or bool(WHOSE & self.trial.columns.keys())


@dataclass
class Reading:
    """One way to read the file: target → column, which of them a header named, and what is doubtful."""

    kind: str
    found: dict[str, Column] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)

    def take(self, target: str, column: Column | None, *, is_named: bool) -> None:
        """Let a column stand for a target, unless it stands for another already."""
        if column is not None and all(column is not c for c in self.found.values()):
            self.found[target] = column
            if is_named:
                self.named.add(target)

    @property
    def weight(self) -> int:
        """How much speaks for this reading: a column that its header names counts twice."""
        return len(self.found) + len(self.named)


def write_block(reading: Reading, file_name: str, taken: frozenset[str], encoding: str | None,
           nameless: Head | None) -> Suggestion:  # fmt: skip
    """Return the block of a reading; `nameless`: the head of a file without a header line."""
    kind, found, doubts = reading.kind, reading.found, reading.doubts
    name = re.sub(r"[^\w@. -]", "", PurePosixPath(file_name).stem).strip()[:60] or "unknown export"
    name = name if name not in taken else f"{name} (mapping)"
    lines = ["[[mapping]]", f"name = {toml_text(name)}", f"kind = {toml_text(kind)}"]
    undecided = []
    values: dict[str, str] = {"name": name, "kind": kind}
    days = [c for c in found.values() if c.is_day]
    if days:
        order = order_of_days(days)
        if order is None and (why := day_first_by_habit(days, [*found.values()])):
            order = "dmy"
            doubts.append(f"{next(v for c in days for v in c.values)!r} is taken as day first: {why}")
        if order is None:
            undecided.append("date_order")
            sample = next(v for c in days for v in c.values)
            doubts.append(f"{sample!r} may be day first (dmy) or month first (mdy)")
            lines.append('date_order = ""  # the days can be read both ways: "dmy" (day first) or "mdy"?')
        else:
            values["date_order"] = order
            lines.append(f"date_order = {toml_text(order)}")
    if kind == "charge":
        lines += _money(reading, values)
    if kind in ("app_account", "sign_in") and "mention" not in found:
        undecided.append("app")
        lines.append('app = ""  # the name of the app whose users these are')
    moments = [c for c in days if c.is_moment]
    if kind != "charge" and any(
        c.share(lambda v: re.search(r"(Z|[+-]\d\d:?\d\d)$", v)) < 0.9 for c in moments
    ):
        lines.append('# timezone = "UTC"  # of instants that do not say it')
        doubts.append(f"the zone of {moments[0].header!r} is not told: taken as UTC")
    if kind in ("charge", "web_visit") and not WHOSE & found.keys():
        doubts.append(
            "no column says whose records these are: the person's e-mail goes into the file or folder name"
        )
    headers = {target: column.header for target, column in found.items()}
    lines += ["[mapping.columns]", *(f"{target} = {toml_text(header)}" for target, header in headers.items())]
    source = None
    if encoding is not None or nameless is not None:
        header = ",".join(nameless.header) if nameless is not None else None
        source = SourceHint(
            files=glob.escape(PurePosixPath(file_name).name), encoding=encoding, header=header
        )
        lines += ["", "[[source]]", f"files = {toml_text(source.files)}"]
        if encoding is not None:
            lines.append(f"encoding = {toml_text(encoding)}")
            doubts.append(f"the text is not UTF-8: read as {encoding}")
        if header is not None:
            lines.append(f"header = {toml_text(header)}")
            doubts.append("there is no header line: the columns are named by what they hold")
    trial = ColumnMapping(columns=headers, **values, **{key: FILLED[key] for key in undecided})
    mapping = None if undecided else trial
    return Suggestion("\n".join(lines), tuple(undecided), mapping, trial, tuple(doubts), source)


def _money(reading: Reading, values: dict[str, str]) -> list[str]:
    """Return the lines of decimal sign, sign of a charge and currency."""
    found, doubts = reading.found, reading.doubts
    amounts = [found[target] for target in ("amount", "credit") if target in found]
    values["decimal"], doubt = decimal_sign(amounts)
    if doubt:
        doubts.append(doubt)
    lines = [f"decimal = {toml_text(values['decimal'])}"]
    if "credit" not in found and "direction" not in found:
        below = amounts[0].share(lambda v: re.match(r"^\D*-|^\(|.*-\s*$", v))
        if below > 0.5:
            values["sign"] = "charge_is_negative"
            lines.append('sign = "charge_is_negative"  # most amounts are below zero')
        if 0.25 < below < 0.75:
            doubts.append(f"{below:.0%} of the amounts are below zero: is a charge negative or positive?")
    currency = next((c.currency for c in amounts if c.currency), None)
    if "currency" not in found and currency:
        values["currency"] = currency
        lines.append(f"currency = {toml_text(currency)}")
    elif "currency" not in found:
        lines.append('# currency = "GBP"  # no column holds it')
        doubts.append("no column holds the currency: set it, or the company's own is not told")
    return lines


def toml_text(text: str) -> str:
    """Return a text as a TOML string in which nothing is left that a terminal would obey."""
    out = []
    for ch in text:
        if ch in '"\\':
            out.append("\\" + ch)
        elif ch.isprintable():
            out.append(ch)
        else:
            out.append(f"\\u{ord(ch):04x}" if ord(ch) < 65536 else f"\\U{ord(ch):08x}")
    return '"' + "".join(out) + '"'
