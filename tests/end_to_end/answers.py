"""The truth of a generated company beside what was published of it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discovery.store import Store

Edge = tuple[str, str]


@dataclass(frozen=True)
class Comparison:
    """Edges (person's address, name of the app in the truth) found, missed and invented."""

    found: dict[Edge, tuple[dict[str, str], dict[str, Any]]]
    missed: dict[Edge, dict[str, str]]
    false: dict[Edge, dict[str, Any]]

    @property
    def precision(self) -> float:
        return len(self.found) / (len(self.found) + len(self.false))

    @property
    def recall(self) -> float:
        return len(self.found) / (len(self.found) + len(self.missed))

    def share_right(self, column: str) -> float:
        """Share of the found edges whose class, route or survives_idp_disable is the truth's."""
        said = {True: "true", False: "false", None: ""}
        right = sum(truth[column] == said.get(got[column], got[column]) for truth, got in self.found.values())
        return right / len(self.found)


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compare(expected: Path, published: Path) -> Comparison:
    apps: dict[str, str] = {}
    for app in read_csv(expected / "app.csv"):
        for name in (app["app_name"], app["app_domain"], *app["other_domains"].split("|")):
            if name.strip():
                apps[name.strip().lower()] = app["app_name"]
    truth = {(row["person_email"], row["app_name"]): row for row in read_csv(expected / "access.csv")}
    got: dict[Edge, dict[str, Any]] = {}
    with Store(published, read_only=True) as store:
        for row in store.dicts(
            "SELECT p.email, a.name, a.domain, x.* FROM access AS x JOIN person AS p USING (person_id) "
            "JOIN app AS a USING (app_id)"
        ):
            name = apps.get((row["domain"] or "").lower()) or apps.get(row["name"].lower()) or row["name"]
            got[row["email"], name] = row
    return Comparison(
        {edge: (truth[edge], got[edge]) for edge in truth.keys() & got.keys()},
        {edge: truth[edge] for edge in sorted(truth.keys() - got.keys())},
        {edge: got[edge] for edge in sorted(got.keys() - truth.keys())},
    )
