"""For a CSV that no format knows: a [[mapping]] block, from its header names and from its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from discovery.cli.column import CARD, CURRENCY, MCC, Column, order_of_days
from discovery.settings import ColumnMapping
from discovery.sources.source import Head, fold

MOST_ROWS = 200


@dataclass(frozen=True)
class Suggestion:
    """A block to paste; `open`: what a person has to fill in before it can be used."""

    block: str
    open: tuple[str, ...]
    mapping: ColumnMapping | None


def suggest(heads: Sequence[Head], file_name: str) -> Suggestion | None:
    """Return a mapping block for the most promising header line, or None if nothing fits."""
    best: tuple[int, str, dict[str, Column]] | None = None
    for head in heads:
        if head.container != "csv" or len(head.header) < 2:
            continue
        folded = [fold(h) for h in head.header]
        columns = [
            Column(h, tuple(r[i].strip() for r in head.rows[:MOST_ROWS] if len(r) > i and r[i].strip()))
            for i, h in enumerate(head.header)
            if fold(h) and folded.count(fold(h)) == 1
        ]
        for kind, read in (
            ("charge", _charge),
            ("sign_in", _sign_in),
            ("directory_account", _roster),
            ("app_account", _app_accounts),
        ):
            if (found := read(columns)) is not None and (best is None or len(found) > best[0]):
                best = (len(found), kind, found)
    return _block(best[1], best[2], PurePosixPath(file_name).stem) if best else None


def _pick(
    columns: list[Column], *words: str, fits: Callable[[Column], bool] = lambda _: True
) -> Column | None:
    """Return the first column, word by word, whose header holds the word and whose values fit."""
    for word in words:
        for column in columns:
            if column.named(word) and fits(column):
                return column
    return None


def _only(found: dict[str, Column | None]) -> dict[str, Column]:
    """Leave out what was not found, and a column that already stands for something else."""
    taken: set[str] = set()
    kept = {}
    for target, column in found.items():
        if column is not None and column.header not in taken:
            taken.add(column.header)
            kept[target] = column
    return kept


def _charge(columns: list[Column]) -> dict[str, Column] | None:
    days = [c for c in columns if c.is_day]
    amounts = [c for c in columns if c.is_amount]
    texts = [c for c in columns if c.is_text]
    day = _pick(
        days, "transactiondate", "transdate", "purchase", "expense", "date", "datum", "fecha", "day"
    ) or (days[0] if days else None)
    amount = _pick(
        amounts, "billingamount", "gross", "amount", "amt", "betrag", "total", "debit", "value", "cost"
    ) or (amounts[0] if amounts else None)
    merchant = _pick(
        texts,
        "merchant",
        "supplier",
        "vendor",
        "payee",
        "händler",
        "descriptor",
        "description",
        "narrative",
        "details",
        "counterparty",
        "verwendungszweck",
        "text",
    ) or (max(texts, key=lambda c: len(set(c.values)), default=None) if amounts else None)
    if not (day and amount and merchant):
        return None
    return _only(
        {
            "charged_on": day,
            "merchant": merchant,
            "amount": amount,
            "currency": _pick(
                columns, "cur", "währung", "ccy", "code", fits=lambda c: c.share(CURRENCY.match) >= 0.9
            ),
            "account_name": next((c for c in columns if c.is_email), None),
            "cardholder": _pick(texts, "cardholder", "holder", "employee", "inhaber", "user", "spender"),
            "card": _pick(
                columns, "card", "karte", "last4", "pan", fits=lambda c: c.share(CARD.match) >= 0.9
            ),
            "mcc": _pick(columns, "mcc", "categorycode", fits=lambda c: c.share(MCC.match) >= 0.9),
            "event_id": _pick(columns, "transactionid", "transid", "reference", fits=_is_key),
        }
    )


def _is_key(column: Column) -> bool:
    return len(set(column.values)) == len(column.values) > 0 and not column.is_day


def _person(columns: list[Column]) -> Column | None:
    return next((c for c in columns if c.is_email), None) or _pick(
        columns, "username", "login", "upn", "userprincipalname"
    )


def _sign_in(columns: list[Column]) -> dict[str, Column] | None:
    moment = next(
        (
            c
            for c in columns
            if c.is_day and c.share(lambda v: ":" in v) >= 0.9 and not c.named("last", "created", "joined")
        ),
        None,
    )
    app = _pick(columns, "application", "app", "service", "resource", fits=lambda c: c.is_text)
    who = _person(columns)
    return (
        _only({"observed_at": moment, "account_name": who, "mention": app})
        if moment and who and app
        else None
    )


def _roster(columns: list[Column]) -> dict[str, Column] | None:
    hired = _pick(columns, "hire", "start", "joined", "eintritt", fits=lambda c: c.is_day)
    left = _pick(
        columns, "termination", "leav", "end", "lastday", "exit", "austritt", fits=lambda c: c.is_day
    )
    number = _pick(columns, "employeeid", "employeenumber", "personnel", "staffid", "workerid", fits=_is_key)
    department = _pick(columns, "department", "abteilung", "orgunit", "costcenter", "team")
    if sum(c is not None for c in (hired, left, number, department)) < 2:
        return None
    emails = [c for c in columns if c.is_email]
    manager = _pick(emails, "manager", "supervisor")
    return _only(
        {
            "email": next((c for c in emails if c is not manager), None),
            "employee_id": number,
            "display_name": _pick(columns, "displayname", "fullname", "name", fits=lambda c: c.is_text),
            "status": _pick(columns, "status", "state", fits=lambda c: not c.is_day),
            "department": department,
            "manager_email": manager,
            "hired_on": hired,
            "left_on": left,
        }
    )


def _app_accounts(columns: list[Column]) -> dict[str, Column] | None:
    who = _person(columns)
    if who is None:
        return None
    return _only(
        {
            "account_name": who,
            "display_name": _pick(columns, "displayname", "fullname", "name", fits=lambda c: c.is_text),
            "status": _pick(columns, "status", "state", "active", fits=lambda c: not c.is_day),
            "role": _pick(columns, "role", "permission", "license"),
            "last_active_at": _pick(
                columns, "lastactive", "lastlogin", "lastseen", "last", fits=lambda c: c.is_day
            ),
            "mention": _pick(columns, "application", "appname", "app", "product", fits=lambda c: c.is_text),
        }
    )


def _block(kind: str, found: dict[str, Column], stem: str) -> Suggestion:
    name = re.sub(r"[^\w@. -]", "", stem).strip()[:60] or "unknown export"
    lines = ["[[mapping]]", f"name = {toml_text(name)}", f"kind = {toml_text(kind)}"]
    undecided = []
    values: dict[str, str] = {"name": name, "kind": kind}
    days = [c for c in found.values() if c.is_day]
    if days:
        order = order_of_days(days)
        if order is None:
            undecided.append("date_order")
            lines.append('date_order = ""  # the days can be read both ways: "dmy" (day first) or "mdy"?')
        else:
            values["date_order"] = order
            lines.append(f"date_order = {toml_text(order)}")
    if kind == "charge":
        amounts = found["amount"]
        values["decimal"] = "," if amounts.share(lambda v: re.search(r",\d{1,2}\D*$", v)) > 0.5 else "."
        lines.append(f"decimal = {toml_text(values['decimal'])}")
        if amounts.share(lambda v: re.match(r"^\D*-|^\(|.*-\s*$", v)) > 0.5:
            values["sign"] = "charge_is_negative"
            lines.append('sign = "charge_is_negative"  # most amounts are below zero')
        if "currency" not in found:
            lines.append('# currency = "GBP"  # no column holds it')
    if kind in ("app_account", "sign_in") and "mention" not in found:
        undecided.append("app")
        lines.append('app = ""  # the name of the app whose users these are')
    if any(c.share(lambda v: ":" in v) > 0.5 for c in days):
        lines.append('# timezone = "UTC"  # of instants that do not say it')
    headers = {target: column.header for target, column in found.items()}
    lines += ["[mapping.columns]", *(f"{target} = {toml_text(header)}" for target, header in headers.items())]
    mapping = None
    if not undecided:
        mapping = ColumnMapping(columns=headers, **values)
    return Suggestion("\n".join(lines), tuple(undecided), mapping)


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
