"""Google Workspace activities of the Admin SDK reports API: sign-ins, SAML sign-ins and OAuth consents.

Source: `activities.list` (developers.google.com/workspace/admin/reports/reference/rest/v1/activities) and the
pipeline tests of elastic/integrations packages/google_workspace, read 2026-11-24. Shapes:

- `activity`: `{"kind": "admin#reports#activity", "id": {…}, "actor": {…}, "events": […]}` as pages (`items`), as an
  array or one per line. `events` is a list of `{type, name, parameters: [{name, value}]}`, or one such object where a
  collector splits it. Parameters carry `value`, `boolValue`, `intValue`, `multiValue` or `multiMessageValue`.
- `flat`: the event's type, name and parameters lie on the activity itself, parameters as an object (seen in
  panther-labs/panther-analysis). `time` there has no zone; it is UTC.

An activity counts once, by its first event of a known name; its id is time, uniqueQualifier, applicationName and
customerId together, since the qualifier alone is not unique. The customerId names the instance. A file may mix
applications: `login_success` is a sign-in to Google Workspace itself (login_type saml: through another provider;
exchange: without the person), saml `login_success` one to the app named, token `authorize` a consent.

Ignored: `failed sign-in`; `revoked consent`, `refused consent` and `api activity` (the app acted by itself) of token;
`other event` of login and saml (logout, challenges, warnings); `other application` (drive, admin …).
"""

from __future__ import annotations

import json
from datetime import date, datetime
from string import Template
from typing import Any

from discovery.sources.google_events import SAID_BY_EVENT
from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Head, Shape, at_path

_KNOWN = "'login_success', 'login_failure', 'authorize', 'revoke', 'deny', 'request', 'activity'"

# `event`: the one event of an activity; `value(name)` reads a parameter of it.
_NESTED = Template("""
SELECT *, event ->> '$$.name' AS event_name, event ->> '$$.type' AS event_type,
       $parameters
FROM (
    SELECT *, coalesce(list_filter(many, lambda e: (e ->> '$$.name') IN ($known))[1], many[1]) AS event
    FROM (
        SELECT id, actor, CASE json_type(events) WHEN 'ARRAY' THEN CAST(events AS JSON[])
                               WHEN 'OBJECT' THEN [events] END AS many
        FROM raw
    )
)
""")
_TAKEN = ("login_type", "application_name", "client_id", "app_name")


def _nested() -> str:
    found = "list_filter(CAST(event -> '$.parameters' AS JSON[]), lambda p: (p ->> '$.name') = '{0}')[1]"
    parameters = [f"{found.format(name)} ->> '$.value' AS {name}" for name in _TAKEN]
    parameters.append(f"CAST({found.format('scope')} -> '$.multiValue' AS VARCHAR[]) AS scope")
    return _NESTED.substitute(known=_KNOWN, parameters=",\n       ".join(parameters))


_FLAT = """
SELECT id, actor, name AS event_name, type AS event_type, parameters ->> '$.login_type' AS login_type,
       parameters ->> '$.application_name' AS application_name, parameters ->> '$.client_id' AS client_id,
       parameters ->> '$.app_name' AS app_name, TRY_CAST(parameters -> '$.scope' AS VARCHAR[]) AS scope
FROM raw
"""

_ENTRY = Template("""
WITH one AS ($events), said AS (
    SELECT
        CASE WHEN id.uniqueQualifier <> '' THEN concat_ws('/', id.time, id.uniqueQualifier, id.applicationName,
            id.customerId) END AS event_id,
        id.time AS at_text, instant(id.time) AS observed_at, id.customerId AS instance_named,
        lower(id.applicationName) AS application,
        lower(event_name) AS event_name, lower(login_type) AS login_type,
        nullif(application_name, '') AS application_name,
        nullif(lower(trim(client_id)), '') AS client_id, nullif(trim(app_name), '') AS app_name,
        list_sort(list_distinct(scope)) AS scopes,
        nullif(actor.profileId, '') AS account_key, email_of(actor.email) AS account_name
    FROM one
)
""")

_SIGN_IN = (
    """
SELECT event_id, instance_named AS instance_named, at_text, observed_at, account_key, account_name,
       'label' AS mention_kind,
       CASE application WHEN 'login' THEN 'Google Workspace' WHEN 'token' THEN client_id
            ELSE application_name END AS mention,
       CAST(NULL AS VARCHAR) AS mention_name,
"""
    + SAID_BY_EVENT
    + "FROM said\n"
)

_GRANT = """
SELECT event_id, account_key, account_name, 'client_id' AS mention_kind, client_id AS mention,
       app_name AS mention_name, scopes, 'user' AS consent, observed_at AS granted_at,
       CAST(observed_at AS DATE) AS snapshot_on, nullif(lower(trim(instance_named)), '') AS _instance
FROM said
WHERE application = 'token' AND event_name = 'authorize' AND observed_at IS NOT NULL AND client_id IS NOT NULL
  AND (account_key IS NOT NULL OR account_name IS NOT NULL)
"""


def _shape(name: str, events: str, **more: Any) -> Shape:
    said = _ENTRY.substitute(events=events)
    select = sign_in_select(said + _SIGN_IN, at="id.time", result="name", app="client_id or application_name",
                            user="actor", expected="the name of the event")  # fmt: skip
    return Shape(
        name=name,
        container="json",
        columns={
            "id": "STRUCT(time VARCHAR, uniqueQualifier VARCHAR, applicationName VARCHAR, customerId VARCHAR)",
            "actor": "STRUCT(email VARCHAR, profileId VARCHAR)",
            **more.pop("columns"),
        },
        select=select,
        also={"grant": said + _GRANT},
        instance="id.customerId",
        several_instances=True,
        **more,
    )


def _is_activity(head: Head) -> bool:
    """Tell reports of Google from other records with an id and an actor."""
    return any(at_path(record, "id.applicationName") is not None for record in head.records)


# ── examples ─────────────────────────────────────────────────────────────────────────────────────────────

_AT = datetime(2026, 4, 18, 9, 12, 44, 442000)
_CLIENT = "1234-board.apps.googleusercontent.com"
_SCOPES = ["https://www.googleapis.com/auth/gmail.readonly", "https://www.googleapis.com/auth/drive"]


def _activity(number: int, application: str, events: Any, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "admin#reports#activity", "etag": "x", "ipAddress": "203.0.113.7",
        "id": {"time": "2026-04-18T09:12:44.442Z", "uniqueQualifier": str(number), "applicationName": application,
               "customerId": "C0example"},
        "actor": {"callerType": "USER", "email": "Ann.Lee@contoso.example", "profileId": "1001"},
        "events": events, **changes,
    }  # fmt: skip


def _named(name: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "login", "name": name, "parameters": list(parameters)}


def _expected(number: int, application: str, **changes: Any) -> dict[str, Any]:
    time = "2026-04-18T09:12:44.442Z"
    return {"event_id": f"{time}/{number}/{application}/C0example", "account_key": "1001",
            "account_name": "ann.lee@contoso.example", **changes}  # fmt: skip


def _flat(number: int, application: str, name: str, parameters: Any, **changes: Any) -> dict[str, Any]:
    record = _activity(number, application, None, type="login", name=name, parameters=parameters)
    del record["events"]
    record["id"]["time"] = "2026-04-18 09:12:44.442000000"
    return {**record, **changes}


_AUTHORIZE = _named(
    "authorize",
    {"name": "client_id", "value": _CLIENT},
    {"name": "app_name", "value": "Board"},
    {"name": "scope", "multiValue": _SCOPES},
)

EXAMPLES = (
    Example(
        shape="activity",
        text=json.dumps({"kind": "admin#reports#activities", "items": [
            _activity(1, "login", [_named("login_success", {"name": "login_type", "value": "google_password"},
                                          {"name": "is_suspicious", "boolValue": False})]),
            _activity(2, "login", [_named("login_verification"),
                                   _named("login_success", {"name": "login_type", "value": "exchange"})]),
            _activity(3, "saml", _named("login_success", {"name": "application_name", "value": "Figma"})),
            _activity(4, "token", _AUTHORIZE),
        ]}),
        instance="c0example",
        records={
            "sign_in": (
                _expected(1, "login", observed_at=_AT, mention="Google Workspace", method="idp_interactive"),
                _expected(2, "login", observed_at=_AT, mention="Google Workspace", method="idp_non_interactive"),
                _expected(3, "saml", observed_at=_AT, mention_kind="label", mention="Figma", method="saml"),
            ),
            "grant": (_expected(4, "token", granted_at=_AT, mention_kind="client_id", mention=_CLIENT,
                                mention_name="Board", scopes=sorted(_SCOPES), consent="user"),),
        },
    ),
    Example(
        shape="activity",
        text="".join(json.dumps(r) + "\n" for r in (
            _activity(1, "login", [_named("login_failure", {"name": "login_type", "value": "saml"})]),
            _activity(2, "drive", [_named("view")]),
            _activity(3, "token", _named("revoke")),
            _activity(4, "token", _named("activity")),
            _activity(5, "login", [_named("logout")]),
            _activity(6, "saml", [_named("login_success")]),
            _activity(7, "login", [_named("login_success")], actor=None),
            _activity(8, "login", []),
            _activity(9, "token", _named("authorize")),
            _activity(10, "LOGIN", [_named("Login_Success", {"name": "login_type", "value": "SAML"})]),
        )),
        instance="c0example",
        records={"sign_in": (_expected(10, "LOGIN", mention="Google Workspace", method="saml"),)},
        ignored={"failed sign-in": 1, "other application": 1, "revoked consent": 1, "api activity": 1,
                 "other event": 1},
        quarantined=4,
    ),
    Example(
        shape="flat",
        text="".join(json.dumps(r) + "\n" for r in (
            _flat(1, "login", "login_success", {"login_type": "saml", "is_suspicious": None}),
            _flat(2, "token", "authorize", {"client_id": _CLIENT, "app_name": "Board", "scope": _SCOPES}),
            _flat(3, "drive", "view", {"doc_title": "Plan"}),
            _flat(4, "login", "login_success", None, id={"applicationName": "login"}),
        )),
        instance="c0example",
        records={
            "sign_in": ({"observed_at": _AT, "mention": "Google Workspace", "method": "saml", "account_key": "1001"},),
            "grant": ({"granted_at": _AT, "mention": _CLIENT, "scopes": sorted(_SCOPES)},),
        },
        ignored={"other application": 1},
        quarantined=1,
    ),
)  # fmt: skip

FORMAT = Format(
    name="google_activity",
    system="google",
    kind="sign_in",
    title="Google Workspace activities (reports API)",
    shapes=(
        _shape("activity", _nested(), columns={"events": "JSON"},
               requires=("id.applicationName", "id.time", "events"), recognise=_is_activity),
        _shape("flat", _FLAT, columns={"name": "VARCHAR", "type": "VARCHAR", "parameters": "JSON"},
               requires=("id.applicationName", ("name", "parameters")), forbids=("events",), recognise=_is_activity),
    ),
    how_to_get="GET /admin/reports/v1/activity/users/all/applications/{login,saml,token}; or GAM: gam report login.",
    proven_by="https://github.com/elastic/integrations/tree/main/packages/google_workspace",
    proven_on=date(2026, 11, 24),
    also_kinds=("grant",),
    examples=EXAMPLES,
)  # fmt: skip
