"""What a source format is: how a file is recognised and how its records become records of a kind.

One module in `formats/` (or in the plug-in folder of the settings) per system and kind, each with a
`FORMAT`. The folder is the registry. A format knows one or more shapes; a shape says

- what must be in the file to recognise it (header names of a CSV, paths in the records of a JSON file);
- which raw columns it reads, all as text: JSON keys with their DuckDB type, CSV headers with alternatives;
- a SELECT over the relation `raw` that yields the columns of the kind (tables.RECORDS) by name, plus

  `_ignored`    why the record is left out, or NULL. Reasons are short and countable: "failed sign-in".
  `_problem`    NULL, or `problem('column', value, 'what was expected')`: the record goes to quarantine.
  `_elsewhere`  true if the record counts through one of the `also` kinds only (optional).
  `_instance`   the instance that the record itself names, for shapes with `several_instances`: one file
                then becomes one input per instance, and each counts its own records.

  `raw` has the records of one file, also where many small files are read in one statement.
  One row per physical record. Columns of the kind that are left out are NULL. A record without what its
  kind cannot do without (REQUIRED) goes to quarantine by itself.

The SELECT may use the macros of `macros.sql` (instant, instant_in, day_in, amount_in, email_of, host_of,
page_of, fold, problem) and `hint('person' | 'app' | 'currency' | 'timezone' | 'date_order' | 'decimal' |
'snapshot_on' | 'instance' | 'file_name')`, which are NULL where neither the settings nor the path say it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Literal

Container = Literal["json", "csv"]
WHOLE_RECORD = "*"
"""A raw column of this name is the whole JSON record; what it is mapped to is the column's name in `raw`."""

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "sign_in": ("observed_at", "mention"),
    "web_visit": ("observed_at", "mention"),
    "charge": ("charged_on", "merchant", "amount"),
    "grant": (),
    "assignment": (),
    "directory_account": ("account_key",),
    "app_account": ("mention", "account_name"),
    "app_registration": ("mention",),
    "provisioning_event": ("observed_at", "action", "status"),
    "provisioning_job": ("client_key",),
    "membership": ("group_key",),
    "licence": ("account_key", "licence"),
    "directory_event": ("observed_at", "change"),
}
"""Columns without which a record of a kind means nothing."""


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Reduce a header to what identifies it: lower case, letters and digits only."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(ch for ch in text if ch.isalnum())


@dataclass(frozen=True)
class Head:
    """The beginning of a file, parsed as far as recognition needs it.

    `header` and `rows`: for CSV. `records`: for JSON, the first records after unwrapping an envelope
    such as `{"value": […]}`; `envelope` holds the envelope's other keys.
    """

    container: Container
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    records: tuple[dict[str, Any], ...] = ()
    envelope: Mapping[str, Any] = field(default_factory=dict)
    file_name: str = ""

    # Every format asks every head, and many ask for the same names: each answer is found once.
    @cached_property
    def folded(self) -> frozenset[str]:
        """The folded header names."""
        return frozenset(fold(name) for name in self.header)

    @cached_property
    def _counts(self) -> Counter[str]:
        """In how many of the sampled records each dotted path is present."""
        counts: Counter[str] = Counter()
        for record in self.records:
            nodes = [("", record)]
            while nodes:
                above, node = nodes.pop()
                # A key with a dot of its own is on no dotted path.
                names = {f"{above}{key}": value for key, value in node.items() if "." not in key}
                counts.update(names.keys())
                nodes += [(f"{name}.", value) for name, value in names.items() if isinstance(value, dict)]
        return counts

    def share_with(self, path: str) -> float:
        """Share of the sampled records in which a dotted path is present, whatever its value."""
        return self._counts[path] / len(self.records) if self.records else 0.0


def most(judged: Iterable[bool], *, share: float = 0.5) -> bool:
    """Tell whether something holds of more than a share of a sample: a damaged record in it decides nothing."""
    found = list(judged)
    return sum(found) > share * len(found)


def at_path(record: Any, path: str) -> Any:
    """Return what a dotted path leads to, or None."""
    for key in path.split("."):
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record


@dataclass(frozen=True)
class Shape:
    """One way in which an export of the format looks.

    requires: CSV headers (compared folded) or JSON paths that must be there; a tuple = any one of these.
    forbids: such that must not be there.
    columns: raw column → CSV headers (alternatives, the first present wins; none present = NULL; one that ends
        with * = the list of all columns whose header begins so) or, for
        JSON, raw column → DuckDB type ("VARCHAR", "JSON", "STRUCT(errorCode VARCHAR)") of the top-level
        key of the same name; `{WHOLE_RECORD: "record"}` alone gives each record whole, as JSON column `record`.
    select: SELECT over `raw` for the primary kind. also: further kinds yielded by the same records.
    instance: JSON path, `@envelope-key` or CSV header whose value names the instance; None = not in the file.
    instance_pattern: regular expression whose first group is the instance in that value (the account in an ARN).
    snapshot: the same for the day of a list.
    is_complete: whether a list of this shape is whole; None = as the format says.
    where: for logs that mix records: JSON paths of which at least this share of the sample must have
        `requires` (1.0 = all).
    numbered: `raw` has a column `_record` with the record number (needed where records have no own id; costs
        speed on large logs).
    preamble: up to this many lines may stand before the header of a CSV.
    has_person: the shape has a user column although others of its format take the person from the path.
    several_instances: one file may hold records of several instances, and `_instance` says of each which.
    """

    name: str
    container: Container
    requires: tuple[str | tuple[str, ...], ...]
    columns: Mapping[str, str | tuple[str, ...]]
    select: str
    also: Mapping[str, str] = field(default_factory=dict)
    forbids: tuple[str, ...] = ()
    instance: str | tuple[str, ...] | None = None
    instance_pattern: str | None = None
    snapshot: str | None = None
    is_complete: bool | None = None
    share: float = 0.5
    numbered: bool = False
    preamble: int = 0
    has_person: bool = False
    several_instances: bool = False
    recognise: Callable[[Head], bool] | None = None


@dataclass(frozen=True)
class Example:
    """A small export that is also the format's test.

    records: kind → the records expected, each as the columns worth stating. ignored: reason → count.
    """

    text: str
    shape: str
    records: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    ignored: Mapping[str, int] = field(default_factory=dict)
    quarantined: int = 0
    instance: str | None = None
    file_name: str = "export"
    hints: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Format:
    """One system and kind. `kind` is primary; `is_list`: a snapshot (roster), else a log of events.

    is_complete: a list is whole, so that what it lacks is gone. proven_by: link to the public example that
    the header was made after; None = from general knowledge, shown as unproven. person_from_path: the export
    has no user column, the person is an e-mail address in the file or folder name, or a setting.
    private: records are reduced before they are kept (browsing).
    weak: gives way to any other format that also fits. kept_for: how long the system itself keeps what it exports,
    as its documentation says; None = not known here, or for ever.
    """

    name: str
    system: str
    kind: str
    title: str
    shapes: tuple[Shape, ...]
    how_to_get: str
    proven_by: str | None
    proven_on: date | None = None
    is_list: bool = False
    is_complete: bool = False
    person_from_path: bool = False
    private: bool = False
    weak: bool = False
    cadence_days: int = 1
    kept_for: str | None = None
    examples: tuple[Example, ...] = ()
    also_kinds: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """All kinds that the format can yield, sorted."""
        return tuple(sorted({self.kind, *self.also_kinds}))

    def is_whole(self, shape: str) -> bool:
        """Tell whether a list of this shape holds everybody, so that what it lacks is gone."""
        said = next((s.is_complete for s in self.shapes if s.name == shape), None)
        return self.is_list and (self.is_complete if said is None else said)


@dataclass(frozen=True)
class Fit:
    """How well a shape fits a head: what it asks for, what is missing, what must not be there."""

    format: Format
    shape: Shape
    required: int
    missing: tuple[str, ...]
    forbidden: tuple[str, ...]
    matches: bool

    @property
    def closeness(self) -> float:
        """Share of what is asked for that is there."""
        return 1 - len(self.missing) / self.required if self.required else 0.0


def fit(head: Head, fmt: Format, shape: Shape) -> Fit:
    """Compare a head with one shape."""
    if head.container != shape.container:
        return Fit(fmt, shape, len(shape.requires), tuple(map(_said, shape.requires)), (), matches=False)
    if shape.container == "csv":
        present: Callable[[str], bool] = lambda name: fold(name) in head.folded  # noqa: E731 - one of two
    else:
        present = lambda path: head.share_with(path) >= shape.share  # noqa: E731 - the other of two
    missing = tuple(
        _said(item)
        for item in shape.requires
        if not any(present(name) for name in (item if isinstance(item, tuple) else (item,)))
    )
    forbidden = tuple(name for name in shape.forbids if present(name))
    matches = not missing and not forbidden and (shape.recognise is None or shape.recognise(head))
    return Fit(fmt, shape, len(shape.requires), missing, forbidden, matches)


def _said(item: str | tuple[str, ...]) -> str:
    """A requirement in words."""
    if isinstance(item, str):
        return item
    return " or ".join(item) if len(item) <= 3 else f"{item[0]} or the like"
