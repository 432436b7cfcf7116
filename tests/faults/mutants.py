"""What a changed export is, and the values that some reader of exports somewhere has stumbled over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from discovery.sources.source import Example, Format

RECORDS = 12
"""How many records about, copies of the example's, stand in a file of which a few are hit: what is lost stands out."""
LONG = "x" * 10_000
HOSTILE = (
    "", " ", "\0", "a\0b", "\x1b[31m", "\u202e", "\ufeff", "\u2028", "é", "İ", "ﬁ", "\U0001f480", LONG, "-0", "1e400", "-1e400",
    "NaN", "Infinity", "null", "true", "0x1F", "007", "1_000", "١٢٣", "99999999999999999999999999", "-99999999999999999999",
    "9999-12-31", "0001-01-01", "2026-02-30", "2026-13-01", "2026-06-30T23:59:60Z", "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z", "-4713-01-01", "294247-01-10T04:00:54Z", "infinity", "epoch", "31/12/9999", "253402300799", "253402300799000",
    "=cmd|' /C calc'!A0", "'; DROP TABLE person; --", "*", "../../etc/passwd", "[!a]*?", "$name", "%s%n", "{{7*7}}", "a,b;c|d\te",
    '"', "'", "\\", "\\u0000", "a\nb", "a\r\nb", "a\rb", "http://[::1", "https://%00@/", "http://" + "a." * 200 + "com",
    "@", "a@b@c", "x@" + "ä" * 80 + ".example", "." * 300, "xn--", "\x1f", "[]", "{}", '{"a":1}', "[[[[[[", "(1", "1)", "--1", "1,2,3", ".,.",
)  # fmt: skip
"""Texts that some reader of exports somewhere has stumbled over."""
NO_UTF8 = ("\udcff", "caf\udce9", "\udced\udca0\udc80", "\udcc0\udc80")
"""Bytes that are no UTF-8, as Python keeps them in a text (surrogateescape)."""
RAW_JSON = (
    "1e400", "-0", "-0.0", "NaN", "-Infinity", "1" * 40, "-" + "9" * 19, "007", "1.", '"\\ud800"', '"\\u0000"', '"\\x"', "'a'", "\"\t\"",
    "[" * 200 + "]" * 200, "[" * 5000 + "]" * 5000, '{"a":' * 100 + "1" + "}" * 100, '{"a":1,"a":2}', '{"":""}', '{"_record":7}',
    "True", "0.1e-400", "9223372036854775808", "18446744073709551616", "1e18", "0.30000000000000004", '{"a.b":{"$":1}}',
)  # fmt: skip
OURS = ("exporter", "browser")
"""Keys that our own unpacking writes into the first record and any other: no export has them."""
WRONG_TYPE: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    3.5,
    2**63,
    1e300,
    [],
    {},
    [None],
    [[]],
    {"a": None},
    [{}],
    "x",
    [1, "a", {}],
)


@dataclass(frozen=True)
class Mutant:
    """A changed export.

    how: in words. hit: the numbers of the records that were changed, from 1, where the others must come through;
    None = anything may be lost. rows: how many records it holds, in how many copies. untouched: the same file
    without the records that were hit. means_the_same: it must be read like the example.
    """

    format: Format
    example: Example
    how: str
    content: bytes
    hit: dict[int, str] | None = None
    rows: int = 0
    copies: int = 1
    untouched: bytes | None = None
    means_the_same: bool = False


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
