"""For a CSV that no format knows: a [[mapping]] block, from its header names and from its values, with its doubts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from discovery.cli.column import CARD, MCC, Column, looks_like_header
from discovery.cli.mapping_block import Reading, Suggestion, write_block
from discovery.sources.formats.mapping import CREDIT_WORDS, DEBIT_WORDS, FAILURE_WORDS, SUCCESS_WORDS, TOTALS
from discovery.sources.source import Head, fold

MOST_ROWS = 400
PRIVATE = re.compile(r"personal|private?|home|perso\b", re.IGNORECASE)
"""In the header of an address: it is the person's own, which says nothing of work."""
SAID = {
    "charge": "card or bank charges", "sign_in": "sign-ins to apps", "web_visit": "visits to sites",
    "directory_account": "a roster of people", "app_account": "the users of an app",
}  # fmt: skip


def suggest(
    heads: Sequence[Head], file_name: str, *, taken: Iterable[str] = (), encoding: str | None = None
) -> Suggestion | None:
    """Return a mapping block for the most promising header line, or None if nothing fits.

    taken: names of formats that the mapping must not have. encoding: what the text had to be read with.
    """
    nameless = headless(heads)
    found = _suggest((nameless,) if nameless else heads, file_name, frozenset(taken), encoding, nameless)
    return found or (_suggest(heads, file_name, frozenset(taken), encoding, None) if nameless else None)


def _suggest(heads: Sequence[Head], file_name: str, taken: frozenset[str], encoding: str | None,
             nameless: Head | None) -> Suggestion | None:  # fmt: skip

    best: tuple[Reading, list[str]] | None = None
    for head in heads:
        columns, repeated = _columns(head)
        for read in (_charge, _web_visit, _sign_in, _roster, _app_accounts):
            reading = read(columns)
            if reading is not None and (best is None or reading.weight > best[0].weight):
                best = (reading, repeated)
    if best is None:
        return None
    reading, repeated = best
    if repeated:
        reading.doubts.append(f"left out, for their header stands more than once: {', '.join(repeated)}")
    return write_block(reading, file_name, taken, encoding, nameless)


def why_not(heads: Sequence[Head]) -> str:
    """Say why no mapping can be proposed: what the columns of the likeliest header line hold."""
    candidates = [columns for columns, _ in map(_columns, heads) if columns]
    if not candidates:
        return "It is no table with a header line and records below it."
    columns = max(candidates, key=len)
    if not any(c.values for c in columns):
        return "It has a header line and no records below it: a mapping is made from values, too."
    seen = ", ".join(f"{c.header} ({c.looks_like})" for c in columns[:12])
    more = f" and {len(columns) - 12} more" if len(columns) > 12 else ""
    wanted = "; ".join(SAID.values())
    advice = ""
    named = next((c for c in columns if c.is_named_day), None)
    if named is not None:
        advice = (
            f" The days in {named.header} have the month as a word ({named.values[0]!r}), which a mapping does not "
            "read: export them as numbers."
        )
    by_hand = " If you know what it holds: docs/settings.md shows how to write the [[mapping]] block by hand."
    return f"No mapping is proposed: it holds none of {wanted}. Seen: {seen}{more}.{advice}{by_hand}"


def needs_encoding(heads: Sequence[Head]) -> bool:
    """Tell whether a text was not UTF-8: unreadable bytes stand as replacement characters."""
    return any(
        "\ufffd" in cell for head in heads for row in (head.header, *head.rows[:MOST_ROWS]) for cell in row
    )


def _columns(head: Head) -> tuple[list[Column], list[str]]:
    """Return the columns under a header line with names of their own, and names that stand more than once."""
    if head.container != "csv" or len(head.header) < 2 or not looks_like_header(head.header):
        return [], []
    folded = [fold(h) for h in head.header]
    rows = [row for row in head.rows[:MOST_ROWS] if len(row) >= 0.5 * len(head.header) and not _is_total(row)]
    columns = [
        Column(h, tuple(r[i].strip() if len(r) > i else "" for r in rows))
        for i, h in enumerate(head.header)
        if folded[i] and folded.count(folded[i]) == 1
    ]
    repeated = sorted(
        {h for h, name in zip(head.header, folded, strict=True) if name and folded.count(name) > 1}
    )
    return columns, repeated


def _is_total(row: Sequence[str]) -> bool:
    """Tell a line of totals, which a mapping leaves out."""
    first = next((cell.strip() for cell in row if cell.strip()), "")
    return bool(re.match(TOTALS, first.casefold()))


def headless(heads: Sequence[Head]) -> Head | None:
    """Return a head with columns named by what they hold, for a table whose first line is a record already."""
    if not heads or len(heads[0].header) < 2 or looks_like_header(heads[0].header):
        return None
    first = heads[0]
    rows = tuple(row for row in (first.header, *first.rows[:MOST_ROWS]) if len(row) == len(first.header))
    if len(rows) < 2 or len(rows) < 0.9 * len(first.rows[:MOST_ROWS]):
        return None
    columns = [Column("", tuple(row[place].strip() for row in rows)) for place in range(len(first.header))]
    texts = [len(set(c.values)) if c.is_text else -1 for c in columns]
    names: list[str] = []
    for place, column in enumerate(columns):
        said = next((name for name, fits in (
            ("Date", column.is_day), ("Email", column.is_email), ("Currency", column.is_currency),
            ("Domain", column.is_host), ("Amount", column.is_amount), ("Description", texts[place] == max(texts) > 0),
        ) if fits), "Column")  # fmt: skip
        names.append(said if said not in names and said != "Column" else f"{said} {place + 1}")
    return Head("csv", header=tuple(names), rows=rows, file_name=first.file_name)


def _pick(
    reading: Reading, target: str, columns: Iterable[Column], *, as_: str | None = None, beside: bool = False
) -> Column | None:
    """Take the column whose header names a target best; `beside`: say which others would fit as well."""
    free = [c for c in columns if all(c is not taken for taken in reading.found.values())]
    ranks = ((c.rank(target), i, c) for i, c in enumerate(free))
    ranked = sorted(((n, i, c) for n, i, c in ranks if n is not None), key=lambda r: r[:2])
    if not ranked:
        return None
    column = ranked[0][2]
    reading.take(as_ or target, column, is_named=True)
    if beside and len(ranked) > 1:
        others = ", ".join(f"{r[2].header!r}" for r in ranked[1:3])
        reading.doubts.append(f"{as_ or target} could also be {others}; taken: {column.header!r}")
    return column


def _by_values(reading: Reading, target: str, column: Column | None) -> Column | None:
    """Take a column that only its values speak for."""
    if column is not None:
        reading.take(target, column, is_named=False)
        reading.doubts.append(f"{target} = {column.header!r} by its values alone: the header does not say so")
    return column


def _first(columns: Iterable[Column], fits: Callable[[Column], bool]) -> Column | None:
    return next((c for c in columns if fits(c)), None)


# ── the kinds ────────────────────────────────────────────────────────────────────────────────────────────


def _charge(columns: list[Column]) -> Reading | None:
    reading = Reading("charge")
    days = [c for c in columns if c.is_day]
    texts = [c for c in columns if c.is_text]
    numbers = [c for c in columns if c.is_amount]
    currencies = [c for c in columns if c.is_currency]
    if not days or not numbers:
        return None
    _pick(reading, "charged_on", days, beside=True) or _by_values(reading, "charged_on", days[0])
    debit, credit = _two_columns(numbers)
    if debit and credit:
        reading.take("amount", debit, is_named=True)
        reading.take("credit", credit, is_named=True)
    elif not _pick(reading, "amount", numbers, beside=True) and not _pick(
        reading, "debit", numbers, as_="amount"
    ):
        money = [c for c in numbers if c.has_money_signs] or (numbers if currencies else [])
        _by_values(reading, "amount", money[0] if money else None)
    if not (debit and credit):
        known = {*DEBIT_WORDS, *CREDIT_WORDS}
        reading.take(
            "direction",
            _first(
                columns, lambda c: bool(c.words()) and c.words() <= known and c.rank("direction") is not None
            ),
            is_named=True,
        )
    if "amount" in reading.found and reading.found["amount"].currency is None:
        # Where the header of the amounts names their currency, another column is that of the original amount.
        _pick(reading, "currency", currencies) or _by_values(
            reading, "currency", currencies[0] if len(currencies) == 1 else None
        )
    # Who holds the card is a name as well; it is told first, so that it is not taken for the merchant.
    whose = _first(columns, lambda c: c.is_email)
    if whose is not None:
        reading.take("account_name", whose, is_named=whose.rank("account_name") is not None)
    _pick(reading, "cardholder", texts)
    if not _pick(reading, "merchant", texts, beside=True):
        left = [c for c in texts if all(c is not f for f in reading.found.values())]
        _by_values(reading, "merchant", max(left, key=lambda c: len(set(c.values)), default=None))
    needed = {"charged_on", "merchant", "amount"}
    if not needed <= reading.found.keys() or len(needed & reading.named) < 2:
        return None
    _pick(
        reading,
        "card",
        [c for c in columns if c.share(CARD.match) >= 0.9 and not c.is_amount and not c.is_day],
    )
    _pick(reading, "mcc", [c for c in columns if c.share(MCC.match) >= 0.9])
    _pick(reading, "event_id", [c for c in columns if c.is_key])
    return reading


def _two_columns(numbers: list[Column]) -> tuple[Column | None, Column | None]:
    """Return the columns of debits and of credits, if the file has both and a row rarely has two."""
    debit = min(
        (c for c in numbers if c.rank("debit") is not None), key=lambda c: c.rank("debit") or 0, default=None
    )
    credits_ = (c for c in numbers if c.rank("credit") is not None and c is not debit)
    credit = min(credits_, key=lambda c: c.rank("credit") or 0, default=None)
    if debit is None or credit is None:
        return None, None
    both = sum(_is_money(d) and _is_money(c) for d, c in zip(debit.cells, credit.cells, strict=True))
    return (debit, credit) if both <= 0.1 * len(debit.cells) else (None, None)


def _is_money(cell: str) -> bool:
    return bool(re.search(r"[1-9]", cell))


def _moments(columns: list[Column]) -> list[Column]:
    """Columns that may say when something happened: not when something last happened, began or ended."""
    days = [
        c for c in columns
        if c.is_day and not any(c.rank(t) is not None for t in ("last_active_at", "hired_on", "left_on"))
        and (c.rank("observed_at") is not None
             or not re.search(r"created|joined|erstellt|créé|creado|aangemaakt", c.header, re.IGNORECASE))
    ]  # fmt: skip
    return [c for c in days if c.is_moment] or [c for c in days if c.rank("observed_at") is not None]


def _person(reading: Reading, columns: list[Column]) -> Column | None:
    emails = [c for c in columns if c.is_email and c.rank("manager_email") is None]
    return (
        _pick(reading, "account_name", emails)
        or _by_values(reading, "account_name", emails[0] if emails else None)
        or _pick(reading, "account_name", [c for c in columns if not (c.is_number or c.is_day or c.is_host)])
    )


def _when_and_who(reading: Reading, columns: list[Column]) -> bool:
    moments = _moments(columns)
    if not moments:
        return False
    moment = _pick(reading, "observed_at", moments) or _by_values(reading, "observed_at", moments[0])
    if moment is not None and not moment.is_moment:
        reading.doubts.append(f"{moment.header!r} holds days without a time: all count from midnight")
    return _person(reading, columns) is not None


def _sign_in(columns: list[Column]) -> Reading | None:
    reading = Reading("sign_in")
    if not _when_and_who(reading, columns):
        return None
    if not _pick(reading, "mention", [c for c in columns if c.is_text and not c.is_host], beside=True):
        return None
    known = {*SUCCESS_WORDS, *FAILURE_WORDS}
    result = _pick(reading, "result", [c for c in columns if c.words() & known], as_="status")
    if result is not None and (strange := result.words() - known):
        reading.doubts.append(
            f"not known in {result.header!r}, and such records would be quarantined: {', '.join(sorted(strange)[:5])}"
        )
    _pick(reading, "event_id", [c for c in columns if c.is_key and not c.is_email])
    return reading


def _web_visit(columns: list[Column]) -> Reading | None:
    reading = Reading("web_visit")
    hosts = [c for c in columns if c.is_host]
    if not hosts:
        return None
    is_whose = _when_and_who(reading, columns)
    are_addresses = any(c.share(lambda v: "://" in v) >= 0.6 for c in hosts)
    if "observed_at" not in reading.found or not (
        is_whose or are_addresses or "observed_at" in reading.named
    ):
        return None
    return (
        reading
        if _pick(reading, "domain", hosts, as_="mention") or _by_values(reading, "mention", hosts[0])
        else None
    )


def _roster(columns: list[Column]) -> Reading | None:
    reading = Reading("directory_account")
    days = [c for c in columns if c.is_day and not c.is_moment]
    emails = [c for c in columns if c.is_email and not PRIVATE.search(c.header)]
    signs = [
        _pick(reading, "hired_on", days),
        _pick(reading, "left_on", [*days, *(c for c in columns if not c.values)]),
        _pick(reading, "employee_id", [c for c in columns if c.is_key]),
        _pick(reading, "department", [c for c in columns if c.is_text]),
    ]
    _pick(reading, "manager_email", emails)
    email = next((c for c in emails if all(c is not f for f in reading.found.values())), None)
    if email is not None:
        reading.take("email", email, is_named=email.rank("account_name") is not None)
    if sum(s is not None for s in signs) < 2 or not {"email", "employee_id"} & reading.found.keys():
        return None
    _name(reading, [c for c in columns if c.is_text])
    _pick(reading, "status", [c for c in columns if not (c.is_day or c.is_number or c.is_email)])
    # Two days and an address may be anything that begins and ends.
    return (
        reading if {"employee_id", "department", "display_name", "last_name"} & reading.found.keys() else None
    )


def _name(reading: Reading, words: list[Column]) -> Column | None:
    """Take the whole name, else the first and the last one, which a mapping puts together.

    Beside a first name, a column that says `name` and no more is the last one.
    """
    firsts = [c for c in words if c.rank("first_name") is not None]
    lasts = [c for c in words if firsts and c.rank("last_name") is not None]
    whole = _pick(reading, "display_name", [c for c in words if c not in firsts and c not in lasts])
    if whole is not None and (
        not firsts or lasts or fold(whole.header) not in ("name", "naam", "nombre", "nome")
    ):
        return whole
    if whole is not None:
        del reading.found["display_name"]
        reading.named.discard("display_name")
        reading.take("last_name", whole, is_named=True)
    _pick(reading, "last_name", lasts)
    return _pick(reading, "first_name", firsts) or whole


def _app_accounts(columns: list[Column]) -> Reading | None:
    reading = Reading("app_account")
    who = _person(reading, columns)
    if who is None or len(set(who.values)) < 0.9 * len(who.values):
        # A list has each user once; a log has them again and again.
        return None
    words = [c for c in columns if c.is_text]
    more = [
        _pick(reading, "status", [c for c in columns if not (c.is_day or c.is_email or c.is_amount)]),
        _pick(reading, "role", words),
        _pick(
            reading, "last_active_at", [c for c in columns if c.share(lambda v: re.search(r"\d", v)) >= 0.5]
        ),
        _name(reading, words),
    ]
    _pick(reading, "mention", words)
    return reading if any(c is not None for c in more) else None
