"""What browsers saw: Push Security's webhook events and "Export Chrome History" files."""

from .writing import Writer

USER_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/138.0.0.0 Safari/537.36"
)


def push_line(where: str) -> str:
    """Select webhook events: a LOGIN per login, an ACCOUNT per account, an APP per app."""
    return f"""
        WITH login AS (SELECT event_id AS id, happened_at,
                to_json({{'accountId': account_id, 'appId': app_id, 'appType': label, 'browser': 'CHROME',
                    'email': email,
                'employeeId': employee_id, 'identityProvider': if(is_password, NULL, if(is_personal,
                    'GOOGLE', 'MICROSOFT_365')),
                'leakedPassword': false, 'loginTimestamp': epoch(happened_at),
                'loginType': if(is_password, 'PASSWORD_LOGIN', 'OIDC_LOGIN'), 'os': 'WINDOWS',
                'passwordId': if(is_password, guid('password' || account_id), NULL),
                    'passwordManuallyTyped': false,
                'sourceIpAddress': '198.51.100.40', 'userAgent': '{USER_AGENT}', 'weakPassword': false,
                'weakPasswordReasons': NULL}}) AS new, NULL::JSON AS old, 'LOGIN' AS object, 5 AS delay,
                    NULL AS type
            FROM push_event),
        account AS (SELECT guid('account event' || account_id), min(happened_at),
                to_json({{'appId': app_id, 'appType': label, 'creationTimestamp': epoch(min(happened_at)),
                    'email': email,
                'employeeId': employee_id, 'id': account_id, 'lastUsedTimestamp': epoch(min(happened_at)),
                'loginMethods': {{'oidcLogin': if(bool_or(NOT is_password), if(bool_or(is_personal),
                    'GOOGLE', 'MICROSOFT_365'), NULL),
                'oktaSwaLogin': false, 'passwordLogin': bool_or(is_password), 'samlLogin': NULL,
                    'vendorSsoLogin': NULL}},
                'mfaMethods': [], 'mfaRegistered': false, 'passwordId': NULL}}), NULL, 'ACCOUNT', 6, 'CREATE'
            FROM push_event GROUP BY account_id, app_id, label, email, employee_id),
        seen AS (SELECT guid('app event' || label), min(happened_at),
                to_json({{'approvalStatus': NULL, 'creationTimestamp': epoch(min(happened_at)),
                    'id': app_id, 'notes': '',
                'ownerId': NULL, 'sensitivityLevel': NULL, 'type': label}}), NULL, 'APP', 4, 'CREATE'
            FROM push_event GROUP BY label, app_id)
        SELECT id, new, object, old, epoch(happened_at) + delay AS timestamp, type, '1' AS version
        FROM (FROM login UNION ALL FROM account UNION ALL FROM seen) WHERE {where} ORDER BY timestamp,
            object, id"""


def write_push(writer: Writer) -> None:
    """Two collector files that share three days."""
    writer.ndjson(
        "push/webhook-1.ndjson",
        "Push Security events",
        push_line(f"happened_at < TIMESTAMP '{writer.options.day(0.62)}'"),
    )
    writer.ndjson(
        "push/webhook-2.ndjson",
        "Push Security events",
        push_line(f"happened_at >= TIMESTAMP '{writer.options.day(0.59)}'"),
    )


def write_chrome(writer: Writer) -> None:
    """One history per person; local (London) times; the person is the folder's or the file's name.

    Every third file has day-first dates, for which settings carry a hint.
    """
    people = writer.connection.execute(
        "SELECT person_no, slot, email FROM person WHERE has_browser ORDER BY person_no"
    ).fetchall()
    for number, (person_no, _, email) in enumerate(people):
        path = f"browser/{email}/history.csv" if number % 2 == 0 else f"browser/history_{email}.csv"
        date_format = "%d/%m/%Y" if is_day_first(number) else "%Y-%m-%d"
        local = "timezone('Europe/London', timezone('UTC', happened_at))"
        writer.csv(
            path,
            "Export Chrome History CSV",
            "order,id,date,time,title,url,visitCount,typedCount,transition",
            f"""SELECT row_number() OVER latest - 1,
                (1000 + 3 * row_number() OVER (ORDER BY happened_at, url))::VARCHAR,
                strftime({local}, '{date_format}'), strftime({local}, '%H:%M:%S'), title, url, visit_count,
                if(app IS NULL, 1, 0), if(app IS NULL AND visit_count > 3, 'typed', 'link')
            FROM visit WHERE person_no = {person_no} WINDOW latest AS (ORDER BY happened_at DESC, url)
            ORDER BY happened_at DESC, url""",
            windows=True,
        )


def is_day_first(number: int) -> bool:
    """Whether the history of the n-th person has day-first dates."""
    return number % 3 == 2
