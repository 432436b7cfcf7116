"""Google Workspace logs as the Admin console exports them to BigQuery: rows of the table `activity`, as JSON lines.

One row per event: `time_usec` (microseconds since 1970), `email`, `record_type` (login, token, saml, drive …),
`event_type`, `event_name`, and a record of the application's own fields: `login` {login_type}, `token` {client_id,
app_name, scope[]}, `saml` {application_name}. The tables and `record_type` are those of looker-open-source/
block-workspace-audit-logs; the fields below are named as in the reports API, which the export follows. No row of it
was found in public: unproven.

Read as `google_activity` reads the API: `login_success` of login is a sign-in to Google Workspace, of saml one to
the app named, token `authorize` a consent. Rows carry no id that is read, so that identical ones of two files are
one; where the API's activities are collected too, the same sign-in counts twice as an event and once as a day of use.

Ignored: `failed sign-in`; `revoked consent`, `refused consent` and `api activity` of token; `other event` of login
and saml; `other application`.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from discovery.sources.google_events import SAID_BY_EVENT
from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_SAID = """
WITH said AS (
    SELECT _record, time_usec AS at_text,
           CASE WHEN TRY_CAST(time_usec AS BIGINT) BETWEEN 0 AND 32503680000000000
                THEN make_timestamp(TRY_CAST(time_usec AS BIGINT)) END AS observed_at,
           email_of(email) AS account_name, lower(trim(record_type)) AS application,
           lower(trim(event_name)) AS event_name, lower(login.login_type) AS login_type,
           blank_null(saml.application_name) AS saml_app, lower(blank_null(token.client_id)) AS client_id,
           blank_null(token.app_name) AS app_name, list_sort(list_distinct(coalesce(token.scope, []))) AS scopes
    FROM raw
)
"""
_SIGN_IN = (
    """
SELECT CAST(NULL AS VARCHAR) AS event_id, _record, at_text, observed_at, CAST(NULL AS VARCHAR) AS account_key,
       account_name, 'label' AS mention_kind,
       CASE application WHEN 'login' THEN 'Google Workspace' WHEN 'token' THEN client_id ELSE saml_app END AS mention,
       CAST(NULL AS VARCHAR) AS mention_name,
"""
    + SAID_BY_EVENT
    + "FROM said\n"
)
_GRANT = """
SELECT _record AS record, account_name, 'client_id' AS mention_kind, client_id AS mention, app_name AS mention_name,
       scopes, 'user' AS consent, observed_at AS granted_at, CAST(observed_at AS DATE) AS snapshot_on
FROM said
WHERE application = 'token' AND event_name = 'authorize' AND observed_at IS NOT NULL AND client_id IS NOT NULL
  AND account_name IS NOT NULL
"""
_CLIENT = "1234-board.apps.googleusercontent.com"
_AT = datetime(2026, 4, 18, 9, 12, 44, 442000)


def _row(record_type: str, event_name: str | None, **changes: Any) -> str:
    return json.dumps({
        "time_usec": "1776503564442000", "email": "Ann.Lee@contoso.example", "record_type": record_type,
        "event_type": record_type, "event_name": event_name, "ip_address": "203.0.113.7", **changes,
    }) + "\n"  # fmt: skip


FORMAT = Format(
    name="google_bigquery_activity",
    system="google",
    kind="sign_in",
    title="Google Workspace logs in BigQuery (table activity, JSON)",
    shapes=(
        Shape(
            name="activity",
            container="json",
            requires=("time_usec", "email", "record_type", "event_name"),
            columns={
                "time_usec": "VARCHAR", "email": "VARCHAR", "record_type": "VARCHAR", "event_name": "VARCHAR",
                "login": "STRUCT(login_type VARCHAR)", "saml": "STRUCT(application_name VARCHAR)",
                "token": "STRUCT(client_id VARCHAR, app_name VARCHAR, scope VARCHAR[])",
            },
            select=sign_in_select(_SAID + _SIGN_IN, at="time_usec", result="event_name",
                                  app="token.client_id or saml.application_name", user="email",
                                  expected="the name of the event", numbered=True),
            also={"grant": _SAID + _GRANT},
            numbered=True,
        ),
    ),
    how_to_get="BigQuery: bq extract --destination_format NEWLINE_DELIMITED_JSON of the table activity, of record_type "
    "login, token and saml",
    proven_by=None,
    also_kinds=("grant",),
    examples=(
        Example(
            shape="activity",
            text=_row("login", "login_success", login={"login_type": "google_password"})
            + _row("saml", "login_success", saml={"application_name": "Figma"})
            + _row("token", "authorize", token={"client_id": _CLIENT, "app_name": "Board", "scope": ["b", "a", "a"]}),
            records={
                "sign_in": (
                    {"observed_at": _AT, "account_name": "ann.lee@contoso.example", "mention": "Google Workspace",
                     "method": "idp_interactive", "record": 1},
                    {"mention": "Figma", "method": "saml"},
                ),
                "grant": ({"granted_at": _AT, "mention": _CLIENT, "mention_name": "Board", "scopes": ["a", "b"],
                           "account_name": "ann.lee@contoso.example"},),
            },
        ),
        Example(
            shape="activity",
            text=_row("login", "login_failure") + _row("login", "logout") + _row("drive", "view")
            + _row("token", "revoke") + _row("token", "activity")
            + _row("LOGIN", "Login_Success", login={"login_type": "SAML"})
            + _row("login", "login_success", time_usec="soon") + _row("login", "login_success", email="")
            + _row("login", None) + _row("token", "authorize") + _row("saml", "login_success"),
            records={"sign_in": ({"method": "saml", "mention": "Google Workspace"},)},
            ignored={"failed sign-in": 1, "other event": 1, "other application": 1, "revoked consent": 1,
                     "api activity": 1},
            quarantined=5,
        ),
    ),
)  # fmt: skip
