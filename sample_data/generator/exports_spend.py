"""Card and expense exports: Ramp, Expensify (both), American Express (both), and a bank nobody knows."""

from . import company
from .options import Options
from .writing import Writer

RAMP_HEADER = (
    "Transaction Date,Transaction Time,Clearing Date,Clearing Time,Amount,User,Merchant Description,"
    "Merchant Name,"
    "Merchant City,Merchant State,Ramp Category,Ramp Department,Ramp Location,Card Last 4,Card Display Name,"
    "Card Present,Memo,Accounting Category,Accounting Category Code,Has Receipt,External ID"
)
EXPENSIFY_HEADER = (
    "Timestamp,Merchant,Amount,MCC,Category,Tag,Comment,Reimbursable,"
    '"Original Currency","Original Amount",Receipt'
)
NEW_EXPENSIFY_HEADER = "Date,Merchant,Description,From,To,Category,Tag,Tax,Amount,Currency,Type,Receipt URL"
AMEX_SHORT_HEADER = "Date,Description,Card Member,Account #,Amount"
AMEX_LONG_HEADER = (
    "Date,Description,Card Member,Account #,Amount,Extended Details,Appears On Your Statement As,"
    "Address,Town/City,"
    "Postcode,Country,Reference,Category"
)
PURCHASE_HEADER = (
    "TRANS DATE,TRANS VAT DESC,ORIGINAL GROSS AMT,ORIGINAL CUR,BILLING GROSS AMT,BILLING CUR CODE,"
    "MERCHANT NAME,"
    "CARD NUMBER,CARDHOLDER"
)
IN_POUNDS = (
    "round(amount * CASE currency WHEN 'USD' THEN 0.79 WHEN 'EUR' THEN 0.86 ELSE 1 END, 2)::DECIMAL(10,2)"
)
CITY = "if(draw('glued' || k) < 0.5, merchant, rpad(merchant, 25, ' ') || city)"


def write_spend(writer: Writer) -> None:
    """One card system per card holder; software and other purchases mixed."""
    write_ramp(writer)
    write_expensify(writer)
    write_amex(writer)
    write_purchase_card(writer)


def write_ramp(writer: Writer) -> None:
    """All cards of Ramp in one file; one holder writes the name another way."""
    writer.csv(
        ramp_path(writer.options),
        "Ramp transactions CSV",
        RAMP_HEADER,
        f"""SELECT strftime(charged_on, '%m/%d/%y'), strftime(clock(charged_on, k), '%Y-%m-%d %H:%M:%S'),
            strftime(charged_on + 1, '%m/%d/%y'), strftime(clock(charged_on + 1, k), '%Y-%m-%d %H:%M:%S'),
                {IN_POUNDS},
            if(slot = {company.NICKNAME_ON_CARD}, first_name[1] || '. ' || last_name, display_name), merchant,
            coalesce(app, merchant), city, NULL, category, department, 'London',
            lpad((2000 + person_no % 7000)::VARCHAR, 4, '0'), 'Physical card', if(app IS NULL, 'Yes',
                'No'), NULL, category,
            if(app IS NULL, '6400', '6210'), 'Yes', 'RAMP.' || guid('ramp' || k)
        FROM payment p JOIN person USING (person_no) WHERE p.card_system = 'ramp'
        ORDER BY charged_on DESC, person_no, merchant, k""",
    )


def ramp_path(options: Options) -> str:
    """Return the path of the Ramp file, which is repeated."""
    return f"cards/ramp/ramp_transactions_{options.start:%Y-%m}_{options.end:%Y-%m}.csv"


def write_expensify(writer: Writer) -> None:
    """Classic reports (the person is in the file name only) and one export of the new product."""
    people = writer.connection.execute(
        "SELECT person_no, email FROM person WHERE card_system = 'expensify_classic' ORDER BY person_no"
    ).fetchall()
    for person_no, email in people:
        writer.csv(
            f"expenses/expensify/{email}_expenses.csv",
            "Expensify classic CSV",
            EXPENSIFY_HEADER,
            f"""SELECT strftime(charged_on, '%Y-%m-%d 00:00:00'), merchant, {IN_POUNDS},
                if(app IS NULL, 0, 5734),
                category, NULL,
                NULL, 'yes', currency, amount, 'https://www.expensify.com/verifyReceipt?g=' || letters(k, 16)
            FROM payment WHERE person_no = {person_no} ORDER BY charged_on, merchant, k""",
        )
    writer.csv(
        "expenses/new expensify/expenses_export.csv",
        "New Expensify CSV",
        NEW_EXPENSIFY_HEADER,
        """SELECT strftime(charged_on, '%Y-%m-%d'), merchant, NULL, email, 'accounts@nordwind.example',
            category,
            NULL, NULL,
            amount, currency, 'Card', 'https://www.expensify.com/receipts/' || lower(letters(k, 16)) || '.pdf'
        FROM payment p JOIN person USING (person_no) WHERE p.card_system = 'expensify_new'
        ORDER BY charged_on DESC, person_no, merchant, k""",
    )


def write_amex(writer: Writer) -> None:
    """Write the short shape for the first half, the long one after; a former name stays on its card."""
    last = f"if(slot = {company.RENAMED[0]}, birth_name, last_name)"
    member = f"""upper(CASE WHEN untidy('turned' || person_no, 0.3)
            THEN {last} || '/' || first_name || ' ' || letters('middle' || person_no, 1)
        WHEN untidy('shortened' || person_no, 0.1) THEN first_name[1] || ' ' || {last}
        ELSE first_name || ' ' || {last} END)"""
    account = "'-7' || lpad((1000 + person_no % 8000)::VARCHAR, 4, '0')"
    middle = writer.options.day(0.35)
    writer.csv(
        "cards/amex/activity_short.csv",
        "American Express short CSV",
        AMEX_SHORT_HEADER,
        f"""SELECT strftime(charged_on, '%d/%m/%Y'), {CITY}, {member}, {account}, {IN_POUNDS}
        FROM payment p JOIN person USING (person_no) WHERE p.card_system = 'amex'
            AND charged_on < DATE '{middle}'
        ORDER BY charged_on DESC, person_no, merchant, k""",
    )
    writer.csv(
        "cards/amex/activity_long.csv",
        "American Express long CSV",
        AMEX_LONG_HEADER,
        f"""SELECT strftime(charged_on, '%d/%m/%Y'), {CITY}, {member}, {account}, {IN_POUNDS},
            if(currency = 'GBP', merchant || chr(10) || 'Goods and services', 'Foreign Spend Amount: '
                || amount || ' ' || currency
                || chr(10) || 'Commission Amount: 0.00' || chr(10) || 'Currency Exchange Rate: '
                    || if(currency = 'USD', '1.2658', '1.1628')),
            {CITY}, '1 HIGH STREET', city, NULL, if(currency = 'USD', 'UNITED STATES', 'UNITED KINGDOM'),
            '''AT26' || digits('reference' || k, 9) || '0000' || '''', if(app IS NULL, category,
                'Business Services-Office Supplies')
        FROM payment p JOIN person USING (person_no) WHERE p.card_system = 'amex'
            AND charged_on >= DATE '{middle}'
        ORDER BY charged_on DESC, person_no, merchant, k""",
    )


def write_purchase_card(writer: Writer) -> None:
    """Write an export of a bank that no format knows: settings map it; one card is nobody's."""
    writer.csv(
        "cards/procurement/PCARD_TRANS_Q3.csv",
        "mapping: Purchase card",
        PURCHASE_HEADER,
        """SELECT strftime(charged_on, '%d/%m/%Y'), 'VR', amount, currency, amount, currency, merchant, card,
            holder
        FROM (SELECT charged_on, merchant, amount, currency, k,
                '************' || lpad(((6164 + person_no) % 10000)::VARCHAR, 4, '0') AS card,
                    upper(display_name) AS holder
            FROM payment p JOIN person USING (person_no) WHERE p.card_system = 'purchase_card'
            UNION ALL SELECT day, pick(['SCREWFIX DIR LTD', 'TESCO STORES 3297', 'CANVA* 03214-7741200'],
                'temporary' || day_no),
                10.99, 'GBP', 'temporary' || day_no, '************9931', 'TEMP CARD 3' FROM workday
                    WHERE day_no % 16 = 5)
        ORDER BY charged_on, holder, merchant, k""",
    )
