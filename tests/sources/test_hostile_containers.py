"""Files as nobody should send them: each container refuses with a reason, or reads what can be read and loses nothing."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from discovery.settings import SourceHint
from discovery.sources import container
from discovery.sources.registry import shipped_formats

CSV = "Date,Description,Card Member,Account #,Amount\n2026-03-13,FIGMA,ADA BYRON,-71002,16.50\n"
SIGN_IN = next(f for f in shipped_formats() if f.name == "okta_system_log").examples[0].text
BANK = {
    name: next(f for f in shipped_formats() if f.name == name).examples[0].text
    for name in ("ofx", "camt", "mt940")
}


def only(bench: Any, content: bytes | str, name: str = "file") -> dict[str, Any]:
    """Read one file and return its row of the registry."""
    bench.put(name, content)
    assert [o.error for o in bench.read().values() if o.error] == []
    (file,) = bench.files().values()
    assert bench.unbalanced() == []
    return dict(file)


def _objects() -> list[dict[str, Any]]:
    """The events of the sign-in log, each as an object."""
    lines = [line for line in SIGN_IN.splitlines() if line.strip()]
    if lines[0].startswith("{") and len(lines) > 1:
        return [json.loads(line) for line in lines]
    return list(json.loads(SIGN_IN))


GZ = gzip.compress(CSV.encode() * 50)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def forged(size: int) -> bytes:
    """An archive whose directory claims another size than its member has."""
    raw = bytearray(zipped(("a.csv", CSV.encode() * 50)))
    place = raw.rindex(b"PK\x01\x02")
    raw[place + 24 : place + 28] = size.to_bytes(4, "little")
    return bytes(raw)


REFUSED: dict[str, tuple[bytes | str, str]] = {
    "gzip cut short": (GZ[:-20], "damaged or cut short"),
    "gzip with another checksum": (GZ[:-8] + b"\0\0\0\0" + GZ[-4:], "damaged or cut short"),
    "gzip that is none": (b"\x1f\x8b" + b"nonsense" * 20, "damaged or cut short"),
    "zip cut short": (zipped(("a.csv", CSV.encode() * 50))[:-40], "damaged"),
    "zip with a flipped byte": (
        (lambda raw: raw[:60] + bytes([raw[60] ^ 255]) + raw[61:])(zipped(("a.csv", CSV.encode() * 200))), "damaged"),
    "zip that says less than it holds": (forged(10), "damaged"),
    "zstandard that is none": (b"\x28\xb5\x2f\xfd" + b"nonsense" * 20, "damaged or cut short"),
    "nothing": (b"", "is empty"),
    "blanks": (b" \n \r\n", "is empty"),
    "zeros": (b"\0" * 100, "NUL bytes"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "NUL bytes"),
    "half a UTF-16 letter": (b"\xff\xfea\0b", "is not utf-16"),
    "OFX cut short": (BANK["ofx"][:-60], "cut short"),
    "OFX with a transaction that is not closed": (BANK["ofx"].replace("</STMTTRN>", "", 1), "not"),
    "OFX with entities": (BANK["ofx"].replace("<OFX>", '<!DOCTYPE a [<!ENTITY b "c">]><OFX>', 1), "declares entities"),
    "CAMT cut short": (BANK["camt"][:-60], "cut short"),
    "CAMT with a bomb of entities": (
        BANK["camt"].replace("<Document", '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n<Document', 1),
        "declares a document type"),
    "CAMT that reads a file": (
        BANK["camt"].replace("<Document", '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<Document', 1),
        "declares a document type"),
    "CAMT without an entry": (
        '<?xml version="1.0"?><Document><BkToCstmrStmt><Stmt><Id>1</Id></Stmt></BkToCstmrStmt></Document>',
        "without a single entry"),
    "MT940 without a transaction": (BANK["mt940"].split(":61:")[0] + ":62F:C260804EUR1,00\n", "without a single transaction"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_a_reason(make_bench: Callable[..., Any], case: str) -> None:
    content, said = REFUSED[case]
    file = only(make_bench(), content)
    assert (file["state"], file["rows_read"]) == ("refused", 0)
    assert said in file["reason"], file["reason"]


def test_a_bomb_is_refused_by_its_ratio(
    make_bench: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "MAX_EXPANDED", 1 << 20)
    file = only(make_bench(), gzip.compress(b"a,b\n" + b"0" * (4 << 20)))
    assert (file["state"], "compression bomb" in file["reason"]) == ("refused", True)


def test_one_bad_member_does_not_take_the_others_along(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    bench.put("all.zip", zipped(
        ("../../../etc/cron.d/x.csv", CSV.encode()), ("/abs.csv", CSV.replace("FIGMA", "MIRO").encode()),
        ("empty.csv", b""), ("zeros.csv", b"\0" * 9), ("history.db", b"SQLite format 3\0" + b"x" * 200),
        ("broken.ofx", BANK["ofx"][:-60].encode()), ("c\x1b[31m.csv", CSV.replace("FIGMA", "ZOOM").encode()),
    ))  # fmt: skip
    bench.read()
    states = {name.removeprefix("all.zip/"): f["state"] for name, f in bench.files().items()}
    assert states == {
        "../../../etc/cron.d/x.csv": "loaded", "/abs.csv": "loaded", "c\x1b[31m.csv": "loaded", "empty.csv": "refused",
        "zeros.csv": "refused", "history.db": "refused", "broken.ofx": "refused",
    }  # fmt: skip
    assert {c["merchant"] for c in bench.records("charge")} == {"FIGMA", "MIRO", "ZOOM"}
    assert not Path("/etc/cron.d/x.csv").exists()


ROW = "2026-03-13,FIGMA,ADA BYRON,-71002,16.50"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("2026-03-14,MIRO,ADA", None),
        ("2026-03-14,MIRO,ADA,-71002,16.50,more,cells", None),
        ('2026-03-14,"MIRO,ADA,-71002,16.50', None),
        ("2026-03-14,MIRO,ADA,-71002," + "9" * 400, "Amount"),
        ("1" * 70_000 + ",MIRO,ADA,-71002,16.50", "Date"),
    ],
    ids=["too few cells", "too many", "an open quote", "a huge number", "a huge cell"],
)
def test_one_bad_row_costs_one_row(make_bench: Callable[..., Any], row: str, column: str | None) -> None:
    bench = make_bench(sources=(SourceHint(files="*", currency="EUR"),))
    # Far below what recognition looks at, so that the reader meets it.
    text = CSV + f"{ROW}\n" * 15_000 + row + "\n" + f"{ROW}\n" * 3
    file = only(bench, text)
    assert (file["rows_read"], file["rows_loaded"], file["rows_quarantined"]) == (15_005, 15_004, 1)
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [(15_002, column)]


def test_bytes_that_are_no_utf_8_cost_their_row_and_say_so(make_bench: Callable[..., Any]) -> None:
    bench = make_bench()
    file = only(bench, CSV.encode() + "2026-03-14,CAFÉ,ADA,-71002,1.00\n".encode("latin-1") + ROW.encode())
    assert (file["rows_loaded"], file["rows_quarantined"]) == (2, 1)
    (bad,) = bench.quarantine()
    assert (bad["record"], "set encoding" in bad["reason"]) == (2, True)


@pytest.mark.parametrize("above", [0, 15_000], ids=["among the first", "far below"])
def test_a_nul_byte_costs_its_row(make_bench: Callable[..., Any], above: int) -> None:
    bench = make_bench()
    file = only(bench, CSV + f"{ROW}\n" * above + ROW.replace("FIGMA", "MI\0RO") + f"\n{ROW}\n")
    assert (file["rows_loaded"], file["rows_quarantined"]) == (above + 2, 1)
    (bad,) = bench.quarantine()
    assert (bad["record"], "NUL byte" in bad["reason"], "MI\\x00RO" in bad["content"]) == (
        above + 2,
        True,
        True,
    )


@pytest.mark.parametrize("form", ["lines", "array", "envelope"])
@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            '{"uuid": "u1", "uuid": "u2", "eventType": "user.session.end", "published": "2026-09-01T00:00:00Z"}',
            "twice",
        ),
        (
            '{"uuid": "u\0", "eventType": "user.session.end", "published": "2026-09-01T00:00:00Z"}',
            "control character",
        ),
    ],
    ids=["a key twice", "a NUL byte"],
)
def test_one_bad_object_costs_one_object_in_every_form(
    make_bench: Callable[..., Any], form: str, broken: str, said: str
) -> None:
    good = [json.dumps(value) for value in _objects()]
    objects = [good[0], broken, *good[1:]]
    text = {
        "lines": "\n".join(objects) + "\n",
        "array": "[\n" + ",\n".join(objects) + "]",
        "envelope": '{"value": [' + ",\n".join(objects) + '], "after": null}',
    }[form]
    plain = only(make_bench(), "\n".join(good) + "\n")
    bench = make_bench()
    file = only(bench, text)
    assert file["rows_read"] == plain["rows_read"] + 1
    assert file["rows_loaded"] == plain["rows_loaded"]
    if (form, said) == ("envelope", "control character"):
        # Taken out of its envelope it is a letter like others, as if it had been written as \\u0000.
        assert file["rows_ignored"] == plain["rows_ignored"] + 1
        return
    assert file["rows_quarantined"] == plain["rows_quarantined"] + 1
    assert [said in q["reason"] for q in bench.quarantine() if q["record"] == 2] == [True]


def test_an_envelope_with_two_lists_is_refused(make_bench: Callable[..., Any]) -> None:
    first, *others = [json.dumps(value) for value in _objects()]
    file = only(make_bench(), f'{{"value": [{first}], "value": [{", ".join(others)}]}}')
    assert (file["state"], "'value' stands twice" in file["reason"]) == ("refused", True)


@pytest.mark.parametrize(
    "broken",
    [
        '{"eventType": "user.authentication.sso", "published": ',
        "[1, 2]",
        '"text"',
        "{" * 3000,
        '{"a": ' * 3000 + "1" + "}" * 3000,
        '{"uuid": "\\ud800", "eventType": 17, "published": {"x": 1}}',
        '{"uuid": "' + "9" * 30_000 + '", "eventType": "user.authentication.sso", "published": "soon"}',
        '{"uuid": "u1", "uuid": "u2", "eventType": "user.session.end", "published": "2026-09-01T00:00:00Z"}',
    ],
    ids=[
        "cut short",
        "a list",
        "a text",
        "open braces",
        "depth",
        "a lone surrogate",
        "a huge id",
        "a key twice",
    ],
)
def test_one_bad_object_costs_one_object(make_bench: Callable[..., Any], broken: str) -> None:
    good = [json.dumps(value) for value in _objects()]
    plain = only(make_bench(), "\n".join(good) + "\n")
    file = only(make_bench(), "\n".join([*good, broken, *good[:1]]) + "\n")
    assert file["rows_read"] == plain["rows_read"] + 2
    assert file["rows_quarantined"] + file["rows_ignored"] == (
        plain["rows_quarantined"] + plain["rows_ignored"] + 1
        + (file["rows_loaded"] + file["rows_duplicate"] == plain["rows_loaded"])
    )  # fmt: skip


@pytest.mark.parametrize(
    "header", ["a;b", '"; DROP TABLE x; --', "=1+1", "\u202edate", "{x}", "x" * 5000, "date", " "]
)
def test_names_of_columns_are_only_compared(make_bench: Callable[..., Any], header: str) -> None:
    cells = CSV.splitlines()
    quoted = '"' + header.replace('"', '""') + '"'
    file = only(make_bench(), f"{cells[0]},{quoted}\n{cells[1]},x\n")
    assert (file["state"], file["rows_loaded"]) == ("loaded", 1), file["reason"]


@pytest.mark.parametrize(
    "name", ["a*b?.csv", "[x].csv", "a'b\"c.csv", "\x1b[2J.csv", "=cmd|x.csv", "ü\u202e.csv", "-rf"]
)
def test_names_of_files_are_only_names(make_bench: Callable[..., Any], name: str) -> None:
    file = only(make_bench(), CSV, name)
    assert (file["state"], file["rows_loaded"], file["file_name"]) == ("loaded", 1, name)


@pytest.mark.parametrize(
    "content", [gzip.compress(b"x"), zstandard.compress(b"x"), "é".encode("utf-16"), zipped(("a", b"x"))]
)
def test_a_disk_that_does_not_take_a_text_is_no_damage_of_the_file(tmp_path: Path, content: bytes) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(content)
    with pytest.raises(FileNotFoundError):
        container.stage(kept, tmp_path / "not there")
