"""Who works there: people, accounts, cards. Every 60 people have the same cast of special cases."""

from pathlib import Path

import duckdb

from .options import ACQUIRED_DOMAIN, DOMAIN, Options

HERE = Path(__file__).parent
FIRST_NAMES = (HERE / "first_names.txt").read_text(encoding="utf-8").split()
LAST_NAMES = (HERE / "last_names.txt").read_text(encoding="utf-8").split()
DEPARTMENTS = (
    ["Executive"]
    + ["Engineering"] * 16
    + ["Sales"] * 9
    + ["Marketing"] * 6
    + ["Finance"] * 4
    + ["IT"] * 4
    + ["People"] * 3
    + ["Operations"] * 5
    + ["Field Instruments"] * 12
)
BLOCK = len(DEPARTMENTS)
ACQUIRED_FROM = 48
ALIASED_UNTIL = 53
SAME_NAME = (9, 44)
RENAMED = (18, 41)
PERSONAL_ACCOUNT = 29
NICKNAME_ON_CARD = 22
LEAVERS = {
    5: ("disabled", 0.47),
    20: ("soft_deleted", 0.70),
    28: ("active", 0.77),
    33: ("active", 1.18),
    27: ("disabled", 0.55),
    52: ("disabled", 0.62),
}
STILL_ENABLED, CHARGED_AFTER_LEAVING, SHADOW_AFTER_LEAVING = 28, 27, 52
BROWSER_SLOTS = (2, 7, 19, 26, 30, 37, 50)
CARD_SLOTS = {
    "ramp": (0, 1, 3, 6, 17, 22, 26, 27, 30, 36),
    "amex": (4, 9, 18, 23, 31, 32, 43),
    "expensify_classic": (11, 24, 29),
    "expensify_new": (12, 25, 38, 50),
    "purchase_card": (34, 40, 44, 45, 46),
}
FILES_PER_KIND = 60
"""At most so many files of one kind are one person's (browser history, classic expense report)."""


def create_person(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Table `person`: one row per employee; key person_no."""
    connection.execute(f"SET VARIABLE firsts = {_shuffled(connection, 'first', FIRST_NAMES)}")
    connection.execute(f"SET VARIABLE lasts = {_shuffled(connection, 'last', LAST_NAMES)}")
    count_first, count_last = len(FIRST_NAMES), len(LAST_NAMES)
    connection.execute(f"""
        CREATE MACRO mail_part(s) AS lower(regexp_replace(strip_accents(replace(replace(replace(replace(s,
            'ø', 'o'), 'ı', 'i'), 'ł', 'l'), 'Ø', 'O')), '[^A-Za-z]', '', 'g'));
        CREATE TABLE named AS
        WITH numbered AS (SELECT i AS person_no, i % {BLOCK} AS slot, i // {BLOCK} AS block,
                CASE i % {BLOCK} WHEN {SAME_NAME[1]} THEN i - {SAME_NAME[1] - SAME_NAME[0]}
                    ELSE i END AS name_no
            FROM range({options.people}) t(i))
        SELECT *, getvariable('firsts')[1 + name_no % {count_first}] AS first_name,
            getvariable('lasts')[1 + name_no % {count_last}] AS birth_name,
            CASE WHEN slot IN {RENAMED} THEN getvariable('lasts')[1 + (name_no + 40) % {count_last}]
                WHEN name_no >= {count_first * count_last}
                THEN birth_name || '-' || getvariable('lasts')[1 + name_no // {count_first * count_last}]
                ELSE birth_name END AS last_name,
            {_list(DEPARTMENTS)}[1 + slot] AS department, slot >= {ACQUIRED_FROM} AS is_acquired,
            CASE slot WHEN {SAME_NAME[1]} THEN '2' ELSE '' END AS suffix
        FROM numbered;
        CREATE TABLE person AS
        WITH mailed AS (SELECT *,
                mail_part(first_name) || '.' || mail_part(last_name)
                    || CASE WHEN slot IN {RENAMED} AND block > 0 THEN block::VARCHAR
                        ELSE suffix END AS local_part,
                {_leaver_day(options)} AS left_on, {_leaver_state()} AS directory_state
            FROM named)
        SELECT person_no, slot, block, first_name, last_name, birth_name, first_name || ' '
            || last_name AS display_name,
            'NWI' || lpad((10001 + person_no)::VARCHAR, 6, '0') AS employee_id,
            guid('entra user' || person_no) AS object_id, guid('push employee'
                || person_no) AS push_employee_id,
            '00u' || letters('okta user' || person_no, 17) AS okta_id,
            local_part || '@' || if(is_acquired, '{ACQUIRED_DOMAIN}', '{DOMAIN}') AS email,
            local_part || '@' || if(is_acquired AND slot > {ALIASED_UNTIL}, '{ACQUIRED_DOMAIN}',
                '{DOMAIN}') AS upn,
            if(slot IN {RENAMED}, mail_part(first_name) || '.' || mail_part(birth_name) || '@{DOMAIN}', NULL)
                AS former_email,
            if(slot IN {RENAMED}, DATE '{options.day(0.5)}', NULL) AS renamed_on,
            mail_part(first_name) || mail_part(birth_name) || (70 + slot % 30)
                || '@gmail.com' AS private_email,
            department, is_acquired, left_on, directory_state,
            min(person_no) OVER (PARTITION BY block, department) AS lead_no, block * {BLOCK} AS chief_no,
            DATE '{options.start}' - (120 + floor(draw('hired' || person_no) * 3200))::INTEGER AS hired_on,
            {_card_system()} AS card_system, slot IN {BROWSER_SLOTS}
                AND block < {FILES_PER_KIND // 7} AS has_browser
        FROM mailed ORDER BY person_no;
    """)


def create_stranger(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `stranger`: accounts that belong to nobody in HR (shared, service, guest)."""
    connection.execute(f"""
        CREATE TABLE stranger AS
        SELECT *, guid('entra user' || identifier) AS object_id FROM (VALUES
            ('info@{DOMAIN}', 'info@{DOMAIN}', 'Nordwind Info', 'shared', 'shared mailbox, sign-in blocked'),
            ('lab@{DOMAIN}', 'lab@{DOMAIN}', 'Lab Bench 3', 'shared',
                'shared mailbox used as a login by several'),
            ('svc-backup@{DOMAIN}', 'svc-backup@{DOMAIN}', 'svc-backup', 'service', 'service account'),
            ('svc-scanner@{DOMAIN}', 'svc-scanner@{DOMAIN}', 'Scanner Reading Room', 'service',
                'service account'),
            ('olga.petrenko_lumenpartners.example#EXT#@nordwind.onmicrosoft.com',
                'olga.petrenko@lumenpartners.example',
                'Olga Petrenko (Lumen Partners)', 'external', 'guest of another company')
        ) t(identifier, mail, display_name, kind, reason)
    """)


def _shuffled(connection: duckdb.DuckDBPyConnection, what: str, names: list[str]) -> str:
    """Return the names as an SQL list in an order that depends on the seed."""
    order = connection.execute(
        "SELECT n FROM (SELECT unnest(?) AS n) ORDER BY draw(? || n), n", [names, what]
    ).fetchall()
    return _list([name for (name,) in order])


def _list(values: list[str]) -> str:
    return "[" + ", ".join("'" + value.replace("'", "''") + "'" for value in values) + "]"


def _leaver_day(options: Options) -> str:
    cases = " ".join(f"WHEN {slot} THEN DATE '{options.day(at)}'" for slot, (_, at) in LEAVERS.items())
    return f"CASE slot {cases} END"


def _leaver_state() -> str:
    cases = " ".join(f"WHEN {slot} THEN '{state}'" for slot, (state, _) in LEAVERS.items())
    return f"CASE slot {cases} ELSE 'active' END"


def _card_system() -> str:
    cases = []
    for system, slots in CARD_SLOTS.items():
        limit = f" AND block < {FILES_PER_KIND // 3}" if system == "expensify_classic" else ""
        cases.append(f"WHEN slot IN {slots}{limit} THEN '{system}'")
    return f"CASE {' '.join(cases)} END"
