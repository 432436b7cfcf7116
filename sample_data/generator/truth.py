"""expected/: what a program should find, worked out from the behaviour (never from a program's output)."""

import csv
from pathlib import Path

import duckdb

from .exports_provisioning import RUNNING
from .options import Options
from .settings import APPROVED, BLOCKED
from .writing import WrittenFile

WHAT_A_TRAP_IS = {
    "failed_sign_in": "only failed or interrupted sign-ins",
    "sso_refused": "Okta refused the sign-in: not assigned to the app",
    "assignment_removed": "assigned and unassigned again within weeks, never used",
    "marketing_visit": "read the vendor's public pages, blog or documentation only",
    "plain_browsing": "plain browsing: no app of the company",
    "ordinary_merchant": "no software",
    "look_alike": "no software: the merchant only resembles an app's name",
    "vendor_lost": "the payment service's line does not say which vendor was paid",
    "personal_charge": "marked as personal, to be repaid",
    "refund": "a refund of something that is no software",
    "account_deactivated": "the app's own list says deactivated, nothing else was seen",
}


def write_expected(
    connection: duckdb.DuckDBPyConnection, options: Options, written: list[WrittenFile]
) -> None:
    """All answer files."""
    folder = options.output / "expected"
    folder.mkdir(parents=True, exist_ok=True)
    create_trace(connection, options)
    create_access(connection)
    create_not_access(connection)
    _write(connection, folder / "person.csv", PERSON)
    _write(
        connection, folder / "access.csv", "SELECT * EXCLUDE (person_no) FROM expected_access ORDER BY ALL"
    )
    _write(connection, folder / "not_access.csv", "FROM expected_not_access ORDER BY ALL")
    _write(connection, folder / "unlinked.csv", UNLINKED)
    _write(connection, folder / "app.csv", APP)
    write_files(folder / "files.csv", written)


PERSON = """
    SELECT email AS person_email, display_name, directory_state AS status, left_on FROM person
        ORDER BY email"""

UNLINKED = """
    SELECT DISTINCT system, identifier, kind, reason FROM (
        SELECT 'entra' AS system, identifier, kind, reason FROM stranger
        UNION ALL SELECT 'push', email, if(is_personal, 'personal', 'shared'),
            if(is_personal, 'personal address that no roster knows',
                'shared mailbox used as a login by several')
        FROM push_event WHERE person_no IS NULL
        UNION ALL SELECT 'purchase card', 'TEMP CARD 3', 'unknown',
            'card ending 9931, card holder is no person'
        UNION ALL SELECT 'generic app list', (SELECT identifier FROM stranger
            WHERE identifier LIKE 'info@%'), 'shared',
            'shared mailbox on the Figma list'
        UNION ALL SELECT 'okta', 'okta-admin@nordwind-instruments.example', 'service',
            'administrator account that assigns apps; nobody in HR')
    ORDER BY ALL"""

APP = """
    SELECT app AS app_name, domain AS app_domain, other_domains, approval FROM app
        JOIN app_approval USING (app) ORDER BY app"""


def create_trace(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Table `trace`: one row per record in the exports that shows that a person has or uses an app.

    `method` says how the person gets in (idp, password, personal) where the record tells; `is_event` is false
    for what merely stands in a list on the snapshot day.
    """
    snapshot = f"DATE '{options.end}'"
    connection.execute(f"""
        CREATE TABLE trace AS
        SELECT person_no, app, 'sign_in' AS source, happened_at::DATE AS seen_on, TRUE AS is_event,
            'idp' AS method
        FROM entra_event WHERE error_code = 0 AND person_no IS NOT NULL
        UNION ALL SELECT person_no, app, 'sign_in', happened_at::DATE, TRUE, 'idp' FROM okta_event
        WHERE event_type = 'user.authentication.sso' AND result = 'SUCCESS'
        UNION ALL SELECT person_no, app, 'assignment', happened_at::DATE, FALSE, NULL FROM okta_event e
        WHERE event_type = 'application.user_membership.add' AND NOT EXISTS (FROM okta_event r
            WHERE r.person_no = e.person_no AND r.app = e.app
                AND r.event_type = 'application.user_membership.remove')
        UNION ALL SELECT person_no, app, unnest(['sign_in', 'app_account']), happened_at::DATE, TRUE,
            CASE WHEN is_personal THEN 'personal' WHEN is_password THEN 'password' ELSE 'idp' END
        FROM push_event WHERE person_no IS NOT NULL
        UNION ALL SELECT person_no, app, 'web_visit', happened_at::DATE, TRUE, NULL FROM visit
            WHERE app IS NOT NULL
        UNION ALL SELECT person_no, app, 'charge', charged_on, TRUE, NULL FROM payment
            WHERE app IS NOT NULL AND amount > 0
        UNION ALL SELECT person_no, app, 'grant', {snapshot}, FALSE, 'grant' FROM app_grant
        UNION ALL SELECT person_no, app, 'assignment', {snapshot}, FALSE, NULL FROM assignment
        UNION ALL SELECT person_no, app, 'app_account', unnest(list_filter([last_active_on, {snapshot}],
            lambda x: x IS NOT NULL)),
            FALSE, NULL FROM listed WHERE status <> 'deactivated';
        CREATE TABLE app_approval AS
        SELECT app, CASE WHEN app IN {APPROVED} THEN 'approved' WHEN app IN {BLOCKED} THEN 'blocked'
            WHEN app IN (SELECT app FROM entra_client WHERE is_assigned) OR app IN (SELECT app FROM okta_event
                WHERE event_type = 'application.user_membership.add') THEN 'approved'
                    ELSE 'discovered' END AS approval
        FROM app;
    """)


def create_access(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `expected_access`: person × app with class, survival and route by DESIGN section 6."""
    connection.execute(f"""
        CREATE TABLE expected_access AS
        WITH edge AS (SELECT person_no, app, string_agg(DISTINCT source, '|' ORDER BY source) AS sources,
                min(seen_on) AS first_seen_on, max(seen_on) AS last_seen_on,
                coalesce(bool_or(method IN ('password', 'personal')), false) AS has_own_login,
                coalesce(bool_or(method = 'personal'), false) AS is_personal,
                coalesce(bool_or(method = 'idp' AND source = 'sign_in'), false) AS has_idp_login,
                    coalesce(bool_or(method = 'grant'), false) AS has_grant,
                min(seen_on) FILTER (is_event) AS first_event_on,
                    max(seen_on) FILTER (is_event) AS last_event_on
            FROM trace GROUP BY person_no, app),
        judged AS (SELECT *, CASE WHEN is_provisioned THEN 'scim_managed'
            WHEN approval <> 'approved' THEN 'shadow' WHEN has_idp_login
            AND NOT has_own_login THEN 'sso'
                ELSE 'unmanaged' END AS class,
                CASE WHEN has_own_login THEN 'true' WHEN has_idp_login OR has_grant
                    THEN 'false' END AS survives
            FROM (SELECT edge.*, (person_no, app) IN (SELECT (person_no, app) FROM assignment
                WHERE client_name IN {RUNNING}) AS is_provisioned FROM edge) JOIN app_approval USING (app))
        SELECT person_no, email AS person_email, app AS app_name, domain AS app_domain, sources,
            first_seen_on, last_seen_on, class,
            survives AS survives_idp_disable, CASE WHEN class = 'scim_managed' THEN 'scim'
                WHEN class = 'sso' AND survives = 'false' THEN 'idp' ELSE 'manual' END AS route,
            CASE WHEN is_personal THEN 'signs in with a personal account' WHEN has_own_login
                THEN 'signs in with a password'
                WHEN has_idp_login AND has_grant
                    THEN 'signs in through the identity provider and granted access to data'
                WHEN has_idp_login THEN 'signs in through the identity provider only' WHEN has_grant
                    THEN 'granted access to data, delegated in Entra'
                WHEN sources = 'charge' THEN 'pays only' WHEN sources = 'web_visit'
                    THEN 'seen in the browser only, login unknown'
                WHEN sources = 'assignment' THEN 'assigned, never signed in' WHEN sources = 'app_account'
                    THEN 'on the app''s own list only'
                ELSE 'no login seen' END || '; app is ' || approval AS why,
            first_event_on, last_event_on
        FROM judged JOIN person USING (person_no) JOIN app USING (app);
    """)


def create_not_access(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `expected_not_access`: what looks like access and must not become an edge."""
    reasons = " ".join(
        f"WHEN '{trap}' THEN '{text.replace(chr(39), chr(39) * 2)}'" for trap, text in WHAT_A_TRAP_IS.items()
    )
    connection.execute(f"""
        CREATE TABLE expected_not_access AS
        WITH looked AS (SELECT person_no, app AS what, 'failed_sign_in' AS trap FROM entra_event
            WHERE error_code <> 0
            UNION ALL SELECT person_no, app, if(event_type = 'user.authentication.sso', 'sso_refused',
                'assignment_removed')
            FROM okta_event WHERE (event_type = 'user.authentication.sso' AND result = 'FAILURE')
                OR event_type = 'application.user_membership.remove'
            UNION ALL SELECT person_no, app, 'account_deactivated' FROM listed WHERE status = 'deactivated'
            UNION ALL SELECT person_no, coalesce(marketed, regexp_extract(v.url, 'https://([^/]+)', 1)),
                if(marketed IS NULL, 'plain_browsing', 'marketing_visit')
            FROM visit v JOIN plain_page USING (url)
            UNION ALL SELECT person_no, merchant, trap FROM payment WHERE trap IS NOT NULL)
        SELECT DISTINCT email AS person_email, what, trap, CASE trap {reasons} END AS reason
        FROM looked JOIN person USING (person_no)
        WHERE NOT EXISTS (FROM expected_access a WHERE a.person_no = looked.person_no AND a.app_name = what);
    """)


def write_files(target: Path, written: list[WrittenFile]) -> None:
    """expected/files.csv: what each file is and how it ends."""
    with target.open("w", newline="", encoding="utf-8") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(["path", "member", "format", "rows_read", "rows_quarantined", "state"])
        for file in sorted(written, key=lambda file: (file.path, file.member)):
            lines.writerow(
                [file.path, file.member, file.format, file.rows_read, file.rows_quarantined, file.state]
            )


def _write(connection: duckdb.DuckDBPyConnection, target: Path, select: str) -> None:
    quoted = str(target).replace("'", "''")
    connection.execute(f"COPY ({select}) TO '{quoted}' (FORMAT csv, HEADER true)")
