"""`discovery sources check` on statements in other styles and languages: all of them are proposed, and read as shown.

Invented after the habits of banks and expense tools: German bank, French expenses, Indian card, Brazilian card, a bare
list, American card, no header line, two header lines, titles and totals, Spanish users, a German workbook.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Run
from tests.sources.test_workbook import xlsx

FILES: dict[str, str] = {
    "sparkasse.csv": '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
    '"Beguenstigter/Zahlungspflichtiger";"Betrag";"Waehrung"\n'
    '"DE1";"30.08.26";"31.08.26";"KARTENZAHLUNG";"FIGMA 2026";"FIGMA INC";"-45,50";"EUR"\n'
    '"DE1";"31.08.26";"31.08.26";"LASTSCHRIFT";"Rechnung 7";"Müller GmbH";"-1.104,50";"EUR"\n',
    "note_de_frais.csv": "Date de la dépense;Fournisseur;Montant TTC;Devise;Collaborateur;Catégorie\n"
    "30/08/2026;FIGMA;45,50;EUR;ada@example.fr;Logiciel\n31/08/2026;MIRO;1 016,50;EUR;blaise@example.fr;Logiciel\n",
    "hdfc_card.csv": "Date,Transaction Description,Amount (in Rs.),Dr/Cr\n"
    '30/08/2026,FIGMA MONTHLY,"1,04,500.50",Dr\n31/08/2026,REFUND MIRO,"1,500.00",Cr\n',
    "cartao.csv": "data;estabelecimento;valor;titular\n30/08/2026;FIGMA INC;R$ 1.234,50;ana@empresa.com.br\n"
    "31/08/2026;NOTION LABS;R$ 99,90;ana@empresa.com.br\n",
    "bare.csv": "Booked;Text;Sum;Card\n2026-08-30;FIGMA;45,50;**** 1234\n2026-08-31;MIRO;16,50;**** 1234\n",
    "us_card.csv": "Trans. Date,Post Date,Description,Amount,Category\n"
    '08/30/2026,08/31/2026,FIGMA INC CA,$45.50,Software\n08/02/2026,08/03/2026,ZOOM.US,"$1,016.50",Software\n',
    "no_header.csv": "30/08/2026,FIGMA INC,45.50,GBP,ada@example.com\n31/08/2026,ZOOM.US,16.50,GBP,blaise@example.com\n",
    "two_headers.csv": "Transaction,,Merchant,,Amount,\nDate,Ref,Name,City,Value,Currency\n"
    "2026-08-30,1,FIGMA INC,San Francisco,45.50,USD\n2026-08-31,2,MIRO,Amsterdam,16.50,EUR\n",
    "totals.csv": "Company card report for August 2026\n\nDate;Shop;Total;Employee\n"
    "2026-08-30;FIGMA;45.50;ada@example.com\n2026-08-31;MIRO;16.50;blaise@example.com\nSubtotal;;62.00;\nGrand total;;62.00;\n",
    "usuarios.csv": "Nombre;Correo electrónico;Rol;Estado;Último acceso\nAna;ana@empresa.es;Administrador;Activo;"
    "30/08/2026 10:15\nLuis;luis@empresa.es;Usuario;Inactivo;\n",
}  # fmt: skip
WORKBOOK = [
    ["Kreditkarte 1234"], [], ["Belegdatum", "Händler", "Betrag", "Währung", "Karteninhaber"],
    ["2026-08-30", "FIGMA", 45.5, "EUR", "Ada Byron"], ["2026-08-31", "MIRO", 16.5, "EUR", "Ada Byron"],
]  # fmt: skip
FIRST: dict[str, tuple[str, str]] = {
    "sparkasse.csv": ("FIGMA INC", "45.50"), "note_de_frais.csv": ("FIGMA", "45.50"),
    "hdfc_card.csv": ("FIGMA MONTHLY", "104500.50"), "cartao.csv": ("FIGMA INC", "1234.50"), "bare.csv": ("FIGMA", "45.50"),
    "us_card.csv": ("FIGMA INC CA", "45.50"), "no_header.csv": ("FIGMA INC", "45.50"),
    "two_headers.csv": ("FIGMA INC", "45.50"), "totals.csv": ("FIGMA", "45.50"), "book.xlsx/Umsätze": ("FIGMA", "45.50"),
}  # fmt: skip


def check(cli: Run, folder: Path, code: int) -> dict[str, dict[str, Any]]:
    result = cli("sources", "check", folder, "--json")
    assert result.exit_code == code, result.output
    return {one["name"].removeprefix("ann.lee@acme.example/"): one for one in json.loads(result.stdout)}


def test_statements_in_other_styles_are_proposed_and_read(cli: Run) -> None:
    folder = Path("exports/ann.lee@acme.example")
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_bytes(text.encode("cp1252" if name == "sparkasse.csv" else "utf-8"))
    (folder / "book.xlsx").write_bytes(xlsx(("Umsätze", WORKBOOK)))
    proposed = check(cli, folder, 1)
    assert {name for name, one in proposed.items() if one["mapping"] is None} == set()
    blocks = [one["mapping"].replace('app = ""', 'app = "Miro"') for one in proposed.values()]
    Path("discovery.toml").write_text("\n\n".join(blocks), encoding="utf-8")
    read = check(cli, folder, 0)
    assert {name: (one["state"], one["rows_loaded"], one["ignored"]) for name, one in read.items()} == {
        name: ("loaded", 2, {"total": 2} if name == "totals.csv" else {}) for name in proposed
    }
    for name, (merchant, amount) in FIRST.items():
        first = read[name]["first"]["charge"][0]
        assert (first["merchant"], str(first["amount"]), first["charged_on"]) == (
            merchant,
            amount,
            "2026-08-30",
        )
        assert proposed[name]["with_mapping"]["first"] == read[name]["first"], (
            "pasted, it reads what was shown"
        )
    assert read["usuarios.csv"]["first"]["app_account"][0]["is_admin"] is True
    assert read["book.xlsx/Umsätze"]["first"]["charge"][0]["record"] == 4
    assert "no header line" in " ".join(proposed["no_header.csv"]["doubts"])
