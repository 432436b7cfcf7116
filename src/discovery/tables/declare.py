"""How a table is declared. Types are DuckDB's own names as `DESCRIBE` prints them."""

from __future__ import annotations

from dataclasses import dataclass, field

T = "VARCHAR"
INSTANT = "TIMESTAMP"
DAY = "DATE"
COUNT = "BIGINT"
MONEY = "DECIMAL(18,2)"
TEXTS = "VARCHAR[]"
FLAG = "BOOLEAN"
NUMBER = "DOUBLE"
MONTHS = 'STRUCT("month" DATE, day_bits INTEGER)[]'
"""Days, a month each: the lowest of `day_bits` is its first day."""


@dataclass(frozen=True)
class Column:
    """One column. `personal` marks data about a person, which never enters Dagster's metadata or logs."""

    name: str
    type: str
    meaning: str
    personal: bool = False


@dataclass(frozen=True)
class Table:
    """One table. `row` says what one row means; `key` is unique; `published` tables reach people.

    A view is made of other tables in the published file and stands nowhere in the warehouse.
    """

    schema: str
    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    published: bool = False
    durable: bool = False
    order_by: tuple[str, ...] = field(default=())
    is_view: bool = False

    @property
    def qualified(self) -> str:
        """`schema.name`, as SQL refers to it in the warehouse."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in declared order."""
        return tuple(column.name for column in self.columns)


def c(name: str, type_: str, meaning: str, *, personal: bool = False) -> Column:
    """Declare one column."""
    return Column(name, type_, meaning, personal)
