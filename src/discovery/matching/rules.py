"""Rules of the company for merchant texts: what a text that begins so means, or that it is to be left out."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from discovery.catalog.load import Catalog
from discovery.errors import BadSettings
from discovery.matching.decide import Match, overrule
from discovery.matching.normalise import read_line

FILE = "match_rules.csv"
"""In the home; read at every run."""
COLUMNS = ("text", "action", "app", "by", "decided_on", "reason")
ACTIONS = ("accept", "reject", "ignore")


class Rule(NamedTuple):
    """One rule: texts whose words begin with those of `text`, processors' marks aside, are decided like that."""

    words: tuple[str, ...]
    text: str
    action: str
    app_id: str | None
    by: str
    reason: str


def read_rules(path: Path, catalog: Catalog) -> tuple[Rule, ...]:
    """Return the rules of a file, the longest first; none if there is no file.

    Raises BadSettings naming file, row, column, value and what was expected.
    """
    if not path.exists():
        return ()
    found = []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        missing = [name for name in ("text", "action", "by") if name not in (reader.fieldnames or [])]
        if missing:
            raise BadSettings(
                f"{path}: row 1: has no column {', '.join(missing)}; expected {', '.join(COLUMNS)}"
            )
        for number, row in enumerate(reader, 2):
            found.append(
                _rule(f"{path}: row {number}", {k: (v or "").strip() for k, v in row.items() if k}, catalog)
            )
    return tuple(sorted(found, key=lambda rule: (-len(rule.words), rule.words, rule.action)))


def _rule(where: str, row: dict[str, str], catalog: Catalog) -> Rule:
    words = read_line(row["text"]).words
    if not words:
        raise BadSettings(
            f"{where}, column text: {row['text']!r} has no word; expected the beginning of merchant texts"
        )
    if row["action"] not in ACTIONS:
        raise BadSettings(f"{where}, column action: {row['action']!r}; expected {', '.join(ACTIONS)}")
    if not row["by"]:
        raise BadSettings(f"{where}, column by: empty; expected who decided, for auditors read it")
    app = catalog.app_of(row.get("app", "")) if row["action"] == "accept" else None
    if row["action"] == "accept" and app is None:
        raise BadSettings(
            f"{where}, column app: {row.get('app', '')!r} is no app; expected an id, name or domain"
        )
    return Rule(
        words, row["text"], row["action"], app.app_id if app else None, row["by"], row.get("reason", "")
    )


def rule_for(text: str, rules: Sequence[Rule]) -> Rule | None:
    """Return the rule that a merchant text falls under: the one with most words."""
    if not rules:
        return None
    words = read_line(text).words
    return next((rule for rule in rules if words[: len(rule.words)] == rule.words), None)


def apply_rules(matches: Iterable[Match], rules: Sequence[Rule], catalog: Catalog) -> list[Match]:
    """Return the matches with the rules' word on merchants; a decision on the very text comes after and wins."""
    decided = []
    for match in matches:
        rule = rule_for(match.mention, rules) if match.kind == "merchant" else None
        if rule is None:
            decided.append(match)
            continue
        name = catalog.apps[rule.app_id].name if rule.app_id else ""
        decided.append(
            overrule(match, rule.action, f"{rule.by} (rule {rule.text!r})", None, rule.app_id, name)
        )
    return decided
