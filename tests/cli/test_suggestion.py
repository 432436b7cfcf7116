"""`discovery sources check` on CSVs that nobody has seen: what it proposes, doubts, shows, and what pasting it gives."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from discovery.cli.column import Column, decimal_sign, looks_like_header
from discovery.cli.header_words import WORDS, rank
from discovery.sources.formats.mapping import TARGETS
from tests.cli.conftest import Run

ANN = "ann.lee@acme.example"


@dataclass(frozen=True)
class Case:
    """A file, the kind and columns that it is to be read as, and the first record as far as it matters."""

    text: str
    kind: str
    columns: dict[str, str]
    first: dict[str, Any]
    loaded: int
    values: dict[str, str] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    to_fill_in: dict[str, str] = field(default_factory=dict)
    ignored: int = 0
    quarantined: int = 0
    folder: str = "exports"
    encoding: str = "utf-8"


CASES = {
    "german bank, preamble, debit and credit, not UTF-8": Case(
        "Umsatzübersicht;\nKonto;DE00 1234\nZeitraum;01.08.2026 - 31.08.2026\n\n"
        "Buchungstag;Wertstellung;Auftraggeber / Empfänger;Verwendungszweck;Soll;Haben;Währung;Saldo\n"
        "03.08.2026;04.08.2026;FIGMA INC;Rechnung 17;1.016,50;;EUR;5.000,00\n"
        "13.08.2026;13.08.2026;MIRO.COM;Abo;16,00;;EUR;4.984,00\n"
        "20.08.2026;20.08.2026;NOTION LABS;Erstattung;;8,50;EUR;4.992,50\n",
        "charge",
        {"charged_on": "Buchungstag", "merchant": "Auftraggeber / Empfänger", "amount": "Soll", "credit": "Haben",
         "currency": "Währung"},
        {"charged_on": "2026-08-03", "merchant": "FIGMA INC", "amount": "1016.50", "currency": "EUR",
         "account_name": ANN},
        3, {"date_order": "dmy", "decimal": ","},
        ("not UTF-8: read as cp1252", "charged_on could also be 'Wertstellung'", "merchant could also be",
         "whose records"),
        folder=ANN, encoding="cp1252",
    ),
    "swedish statement, the payee left empty": Case(
        "Bokföringsdag;Belopp;Avsändare;Mottagare;Namn;Rubrik;Saldo;Valuta\n"
        "2026-09-03;-1 249,00;123;;;FIGMA MONTHLY RENEWAL;1000,00;SEK\n2026-09-04;-99,00;123;;;NOTION LABS;901,00;SEK\n",
        "charge",
        {"charged_on": "Bokföringsdag", "merchant": "Rubrik", "amount": "Belopp", "currency": "Valuta"},
        {"charged_on": "2026-09-03", "merchant": "FIGMA MONTHLY RENEWAL", "amount": "1249.00", "currency": "SEK"},
        2, {"decimal": ",", "sign": "charge_is_negative"}, ("whose records",), folder=ANN,
    ),
    "danish card, charges above zero": Case(
        "Købsdato;Forretning;Beløb;Valuta;Kortholder\n13-08-2026;FIGMA INC;116,50;DKK;Ada Byron\n"
        "14-08-2026;NOTION;1.016,50;DKK;Ada Byron\n",
        "charge",
        {"charged_on": "Købsdato", "merchant": "Forretning", "amount": "Beløb", "cardholder": "Kortholder"},
        {"charged_on": "2026-08-13", "merchant": "FIGMA INC", "amount": "116.50"},
        2, {"date_order": "dmy", "decimal": ","},
    ),
    "norwegian roster": Case(
        "Ansattnummer;Fornavn;Etternavn;E-post;Startdato\n7;Ida;Berg;ida.berg@lumo.example;01.02.2024\n"
        "8;Ole;Dahl;ole.dahl@lumo.example;15.03.2025\n",
        "directory_account",
        {"email": "E-post", "first_name": "Fornavn", "last_name": "Etternavn", "hired_on": "Startdato"},
        {"display_name": "Ida Berg", "email": "ida.berg@lumo.example"},
        2,
    ),
    "american payroll, the private address first": Case(
        "Personal Email,Work Email Address,Team Member Name,Hire Date,Dismissal Date\n"
        "ada@home.example,ada@acme.example,Ada Byron,01/15/2024,08/31/2026\n"
        "grace@home.example,grace@acme.example,Grace Hopper,03/02/2020,\n",
        "directory_account",
        {"email": "Work Email Address", "hired_on": "Hire Date", "left_on": "Dismissal Date"},
        {"email": "ada@acme.example", "hired_on": "2024-01-15", "left_on": "2026-08-31"},
        2, {"date_order": "mdy"},
    ),
    "french card, negative, blanks in thousands": Case(
        "Date de l'opération;Libellé;Montant;Devise;Titulaire de la carte;Carte\n"
        "13/08/2026;FIGMA INC;-16,50;EUR;Ada Byron;**** 1234\n14/08/2026;HÔTEL;-1 016,50;EUR;Ada Byron;**** 1234\n",
        "charge",
        {"charged_on": "Date de l'opération", "merchant": "Libellé", "amount": "Montant", "card": "Carte",
         "cardholder": "Titulaire de la carte"},
        {"charged_on": "2026-08-13", "amount": "16.50", "card": "1234", "cardholder": "Ada Byron"},
        2, {"date_order": "dmy", "decimal": ",", "sign": "charge_is_negative"},
    ),
    "spanish statement, charges and refunds apart": Case(
        'Fecha operación,Concepto,Cargo,Abono,Titular\n13/08/2026,FIGMA INC,"16,50",,Ada Byron\n'
        '14/08/2026,NOTION,"1.200,00",,Ada Byron\n15/08/2026,DEVOLUCIÓN,,"6,50",Ada Byron\n',
        "charge",
        {"charged_on": "Fecha operación", "merchant": "Concepto", "amount": "Cargo", "credit": "Abono",
         "cardholder": "Titular"},
        {"charged_on": "2026-08-13", "merchant": "FIGMA INC", "amount": "16.50"},
        3, {"decimal": ","}, ("no column holds the currency",),
    ),
    "dutch statement, a column says debit or credit, days without signs": Case(
        '"Datum","Naam / Omschrijving","Rekening","Af Bij","Bedrag (EUR)","Mededelingen"\n'
        '"20260813","FIGMA INC","NL00","Af","16,50","x"\n"20260814","BOLT","NL00","Bij","6,50","x"\n',
        "charge",
        {"charged_on": "Datum", "merchant": "Naam / Omschrijving", "amount": "Bedrag (EUR)", "direction": "Af Bij"},
        {"charged_on": "2026-08-13", "amount": "16.50", "currency": "EUR"},
        2, {"date_order": "ymd", "decimal": ",", "currency": "EUR"}, ("whose records",), folder=ANN,
    ),
    "american card, signs in the amounts, a total below": Case(
        "Transaction Date,Post Date,Description,Category,Amount,Last 4,Cardholder\n"
        "08/13/2026,08/14/2026,FIGMA MONTHLY,Software,$16.50,1234,Ada Byron\n"
        '08/14/2026,08/15/2026,NOTION LABS,Software,"$1,016.50",1234,Ada Byron\n'
        ",,TOTAL,,\"$1,033.00\",,\n",
        "charge",
        {"charged_on": "Transaction Date", "merchant": "Description", "amount": "Amount", "card": "Last 4",
         "cardholder": "Cardholder"},
        {"charged_on": "2026-08-13", "merchant": "FIGMA MONTHLY", "amount": "16.50", "card": "1234"},
        2, {"date_order": "mdy", "decimal": "."}, ("no column holds the currency", "could also be 'Post Date'"),
        ignored=1,
    ),
    "amounts in the account's currency beside the original ones": Case(
        '"Booking Date","Value Date","Partner Name","Partner Iban","Account Name","Amount (EUR)","Original Amount",'
        '"Original Currency"\n2026-08-13,2026-08-14,FIGMA INC,DE0,Main,-16.50,16.50,EUR\n'
        "2026-08-14,2026-08-14,NOTION,DE0,Main,-18.50,20.00,USD\n",
        "charge", {"charged_on": "Booking Date", "merchant": "Partner Name", "amount": "Amount (EUR)"},
        {"charged_on": "2026-08-13", "amount": "16.50", "currency": "EUR", "merchant": "FIGMA INC"},
        2, {"currency": "EUR", "sign": "charge_is_negative"}, folder=ANN,
    ),
    "swiss statement below eight lines": Case(
        "Kontonummer:;0000\nIBAN:;CH00\nVon:;2026-08-01\nBis:;2026-08-31\nAnfangssaldo:;1000.00\nSchlusssaldo:;900.00\n"
        "Bewertet in:;CHF\n\nAbschlussdatum;Buchungsdatum;Währung;Belastung;Gutschrift;Saldo;Beschreibung1\n"
        "2026-08-13;2026-08-13;CHF;-16.50;;983.50;FIGMA INC\n2026-08-14;2026-08-14;CHF;;5.00;988.50;REFUND\n",
        "charge",
        {"charged_on": "Buchungsdatum", "merchant": "Beschreibung1", "amount": "Belastung", "credit": "Gutschrift",
         "currency": "Währung"},
        {"charged_on": "2026-08-13", "amount": "16.50", "currency": "CHF"}, 2, folder=ANN,
    ),
    "sign-ins to clients of an identity service": Case(
        "date,type,connection,client_name,user_name,ip\n2026-08-13T10:00:00.000Z,s,google,Figma,ann.lee@acme.example,1.1.1.1\n"
        "2026-08-13T11:00:00.000Z,f,google,Miro,ann.lee@acme.example,1.1.1.1\n",
        "sign_in", {"observed_at": "date", "account_name": "user_name", "mention": "client_name"},
        {"mention": "Figma", "account_name": ANN}, 2,
    ),
    "days that can be read both ways": Case(
        "Date,Merchant,Amount,Email\n03/04/2026,FIGMA,-12.50,ann.lee@acme.example\n"
        "05/06/2026,MIRO,-9.50,ann.lee@acme.example\n",
        "charge", {"charged_on": "Date", "account_name": "Email"},
        {"charged_on": "2026-04-03", "amount": "12.50"}, 2, {"sign": "charge_is_negative"},
        ("'03/04/2026' may be day first (dmy) or month first (mdy)",), {"date_order": "dmy"},
    ),
    "days with dots": Case(
        "Datum,Merchant,Amount,Email\n03.04.2026,FIGMA,-12.50,ann.lee@acme.example\n"
        "05.06.2026,MIRO,-9.50,ann.lee@acme.example\n",
        "charge", {"charged_on": "Datum", "account_name": "Email"},
        {"charged_on": "2026-04-03", "amount": "12.50"}, 2, {"sign": "charge_is_negative", "date_order": "dmy"},
        ("'03.04.2026' is taken as day first: nobody writes the month first with dots",),
    ),
    "days beside a decimal comma": Case(
        "Date;Merchant;Montant;Email\n03/04/2026;FIGMA;-1 112,50;ann.lee@acme.example\n"
        "05/06/2026;MIRO;-9,50;ann.lee@acme.example\n",
        "charge", {"charged_on": "Date", "account_name": "Email"},
        {"charged_on": "2026-04-03", "amount": "1112.50"}, 2, {"sign": "charge_is_negative", "date_order": "dmy"},
        ("nobody who writes a decimal comma writes the month first",),
    ),
    "sign-ins as scripts over Microsoft's interface write them": Case(
        "CreatedDateTime,UserPrincipalName,AppDisplayName,Status\n2026-08-13T10:00:00Z,ann.lee@acme.example,Figma,Success\n"
        "2026-08-13T11:00:00Z,ann.lee@acme.example,Miro,Failure\n",
        "sign_in",
        {"observed_at": "CreatedDateTime", "account_name": "UserPrincipalName", "mention": "AppDisplayName",
         "status": "Status"},
        {"observed_at": "2026-08-13T10:00:00Z", "mention": "Figma", "account_name": ANN},
        1, {"date_order": "ymd"}, ignored=1,
    ),
    "sign-ins with results": Case(
        "Timestamp;User;Application;Result\n2026-08-13T10:00:00Z;ann.lee@acme.example;Figma;Success\n"
        "2026-08-13T11:00:00Z;ann.lee@acme.example;Miro;Failed\n2026-08-13T12:00:00Z;ann.lee@acme.example;Miro;Held\n",
        "sign_in",
        {"observed_at": "Timestamp", "account_name": "User", "mention": "Application", "status": "Result"},
        {"observed_at": "2026-08-13T10:00:00Z", "mention": "Figma", "account_name": ANN},
        1, {"date_order": "ymd"}, ("not known in 'Result'",), ignored=1, quarantined=1,
    ),
    "german sign-ins, local time, logins that are no addresses": Case(
        "Zeitpunkt;Benutzername;Anwendung;Ergebnis\n13.08.2026 10:00:00;ada;Figma;Erfolgreich\n"
        "14.08.2026 11:00:00;cy;Miro;Fehlgeschlagen\n",
        "sign_in",
        {"observed_at": "Zeitpunkt", "account_name": "Benutzername", "mention": "Anwendung", "status": "Ergebnis"},
        {"observed_at": "2026-08-13T10:00:00Z", "mention": "Figma", "account_name": "ada"},
        1, {"date_order": "dmy"}, ("zone of 'Zeitpunkt' is not told",), ignored=1,
    ),
    "dutch users of an app": Case(
        "Naam,E-mailadres,Rol,Status,Laatst actief\nAnn Lee,ann.lee@acme.example,Beheerder,Actief,2026-08-13\n"
        "Cy Dent,cy@acme.example,Lid,Geblokkeerd,2026-01-13\n",
        "app_account",
        {"account_name": "E-mailadres", "display_name": "Naam", "status": "Status", "role": "Rol",
         "last_active_at": "Laatst actief"},
        {"account_name": ANN, "status": "active", "last_active_at": "2026-08-13T00:00:00Z"},
        2, to_fill_in={"app": "Miro"},
    ),
    "german roster with the parts of a name": Case(
        "Pers.-Nr. (SAP);Vorname;Nachname;Firmen-Mail;Fachabteilung;Austritt am\n"
        "17;Ann;Lee;ann.lee@acme.example;IT;\n18;Cy;Dent;cy@acme.example;IT;14.01.2029\n",
        "directory_account",
        {"employee_id": "Pers.-Nr. (SAP)", "email": "Firmen-Mail", "department": "Fachabteilung",
         "left_on": "Austritt am", "first_name": "Vorname", "last_name": "Nachname"},
        {"account_key": "17", "display_name": "Ann Lee"},
        2, {"date_order": "dmy"},
    ),
    "users of an app with the parts of a name": Case(
        "Name,First Name,E-mail of user,Last Login on,Access role\nLee,Ann,ann.lee@acme.example,2026-08-13,Admin\n"
        "Dent,Cy,cy@acme.example,2026-01-13,Member\n",
        "app_account",
        {"account_name": "E-mail of user", "last_name": "Name", "first_name": "First Name", "role": "Access role",
         "last_active_at": "Last Login on"},
        {"account_name": ANN, "display_name": "Ann Lee"},
        2, to_fill_in={"app": "Miro"},
    ),
    "french roster": Case(
        "Matricule;Nom complet;Adresse e-mail;Département;Date d'entrée;Date de sortie;Responsable;Statut\n"
        "17;Ann Lee;ann.lee@acme.example;IT;13/01/2020;;cy@acme.example;Actif\n"
        "18;Cy Dent;cy@acme.example;IT;14/01/2019;31/08/2026;di@acme.example;Parti\n",
        "directory_account",
        {"employee_id": "Matricule", "email": "Adresse e-mail", "department": "Département",
         "hired_on": "Date d'entrée", "left_on": "Date de sortie", "manager_email": "Responsable",
         "display_name": "Nom complet", "status": "Statut"},
        {"account_key": "17", "status": "active", "hired_on": "2020-01-13", "manager_email": "cy@acme.example"},
        2, {"date_order": "dmy"},
    ),
    "names that were looked up": Case(
        "time,client,user,query\n2026-08-13 10:00:00,10.0.0.4,ann.lee@acme.example,app.asana.com\n"
        "2026-08-13 10:00:01,10.0.0.4,ann.lee@acme.example,www.figma.com\n2026-08-13 10:00:02,10.0.0.4,ann.lee@acme.example,"
        "printer.lan\n",
        "web_visit", {"observed_at": "time", "account_name": "user", "mention": "query"},
        {"observed_at": "2026-08-13T10:00:00Z", "mention": "app.asana.com", "page": "other", "account_name": ANN},
        2, {"date_order": "ymd"}, ("zone of 'time' is not told",), ignored=1,
    ),
    "whole addresses, nobody named": Case(
        "Besucht am;Adresse\n13.08.2026 10:00;https://www.figma.com/files/7?token=hush\n"
        "13.08.2026 10:05;https://www.notion.so/login\n",
        "web_visit", {"observed_at": "Besucht am", "mention": "Adresse"},
        {"mention": "www.figma.com", "page": "app", "account_name": ANN},
        2, {"date_order": "dmy"}, ("whose records", "'Besucht am' by its values alone"), folder=ANN,
    ),
}  # fmt: skip


def check(cli: Run, *args: object, code: int) -> dict[str, Any]:
    result = cli("sources", "check", *args, "--json")
    assert result.exit_code == code, result.output
    (one,) = json.loads(result.stdout)
    return dict(one)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_proposed_reads_the_file_as_shown(cli: Run, case: Case) -> None:
    path = Path(case.folder) / "export.csv"
    path.parent.mkdir()
    path.write_bytes(case.text.encode(case.encoding))
    one = check(cli, path, code=1)
    block = one["mapping"]
    for key, value in case.to_fill_in.items():
        assert f'{key} = ""' in block
        block = block.replace(f'{key} = ""', f'{key} = "{value}"')
    (mapping,) = tomllib.loads(block)["mapping"]
    assert (mapping["kind"], mapping["name"]) == (case.kind, "export")
    assert mapping["columns"].items() >= case.columns.items()
    assert {k: mapping.get(k) for k in case.values} == case.values
    for doubt in case.doubts:
        assert any(doubt in said for said in one["doubts"]), one["doubts"]
    assert one["to_fill_in"] == list(case.to_fill_in)

    Path("discovery.toml").write_text(block, encoding="utf-8")
    again = check(cli, path, code=1 if case.quarantined else 0)
    assert (again["state"], again["format"]) == ("loaded", "export"), again["reason"]
    assert (again["rows_loaded"], again["rows_ignored"], again["rows_quarantined"]) == (
        case.loaded, case.ignored, case.quarantined,
    )  # fmt: skip
    first = again["first"][case.kind][0]
    assert {k: str(first[k]) for k in case.first} == case.first
    shown = one["with_mapping"]
    if "app" not in case.to_fill_in:
        assert shown["first"] == again["first"], "pasted, it reads what was shown"
    said = cli("sources", "check", path, "--config", "/dev/null").stdout
    assert f"{case.loaded} of {shown['rows_read']} records are loaded" in said
    assert all(doubt in said for doubt in one["doubts"])


NONE_OF_THEM = {
    "measurements": "Date,City,Temperature,Humidity\n2026-08-13,Oslo,21.50,40.10\n2026-08-14,Oslo,22.50,41.00\n",
    "stock": "SKU,Title,Stock,Shelf\nA1,Chair,4,12\nA2,Table,2,13\n",
    "prices": "Product,Price,Currency,Valid from\nChair,12.50,EUR,2026-01-01\nTable,99.00,EUR,2026-01-01\n",
    "meetings": "Start,End,Room,Organizer\n2026-08-13 10:00,2026-08-13 11:00,Blue,ada@acme.example\n"
    "2026-08-14 10:00,2026-08-14 11:00,Red,cy@acme.example\n",
    "a log of something else": "when,user,room\n2026-08-13 10:00,ada@acme.example,1\n"
    "2026-08-14 10:00,ada@acme.example,2\n2026-08-15 10:00,cy@acme.example,3\n",
    "addresses only": "email,opens\nada@acme.example,4\ncy@acme.example,3\n",
    "prose": "Dear all,\nthis is, as you know, no table\nbut a letter, with commas.\n",
}


@pytest.mark.parametrize("text", NONE_OF_THEM.values(), ids=NONE_OF_THEM)
def test_what_is_none_of_these_is_told(cli: Run, text: str) -> None:
    Path("some.csv").write_text(text)
    one = check(cli, "some.csv", code=1)
    assert (one["state"], one["mapping"]) == ("unrecognised", None)
    assert "No mapping is proposed" in one["no_mapping"] or "no table" in one["no_mapping"]
    assert one["no_mapping"] in cli("sources", "check", "some.csv").stdout


def test_days_with_a_named_month_are_told(cli: Run) -> None:
    Path("x.csv").write_text(
        "Posted on,Description,Amount,Email\n12 Mar 2026,FIGMA,12.50,ann.lee@acme.example\n"
    )
    assert "have the month as a word ('12 Mar 2026')" in check(cli, "x.csv", code=1)["no_mapping"]


def test_a_header_without_records_is_told(cli: Run) -> None:
    Path("x.csv").write_text("Date,Merchant,Amount\n")
    assert "no records below it" in check(cli, "x.csv", code=1)["no_mapping"]


def test_json_gets_no_mapping(cli: Run) -> None:
    Path("x.json").write_text('{"a": 1}\n{"a": 2}\n')
    one = check(cli, "x.json", code=1)
    assert (one["mapping"], one["no_mapping"]) == (None, None)


def test_a_file_that_names_nobody_is_shown_with_nobody(cli: Run) -> None:
    Path("visits.csv").write_text(
        "time,query\n2026-08-13 10:00:00,app.asana.com\n2026-08-13 10:01:00,figma.com\n"
    )
    one = check(cli, "visits.csv", code=1)
    assert one["with_mapping"]["person"] == "nobody@example.invalid"
    assert "instead of nobody@example.invalid, 2 of 2 records" in cli("sources", "check", "visits.csv").stdout
    Path("discovery.toml").write_text(one["mapping"])
    again = check(cli, "visits.csv", code=1)
    assert again["state"] == "refused"
    assert "put the person's e-mail address into the file or folder name" in again["reason"]


def test_bytes_that_windows_does_not_know_are_read_all_the_same(cli: Run) -> None:
    Path(ANN).mkdir()
    path = Path(ANN) / "x.csv"
    path.write_bytes("Datum;Händler;Betrag;Währung\n13.08.2026;CAF\u0081É;16,50;EUR\n".encode("latin-1"))
    one = check(cli, path, code=1)
    assert 'encoding = "latin-1"' in one["mapping"]
    assert one["with_mapping"]["rows_loaded"] == 1


def test_a_name_that_is_taken_is_not_used_again(cli: Run) -> None:
    Path("ramp.csv").write_text("When,User,Application\n2026-09-01 10:00,ann.lee@acme.example,Figma\n")
    one = check(cli, "ramp.csv", code=1)
    assert 'name = "ramp (mapping)"' in one["mapping"]
    Path("discovery.toml").write_text(one["mapping"])
    assert check(cli, "ramp.csv", code=0)["format"] == "ramp (mapping)"


def test_headers_that_stand_twice_are_left_out_and_told(cli: Run) -> None:
    Path("x.csv").write_text(
        "When,User,Application,Note,Note\n2026-09-01 10:00,ann.lee@acme.example,Figma,a,b\n"
    )
    one = check(cli, "x.csv", code=1)
    assert any("stands more than once: Note" in doubt for doubt in one["doubts"])
    assert "Note" not in one["mapping"]


@pytest.mark.parametrize(
    ("header", "target", "is_one"),
    [
        ("App", "mention", True), ("What happened", "mention", False), ("appName", "mention", True),
        ("Merchant Category", "merchant", False), ("Händler", "merchant", True), ("Original amount", "amount", False),
        ("BUCHUNGSTAG", "charged_on", True), ("Date of birth", "left_on", False), ("trans_date", "charged_on", True),
        ("Kontostand", "amount", False), ("User ID", "account_name", False),
    ],
)  # fmt: skip
def test_headers_are_read_by_whole_words(header: str, target: str, is_one: bool) -> None:
    assert (rank(header, target) is not None) is is_one


def test_all_words_are_of_targets() -> None:
    known = {t for targets in TARGETS.values() for t in targets} | {"debit", "domain", "result"}
    assert WORDS.keys() <= known


@pytest.mark.parametrize(
    ("values", "sign", "is_doubtful"),
    [
        (("1.016,50", "3"), ",", False), (("1,016.50",), ".", False), (("12", "13"), ".", False),
        (("1.234",), ".", True), (("12,50", "13.50"), ",", True), (("-8,5 €",), ",", False),
    ],
)  # fmt: skip
def test_the_decimal_sign_is_proven_or_doubted(values: tuple[str, ...], sign: str, is_doubtful: bool) -> None:
    got, doubt = decimal_sign([Column("Betrag", values)])
    assert (got, doubt is not None) == (sign, is_doubtful)


def test_a_record_is_no_header() -> None:
    assert looks_like_header(["Datum", "Betrag (EUR)", ""])
    assert not looks_like_header(["13.08.2026", "12,50", "FIGMA"])
    assert not looks_like_header(["Kontoauszug", ""])
