"""Duo authentication log: who passed Duo on the way into which app.

Sources: duo.com/docs/adminapi#authentication-logs (v1 and v2) and the pipeline tests of elastic/integrations
packages/cisco_duo/data_stream/auth, read 2026-11-24. Shapes:

- `v2`: `{"application": {key, name}, "user": {key, name}, "result", "reason", "txid", "isotimestamp", …}` as
  `{"response": {"authlogs": […]}}`, as an array or one per line.
- `v1`: flat, `integration` for the app and `username`; `timestamp` in Unix seconds; no id.
- `csv`: export of the admin panel. Its header comes from no public example: names are taken by meaning
  (Timestamp, User or Username, Application or Integration, Result).

The app is what Duo calls the application (often named by hand: "SSO - Slack"), hence a label. isotimestamp has an
offset; a time without one is UTC. Ignored: `failed sign-in` (denied, fraud, error, failure), `other event`
(enrolment), `admin event` (lines of the administrator log between: they have an `action` and no application).
"""

from __future__ import annotations

import json
from datetime import date, datetime
from string import Template
from typing import Any

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_ENTRY = Template("""
SELECT
    $event_id AS event_id, _record, at_text,
    coalesce(instant_epoch(at_text), instant(regexp_replace(at_text, ' ?(\\(?UTC\\)?)$$', 'Z')), instant_us(at_text))
        AS observed_at,
    $account_key AS account_key, lower(blank_null(coalesce(email_of($email), $user_name))) AS account_name,
    'label' AS mention_kind, blank_null($app_name) AS mention, CAST(NULL AS VARCHAR) AS mention_name,
    'idp_interactive' AS method, result AS result_text,
    CASE WHEN lower(trim(result)) IN ('success', 'granted', 'allow', 'allowed') THEN 'success'
         WHEN lower(trim(result)) IN ('denied', 'deny', 'fraud', 'failure', 'failed', 'error') THEN 'failure'
    END AS outcome,
    CASE WHEN $admin THEN 'admin event'
         WHEN lower($event_type) <> 'authentication' THEN 'other event' END AS reason
FROM ($raw)
""")


def _select(**names: str) -> str:
    return sign_in_select(
        _ENTRY.substitute(names), at="timestamp", result="result", app="application", user="user",
        expected="success, denied, failure, error or fraud", numbered=True,
    )  # fmt: skip


_AT = datetime(2026, 4, 18, 9, 12, 44)


def _v2(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "access_device": {"ip": "203.0.113.7", "os": "Mac OS X"}, "alias": "",
        "application": {"key": "DIEXAMPLE", "name": "Figma"}, "auth_device": {"name": "555-0100"},
        "email": "Ann.Lee@contoso.example", "event_type": "authentication", "factor": "duo_push",
        "isotimestamp": "2026-04-18T11:12:44.000000+02:00", "reason": "user_approved", "result": "success",
        "timestamp": 1776503564, "txid": f"340a23e3-0000-4000-8000-{number:012d}",
        "user": {"groups": [], "key": "DUEXAMPLE", "name": "ann"}, **changes,
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="v2",
        text=json.dumps({"stat": "OK", "response": {"authlogs": [_v2(1), _v2(2, email="", isotimestamp=None)],
                                                    "metadata": {"total_objects": 2}}}),
        records={"sign_in": (
            {"event_id": "340a23e3-0000-4000-8000-000000000001", "observed_at": _AT, "account_key": "DUEXAMPLE",
             "account_name": "ann.lee@contoso.example", "mention_kind": "label", "mention": "Figma"},
            {"event_id": "340a23e3-0000-4000-8000-000000000002", "observed_at": _AT, "account_name": "ann"},
        )},
    ),
    Example(
        shape="v2",
        text="".join(json.dumps(r) + "\n" for r in (
            _v2(1, result="SUCCESS", isotimestamp="2026-04-18 09:12:44"),
            _v2(2, result="denied", reason="user_mistake"), _v2(3, result="fraud"),
            _v2(4, event_type="enrollment"), _v2(5, application={}), _v2(6, isotimestamp="soon"),
            _v2(7, result=None), _v2(8, user={}, email=None),
            {"action": "admin_login", "isotimestamp": "2026-04-18 09:12:44", "username": "Bo Ek"},
        )) + "{\"txid\": \n",
        records={"sign_in": ({"observed_at": _AT, "mention": "Figma"},)},
        ignored={"failed sign-in": 2, "other event": 1, "admin event": 1},
        quarantined=5,
    ),
    Example(
        shape="v1",
        text=json.dumps({"stat": "OK", "response": [
            {"device": "555-0100", "factor": "Duo Push", "integration": "Figma", "ip": "203.0.113.7",
             "new_enrollment": False, "reason": "", "result": "SUCCESS", "timestamp": 1776503564, "username": "Ann"},
            {"device": "555-0100", "factor": "Duo Push", "integration": "Figma", "ip": "203.0.113.7",
             "new_enrollment": False, "reason": "", "result": "FAILURE", "timestamp": 1776503565, "username": "ann"},
        ]}),
        records={"sign_in": ({"observed_at": _AT, "account_name": "ann", "mention": "Figma"},)},
        ignored={"failed sign-in": 1},
    ),
    Example(
        shape="csv",
        text="Timestamp (UTC),User,Username,Email,Application,Factor,Result,Reason,Access Device IP\n"
        "2026-04-18T09:12:44+00:00,Ann Lee,ann,Ann.Lee@contoso.example,Figma,Duo Push,"
        "Granted,User approved,203.0.113.7\n"
        "2026-04-18T09:13:44+00:00,Ann Lee,ann,,Figma,Duo Push,Denied,User mistake,203.0.113.7\n"
        "soon,Ann Lee,ann,,Figma,Duo Push,Granted,User approved,203.0.113.7\n",
        records={"sign_in": ({"observed_at": _AT, "account_name": "ann.lee@contoso.example", "mention": "Figma"},)},
        ignored={"failed sign-in": 1},
        quarantined=1,
    ),
)  # fmt: skip

FORMAT = Format(
    name="duo_auth_log",
    system="duo",
    kind="sign_in",
    title="Duo authentication log",
    shapes=(
        Shape(
            name="v2",
            container="json",
            requires=("access_device", "application", "user", "factor", "result"),
            columns={
                "txid": "VARCHAR", "isotimestamp": "VARCHAR", "timestamp": "VARCHAR", "email": "VARCHAR",
                "user": "STRUCT(key VARCHAR, name VARCHAR)", "application": "STRUCT(name VARCHAR)",
                "result": "VARCHAR", "event_type": "VARCHAR", "action": "VARCHAR",
            },
            share=0.2,  # collectors put the administrator log into the same file
            numbered=True,
            select=_select(
                raw="SELECT *, coalesce(isotimestamp, timestamp) AS at_text FROM raw", event_id="blank_null(txid)",
                account_key='blank_null("user".key)', email="email", user_name='"user".name',
                app_name="application.name", event_type="event_type",
                admin="application IS NULL AND action IS NOT NULL",
            ),
        ),
        Shape(
            name="v1",
            container="json",
            requires=("integration", "factor", "result", "username", "timestamp"),
            columns={"timestamp": "VARCHAR", "username": "VARCHAR", "integration": "VARCHAR", "result": "VARCHAR",
                     "eventtype": "VARCHAR"},
            numbered=True,
            select=_select(
                raw="SELECT *, timestamp AS at_text FROM raw", event_id="CAST(NULL AS VARCHAR)",
                account_key="CAST(NULL AS VARCHAR)", email="username", user_name="username", app_name="integration",
                event_type="eventtype", admin="false",
            ),
        ),
        Shape(
            name="csv",
            container="csv",
            requires=(("Timestamp (UTC)", "Timestamp", "Date (UTC)"), ("Username", "User"),
                      ("Application", "Integration"), "Factor", "Result"),
            columns={
                "at_text": ("Timestamp (UTC)", "Timestamp", "Date (UTC)"), "user_name": ("Username", "User"),
                "email": ("Email", "User email"), "app": ("Application", "Integration"), "result": "Result",
                "txid": ("Transaction ID", "txid"),
            },
            numbered=True,
            select=_select(
                raw="raw", event_id="blank_null(txid)", account_key="CAST(NULL AS VARCHAR)", email="email",
                user_name="user_name", app_name="app", event_type="CAST(NULL AS VARCHAR)", admin="false",
            ),
        ),
    ),
    how_to_get="GET /admin/v2/logs/authentication; or Duo admin panel → Reports → Authentication Log → Export.",
    proven_by="https://github.com/elastic/integrations/tree/main/packages/cisco_duo",
    proven_on=date(2026, 11, 24),
    examples=EXAMPLES,
)  # fmt: skip
