"""Is the ledger as it was written? Every byte of the chain, the private parts beside it, and the saved heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discovery.errors import LedgerBroken
from discovery.ledger.chain import GENESIS, Entry, Ledger
from discovery.ledger.head import Head, read_heads


@dataclass(frozen=True)
class Verdict:
    """What verifying showed.

    bad_record: number of the first wrong record, None if all are right. anchored: number of the newest saved head that
    holds, None = not anchored: nobody would see entries cut off the end, or the whole written anew.
    """

    count: int
    head: str
    reason: str | None = None
    bad_record: int | None = None
    anchored: int | None = None
    torn_bytes: int = 0
    forgotten_count: int = 0

    @property
    def is_whole(self) -> bool:
        """Nothing was found to be wrong."""
        return self.reason is None


def verify_ledger(home: Path, heads: Sequence[Head] = ()) -> Verdict:
    """Verify the ledger of a home against itself, the heads saved in the home and those given.

    Records are numbered from 1 in the order of their lines; a record missing at the end has the number that it would
    have.
    """
    ledger = Ledger(home)
    try:
        entries = ledger.entries()
        content = ledger.path.read_bytes() if ledger.path.is_file() else b""
        known = [*read_heads(home), *heads]
    except LedgerBroken as broken:
        return Verdict(0, GENESIS, broken.reason or str(broken), broken.record)
    torn = len(content) - (content.rfind(b"\n") + 1)
    head = entries[-1].hash if entries else GENESIS
    anchored = None
    wrong: list[tuple[int, str]] = []
    for one in known:
        if one.sequence > len(entries):
            wrong.append(
                (
                    len(entries) + 1,
                    f"records are missing: a saved head has {one.sequence}, the ledger {len(entries)}",
                )
            )
        elif one.sequence < 1 or entries[one.sequence - 1].hash != one.hash:
            wrong.append((max(one.sequence, 1), "it differs from what a saved head has: written anew"))
        else:
            anchored = max(anchored or 0, one.sequence)
    forgotten, missing = _private_parts(ledger, entries)
    wrong += missing
    if torn and not wrong:
        return Verdict(
            len(entries), head, f"the last record was cut short after {torn} bytes (a crash while it was written: the "
            "next command sets it aside)", len(entries) + 1, anchored, torn, forgotten,
        )  # fmt: skip
    if wrong:
        record, reason = min(wrong)
        return Verdict(len(entries), head, reason, record, anchored, torn, forgotten)
    return Verdict(len(entries), head, None, None, anchored, torn, forgotten)


def _private_parts(ledger: Ledger, entries: list[Entry]) -> tuple[int, list[tuple[int, str]]]:
    """Return how many entries lost their private part by forgetting, and those that lost it otherwise."""
    forgotten = {e.subject: e.sequence for e in entries if e.kind == "forgotten"}
    there = ledger.read_private(entries)
    count, missing = 0, []
    for entry in entries:
        if entry.private is None or entry.private in there:
            continue
        if entry.subject in forgotten and entry.sequence < forgotten[entry.subject]:
            count += 1
        else:
            missing.append((entry.sequence, "its private part is missing or was changed"))
    return count, missing
