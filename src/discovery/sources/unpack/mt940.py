"""MT940 (SWIFT customer statements): one object per transaction.

Each transaction (`:61:` with the `:86:` after it) is read by mt-940 by itself, below the head of its statement, which
names the account and the currency: a line of one bank that the library does not understand costs that transaction
alone, which is handed on with its text. Fields of the German `:86:` (`?20…`) are taken apart by the library, those of
other banks stay one text.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mt940

from discovery.errors import SourceFailed

MOST = 64 << 20
MOST_LETTERS = 20_000
FULL_LINE = 61
"""A line of `:86:` with so many letters is full: its last word goes on in the next."""
_FIRST = re.compile(
    rb"(?:\A|\n)\s*(?:\{[^\n]*)?\r?\n?:20:[^\n]*\r?\n(?::[0-9A-Z]{2,3}:[^\n]*\r?\n){0,6}:60[FM]:",
    re.IGNORECASE,
)
_TAG = re.compile(r"(?m)^(?=:\d\d[A-Z]?:)")
logging.getLogger("mt940").setLevel(logging.CRITICAL)
# The library logs each line that it cannot read, with its content; here that line goes to quarantine.


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell such a statement by its first tags: reference, account, opening balance."""
    return _FIRST.search(head[:2000].removeprefix(b"\xef\xbb\xbf")) is not None


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write one object per transaction. Raises SourceFailed for a file in which none begins."""
    if path.stat().st_size > MOST:
        raise SourceFailed(f"is an MT940 file of more than {MOST >> 20} MiB: export a shorter period.")
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if b"\0" in raw:
        raise SourceFailed("holds NUL bytes: it is binary, not a text export.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        # SWIFT knows no letters beyond ASCII; banks that write them do it as Western Windows does.
        text = raw.decode("cp1252", errors="backslashreplace")
    target = folder / "transactions.ndjson"
    with target.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for line in _lines(text.replace("\r\n", "\n").replace("\r", "\n")):
            out.write(json.dumps(line) + "\n")
    if not target.stat().st_size:
        raise SourceFailed("is a statement without a single transaction (:61:).")
    yield None, target


def _lines(text: str) -> Iterator[dict[str, Any]]:
    for statement in re.split(r"(?m)^(?=:20:)", text):
        head: list[str] = []
        block: list[str] = []
        for tag in _TAG.split(statement):
            if tag.startswith(":61:"):
                if block:
                    yield _transaction(head, block)
                block = [tag]
            elif block and tag.startswith(":86:"):
                block.append(tag)
            elif block:
                yield _transaction(head, block)
                block = []
            elif tag.startswith((":20:", ":25", ":28", ":60")):
                head.append(tag)
        if block:
            yield _transaction(head, block)


def _transaction(head: list[str], block: list[str]) -> dict[str, Any]:
    own = "".join(block)
    account = next((tag.split(":", 2)[2].strip() for tag in head if tag.startswith(":25")), None)
    line: dict[str, Any] = {
        "exporter": "mt940",
        "account": account,
        "text": own[:MOST_LETTERS],
        "is_read": False,
    }
    own = re.sub(r"\n-\}?\s*(\{5:.*)?\Z", "\n", own, flags=re.DOTALL)
    try:
        found = list(mt940.parse("".join(head) + own)) if len(own) <= MOST_LETTERS else []
    except Exception:
        # Whatever the library makes of a line that is none: the text goes on.
        return line
    if len(found) != 1 or found[0].data.get("amount") is None or found[0].data.get("date") is None:
        return line
    data = found[0].data
    details = _joined(str(data.get("transaction_details") or ""))
    return line | {
        "is_read": True,
        "day": str(data["entry_date"] if data.get("entry_date") else data["date"]),
        "valued": str(data["date"]),
        "amount": str(data["amount"].amount),
        "currency": data.get("currency") or data["amount"].currency,
        "mark": data.get("status"),
        "type": data.get("id"),
        "code": data.get("transaction_code")
        or (found86[1] if (found86 := re.match(r"(\d{3})\D", details)) else None),
        "posting": data.get("posting_text"),
        "name": data.get("applicant_name"),
        "more_name": data.get("recipient_name"),
        "purpose": data.get("purpose"),
        "details": details or None,
        "extra": data.get("extra_details") or None,
    }


def _joined(details: str) -> str:
    """Put the lines of a text together again."""
    return "".join(line if len(line) >= FULL_LINE else f"{line} " for line in details.split("\n")).strip()
