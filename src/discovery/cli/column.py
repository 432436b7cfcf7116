"""What the header and the values of a column of an unknown CSV tell: days, amounts, addresses, hosts, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from discovery.catalog.naming import has_known_suffix
from discovery.cli.header_words import rank
from discovery.sources.source import fold

_DAY = re.compile(r"^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[T ,]+\d{1,2}:\d{2}.*)?$")
_COMPACT_DAY = re.compile(r"^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")
_NAMED_DAY = re.compile(r"^(?:\d{1,2}[ .-]+[^\W\d_]{3,}\.?|[^\W\d_]{3,}\.? \d{1,2},?)[ .,-]+\d{2,4}\b")
_AMOUNT = re.compile(
    r"^[(\-+]?\s*[^\d\s.,()-]{0,4}\s*[-+]?[\d][\d.,' \u00a0\u202f]*\s*[^\d\s.,()-]{0,4}\s*[-)]?$"
)
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_NUMBER_LETTERS = re.compile(r"[^\W\d_]{2}")
CARD = re.compile(r"^[\dxX*•. -]*\d{4}$")
MCC = re.compile(r"^\d{4}$")
CURRENCIES = frozenset(
    [
        "AED", "ARS", "AUD", "BGN", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF",
        "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "MAD", "MXN", "MYR", "NOK", "NZD", "PEN", "PHP", "PLN", "RON", "RSD",
        "RUB", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "USD", "VND", "ZAR",
    ]
)  # fmt: skip
_SIGNS = {"€": "EUR", "£": "GBP", "R$": "BRL", "₹": "INR"}
"""Signs that stand for one currency only; a dollar or a yen may be several."""


@dataclass(frozen=True)
class Column:
    """One column of the file: its header and a sample of its cells, in the order of the rows."""

    header: str
    cells: tuple[str, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """The cells that are not empty."""
        return tuple(cell for cell in self.cells if cell)

    def share(self, fits: Callable[[str], object]) -> float:
        """Share of the values that fit."""
        values = self.values
        return sum(bool(fits(v)) for v in values) / len(values) if values else 0.0

    def rank(self, target: str) -> int | None:
        """How well the header names a target, the smaller the better; None = it does not."""
        return rank(self.header, target)

    @property
    def is_day(self) -> bool:
        """Its values are days or instants that a mapping can read."""
        return self.share(_DAY.match) >= 0.9 or self.share(_COMPACT_DAY.match) == 1

    @property
    def is_named_day(self) -> bool:
        """Its values are days with the month as a word, which a mapping cannot read."""
        return self.share(_NAMED_DAY.match) >= 0.9

    @property
    def is_moment(self) -> bool:
        """Its values are days with a time of day."""
        return self.is_day and self.share(lambda v: ":" in v) >= 0.9

    @property
    def is_email(self) -> bool:
        """Its values are e-mail addresses."""
        return self.share(_EMAIL.match) >= 0.7

    @property
    def is_host(self) -> bool:
        """Its values are hosts or whole addresses of public sites."""
        sample = Column(self.header, self.values[:60])
        return sample.share(_is_site) >= 0.6

    @property
    def is_currency(self) -> bool:
        """Its values are codes of currencies."""
        return self.share(lambda v: v.upper() in CURRENCIES) >= 0.9

    @property
    def is_number(self) -> bool:
        """Its values are numbers or amounts of any kind."""
        return not self.is_day and self.share(_AMOUNT.match) >= 0.9

    @property
    def is_amount(self) -> bool:
        """Its values are amounts of money, by the header, a currency sign or cents; running numbers are none."""
        return self.is_number and (
            any(self.rank(target) is not None for target in ("amount", "debit", "credit"))
            or self.share(lambda v: re.search(r"[.,]\d{2}\)?\s*\D{0,4}$", v)) >= 0.5
        )

    @property
    def has_money_signs(self) -> bool:
        """Its values carry the sign or the code of a currency."""
        return self.share(lambda v: re.search(r"[€$£¥₹]|\b(?:EUR|USD|GBP|CHF)\b", v)) >= 0.5

    @property
    def currency(self) -> str | None:
        """The currency that the header names in capitals, or that all values carry the sign or code of."""
        for word in re.findall(r"[A-Z]{3}", self.header):
            if word in CURRENCIES:
                return str(word)
        codes = {_SIGNS.get(m) or m for v in self.values for m in re.findall(r"[€£₹]|R\$|\b[A-Z]{3}\b", v)}
        return codes.pop() if len(codes) == 1 and codes <= CURRENCIES and self.has_money_signs else None

    @property
    def is_text(self) -> bool:
        """Its values are words."""
        return (
            not (self.is_day or self.is_email or self.is_amount or self.is_currency)
            and self.share(_NUMBER_LETTERS.search) >= 0.8
        )

    @property
    def is_key(self) -> bool:
        """Each row has a value of its own."""
        values = self.values
        return len(set(values)) == len(values) == len(self.cells) > 0 and not self.is_day

    def words(self) -> frozenset[str]:
        """The distinct values, lower case."""
        return frozenset(v.strip().lower() for v in self.values)

    @property
    def looks_like(self) -> str:
        """What the values are, in a word."""
        for name, fits in (
            ("days", self.is_day), ("days with a named month", self.is_named_day), ("addresses", self.is_email),
            ("hosts", self.is_host), ("currencies", self.is_currency), ("amounts", self.is_amount),
            ("numbers", self.is_number), ("nothing", not self.values),
        ):  # fmt: skip
            if fits:
                return name
        return "words"


def _is_site(value: str) -> bool:
    host = re.sub(r"^[a-z][a-z0-9+.-]*://(?:[^/@]*@)?", "", value.strip().lower())
    if host == value.strip().lower() and "/" in host:
        return False
    return has_known_suffix(re.split(r"[/?#:]", host)[0].rstrip("."))


def looks_like_header(header: Sequence[str]) -> bool:
    """Tell a header line from a record: names hold letters and are no days, amounts or addresses."""
    named = [cell for cell in header if cell.strip()]
    fine = [
        c for c in named if fold(c) and re.search(r"[^\W\d_]", c) and not (_DAY.match(c) or _EMAIL.match(c))
    ]
    return len(named) >= 2 and len(fine) >= 0.8 * len(named)


def order_of_days(columns: Sequence[Column]) -> str | None:
    """Return the order that the values prove, or None if they fit both day first and month first."""
    first_is_day = second_is_day = year_first = False
    for column in columns:
        year_first |= column.share(_COMPACT_DAY.match) == 1
        for match in filter(None, map(_DAY.match, column.values)):
            one, two, _ = match.groups()
            year_first |= len(one) == 4
            first_is_day |= len(one) < 4 and int(one) > 12
            second_is_day |= len(one) < 4 and int(two) > 12
    if first_is_day != second_is_day:
        return "dmy" if first_is_day else "mdy"
    return "ymd" if year_first and not first_is_day else None


def day_first_by_habit(days: Sequence[Column], others: Sequence[Column]) -> str | None:
    """Return why days that could be read both ways are day first, or None if nothing says so."""
    values = [value for column in days for value in column.values]
    if values and all(re.match(r"\d{1,2}\.\d{1,2}\.\d{2,4}\b", value) for value in values):
        return "nobody writes the month first with dots"
    amounts = [c for c in others if c.is_amount]
    if amounts and decimal_sign(amounts) == (",", None):
        return "nobody who writes a decimal comma writes the month first"
    return None


def decimal_sign(columns: Sequence[Column]) -> tuple[str, str | None]:
    """Return the decimal sign of amounts, and what is doubtful about it."""
    values = [v for column in columns for v in column.values]
    comma = [v for v in values if re.search(r",\d{1,2}(?!\d|[.,]\d)", v)]
    point = [v for v in values if re.search(r"\.\d{1,2}(?!\d|[.,]\d)", v)]
    if comma and point:
        sign = "," if len(comma) >= len(point) else "."
        return sign, f"amounts are written both ways: {comma[0]!r} and {point[0]!r}"
    if comma or point:
        return ("," if comma else "."), None
    grouped = [v for v in values if re.search(r"[.,]\d{3}(?!\d)", v)]
    if grouped:
        return ".", f"{grouped[0]!r} has no cents: whether its sign is decimal or for thousands is not told"
    return ".", None
