"""What people do: who uses which app, by which way in, from when to when, how often, and who pays.

Everything else (the exports and the truth) is derived from the tables made here:
`habit` (person, app, way), `entra_event`, `okta_event`, `push_event`, `visit`, `payment`, `assignment`,
`app_grant`, `listed` (an app's own user list) and `trap` (what looks like access and is none).
"""

from pathlib import Path

import duckdb

from . import company, merchants
from .options import ACQUIRED_DOMAIN, DOMAIN, TENANT_ID, Options

BEHAVIOUR_CSV = Path(__file__).parent.parent / "apps_behaviour.csv"


def create_behaviour(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """All behaviour tables, in the order in which they build on each other."""
    # An address with the app's name as a tag, or in the company's other domain.
    connection.execute(f"""
        CREATE MACRO tagged(email, app, k) AS CASE
            WHEN untidy('tag' || k, 0.06) THEN replace(email, '@', '+' || mail_part(app) || '@')
            WHEN untidy('domain' || k, 0.04) THEN replace(email, '@{DOMAIN}', '@{ACQUIRED_DOMAIN}')
            ELSE email END
    """)
    create_calendar(connection, options)
    create_app(connection)
    create_habit(connection, options)
    create_entra_event(connection)
    create_okta_event(connection, options)
    create_push_event(connection, options)
    create_visit(connection)
    create_payment(connection, options)
    create_snapshots(connection, options)


def create_calendar(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Table `workday`: the Mondays to Fridays of the window, numbered."""
    connection.execute(f"""
        CREATE TABLE workday AS SELECT d::DATE AS day, row_number() OVER (ORDER BY d) - 1 AS day_no
        FROM range(TIMESTAMP '{options.start}', TIMESTAMP '{options.end}' + INTERVAL 1 DAY,
            INTERVAL 1 DAY) t(d)
        WHERE isodow(d) <= 5
    """)


def create_app(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables `way` (the behaviour list), `app` (one row per app) and `entra_client` (app ids per app)."""
    connection.execute(
        "CREATE TABLE way AS SELECT row_number() OVER () AS way_no, * FROM read_csv(?, header = true, "
        "delim = ',', quote = '\"', columns = {'app': 'VARCHAR', 'domain': 'VARCHAR', "
        "'other_domains': 'VARCHAR', "
        "'way': 'VARCHAR', 'audience': 'VARCHAR', 'share': 'DOUBLE', 'pace': 'DOUBLE', 'label': 'VARCHAR', "
        "'detail': 'VARCHAR', 'price': 'DECIMAL(10,2)', 'currency': 'VARCHAR', 'cycle': 'VARCHAR'})",
        [str(BEHAVIOUR_CSV)],
    )
    connection.execute(f"""
        CREATE TABLE app AS SELECT app, any_value(domain) AS domain, max(other_domains) AS other_domains
        FROM way GROUP BY app ORDER BY min(way_no);
        CREATE TABLE entra_client AS
        WITH named AS (SELECT app, way, detail, unnest(string_split(label, ';')) AS client FROM way
            WHERE way IN ('entra', 'grant'))
        SELECT app, split_part(client, '=', 1) AS client_name,
            if(contains(client, '='), split_part(client, '=', 2), guid('app id' || client)) AS app_id,
            guid('service principal' || client) AS principal_id,
            bool_or(detail = 'microsoft' OR client LIKE 'Microsoft Graph%') AS is_microsoft,
            bool_or(way = 'entra') AS has_sign_ins, bool_or(detail = 'assigned') AS is_assigned,
            bool_or(detail NOT IN ('assigned', 'microsoft')) AS is_consented
        FROM named GROUP BY app, client ORDER BY app, client_name;
        CREATE MACRO filled(template, k) AS replace(replace(replace(replace(template, '{{d}}', digits(k, 7)),
            '{{a}}', letters(k, 8)), '{{tenant}}', '{TENANT_ID}'),
            '{{client}}', (SELECT app_id FROM entra_client WHERE client_name = 'Calimetra'));
    """)


def create_habit(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Table `habit`: person × app × way, with the days between which the habit lasts."""
    start, end, days = options.start, options.end, options.days
    connection.execute(f"""
        CREATE TABLE habit AS
        WITH drawn AS (SELECT p.person_no, p.slot, p.email, w.*, w.way_no || '|' || p.person_no AS habit_key
            FROM person p JOIN way w ON w.audience = 'all' OR (w.audience = 'core' AND NOT p.is_acquired)
                OR list_contains(string_split(w.audience, '|'), if(p.is_acquired, 'acquired', p.department))
            WHERE draw('habit' || w.way_no || '|' || p.person_no) < w.share
              AND (w.way <> 'visit' OR p.has_browser) AND (w.way <> 'charge' OR p.card_system IS NOT NULL))
        SELECT d.*,
            greatest(DATE '{start}' + if(draw('begins' || habit_key) < 0.15,
                floor(draw('when' || habit_key) * {days} * 0.6)::INTEGER, 0), hired_on) AS from_on,
            least(CASE WHEN p.slot = {company.STILL_ENABLED} THEN DATE '{end}'
                    WHEN p.slot = {company.CHARGED_AFTER_LEAVING} AND d.way = 'charge' THEN DATE '{end}'
                    WHEN p.left_on IS NOT NULL THEN p.left_on ELSE DATE '{end}' END,
                if(app <> 'Microsoft 365' AND way IN ('entra', 'push_password', 'push_oidc')
                    AND draw('ends' || habit_key) < 0.1, DATE '{end}' - {days // 4},
                        DATE '{end}')) AS until_on
        FROM drawn d JOIN person p USING (person_no);
        INSERT INTO habit
        SELECT p.person_no, p.slot, p.email, w.*, w.way_no || '|' || p.person_no, DATE '{start}', DATE '{end}'
        FROM person p JOIN way w ON w.app = 'Canva' AND w.way = 'charge'
        WHERE p.slot = {company.CHARGED_AFTER_LEAVING} AND p.card_system IS NOT NULL
            AND NOT EXISTS (FROM habit h WHERE h.person_no = p.person_no AND h.way_no = w.way_no);
    """)


def create_entra_event(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `entra_event`: every sign-in of the tenant, also failed ones and those of strangers."""
    connection.execute("""
        CREATE MACRO failure_of(code) AS CASE code WHEN 50126
            THEN 'Invalid username or password or Invalid on-premise'
            || ' username or password.' WHEN 50140
                THEN 'This occurred due to ''Keep me signed in'' interrupt when the'
            || ' user was signing in.' WHEN 53003
                THEN 'Access has been blocked by Conditional Access policies.' END;
        CREATE TABLE entra_event AS
        WITH clients AS (SELECT app, list({'name': client_name, 'id': app_id, 'is_microsoft': is_microsoft}
                ORDER BY client_name) AS list FROM entra_client WHERE has_sign_ins GROUP BY app),
        used AS (SELECT h.person_no, h.app, 0 AS error_code, h.habit_key || '|' || day_no AS k, day,
                pick(c.list, h.habit_key || 'client' || day_no) AS client
            FROM habit h JOIN workday ON day BETWEEN from_on AND until_on JOIN clients c USING (app)
            WHERE h.way = 'entra' AND draw('day' || h.habit_key || '|' || day_no) < h.pace),
        failed AS (SELECT person_no, app, if(draw('code' || k) < 0.5, 50126, 50140) AS error_code, 'f'
            || k AS k, day,
                client FROM used WHERE draw('fails' || k) < 0.05),
        attempted AS (SELECT p.person_no, c.app, CASE p.slot % 3 WHEN 0 THEN 50126 WHEN 1 THEN 50140
            ELSE 53003 END,
                'attempt' || p.person_no || c.app || day_no, day, pick(c.list, 'attempt' || p.person_no)
            FROM person p JOIN clients c ON draw('attempts' || p.person_no || c.app) < 0.04
            JOIN workday ON draw('attempt day' || p.person_no || c.app || day_no) < 0.03
            WHERE NOT p.is_acquired AND p.left_on IS NULL
              AND NOT EXISTS (FROM habit h WHERE h.person_no = p.person_no AND h.app = c.app)),
        strange AS (SELECT NULL::BIGINT AS person_no, 'Microsoft 365' AS app, 0 AS error_code,
                'stranger' || identifier || day_no AS k, day, c.list[2] AS client, s.*
            FROM stranger s JOIN clients c ON c.app = 'Microsoft 365'
            JOIN workday ON draw('stranger' || identifier || day_no) < 0.08 WHERE kind <> 'shared'),
        everything AS (SELECT e.*, p.object_id, p.display_name,
                if(day < p.renamed_on, p.former_email, p.upn) AS upn, FALSE AS is_guest
            FROM (FROM used UNION ALL FROM failed UNION ALL FROM attempted) e JOIN person p USING (person_no)
            UNION ALL SELECT person_no, app, error_code, k, day, client, object_id, display_name, identifier,
                kind = 'external' FROM strange)
        SELECT person_no, app, error_code, object_id, display_name, upn, is_guest, client.name AS client_name,
            client.id AS client_id, client.is_microsoft AS is_microsoft, guid('sign-in' || k) AS event_id,
            guid('correlation' || regexp_replace(k, '^f', '')) AS correlation_id,
                failure_of(error_code) AS failure_reason,
            day + to_milliseconds(floor(7 * 3600000 + draw('clock' || regexp_replace(k, '^f', ''))
                * 10.5 * 3600000)::BIGINT - if(k[1] = 'f', 41000, 0)) AS happened_at,
            day, error_code <> 0 OR NOT client.is_microsoft OR draw('interactive'
                || k) < 0.6 AS is_interactive,
            draw('late' || k) < 0.3 AS is_late,
            '198.51.100.' || (1 + floor(draw('address' || coalesce(person_no, 0)) * 250))::INTEGER AS ip,
            pick([{'os': 'Windows10', 'browser': 'Edge 138.0.0'}, {'os': 'MacOs',
                'browser': 'Chrome 138.0.0'},
                {'os': 'Windows10', 'browser': 'Chrome 138.0.0'}], 'device' || coalesce(person_no,
                    0)) AS device
        FROM everything ORDER BY happened_at, event_id;
    """)


def create_okta_event(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Table `okta_event`: the acquired team's Okta log: sessions, app sign-ins, failures, membership."""
    connection.execute(f"""
        CREATE MACRO clock(day, k) AS day + to_milliseconds(floor((7 + draw('clock'
            || k) * 10) * 3600000)::BIGINT);
        CREATE TABLE okta_event AS
        WITH sso AS (SELECT person_no, app, label, detail AS mode, 'user.authentication.sso' AS event_type,
            'SUCCESS' AS result,
                NULL AS failure, clock(day, 'okta' || habit_key || day_no) AS happened_at, 'okta'
                    || habit_key || day_no AS k
            FROM habit JOIN workday ON day BETWEEN from_on AND until_on
            WHERE way = 'okta' AND draw('okta day' || habit_key || '|' || day_no) < pace),
        session AS (SELECT person_no, NULL AS app, NULL AS label, NULL AS mode,
            'user.session.start' AS event_type, 'SUCCESS' AS result,
                NULL AS failure, min(happened_at) - INTERVAL 19 SECOND AS happened_at,
                'session' || person_no || happened_at::DATE AS k FROM sso GROUP BY person_no,
                    happened_at::DATE),
        failed AS (SELECT person_no, NULL, NULL, NULL, 'user.session.start', 'FAILURE', 'INVALID_CREDENTIALS',
                happened_at - INTERVAL 27 SECOND, 'f' || k FROM session WHERE draw('fails' || k) < 0.06),
        joined AS (SELECT person_no, app, label, detail, 'application.user_membership.add', 'SUCCESS', NULL,
                clock(from_on, 'add' || habit_key), 'add' || habit_key
            FROM habit WHERE way = 'okta' AND (app IN ('Zendesk', 'Lattice')
                OR from_on > DATE '{options.start}')),
        refused AS (SELECT p.person_no, w.app, w.label, w.detail, 'user.authentication.sso', 'FAILURE',
                'User not assigned to app', clock(DATE '{options.day(0.4)}', 'refused' || p.person_no),
                'refused' || p.person_no
            FROM person p JOIN way w ON w.way = 'okta' AND w.app = 'Salesforce'
            WHERE p.is_acquired AND p.slot % 3 = 0
              AND NOT EXISTS (FROM habit h WHERE h.person_no = p.person_no AND h.app = w.app)),
        tried AS (SELECT p.person_no, w.app, w.label, w.detail, e.event_type, 'SUCCESS', NULL,
                clock(e.day, e.event_type || p.person_no), e.event_type || p.person_no
            FROM person p JOIN way w ON w.way = 'okta' AND w.app = 'Zendesk',
                (VALUES ('application.user_membership.add', DATE '{options.day(0.1)}'),
                    ('application.user_membership.remove', DATE '{options.day(0.25)}')) e(event_type, day)
            WHERE p.is_acquired AND p.slot % 4 = 3
              AND NOT EXISTS (FROM habit h WHERE h.person_no = p.person_no AND h.app = w.app))
        SELECT e.*, guid('okta event' || k) AS event_id, '0oa' || letters('okta app' || e.app,
            17) AS instance_id,
            p.email, p.display_name, p.okta_id, '198.51.100.' || (1 + floor(draw('address'
                || e.person_no) * 250))::INTEGER AS ip
        FROM (FROM sso UNION ALL FROM session UNION ALL FROM failed UNION ALL FROM joined UNION ALL
            FROM refused
            UNION ALL FROM tried) e JOIN person p USING (person_no)
        ORDER BY happened_at, event_id;
    """)


def create_push_event(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Table `push_event`: logins that the browser extension saw (password, OIDC, personal account)."""
    after_leaving = options.day(0.77)
    connection.execute(f"""
        CREATE TABLE push_event AS
        WITH used AS (SELECT h.person_no, h.app, h.label, h.way = 'push_password' AS is_password,
                tagged(if(day < p.renamed_on, p.former_email, p.email), app, 'push' || habit_key) AS email,
                    'push' || habit_key
                    || day_no AS k, day, FALSE AS is_personal
            FROM habit h JOIN workday ON day BETWEEN from_on AND until_on JOIN person p USING (person_no)
            WHERE way LIKE 'push%' AND draw('push day' || habit_key || '|' || day_no) < pace),
        after AS (SELECT person_no, 'Airtable', 'AIRTABLE', TRUE, email, 'after' || person_no || n,
                DATE '{after_leaving}' + n::INTEGER, FALSE
            FROM person, (VALUES (0), (5)) t(n) WHERE slot = {company.SHADOW_AFTER_LEAVING}),
        personal AS (SELECT person_no, 'Dropbox', 'DROPBOX', n % 2 = 0, private_email, 'private'
            || person_no || n,
                DATE '{options.day(0.2)}' + (9 * n)::INTEGER, TRUE
            FROM person, range(4) t(n) WHERE slot = {company.PERSONAL_ACCOUNT}),
        strangers AS (SELECT NULL::BIGINT, app, label, TRUE, email, 'stranger' || email || n,
            DATE '{options.day(0.3)}' + (7 * n)::INTEGER, personal
            FROM (VALUES ('Trello', 'TRELLO', 'lab@{DOMAIN}', FALSE), ('Canva', 'CANVA',
                'studio.bluebird77@gmail.com', TRUE))
                s(app, label, email, personal), range(4) t(n))
        SELECT e.*, guid('push event' || k) AS event_id, coalesce(p.push_employee_id, guid('push employee'
            || e.email)) AS employee_id,
            guid('push app' || label) AS app_id, guid('push account' || label || e.email) AS account_id,
            clock(day, k) AS happened_at
        FROM (FROM used UNION ALL FROM after UNION ALL FROM personal UNION ALL FROM strangers) e
        LEFT JOIN person p USING (person_no) ORDER BY happened_at, event_id;
    """)


def create_visit(connection: duckdb.DuckDBPyConnection) -> None:
    """Table `visit`: page views of people whose browser history was exported; app NULL = plain browsing.

    Whoever uses an app does so on at least two different days.
    """
    connection.execute("CREATE TABLE plain_page (url VARCHAR, title VARCHAR, marketed VARCHAR)")
    connection.executemany(
        "INSERT INTO plain_page VALUES (?, ?, ?)",
        [(url, title, None) for url, title in merchants.PLAIN_PAGES] + list(merchants.MARKETING_PAGES),
    )
    connection.execute("""
        CREATE TABLE visit AS
        WITH last AS (SELECT count(*) AS days FROM workday),
        using_days AS (SELECT h.*, unnest(range((2 + floor(draw('visits'
            || habit_key) * 9))::INTEGER)) AS n FROM habit h WHERE way = 'visit'),
        dated AS (SELECT u.*, w.day FROM using_days u JOIN workday w
                ON w.day_no = (floor(draw('first visit' || habit_key) * (SELECT days FROM last))::INTEGER
                    + n * (1 + floor(draw('step' || habit_key) * 4)::INTEGER)) % (SELECT days FROM last)),
        used AS (SELECT person_no, app, filled(unnest(string_split(label, ' ')), habit_key || n) AS url,
            detail AS title, day,
                unnest(range(len(string_split(label, ' ')))) AS step, habit_key || 'v' || n AS k FROM dated),
        plain AS (SELECT p.person_no, NULL AS app, g.url, g.title, day, 0 AS step, p.person_no || g.url
            || day_no AS k
            FROM person p, plain_page g, workday
            WHERE p.has_browser AND draw('reads' || p.person_no || g.url
                || day_no) < if(g.marketed IS NULL, 0.07, 0.015))
        SELECT *, clock(day, 'visit' || k) + to_seconds(step * 7 + 1) AS happened_at,
            1 + floor(draw('visit count' || person_no || url) * 6)::INTEGER AS visit_count
        FROM (FROM used UNION ALL FROM plain) ORDER BY person_no, happened_at, url;
    """)


def create_payment(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Table `payment`: card lines; app NULL = not software, with the reason in `trap`."""
    connection.execute(
        "CREATE TABLE merchant (merchant VARCHAR, city VARCHAR, category VARCHAR, price DECIMAL(10,2), "
        "trap VARCHAR)"
    )
    connection.executemany(
        "INSERT INTO merchant VALUES (?, ?, ?, ?, ?)",
        [(*row, "ordinary_merchant") for row in merchants.ORDINARY_MERCHANTS]
        + [(*row, "look_alike") for row in merchants.LOOK_ALIKES]
        + [(*row, "vendor_lost") for row in merchants.VENDOR_LOST]
        + [(*row, "personal_charge") for row in merchants.PERSONAL],
    )
    refunded = ", ".join(f"'{name}'" for name in merchants.REFUNDED)
    connection.execute(f"""
        CREATE TABLE payment AS
        WITH months AS (SELECT m::DATE AS month FROM range(date_trunc('month',
            DATE '{options.start}')::TIMESTAMP,
                TIMESTAMP '{options.end}' + INTERVAL 1 DAY, INTERVAL 1 MONTH) t(m)),
        renewals AS (SELECT person_no, app, filled(label, habit_key) AS merchant, detail AS city,
            'SaaS / Software' AS category,
                price AS amount, currency, NULL AS trap, habit_key || month AS k, from_on, until_on,
                month + floor(draw('charge day' || habit_key) * 28)::INTEGER AS charged_on,
                cycle = 'annual' AND month <> (SELECT month FROM months
                    ORDER BY draw('annual' || habit_key || month) LIMIT 1) AS is_other_month
            FROM habit, months WHERE way = 'charge'),
        software AS (SELECT person_no, app, merchant, city, category, amount, currency, trap, k, charged_on
            FROM renewals
            WHERE NOT is_other_month AND charged_on BETWEEN greatest(from_on, DATE '{options.start}')
                AND until_on),
        other AS (SELECT p.person_no, NULL AS app, m.merchant, m.city, m.category,
                round(m.price * (0.7 + 0.6 * draw('amount' || p.person_no || m.merchant || day_no)),
                    2)::DECIMAL(10,2) AS amount,
                if(m.city = 'AACHEN', 'EUR', 'GBP') AS currency, m.trap,
                p.person_no || m.merchant || day_no AS k, day AS charged_on
            FROM person p JOIN merchant m ON m.trap <> 'personal_charge' OR p.card_system LIKE 'expensify%'
            JOIN workday ON draw('buys' || p.person_no || m.merchant || day_no)
                < CASE m.trap WHEN 'ordinary_merchant' THEN 0.013 WHEN 'personal_charge' THEN 0.008
                    ELSE 0.004 END
            WHERE p.card_system IS NOT NULL AND (p.left_on IS NULL OR day <= p.left_on)),
        refund AS (SELECT person_no, app, merchant, city, category, -amount, currency, 'refund', 'refund'
            || k, charged_on + 6
            FROM other WHERE merchant IN ({refunded}) AND draw('refund' || k) < 0.25
                AND charged_on + 6 <= DATE '{options.end}'),
        cancelled AS (SELECT person_no, app, merchant, city, category, -amount, currency, NULL, 'refund'
            || k, charged_on + 4
            FROM software WHERE draw('refund' || k) < 0.02 AND charged_on + 4 <= DATE '{options.end}')
        SELECT e.*, p.card_system FROM (FROM software UNION ALL FROM other UNION ALL FROM refund UNION ALL
            FROM cancelled) e
        JOIN person p USING (person_no) ORDER BY charged_on, person_no, merchant, k;
    """)


def create_snapshots(connection: duckdb.DuckDBPyConnection, options: Options) -> None:
    """Tables `assignment`, `app_grant` and `listed`: what tenant and apps list on the last day."""
    connection.execute(f"""
        CREATE TABLE assignment AS
        SELECT DISTINCT ON (h.person_no, c.principal_id) h.person_no, c.app, c.client_name, c.principal_id,
            guid('assignment' || h.person_no || c.app) AS assignment_id,
            h.from_on - (20 + floor(draw('assigned' || h.habit_key) * 400))::INTEGER AS created_on
        FROM habit h JOIN entra_client c USING (app) JOIN person p USING (person_no)
        WHERE c.is_assigned AND (h.way = 'assignment' OR h.way = 'entra') AND h.app <> 'Zoom'
          AND p.directory_state <> 'soft_deleted'
        ORDER BY h.person_no, c.principal_id, h.way;
        CREATE TABLE app_grant AS
        SELECT DISTINCT ON (h.person_no, c.principal_id) h.person_no, c.app, c.client_name, c.principal_id,
            h.detail AS scope,
            upper(md5('grant' || h.habit_key)[1:22]) || 'QABAAAA' AS grant_id
        FROM habit h JOIN entra_client c ON c.client_name = split_part(h.label, '=', 1)
            JOIN person p USING (person_no)
        WHERE h.way = 'grant' AND p.directory_state <> 'soft_deleted' ORDER BY h.person_no, c.principal_id,
            h.way;
        CREATE TABLE listed AS
        WITH stated AS (SELECT h.person_no, h.app, h.habit_key, h.until_on,
                CASE WHEN (p.left_on < DATE '{options.end}' OR draw('deactivated' || habit_key) < 0.2)
                    AND NOT EXISTS (
                        FROM habit o WHERE o.person_no = h.person_no AND o.app = h.app AND o.way <> 'list')
                            THEN 'deactivated'
                    WHEN draw('invited' || habit_key) < 0.08 THEN 'invited' ELSE 'active' END AS status
            FROM habit h JOIN person p USING (person_no) WHERE h.way = 'list')
        SELECT person_no, app, p.display_name, status, if(draw('admin' || habit_key) < 0.1, 'admin',
            'member') AS role,
            CASE WHEN p.slot BETWEEN {company.ACQUIRED_FROM} AND {company.ALIASED_UNTIL} THEN p.upn
                WHEN p.slot % 11 = 4 OR untidy('capital' || habit_key, 0.1) THEN upper(p.email[1]) || p.email[2:]
                ELSE tagged(p.email, app, 'list' || habit_key) END AS listed_email,
            if(status = 'invited', NULL, until_on - (1 + floor(draw('active'
                || habit_key) * 60))::INTEGER) AS last_active_on
        FROM stated JOIN person p USING (person_no) ORDER BY app, person_no;
    """)
