"""What the header and the values of a column of an unknown CSV tell: days, amounts, addresses, words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from discovery.sources.source import fold

_DAY = re.compile(r"^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[T ,]+\d{1,2}:\d{2}.*)?$")
_AMOUNT = re.compile(
    r"^[(\-+]?\s*[^\d\s.,()-]{0,4}\s*-?[\d][\d.,' \u00a0\u202f]*\s*[^\d\s.,()-]{0,4}\s*[-)]?$"
)
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
CURRENCY = re.compile(r"^[A-Z]{3}$")
CARD = re.compile(r"^[\dxX*•. -]*\d{4}$")
AMOUNT_WORDS = ("amount", "amt", "total", "betrag", "debit", "cost", "price", "importe", "montant", "value")
MCC = re.compile(r"^\d{4}$")


@dataclass(frozen=True)
class Column:
    """One column of the file: its header and a sample of its values that are not empty."""

    header: str
    values: tuple[str, ...]

    def share(self, fits: Callable[[str], object]) -> float:
        """Share of the values that fit."""
        return sum(bool(fits(v)) for v in self.values) / len(self.values) if self.values else 0.0

    def named(self, *words: str) -> bool:
        """Tell whether the header holds one of the words."""
        name = fold(self.header)
        return any(word in name for word in words)

    @property
    def is_day(self) -> bool:
        """Its values are days or instants."""
        return self.share(_DAY.match) >= 0.9

    @property
    def is_email(self) -> bool:
        """Its values are e-mail addresses."""
        return self.share(_EMAIL.match) >= 0.7

    @property
    def is_amount(self) -> bool:
        """Its values are amounts; running numbers and codes are none."""
        return (
            not self.is_day
            and self.share(_AMOUNT.match) >= 0.9
            and (
                self.named(*AMOUNT_WORDS)
                or self.share(lambda v: re.search(r"[.,]\d{2}\)?\s*\D{0,4}$", v)) >= 0.5
            )
        )

    @property
    def is_text(self) -> bool:
        """Its values are words."""
        return (
            not (self.is_day or self.is_email or self.is_amount)
            and self.share(lambda v: re.search(r"[^\W\d_]{2}", v)) >= 0.8
        )


def order_of_days(columns: Sequence[Column]) -> str | None:
    """Return the order that the values prove, or None if they fit both day first and month first."""
    first_is_day = second_is_day = year_first = False
    for column in columns:
        for match in filter(None, map(_DAY.match, column.values)):
            one, two, _ = match.groups()
            year_first |= len(one) == 4
            first_is_day |= len(one) < 4 and int(one) > 12
            second_is_day |= len(one) < 4 and int(two) > 12
    if first_is_day != second_is_day:
        return "dmy" if first_is_day else "mdy"
    return "ymd" if year_first and not first_is_day else None
