"""CAMT.053, .052 and .054 (ISO 20022 bank statements, reports and notifications): one object per transaction.

An entry (`Ntry`) is one transaction, or several (`TxDtls`) if each has an amount of its own. The text is read with
defusedxml, entry by entry: document types and entities are refused, and large statements need little memory. Elements
are known by their local name, so that the version of the schema and a prefix of the namespace do not matter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from discovery.errors import SourceFailed

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:BkToCstmrStmt|BkToCstmrAcctRpt|BkToCstmrDbtCdtNtfctn)[\s>]")
_STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
_WHO = ("Cdtr", "UltmtCdtr", "Dbtr", "UltmtDbtr")


def claims(head: bytes, path: Path) -> bool:  # noqa: ARG001 - the seam's signature
    """Tell such a message by its element below the document: an archive may show it too, packed without pressing."""
    return head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<") and _ROOT.search(head) is not None


def unpack(path: Path, folder: Path) -> Iterator[tuple[str | None, Path]]:
    """Write one object per transaction. Raises SourceFailed for a file that is damaged or cut short."""
    target = folder / "entries.ndjson"
    try:
        with target.open("w", encoding="utf-8", errors="backslashreplace") as out:
            for line in _lines(path):
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
    except DefusedXmlException as error:
        raise SourceFailed(
            "declares a document type or entities, which no statement needs: refused."
        ) from error
    except (ParseError, ValueError, RecursionError) as error:
        raise SourceFailed(f"is not well-formed XML or cut short: {error}. Download it again.") from error
    if not target.stat().st_size:
        raise SourceFailed("is a statement without a single entry.")
    yield None, target


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    statement: Element | None = None
    own: dict[str, Any] = {}
    depth = 0
    for event, element in iterparse(str(path), events=("start", "end"), forbid_dtd=True):
        name = _local(element)
        depth += 1 if event == "start" else -1
        if depth > 200:
            raise ValueError("elements are nested more than 200 deep")
        if event == "start" and name in _STATEMENTS:
            statement, own = element, {}
        elif event == "end" and name == "Acct" and statement is not None and not own:
            own = {"account": _text(element, "Id", "IBAN") or _text(element, "Id", "Othr", "Id"),
                   "account_currency": _text(element, "Ccy")}  # fmt: skip
        elif event == "end" and name == "Ntry":
            for line in _entry(element):
                yield {"exporter": "camt", **own, **line}
            if statement is not None:
                statement.remove(element)


def _entry(entry: Element) -> Iterator[dict[str, Any]]:
    """Yield an entry's transactions, each with what the entry says for all."""
    common = {
        **_money(entry),
        "direction": _text(entry, "CdtDbtInd"),
        "is_reversal": _text(entry, "RvslInd"),
        "state": _text(entry, "Sts", "Cd") or _text(entry, "Sts"),
        "booked": _text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm"),
        "valued": _text(entry, "ValDt", "Dt") or _text(entry, "ValDt", "DtTm"),
        **_codes(entry),
        "information": _text(entry, "AddtlNtryInf"),
    }
    details = [d for dtls in _all(entry, "NtryDtls") for d in _all(dtls, "TxDtls")]
    if len(details) > 1 and all(_money(d)["amount"] for d in details):
        for one in details:
            yield common | {k: v for k, v in _detail(one).items() if v is not None}
    else:
        first = _detail(details[0]) if details else _card(entry)
        # The sum of an entry is what was booked; a detail may name another currency.
        yield common | {k: v for k, v in first.items() if v is not None and k not in ("amount", "currency")}


def _detail(detail: Element) -> dict[str, Any]:
    names = {}
    for who in _WHO:
        party = _at(detail, "RltdPties", who)
        names[who.lower()] = _text(party, "Nm") or _text(party, "Pty", "Nm") if party is not None else None
    said = _at(detail, "RmtInf")
    lines = [t.text.strip() for t in _all(said, "Ustrd") if t.text] if said is not None else []
    return {
        **_money(detail),
        "direction": _text(detail, "CdtDbtInd"),
        **{key: text for key, text in _codes(detail).items() if text},
        **names,
        "remittance": " ".join(lines) or None,
        "detail_information": _text(detail, "AddtlTxInf"),
        **_card(detail),
    }


def _card(element: Element) -> dict[str, Any]:
    card = _at(element, "CardTx", "Card")
    return {
        "card": (_text(card, "PlainCardData", "PAN") or _text(card, "MskdPAN")) if card is not None else None,
        "card_merchant": _text(element, "CardTx", "POI", "Id", "Id"),
        "mcc": _text(element, "CardTx", "Tx", "MrchntCtgyCd"),
    }


def _money(element: Element) -> dict[str, Any]:
    amount = _at(element, "Amt")
    amount = amount if amount is not None else _at(element, "AmtDtls", "TxAmt", "Amt")
    return {"amount": (amount.text or "").strip() or None if amount is not None else None,
            "currency": amount.get("Ccy") if amount is not None else None}  # fmt: skip


def _codes(element: Element) -> dict[str, Any]:
    return {
        "domain": _text(element, "BkTxCd", "Domn", "Cd"),
        "family": _text(element, "BkTxCd", "Domn", "Fmly", "Cd"),
        "sub_family": _text(element, "BkTxCd", "Domn", "Fmly", "SubFmlyCd"),
        "bank_code": _text(element, "BkTxCd", "Prtry", "Cd"),
    }


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: Element, name: str) -> list[Element]:
    return [child for child in element if _local(child) == name]


def _at(element: Element | None, *path: str) -> Element | None:
    for name in path:
        element = next(iter(_all(element, name)), None) if element is not None else None
    return element


def _text(element: Element | None, *path: str) -> str | None:
    found = _at(element, *path)
    return (found.text or "").strip() or None if found is not None else None
