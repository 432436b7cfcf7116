"""The table of all findings: `python -m discovery.graph.finding_table > docs/findings.md`.

Severity and controls are read from `finding.sql`, when a rule fires from `finding_rule.csv`.
"""

from __future__ import annotations

import csv
import re
from importlib import resources

from discovery.errors import ContractBroken
from discovery.store import sql_file

HEAD = """# Findings
Made from the rules by `python -m discovery.graph.finding_table > docs/findings.md`; a test compares.
`discovery findings` lists what was found, `discovery findings --rule RULE` one rule; the table `finding` of the
published file holds the same.

Controls: ISO/IEC 27001:2022 Annex A, SOC 2 (CC), NIST CSF 2.0 (PR). A finding touches a control; it judges none.

| rule | severity | fires | does not fire | controls |
|---|---|---|---|---|
"""
_RULE = re.compile(r"SELECT '([a-z_]+)'(?: AS rule)?, '(high|medium|low)'")
_CONTROLS = re.compile(r"WHEN '([a-z_]+)' THEN \[([^\]]+)\]")
_OTHERWISE = re.compile(r"ELSE \[([^\]]+)\] END AS controls")


def severities() -> dict[str, list[str]]:
    """Return the severities that each rule may have, by rule, in the order of the query."""
    found: dict[str, list[str]] = {}
    for rule, severity in _RULE.findall(sql_file(__package__, "finding")):
        if severity not in found.setdefault(rule, []):
            found[rule].append(severity)
    return found


def finding_table() -> str:
    """Return the document. Raises ContractBroken where query and descriptions name other rules."""
    text = resources.files(__package__).joinpath("finding_rule.csv").read_text(encoding="utf-8")
    described = {row["rule"]: row for row in csv.DictReader(text.splitlines())}
    of_rule = severities()
    if described.keys() != of_rule.keys():
        raise ContractBroken(
            f"finding.sql and finding_rule.csv differ in {', '.join(sorted(described.keys() ^ of_rule.keys()))}"
        )
    query = sql_file(__package__, "finding")
    controls = {rule: _list(names) for rule, names in _CONTROLS.findall(query)}
    otherwise = _OTHERWISE.search(query)
    default = _list(otherwise.group(1)) if otherwise else ""
    lines = [
        f"| `{rule}` | {' or '.join(of_rule[rule])} | {row['fires']} | {row['does_not_fire']} | "
        f"{controls.get(rule, default)} |\n"
        for rule, row in described.items()
    ]
    return HEAD + "".join(lines)


def _list(names: str) -> str:
    return ", ".join(name.strip().strip("'") for name in names.split(","))


if __name__ == "__main__":
    print(finding_table(), end="")
