"""Many changed exports in one inbox, read by the real reader, and what became of each judged."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from discovery.canonical.usage import build_usage
from discovery.publish import publish
from discovery.run import steps
from discovery.settings import SourceHint
from discovery.sources.inbox import scan
from discovery.sources.ingest import ingest_system
from discovery.sources.source import Example, Format
from tests.faults.damaged_files import damaged
from tests.faults.hit_records import merges, with_hit_records
from tests.faults.mutants import Mutant
from tests.sources.conftest import AS_OF, Bench

SLOW = 20.0
"""Seconds of processor: a file of a few kilobytes that takes longer hangs."""
SEVERAL_TENANTS = ("several instances of", "does not say which")


BY_THEIR_HEADER = ("coupa_expenses",)
"""Formats in which a line says what the lines below it are."""


BY_ONE_VALUE = ("navan", "payhawk", "pleo", "spendesk")
"""Formats that are told by the one cell that names the product, which may be the one that was hit."""


def mutants(fmt: Format, example: Example, seed: int, *, files: int = 1) -> list[Mutant]:
    """Return one mutant with hit records, where the example has records that can be told apart, and `files` others."""
    chance = random.Random(f"{seed} {fmt.name} {example.shape} {example.text[:80]}")
    one = with_hit_records(fmt, example, chance)
    return ([one] if one else []) + [damaged(fmt, example, chance) for _ in range(files)]


@dataclass
class Finding:
    """What went wrong with a mutant."""

    mutant: Mutant | None
    what: str

    def __str__(self) -> str:
        if self.mutant is None:
            return self.what
        one = self.mutant
        return f"{one.format.name}-{one.example.shape} ({one.how}; {one.hit or ''}): {self.what}"


@dataclass
class Reading:
    """A home into whose inbox mutants are put; `findings`: what did not end as it should."""

    folder: Path
    mutants: Sequence[Mutant]
    is_thorough: bool = False
    findings: list[Finding] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)

    def run(self) -> list[Finding]:
        """Put all into one inbox, read it, judge each."""
        hints = [SourceHint(files=f"{n}/*", **_hints(n, one)) for n, one in enumerate(self.mutants)]
        hints += [SourceHint(files=f"c{n}/*", **_hints(n, one)) for n, one in enumerate(self.mutants)]
        self.bench = bench = Bench(self.folder, sources=tuple(hints))
        try:
            for number, one in enumerate(self.mutants):
                bench.put(f"{number}/{one.example.file_name}", one.content)
                if self.is_thorough and one.untouched is not None:
                    bench.put(f"c{number}/{one.example.file_name}", one.untouched)
            self._scan()
            self._ingest()
            build_usage(bench.store, bench.night)
            self._judge()
            if self.is_thorough:
                self._go_on()
        finally:
            bench.store.close()
        return self.findings

    def _of(self, name: str) -> Mutant:
        return self.mutants[int(name.split("/", 1)[0].removeprefix("c"))]

    def _take_out(self, name: str, what: str) -> None:
        self.findings.append(Finding(self._of(name), what))

    def _scan(self) -> None:
        """Scan, and where that fails take out the file that it failed at, and scan again."""
        for _ in range(len(self.mutants)):
            try:
                scan(self.bench.store, self.bench.settings, AS_OF)
            except Exception as error:
                trace, name = error.__traceback__, None
                while trace is not None:
                    if trace.tb_frame.f_code is scan.__code__:
                        name = trace.tb_frame.f_locals.get("name")
                    trace = trace.tb_next
                if name is None or not (self.bench.settings.inbox / name).exists():
                    raise
                self._take_out(name, f"the scan fails: {error!r:.500}")
                (self.bench.settings.inbox / name).unlink()
            else:
                return

    def _ingest(self) -> None:
        store = self.bench.store
        for (system,) in store.rows("SELECT DISTINCT system FROM sources.pending ORDER BY 1"):
            while True:
                started = time.process_time()
                waiting = (
                    store.value("SELECT count(*) FROM sources.pending WHERE system = $s", {"s": system}) or 0
                )
                outcome = ingest_system(store, self.bench.night, str(system))
                if time.process_time() - started > SLOW + 0.5 * int(waiting):
                    self.findings.append(
                        Finding(None, f"{system} took {time.process_time() - started:.0f} s")
                    )
                if outcome.error is None:
                    break
                name = store.rows(
                    "SELECT file_name FROM sources.pending WHERE system = $s ORDER BY file_name, instance LIMIT 1",
                    {"s": system},
                )[0][0]
                self._take_out(str(name), f"the source fails: {outcome.error[:600]}")
                store.run("DELETE FROM sources.pending WHERE file_name = $name", {"name": name})

    def _go_on(self) -> None:
        """Run what comes after the sources: what was loaded must not stop a night further down."""
        for step in steps():
            try:
                step.build(self.bench.store, self.bench.night)
            except Exception as error:
                self.findings.append(Finding(None, f"{step.table} fails: {error!r:.600}"))
                return
        publish(self.bench.store, self.bench.night, run_id="fuzz", started_at=datetime(2026, 9, 30))

    def _judge(self) -> None:
        for name, *counts in self.bench.unbalanced():
            self._take_out(str(name), f"is not balanced: {counts}")
        files: dict[str, list[dict[str, Any]]] = {}
        for row in self.bench.store.dicts("FROM sources.source_file"):
            files.setdefault(str(row["file_name"]).split("/", 1)[0], []).append(row)
        marked: dict[str, list[dict[str, Any]]] = {}
        for row in self.bench.quarantine():
            marked.setdefault(str(row["file_id"]), []).append(row)
            if not row["reason"] or not row["record"]:
                self._take_out(str(row["file_name"]), f"quarantined without record or reason: {row}"[:500])
        failed = {id(f.mutant) for f in self.findings}
        for number, one in enumerate(self.mutants):
            if id(one) in failed:
                continue
            found = files.get(str(number), [])
            if not found and sum(one.content == other.content for other in self.mutants) == 1:
                self.findings.append(Finding(one, "nothing is said of it"))
                continue
            for row in found:
                self.states[str(row["state"])] += 1
                if row["state"] in ("refused", "unrecognised") and not row["reason"]:
                    self.findings.append(Finding(one, f"{row['state']} without a reason"))
                if "the program stumbled" in (row["reason"] or ""):
                    self.findings.append(Finding(one, str(row["reason"])))
            if one.hit is not None:
                self._judge_hit(one, found, files.get(f"c{number}", []), marked)
            elif one.means_the_same and found:
                self._judge_same(one, found)

    def _judge_same(self, one: Mutant, found: list[dict[str, Any]]) -> None:
        (row,) = found[:1]
        said = (row["state"], row["format"], row["shape"], row["rows_ignored"], row["rows_quarantined"])
        expected = (
            "loaded",
            one.format.name,
            one.example.shape,
            sum(one.example.ignored.values()),
            one.example.quarantined,
        )
        if said != expected and len(found) == 1:
            self.findings.append(
                Finding(one, f"means the same and is {said} {row['reason']}, expected {expected}")
            )

    def _judge_hit(self, one: Mutant, found: list[dict[str, Any]], control: list[dict[str, Any]],
                   marked: dict[str, list[dict[str, Any]]]) -> None:  # fmt: skip
        assert one.hit is not None
        loaded = [row for row in found if row["state"] == "loaded"]
        if not loaded:
            reason = str(found[0]["reason"])
            is_witness = one.format.name in BY_ONE_VALUE and "other values" in reason
            if not is_witness and not any(said in reason for said in SEVERAL_TENANTS):
                self.findings.append(Finding(one, f"one bad record takes all: {found[0]['state']}: {reason}"))
            return
        if {row["format"] for row in loaded} != {one.format.name}:
            self.findings.append(Finding(one, f"is taken for {loaded[0]['format']}"))
            return
        if sum(row["rows_read"] for row in loaded) != one.rows:
            self.findings.append(
                Finding(one, f"{[row['rows_read'] for row in loaded]} records read of {one.rows}")
            )
        for row in loaded:
            aside = [q for q in marked.get(row["file_id"], []) if q["record"] not in one.hit]
            if len(aside) > one.copies * one.example.quarantined and not merges(one.format, one.example):
                self.findings.append(Finding(one, f"sets aside what was not touched: {aside[:2]}"[:500]))
        if len(loaded) == 1 and len(control) == 1 and control[0]["state"] == "loaded":
            for kind in one.format.kinds if one.format.name not in BY_THEIR_HEADER else ():
                only = ("account_key", "account_name") if merges(one.format, one.example) else ()
                if only and "account" not in kind:
                    continue
                wanted = _counted(self.bench.records(kind, control[0]["file_id"]), only)
                if lost := wanted - _counted(self.bench.records(kind, loaded[0]["file_id"]), only):
                    self.findings.append(
                        Finding(
                            one,
                            f"{lost.total()} untouched {kind} of {wanted.total()} lost or changed: {next(iter(lost))[:300]}",
                        )
                    )


def _hints(number: int, one: Mutant) -> dict[str, Any]:
    return {"instance": f"tenant {number}", **one.example.hints}


def _counted(records: list[dict[str, Any]], only: tuple[str, ...]) -> Counter[str]:
    """Records as texts, without what belongs to the file or its order."""
    if only:
        return Counter(str([record.get(name) for name in only]) for record in records)
    left_out = ("record", "event_id", "snapshot_on")
    return Counter(
        str(sorted((k, str(v)) for k, v in record.items() if k not in left_out)) for record in records
    )
