"""OFX and QFX: one object per transaction, with the account and the currency of the statement that it stands in.

Both versions (SGML with a header of its own, XML) are taken apart by ofxtools. Its tree is used, not its checks of a
whole statement: one wrong value would cost all transactions. A file in which more transactions begin than were found,
or whose end is missing, is refused, because the parser makes nothing of the rest without saying so.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element
from xml.sax.saxutils import unescape

from discovery.errors import SourceFailed

MOST = 256 << 20
_STATEMENTS = ("STMTRS", "CCSTMTRS")
_BEGINS = re.compile(rb"<STMTTRN\s*>", re.IGNORECASE)
_ENTITIES = {"&apos;": "'", "&quot;": '"', "&nbsp;": " "}


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell OFX by its header or its first element."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1500].upper()
    return start.startswith(b"OFXHEADER:") or b"<?OFX " in start or start.startswith(b"<OFX>")


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write one object per transaction. Raises SourceFailed for a file that is damaged or cut short."""
    if path.stat().st_size > MOST:
        raise SourceFailed(f"is an OFX file of more than {MOST >> 20} MiB: export a shorter period.")
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"<!ENTITY" in raw.upper() or b"<!DOCTYPE" in raw.upper():
        raise SourceFailed("declares entities, which no statement needs: refused.")
    if b"</OFX>" not in raw[-2048:].upper():
        raise SourceFailed("is cut short: its end, </OFX>, is missing. Download it again.")
    begun = len(_BEGINS.findall(raw))
    if not begun:
        raise SourceFailed("is an OFX file without a single transaction.")
    # Only where there is such a file: to load it takes longer than most files take to read.
    from ofxtools.Parser import OFXTree

    tree = OFXTree()
    try:
        tree.parse(io.BytesIO(raw))
    except Exception as error:
        # A dozen kinds of errors are known of it, and its list is not ours: whatever ends it, the file is at fault.
        said = " ".join(str(error).split())[:200]
        raise SourceFailed(f"is not well-formed OFX: {said}. Download it again.") from error
    target = folder / "transactions.ndjson"
    found = 0
    with target.open("w", encoding="utf-8") as out:
        for line in _transactions(tree.getroot()):
            found += 1
            out.write(json.dumps(line) + "\n")
    if found != begun:
        raise SourceFailed(
            f"{begun} transactions begin and {found} were found: one is not closed, or stands outside a statement. "
            "Download it again."
        )
    yield None, target


def _transactions(root: Element | None) -> Iterator[dict[str, str | None]]:
    for kind in _STATEMENTS:
        for statement in root.iter(kind) if root is not None else ():
            account = statement.find("CCACCTFROM" if kind == "CCSTMTRS" else "BANKACCTFROM")
            context = {
                "exporter": "ofx",
                "statement": "card" if kind == "CCSTMTRS" else "bank",
                "account": account.findtext("ACCTID") if account is not None else None,
                "currency": statement.findtext("CURDEF"),
            }
            for one in statement.iterfind("BANKTRANLIST/STMTTRN"):
                own = {child.tag.lower(): child.text for child in one if not len(child)}
                payee = one.findtext("PAYEE/NAME")
                code = one.findtext("CURRENCY/CURSYM") or one.findtext("ORIGCURRENCY/CURSYM")
                said = {**own, "payee": payee, "cursym": code if one.find("CURRENCY") is not None else None}
                yield context | {
                    key: unescape(text, _ENTITIES).strip() if text else None for key, text in said.items()
                }
