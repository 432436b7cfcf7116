"""Coupa: expense reports as its standard flat file (CSV): rows of the types Header, Line and Line Split.

Header columns after compass.coupa.com, Expense Reports Export (`RecordType`, `ID`, `Created-At`, `Status`, `currency`,
`Expensed-By_email` …), read 2026-11-25; what that page says of the lines was not stored, and their columns are taken
under the names of Coupa's other exports. The file has one header for all types, or one for each
(`unpack.coupa_records`).

- A charge is a Line; who spent is in it, else in the header row of the same report (the report's id, else the last
  header row above).
- Days: of the expense, else of the transaction; instants with an offset count as the day they are written on.
- Amounts: of the line with its currency, else the report's; positive is spent.

Ignored: `header of a report`, `split of a line`, `declined`, `pending` (draft, working).
"""

from __future__ import annotations

from datetime import date

from discovery.sources.charge_lines import by_state, charges
from discovery.sources.source import Example, Format, Shape

_LINES = """(
    WITH counted AS (
        SELECT *, count(CASE WHEN kind_of_row = 'header' THEN 1 END) OVER (ORDER BY _record) AS section
        FROM (SELECT *, fold(coalesce(row_type, '')) AS kind_of_row FROM raw)
    ), reported AS (
        SELECT *, coalesce(blank_null(report), max(CASE WHEN kind_of_row = 'header' THEN blank_null(row_id) END) OVER (
                   PARTITION BY section)) AS its_report
        FROM counted
    )
    SELECT *,
           coalesce(blank_null(email), max(blank_null(email)) OVER reports) AS spender,
           coalesce(blank_null(code), max(CASE WHEN kind_of_row = 'header' THEN blank_null(code) END) OVER reports)
               AS the_code,
           coalesce(blank_null(state), max(CASE WHEN kind_of_row = 'header' THEN blank_null(state) END) OVER reports)
               AS the_state
    FROM reported
    WINDOW reports AS (PARTITION BY its_report)
)"""

FORMAT = Format(
    name="coupa_expenses",
    system="coupa",
    kind="charge",
    title="Coupa expense reports (flat file, CSV)",
    shapes=(
        Shape(
            name="flat_file", container="csv", numbered=True,
            requires=("RecordType", "ID", "Expensed-By_email", ("Merchant", "Merchant-Name", "Vendor", "Supplier"),
                      ("Amount", "Line-Total", "Total"), ("Expense-Date", "Date", "Transaction-Date")),
            columns={
                "row_type": "RecordType", "row_id": "ID", "report": ("Expense-Report-ID", "Report-ID", "Header-ID"),
                "line_id": ("Line-ID", "Expense-Line-ID"), "state": "Status", "email": "Expensed-By_email",
                "merchant_text": ("Merchant", "Merchant-Name", "Vendor", "Supplier"),
                "amount": ("Amount", "Line-Total", "Total"), "code": ("Currency", "Currency-Code", "Currency_code"),
                "date_text": ("Expense-Date", "Transaction-Date", "Date"), "type_text": ("Type", "Expense-Type"),
            },
            select=charges(
                source=_LINES, day="date_text", merchant="merchant_text", amount="amount", currency="the_code",
                account="spender", event_id="line_id",
                ignored=(
                    ("kind_of_row = 'header'", "header of a report"),
                    ("kind_of_row IN ('linesplit', 'allocation', 'lineallocation')", "split of a line"),
                    *by_state("the_state"),
                    ("fold(the_state) = 'working'", "pending"),
                ),
                further=(("kind_of_row <> 'line'", "problem('RecordType', row_type, 'Header, Line or Line Split')"),),
                day_column="Expense-Date", merchant_column="Merchant", amount_column="Amount",
            ),
        ),
    ),
    how_to_get="Coupa: the standard CSV export of expense reports (./Outgoing/ExpenseReports on the SFTP server)",
    proven_by="https://compass.coupa.com/en-us/products/product-documentation/integration-technical-documentation/"
    "coupa-core-flat-files-(csv)/flat-file-(csv)-export/expense-reports-export",
    proven_on=date(2026, 11, 25),
    cadence_days=31,
    examples=(
        Example(
            shape="flat_file",
            text="""\
RecordType,ID,Expense-Report-ID,Title,Status,Expensed-By_email,Expense-Date,Merchant,Amount,Currency
Header,7,7,August,approved,Ada@example.com,,,,EUR
Line,71,7,,,,2026-08-30T00:00:00+02:00,Figma,104.50,
Line Split,711,7,,,,,,104.50,
Header,8,8,Later,draft,blaise@example.com,,,,USD
Line,81,8,,,,2026-08-30T00:00:00+02:00,Figma,104.50,
Comment,82,8,,,,,,,
""",
            records={"charge": (
                {"charged_on": date(2026, 8, 30), "merchant": "Figma", "amount": 104.50, "currency": "EUR",
                 "account_name": "ada@example.com", "record": 2},
            )},
            ignored={"header of a report": 2, "split of a line": 1, "pending": 2},
        ),
        Example(
            shape="flat_file",
            # A header line for each type.
            text="""\
Header,ID,Created-At,Title,Status,currency,Expensed-By_email
Line,Line-ID,Expense-Date,Merchant,Amount
Line Split,Line-ID,Account-Code,Amount
Header,7,2026-09-01T08:00:00+00:00,August,approved_for_payment,EUR,Ada@example.com
Line,71,2026-08-30T00:00:00+02:00,"Figma, Inc.",104.50
Line Split,71,4711,104.50
Line,72,soon,Miro,16.00
""",
            records={"charge": (
                {"event_id": "71", "charged_on": date(2026, 8, 30), "merchant": "Figma, Inc.", "amount": 104.50,
                 "currency": "EUR", "account_name": "ada@example.com", "record": 5},
            )},
            ignored={"header of a report": 1, "split of a line": 1},
            quarantined=1,
        ),
    ),
)  # fmt: skip
