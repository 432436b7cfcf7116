"""The ledger: what was done to whom, by whom, when and with what result. Appended, hash-chained, never rewritten.

Every act has an intent on disk before it is sent and a result after it. Persons stand in the chain under a pseudonym;
what names them lies beside it, bound by a keyed digest, so that forgetting a person leaves the chain whole.
"""

from __future__ import annotations

from discovery.ledger.chain import FILE, GENESIS, Entry, Ledger, Writer
from discovery.ledger.head import Head, anchor, read_heads
from discovery.ledger.secrecy import without_secrets
from discovery.ledger.verify import Verdict, verify_ledger

__all__ = [
    "FILE",
    "GENESIS",
    "Entry",
    "Head",
    "Ledger",
    "Verdict",
    "Writer",
    "anchor",
    "read_heads",
    "verify_ledger",
    "without_secrets",
]
