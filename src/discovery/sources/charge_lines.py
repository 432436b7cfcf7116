"""The SELECT of a statement, expense export or ledger, put together from what one export says under which column.

Formats of charges differ in where a meaning stands, not in what becomes of it: here the expressions over a format's
raw columns become the columns of `charge`, with the same reading of days, amounts and currencies and the same reasons
for quarantine everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from discovery.sources.source import Head

_NONE = "CAST(NULL AS VARCHAR)"
_WRITTEN = (
    "['%d %b %Y', '%d %B %Y', '%d-%b-%Y', '%d-%b-%y', '%d %b %y', '%b %d, %Y', '%B %d, %Y', '%d/%b/%Y']"
)


def charges(
    *,
    day: str,
    merchant: str,
    amount: str,
    day_column: str,
    merchant_column: str,
    amount_column: str,
    sign: str = "1",
    event_id: str = _NONE,
    account: str = _NONE,
    account_key: str = _NONE,
    holder: str = _NONE,
    card: str = _NONE,
    clean: str = _NONE,
    mcc: str = _NONE,
    currency: str = _NONE,
    currency_column: str = "Currency",
    ignored: Sequence[tuple[str, str]] = (),
    further: Sequence[tuple[str, str]] = (),
    source: str = "raw",
    dotted_day: str = "",
) -> str:
    """Return the SELECT of charges; every argument is SQL over `source`, the `_column`s are names for messages.

    day, amount: text as written. sign: SQL of 1 or -1 that makes spent positive; it may use `amount_read`. account,
    holder: who paid; of both, what has an @ becomes the account and else the card holder. ignored: condition and
    reason. further: condition and SQL of a further problem. account_key: who paid, as the source's own id.

    Year first and months in words need nothing. Another order of day and month is that of the hint `date_order`, else
    what the file proves, because one of its days has a first (or second) part above 12; it is never guessed.
    dotted_day: "dmy" where the system writes 31.08.2026 wherever it writes points (SAP): such days need nothing.
    """
    left_out = "".join(f"\n        WHEN {condition} THEN '{reason}'" for condition, reason in ignored)
    problems = "".join(f"\n        WHEN {condition} THEN {said}" for condition, said in further)
    dotted = f"\n                WHEN has_points THEN '{dotted_day}'" if dotted_day else ""
    return f"""
WITH given AS (
    SELECT *,
           trim({day}) AS the_day,
           trim({amount}) AS the_amount,
           amount_in({amount}, hint('decimal')) AS amount_read,
           regexp_extract(trim({day}), '^(\\d{{1,2}})[-/.](\\d{{1,2}})[-/.]\\d{{2,4}}', ['first', 'second']) AS part
    FROM {source}
), proof AS (
    SELECT bool_and(regexp_matches(the_day, '^\\d{{1,2}}\\.')) FILTER (WHERE part.first <> '') AS has_points,
           coalesce(max(TRY_CAST(part.first AS INTEGER)), 0) > 12 AS day_first,
           coalesce(max(TRY_CAST(part.second AS INTEGER)), 0) > 12 AS month_first
    FROM given
), settled AS (
    SELECT CASE WHEN hint('date_order') IS NOT NULL THEN hint('date_order'){dotted}
                WHEN day_first AND NOT month_first THEN 'dmy'
                WHEN month_first AND NOT day_first THEN 'mdy' END AS date_order
    FROM proof
), line AS (
    SELECT *,
           coalesce(day_in(the_day, date_order),
                    CAST(try_strptime(the_day, {_WRITTEN}) AS DATE),
                    -- A day in a cell of a workbook that has no format of a day.
                    CASE WHEN hint('is_sheet') = 'true' AND regexp_matches(the_day, '^[34]\\d{{4}}$')
                         THEN DATE '1899-12-30' + CAST(the_day AS INTEGER) END) AS the_date,
           blank_null({merchant}) AS the_merchant,
           upper(coalesce(blank_null({currency}), hint('currency'))) AS the_currency,
           ({sign}) * amount_read AS the_sum,
           {f"CASE{left_out} END" if left_out else _NONE} AS left_out
    FROM given CROSS JOIN settled
)
SELECT
    blank_null({event_id}) AS event_id,
    _record AS record,
    the_date AS charged_on,
    blank_null({account_key}) AS account_key,
    coalesce(email_of({account}), email_of({holder})) AS account_name,
    CASE WHEN NOT contains({holder}, '@') THEN blank_null({holder}) END AS cardholder,
    nullif(right(regexp_replace({card}, '\\D', '', 'g'), 4), '') AS card,
    the_merchant AS merchant,
    blank_null({clean}) AS merchant_clean,
    CASE WHEN TRY_CAST({mcc} AS INTEGER) BETWEEN 1 AND 9999
         THEN lpad(CAST(TRY_CAST({mcc} AS INTEGER) AS VARCHAR), 4, '0') END AS mcc,
    the_sum AS amount,
    the_currency AS currency,
    left_out AS _ignored,
    CASE
        WHEN left_out IS NOT NULL THEN NULL{problems}
        WHEN the_date IS NULL THEN problem('{day_column}', the_day, 'a day; where nothing in the file proves which '
            || 'part is the month: set date_order = "dmy" or "mdy" in a [[source]] block')
        WHEN the_sum IS NULL THEN problem('{amount_column}', the_amount,
            'an amount as 1,234.50; a decimal comma: set decimal = "," in a [[source]] block')
        WHEN the_merchant IS NULL THEN problem('{merchant_column}', NULL, 'who was paid')
        WHEN the_currency IS NOT NULL AND NOT regexp_matches(the_currency, '^[A-Z]{{3}}$')
            THEN problem('{currency_column}', the_currency, 'a three-letter currency code')
    END AS _problem
FROM line
"""  # noqa: S608 - expressions of format modules, never of files


BANK_TRANSFER = "bank transfer (salary or invoice: see the ledger)"
"""Why a statement's transfers are no charges: what they were for stands in the bookkeeping, with the vendor's name."""
STOPPED = "declin|denied|reject|void|cancel|fail|revers|deleted|refused"
"""Words of a state (folded) that say that nothing was paid."""
OPEN = "^(pending|draft|authori[sz]ed|incomplete|open|unsubmitted|notsubmitted|new)"
"""Words of a state (folded) that say that something may still be paid."""


def by_state(state: str) -> tuple[tuple[str, str], ...]:
    """Return conditions and reasons for lines that a state says were not paid, or not yet."""
    return (
        (f"regexp_matches(fold({state}), '{STOPPED}')", "declined"),
        (f"regexp_matches(fold({state}), '{OPEN}')", "pending"),
    )


MOSTLY_NEGATIVE = """CASE WHEN count(amount_read) OVER () >= 3
    AND 2 * count(CASE WHEN amount_read < 0 THEN 1 END) OVER () > count(amount_read) OVER () THEN -1 ELSE 1 END"""
"""The sign where a tool writes money that leaves as negative: more than half of three amounts at least."""


def names_itself(word: str, *domains: str) -> Callable[[Head], bool]:
    """Return what tells whether a header names a product, or a cell links to it; a merchant of that name does not."""
    named = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    linked = re.compile(
        rf"https?://([a-z0-9-]+\.)*({'|'.join(map(re.escape, domains))})/", re.IGNORECASE
    ) if domains else None  # fmt: skip

    def recognise(head: Head) -> bool:
        return any(map(named.search, head.header)) or (
            linked is not None and any(linked.match(cell.strip()) for row in head.rows for cell in row)
        )

    return recognise
