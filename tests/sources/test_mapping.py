"""CSVs read by a [[mapping]] of the settings: what they give, and what the settings are refused for."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from discovery.errors import BadSettings
from discovery.settings import ColumnMapping, SourceHint
from discovery.sources.formats.mapping import TARGETS, formats_of
from discovery.tables import RECORDS

DATA = os.environ.get("DISCOVERY_EXTRA_DATA")


def mapping(kind: str, columns: dict[str, str], **more: Any) -> ColumnMapping:
    return ColumnMapping(name=more.pop("name", "Ours"), kind=kind, columns=columns, **more)


def read(make_bench: Callable[..., Any], mapped: ColumnMapping, text: str, **settings: Any) -> Any:
    bench = make_bench(mappings=(mapped,), **settings)
    bench.put("export.csv", text)
    outcomes = bench.read()
    assert [o.error for o in outcomes.values() if o.error] == []
    assert bench.unbalanced() == []
    (file,) = bench.files().values()
    assert (file["state"], file["format"]) == ("loaded", mapped.name), file["reason"]
    return bench


def test_a_statement_of_negative_charges_with_decimal_commas(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping(
            "charge",
            {
                "charged_on": "Buchungstag", "merchant": "Händler", "amount": "Betrag (EUR)", "card": "Karte",
                "cardholder": "Inhaber", "mcc": "MCC", "event_id": "Beleg", "account_name": "Konto",
            },
            date_order="dmy", decimal=",", currency="eur", sign="charge_is_negative",
        ),
        "Buchungstag;Händler;Betrag (EUR);Karte;Inhaber;MCC;Beleg;Konto\n"
        "03.07.2026;MIRO.COM;-1.016,50;XXXX-6208;Ada Byron;5734;B1;Ada@acme.example\n"
        "04.07.2026;MIRO.COM;16,50;XXXX-6208;Ada Byron;0;;\n"
        "2026-07-05;MIRO.COM;-1,50;XXXX-6208;Ada Byron;;;\n"
        "07/31/2026;MIRO.COM;-16,50;XXXX-6208;Ada Byron;0;B3;\n"
        "05.07.2026;MIRO.COM;-16.5;XXXX-6208;Ada Byron;0;B4;\n"
        "05.07.2026;;-16,50;XXXX-6208;Ada Byron;0;B5;\n",
    )  # fmt: skip
    charges = sorted(bench.records("charge"), key=lambda r: r["charged_on"])
    first = charges[0]
    assert (first["charged_on"], first["merchant"], first["amount"]) == (
        date(2026, 7, 3), "MIRO.COM", Decimal("1016.50"),
    )  # fmt: skip
    assert (first["card"], first["cardholder"], first["mcc"], first["currency"]) == (
        "6208", "Ada Byron", "5734", "EUR",
    )  # fmt: skip
    assert (first["event_id"], first["account_name"], first["record"]) == ("B1", "ada@acme.example", 1)
    assert [r["amount"] for r in charges[1:]] == [Decimal("-16.50"), Decimal("1.50")]
    assert [r["mcc"] for r in charges[1:]] == [None, None]
    reasons = {(q["record"], q["column_name"]) for q in bench.quarantine()}
    assert reasons == {(4, "charged_on"), (5, "amount"), (6, "merchant")}
    assert any("set date_order of the mapping" in q["reason"] for q in bench.quarantine())


def test_a_file_s_own_setting_goes_before_the_mapping_s(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping("charge", {"charged_on": "Date", "merchant": "Shop", "amount": "Sum", "card": "Card"}),
        "Date,Shop,Sum,Card\n03/07/2026,FIGMA,12.00,1234\n",
        sources=(SourceHint(files="*", date_order="dmy", currency="GBP"),),
    )
    (charge,) = bench.records("charge")
    assert (charge["charged_on"], charge["currency"]) == (date(2026, 7, 3), "GBP")


def test_two_equal_charges_stay_two(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping("charge", {"charged_on": "Date", "merchant": "Shop", "amount": "Sum", "card": "Card"}),
        "Date,Shop,Sum,Card\n" + "2026-07-03,FIGMA,12.00,1234\n" * 2,
    )
    assert len(bench.records("charge")) == 2


def test_a_sign_in_log_in_local_time(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping(
            "sign_in",
            {"observed_at": "When", "account_name": "User", "mention": "Service", "method": "How"},
            date_order="mdy",
            timezone="Europe/Berlin",
        ),
        "When,User,Service,How\n"
        "07/03/2026 14:05:00,Ada@acme.example,Wiki,password\n"
        "7/3/2026 2:06 PM,ada@acme.example,Wiki,\n"
        "2026-07-03T12:07:00Z,ada@acme.example,Wiki,saml\n"
        "31/12/2026 14:05:00,ada@acme.example,Wiki,password\n"
        "07/03/2026 14:05:00,,Wiki,password\n"
        "07/03/2026 14:05:00,ada@acme.example,,password\n"
        "07/03/2026 14:05:00,ada@acme.example,Wiki,magic\n"
        "07/03/2026 later,ada@acme.example,Wiki,password\n",
    )
    got = sorted(bench.records("sign_in"), key=lambda r: r["observed_at"])
    assert [r["observed_at"] for r in got] == [datetime(2026, 7, 3, 12, m) for m in (5, 6, 7)]
    assert {(r["mention_kind"], r["mention"], r["account_name"]) for r in got} == {
        ("label", "Wiki", "ada@acme.example")
    }
    assert [r["method"] for r in got] == ["password", None, "saml"]
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [
        (4, "observed_at"), (5, "account_name"), (6, "mention"), (7, "method"), (8, "observed_at"),
    ]  # fmt: skip


def test_the_app_may_come_from_the_mapping_whatever_it_holds(make_bench: Callable[..., Any]) -> None:
    name = "Bob's \"Tables\"'); DROP TABLE x; -- $name"
    bench = read(
        make_bench,
        mapping("app_account", {"email": "Mail", "status": "State", "role": "Role", "last_active_at": "Seen"},
                app=name),
        "Mail,State,Role,Seen\n"
        "Ada@acme.example,Active,Workspace owner,2026-07-03\n"
        "b@acme.example,frozen,Member,never\n"
        "d@acme.example,Gesperrt,Propriétaire,\n"
        "c@acme.example,Deactivated,,yesterday\n"
        ",Active,Member,\n",
    )  # fmt: skip
    got = sorted(bench.records("app_account"), key=lambda r: r["account_name"])
    assert [(r["mention"], r["account_name"], r["status"], r["is_admin"]) for r in got] == [
        (name, "ada@acme.example", "active", True),
        (name, "b@acme.example", "unknown", False),
        (name, "d@acme.example", "disabled", True),
    ]
    assert got[0]["last_active_at"] == datetime(2026, 7, 3)
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [
        (4, "last_active_at"), (5, "account_name"),
    ]  # fmt: skip


def test_a_roster(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping(
            "directory_account",
            {
                "employee_id": "Nr",
                "email": "Mail",
                "display_name": "Who",
                "status": "State",
                "left_on": "Out",
            },
            date_order="dmy",
        ),
        "Nr,Mail,Who,State,Out\n"
        "1,Ada@acme.example,Ada Byron,Active,31/12/9999\n"
        "2,b@acme.example,Blaise Pascal,Terminated,31/08/2026\n"
        "3,c@acme.example,Cleo,sabbatical,\n"
        "4,d@acme.example,Dora,Active,soon\n",
    )
    got = sorted(bench.records("directory_account"), key=lambda r: r["account_key"])
    assert [(r["account_key"], r["email"], r["status"], r["left_on"]) for r in got] == [
        ("1", "ada@acme.example", "active", None),
        ("2", "b@acme.example", "disabled", date(2026, 8, 31)),
    ]
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [(3, "status"), (4, "left_on")]


def test_debits_and_credits_in_two_columns(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping("charge", {"charged_on": "Date", "merchant": "Text", "amount": "Soll", "credit": "Haben", "card": "Card"},
                decimal=","),
        "Date;Text;Soll;Haben;Card\n"
        "2026-07-03;MIRO;1.016,50;;1\n"
        "2026-07-04;MIRO;-16,50;0,00;1\n"
        "2026-07-05;REFUND;;16,50;1\n"
        "2026-07-06;NOTHING;;;1\n"
        "2026-07-07;WRONG;;much;1\n",
    )  # fmt: skip
    assert sorted(r["amount"] for r in bench.records("charge")) == [
        Decimal("-16.50"), Decimal("16.50"), Decimal("1016.50"),
    ]  # fmt: skip
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [(4, "amount"), (5, "amount")]


def test_a_column_that_says_debit_or_credit(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping("charge", {"charged_on": "D", "merchant": "T", "amount": "B", "direction": "Af Bij", "card": "C"},
                decimal=","),
        "D;T;B;Af Bij;C\n2026-07-03;MIRO;16,50;Af;1\n2026-07-04;BACK;6,50;Bij;1\n2026-07-05;WHAT;1,00;sideways;1\n",
    )  # fmt: skip
    assert {r["merchant"]: r["amount"] for r in bench.records("charge")} == {
        "MIRO": Decimal("16.50"), "BACK": Decimal("-6.50"),
    }  # fmt: skip
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [(3, "direction")]


def test_failed_sign_ins_are_left_out(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping("sign_in", {"observed_at": "T", "account_name": "U", "mention": "A", "status": "R"}),
        "T,U,A,R\n2026-07-03 10:00,a@acme.example,Wiki,Success\n2026-07-03 11:00,a@acme.example,Wiki,Échec\n"
        "2026-07-03 12:00,a@acme.example,Wiki,perhaps\n2026-07-03 13:00,a@acme.example,Wiki,\n",
    )
    assert sorted(r["observed_at"].hour for r in bench.records("sign_in")) == [10, 13]
    assert dict(bench.store.rows("SELECT reason, row_count FROM sources.ignored")) == {"failed sign-in": 1}
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [(3, "status")]


def test_visits_are_reduced_and_the_file_is_not_kept(make_bench: Callable[..., Any]) -> None:
    bench = read(
        make_bench,
        mapping("web_visit", {"observed_at": "Zeit", "account_name": "Wer", "mention": "Ziel"}, date_order="dmy",
                timezone="Europe/Berlin"),
        "Zeit;Wer;Ziel\n"
        "03.07.2026 14:05:00;Ada@acme.example;app.asana.com.\n"
        "03.07.2026 14:06:00;ada@acme.example;https://www.figma.com/files/7?token=hush-hush\n"
        "03.07.2026 14:07:00;ada@acme.example;printer\n"
        "soon;ada@acme.example;miro.com\n"
        "03.07.2026 14:08:00;;miro.com\n",
    )  # fmt: skip
    got = sorted(bench.records("web_visit"), key=lambda r: r["observed_at"])
    assert [(r["mention"], r["page"], r["observed_at"]) for r in got] == [
        ("app.asana.com", "other", datetime(2026, 7, 3, 12, 5)), ("www.figma.com", "app", datetime(2026, 7, 3, 12, 6)),
    ]  # fmt: skip
    assert dict(bench.store.rows("SELECT reason, row_count FROM sources.ignored")) == {"not a public site": 1}
    assert [(q["record"], q["column_name"]) for q in bench.quarantine()] == [
        (4, "observed_at"),
        (5, "account_name"),
    ]
    assert bench.holds("hush-hush") == []


@pytest.mark.parametrize("header", ['a"b', "it's", "x; DROP TABLE y", "$amount", "{amount}", "c0"])
def test_headers_never_become_sql(make_bench: Callable[..., Any], header: str) -> None:
    mapped = mapping("charge", {"charged_on": header, "merchant": "Shop", "amount": "Sum", "card": "Card"})
    (fmt,) = formats_of((mapped,))
    plain = mapping("charge", {"charged_on": "D", "merchant": "S", "amount": "B", "card": "C"})
    assert fmt.shapes[0].select == formats_of((plain,))[0].shapes[0].select
    quoted = '"' + header.replace('"', '""') + '"'
    bench = read(make_bench, mapped, f"{quoted},Shop,Sum,Card\n2026-07-03,FIGMA,12.00,1234\n")
    assert [r["merchant"] for r in bench.records("charge")] == ["FIGMA"]


@pytest.mark.parametrize(
    ("kind", "columns", "more", "said"),
    [
        ("charge", {"charged_on": "D", "merchant": "M", "amount": "A", "colour": "C"}, {},
         ["'Ours'", "columns.colour", "merchant_clean"]),
        ("charge", {"charged_on": "D", "merchant": "M"}, {}, ["'Ours'", "amount"]),
        ("charge", {"charged_on": "D", "merchant": "M", "amount": "--"}, {}, ["columns.amount", "'--'"]),
        ("charge", {"charged_on": "D", "merchant": "M", "amount": "A"}, {"sign": "minus"},
         ["sign", "'minus'", "charge_is_negative"]),
        ("charge", {"charged_on": "D", "merchant": "M", "amount": "A"}, {"decimal": "'"}, ["decimal"]),
        ("charge", {"charged_on": "D", "merchant": "M", "amount": "A"}, {"currency": "pounds"}, ["currency"]),
        ("sign_in", {"observed_at": "T", "account_name": "U"}, {}, ["mention", "app"]),
        ("app_account", {"status": "S"}, {"app": "Miro"}, ["account_name or email"]),
        ("directory_account", {"display_name": "N"}, {}, ["account_key"]),
        ("grant", {"scopes": "S"}, {}, ["kind", "'grant'"]),
    ],
)  # fmt: skip
def test_what_a_mapping_is_refused_for(
    kind: str, columns: dict[str, str], more: dict[str, Any], said: list[str]
) -> None:
    with pytest.raises(BadSettings) as refused:
        formats_of((mapping(kind, columns, **more),))
    for words in said:
        assert words in str(refused.value)


def test_two_mappings_of_one_name_are_refused() -> None:
    one = mapping("charge", {"charged_on": "D", "merchant": "M", "amount": "A"})
    with pytest.raises(BadSettings, match="Ours"):
        formats_of((one, one))


def test_targets_are_columns_of_the_kind() -> None:
    stand_ins = {"app_id", "email", "credit", "direction", "status", "first_name", "last_name"}
    for kind, targets in TARGETS.items():
        assert set(targets) - {c.name for c in RECORDS[kind].columns} <= stand_ins


def test_a_mapped_statement_comes_once_a_month() -> None:
    kinds = {
        "charge": {"charged_on": "D", "merchant": "M", "amount": "A"},
        "sign_in": {"observed_at": "T", "account_name": "U", "mention": "P"},
    }
    made = {kind: formats_of((mapping(kind, columns),)) for kind, columns in kinds.items()}
    assert {kind: one.cadence_days for kind, (one,) in made.items()} == {"charge": 31, "sign_in": 1}


@pytest.mark.skipif(DATA is None, reason="DISCOVERY_EXTRA_DATA is not set")
def test_a_real_statement_loads_whole(make_bench: Callable[..., Any]) -> None:
    mapped = mapping(
        "charge",
        {"charged_on": "date", "merchant": "merchant_name", "amount": "amount", "card": "card_number"},
        currency="GBP",
    )
    bench = make_bench(mappings=(mapped,))
    statement = Path(DATA or "") / "expense" / "birmingham_purchase_cards_2016_2019.csv.gz"
    bench.put("statement.csv.gz", statement.read_bytes())
    bench.read()
    (file,) = bench.files().values()
    assert (file["state"], file["format"]) == ("loaded", "Ours"), file["reason"]
    assert (file["rows_read"], file["rows_quarantined"]) == (136_372, 0)
    assert (file["rows_loaded"], file["rows_duplicate"]) == (136_372, 0)
    (card,) = {len(str(r["card"])) for r in bench.records("charge")[:1000]}
    assert card == 4
