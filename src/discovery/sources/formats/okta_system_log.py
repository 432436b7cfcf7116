"""Okta System Log: sign-ins to apps, and who was assigned to or removed from an app.

Shapes: `json`, events of `GET /api/v1/logs`, as an array or one per line
(developer.okta.com/docs/reference/api/system-log); `json_lower`, the same from collectors that lower-case the
outer keys (seen in panther-labs/panther-analysis); `json_mixed`, a collector's file with both casings and with
records of its own in between; `csv`, the export of the admin console, whose header comes from no public example:
column names are the paths of the API, with dots or underscores (`event_type`, `actor.alternate_id`,
`target0.display_name` …). A `published` without zone is UTC.

- `user.authentication.sso` with a target of type AppInstance is a sign-in to that app. The method is what the
  app's sign-on mode says: SAML → saml, OpenID Connect → oidc, a stored password (SWA) → password; where the
  event does not tell it, and for bookmarks and WS-Federation, idp_interactive.
- `app.oauth2.*` authorizations and token grants are sign-ins by oidc; where a refresh token was handed in,
  idp_non_interactive. Their actor is the person, or the client app with the person as a target of type User.
  Without a target of type AppInstance the client app itself is the mention (client_id).
- `application.user_membership.add` and `.remove` become assignments; the actor there is the administrator,
  the account is the target of type User (AppUser holds the name inside the app).

The event does not name the Okta org: the instance comes from the settings. Ignored: `failed sign-in`, `failed
change`, `service principal sign-in` (a token grant without a person), `other event type`, and `no event` (a mixed
file's record without type and actor: what a collector computed). An event of the
kinds above without time, result, app or user is quarantined.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from string import Template
from typing import Any

from discovery.sources.source import WHOLE_RECORD, Example, Format, Head, Shape

_APP_USE = r"^(user\.authentication\.sso$|app\.oauth2\.(as\.)?(authorize|token\.grant)(\.|$))"

# One row per event, with the targets taken apart; what both kinds are made from.
_EVENTS = Template("""
WITH event AS (
    SELECT
        nullif(lower(uuid), '') AS event_id,
        instant(published) AS observed_at,
        published,
        $event_type AS event_type,
        upper(outcome.result) AS result,
        actor,
        actor.type IN ('PublicClientApp', 'ConfidentialClientApp', 'ClientApp', 'Client') AS is_client,
        list_filter(target, lambda t: t.type = 'AppInstance')[1] AS app,
        list_filter(target, lambda t: t.type = 'User')[1] AS person,
        list_filter(target, lambda t: t.type = 'AppUser')[1] AS app_user,
        upper(coalesce(list_filter(target, lambda t: t.type = 'AppInstance')[1].detailEntry.signOnModeType,
                       $debug.debugData.signOnMode, '')) AS sign_on_mode,
        lower($debug.debugData.grantType) AS grant_type,
        regexp_matches($event_type, '$app_use') AS is_app_use,
        $event_type IN ('application.user_membership.add', 'application.user_membership.remove')
            AS is_membership,
        $no_event AS is_no_event
    FROM ($raw)
), named AS (
    SELECT
        *,
        coalesce(nullif(app.displayName, ''), nullif(app.alternateId, '')) AS app_name,
        CASE WHEN is_membership OR is_client THEN nullif(person.id, '')
             ELSE nullif(nullif(actor.id, ''), 'unknown') END AS account_key,
        CASE WHEN is_membership OR is_client
             THEN coalesce(email_of(person.alternateId), email_of(app_user.alternateId))
             ELSE nullif(nullif(lower(trim(actor.alternateId)), ''), 'unknown') END AS account_name
    FROM event
)
""")

_SIGN_IN = """
SELECT
    event_id, observed_at, account_key, account_name,
    CASE WHEN app_name IS NULL AND is_client THEN 'client_id' ELSE 'label' END AS mention_kind,
    coalesce(app_name, CASE WHEN is_client THEN nullif(actor.id, '') END) AS mention,
    CASE WHEN app_name IS NULL AND is_client THEN nullif(actor.displayName, '') END AS mention_name,
    CASE
        WHEN starts_with(event_type, 'app.oauth2.')
            THEN CASE WHEN grant_type = 'refresh_token' THEN 'idp_non_interactive' ELSE 'oidc' END
        WHEN contains(sign_on_mode, 'SAML') THEN 'saml'
        WHEN contains(sign_on_mode, 'OPENID') OR contains(sign_on_mode, 'OIDC') THEN 'oidc'
        WHEN sign_on_mode IN ('AUTO_LOGIN', 'BROWSER_PLUGIN', 'SECURE_PASSWORD_STORE', 'BASIC_AUTH', 'SWA')
            THEN 'password'
        ELSE 'idp_interactive'
    END AS method,
    coalesce(is_membership, false) AS _elsewhere,
    _ignored,
    CASE
        WHEN _ignored IS NOT NULL THEN NULL
        WHEN event_type IS NULL THEN problem('eventType', NULL, 'the type of the event')
        WHEN observed_at IS NULL
            THEN problem('published', published, 'an instant, e.g. 2026-04-18T09:12:44.123Z')
        WHEN result IS NULL THEN problem('outcome.result', NULL, 'SUCCESS or FAILURE')
        WHEN app_name IS NULL AND (is_membership OR is_client IS NOT TRUE)
            THEN problem('target', NULL, 'a target of type AppInstance with a name')
        WHEN account_key IS NULL AND account_name IS NULL
            THEN problem(CASE WHEN is_membership THEN 'target' ELSE 'actor' END, NULL, 'the user')
    END AS _problem
FROM (
    SELECT
        *,
        CASE
            WHEN is_no_event THEN 'no event'
            WHEN event_type IS NULL THEN NULL
            WHEN NOT is_app_use AND NOT is_membership THEN 'other event type'
            WHEN result <> 'SUCCESS'
                THEN CASE WHEN is_membership THEN 'failed change' ELSE 'failed sign-in' END
            WHEN is_app_use AND is_client AND account_key IS NULL AND account_name IS NULL
                THEN 'service principal sign-in'
        END AS _ignored
    FROM named
)
"""

_ASSIGNMENT = """
SELECT
    event_id, account_key, account_name, 'user' AS principal_kind, nullif(app.id, '') AS client_key,
    'label' AS mention_kind, app_name AS mention, observed_at AS assigned_at,
    CASE WHEN event_type = 'application.user_membership.add' THEN 'added' ELSE 'removed' END AS change
FROM named
WHERE is_membership AND result = 'SUCCESS' AND observed_at IS NOT NULL AND app_name IS NOT NULL
  AND (account_key IS NOT NULL OR account_name IS NOT NULL)
"""


_TARGET = ("STRUCT(id VARCHAR, type VARCHAR, alternateId VARCHAR, displayName VARCHAR, "
           "detailEntry STRUCT(signOnModeType VARCHAR))[]")  # fmt: skip
_ACTOR = "STRUCT(id VARCHAR, type VARCHAR, alternateId VARCHAR, displayName VARCHAR)"
_DEBUG = "STRUCT(debugData STRUCT(signOnMode VARCHAR, grantType VARCHAR))"


def _selects(event_type: str, debug: str, raw: str = "FROM raw", no_event: str = "false") -> tuple[str, str]:
    events = _EVENTS.substitute(
        event_type=event_type, debug=debug, app_use=_APP_USE, raw=raw, no_event=no_event
    )
    return events + _SIGN_IN, events + _ASSIGNMENT


def _shape(name: str, event_type: str, debug: str, other: str) -> Shape:
    sign_in, assignment = _selects(event_type, debug)
    return Shape(
        name=name,
        container="json",
        requires=(event_type, "published", "actor", ("uuid", "outcome", "target")),
        columns={
            "uuid": "VARCHAR", "published": "VARCHAR", event_type: "VARCHAR", "actor": _ACTOR,
            "outcome": "STRUCT(result VARCHAR)", "target": _TARGET, debug: _DEBUG,
        },
        select=sign_in,
        also={"assignment": assignment},
        recognise=lambda head: not any(other in record for record in head.records),
    )  # fmt: skip


def _mixed() -> Shape:
    """Take either casing: the engine compares keys letter by letter, and columns not at all by case."""
    # json_transform, not a cast: it leaves out what is not named.
    party = '{"id":"VARCHAR","type":"VARCHAR","alternateId":"VARCHAR","displayName":"VARCHAR"}'
    target = party[:-1] + ',"detailEntry":{"signOnModeType":"VARCHAR"}}'
    debug = '{"debugData":{"signOnMode":"VARCHAR","grantType":"VARCHAR"}}'
    raw = (
        "SELECT record ->> '$.uuid' AS uuid, record ->> '$.published' AS published, "  # noqa: S608 - of constants only
        "coalesce(record ->> '$.eventType', record ->> '$.eventtype') AS event_type_text, "
        f"json_transform(record -> '$.actor', '{party}') AS actor, "
        "json_transform(record -> '$.outcome', '{\"result\":\"VARCHAR\"}') AS outcome, "
        f"json_transform(CASE json_type(record, '$.target') WHEN 'ARRAY' THEN record -> '$.target' END, '[{target}]') "
        "AS target, json_transform(coalesce(record -> '$.debugContext', record -> '$.debugcontext'), "
        f"'{debug}') AS debug_context FROM raw"
    )
    sign_in, assignment = _selects(
        "event_type_text", "debug_context", raw, "event_type_text IS NULL AND actor IS NULL"
    )
    return Shape(
        name="json_mixed",
        container="json",
        requires=(("eventType", "eventtype"), "published", "actor"),
        columns={WHOLE_RECORD: "record"},
        select=sign_in,
        also={"assignment": assignment},
        share=0.05,
        recognise=_has_both,
    )


def _has_both(head: Head) -> bool:
    """Tell Okta's events, in whatever casing, from those of others with a type, an actor and a time."""
    return any(
        {"published", "actor"} <= set(record) and bool({"legacyEventType", "legacyeventtype", "debugContext",
        "debugcontext", "securityContext", "securitycontext"} & set(record)) for record in head.records
    )  # fmt: skip


_CSV_RAW = """
SELECT uuid, published, event_type_text,
       {'id': actor_id, 'type': coalesce(nullif(actor_type, ''), 'User'), 'alternateId': actor_name,
        'displayName': actor_label} AS actor,
       {'result': result} AS outcome,
       list_filter([
           {'id': t0_id, 'type': t0_type, 'alternateId': t0_name, 'displayName': t0_label,
            'detailEntry': {'signOnModeType': NULL::VARCHAR}},
           {'id': t1_id, 'type': t1_type, 'alternateId': t1_name, 'displayName': t1_label,
            'detailEntry': {'signOnModeType': NULL::VARCHAR}},
           {'id': t2_id, 'type': t2_type, 'alternateId': t2_name, 'displayName': t2_label,
            'detailEntry': {'signOnModeType': NULL::VARCHAR}}], lambda t: t.type <> '') AS target,
       {'debugData': {'signOnMode': sign_on_mode, 'grantType': grant_type}} AS debug_context
FROM raw
"""


def _csv() -> Shape:
    sign_in, assignment = _selects("event_type_text", "debug_context", _CSV_RAW)
    targets = {
        f"t{n}_{ours}": (f"target{n}.{theirs}", f"target.{n}.{theirs}", f"targets.{n}.{theirs}")
        for n in range(3)
        for ours, theirs in (
            ("id", "id"),
            ("type", "type"),
            ("name", "alternate_id"),
            ("label", "display_name"),
        )
    }
    return Shape(
        name="csv",
        container="csv",
        requires=(("event_type", "eventType"), ("timestamp", "published"), ("actor.alternate_id", "actor.id"),
                  ("outcome.result", "outcome"), ("target0.type", "target.0.type", "targets.0.type")),
        columns={
            "uuid": ("uuid", "event_id"), "published": ("published", "timestamp"),
            "event_type_text": ("event_type", "eventType"), "actor_id": "actor.id", "actor_type": "actor.type",
            "actor_name": "actor.alternate_id", "actor_label": "actor.display_name",
            "result": ("outcome.result", "outcome"), "grant_type": "debug_context.debug_data.grant_type",
            "sign_on_mode": "debug_context.debug_data.sign_on_mode", **targets,
        },
        select=sign_in,
        also={"assignment": assignment},
    )  # fmt: skip


# ── examples: invented values in the public shape ────────────────────────────────────────────────────────

_ANN = {"id": "00u1ann", "type": "User", "alternateId": "Ann.Lee@contoso.example", "displayName": "Ann Lee"}
_ADMIN = {"id": "00u9adm", "type": "User", "alternateId": "it@contoso.example", "displayName": "IT"}
_CLIENT = {"id": "0oa7cli", "type": "PublicClientApp", "alternateId": "0oa7cli", "displayName": "Board App"}
_AT = datetime(2026, 4, 18, 9, 12, 44, 123000)


def _app(mode: str | None = None, name: str = "Figma") -> dict[str, Any]:
    return {"id": "0oa1fig", "type": "AppInstance", "alternateId": name, "displayName": name,
            "detailEntry": {"signOnModeType": mode} if mode else None}  # fmt: skip


_SWA_USER = {"id": "0ua1ann", "type": "AppUser", "alternateId": "ann@contoso.example", "displayName": "Ann"}


def _event(number: int, event_type: str, target: Any, **changes: Any) -> dict[str, Any]:
    return {
        "uuid": f"AB0F5C0A-3C4E-11F1-9D2B-{number:012d}", "published": "2026-04-18T09:12:44.123Z",
        "eventType": event_type, "version": "0", "severity": "INFO", "displayMessage": "…",
        "actor": _ANN, "client": {"ipAddress": "203.0.113.7"},
        "outcome": {"result": "SUCCESS", "reason": None},
        "target": target, "debugContext": {"debugData": {"requestUri": "/app"}}, **changes,
    }  # fmt: skip


def _expected(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": f"ab0f5c0a-3c4e-11f1-9d2b-{number:012d}", "observed_at": _AT, "account_key": "00u1ann",
        "account_name": "ann.lee@contoso.example", "mention_kind": "label", "mention": "Figma",
        "method": "saml", **changes,
    }  # fmt: skip


def _assigned(number: int, change: str) -> dict[str, Any]:
    return {
        "event_id": f"ab0f5c0a-3c4e-11f1-9d2b-{number:012d}", "account_key": "00u1ann",
        "account_name": "ann.lee@contoso.example", "principal_kind": "user", "client_key": "0oa1fig",
        "mention_kind": "label", "mention": "Figma", "assigned_at": _AT, "change": change,
    }  # fmt: skip


def _lines(*records: Mapping[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def _lowered(event: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in event.items()}


_SSO = "user.authentication.sso"

EXAMPLES = (
    Example(
        shape="json",
        text=json.dumps([
            _event(1, _SSO, [_app("SAML_2_0"), _SWA_USER]),
            _event(2, _SSO, [_SWA_USER, _app("BROWSER_PLUGIN")]),
            _event(3, _SSO, [_app()], debugContext={"debugData": {"signOnMode": "OpenID Connect"}}),
            _event(4, _SSO, [_app()]),
            _event(5, "app.oauth2.as.authorize.code", [_app()]),
            _event(6, "app.oauth2.token.grant.access_token", [_ANN], actor=_CLIENT,
                   debugContext={"debugData": {"grantType": "refresh_token"}}),
            _event(7, "application.user_membership.add", [_SWA_USER, _app(), _ANN], actor=_ADMIN),
            _event(8, "application.user_membership.remove", [_SWA_USER, _app(), _ANN], actor=_ADMIN),
        ]),
        records={
            "sign_in": (
                _expected(1), _expected(2, method="password"), _expected(3, method="oidc"),
                _expected(4, method="idp_interactive"), _expected(5, method="oidc"),
                _expected(6, method="idp_non_interactive", mention_kind="client_id", mention="0oa7cli",
                          mention_name="Board App"),
            ),
            "assignment": (_assigned(7, "added"), _assigned(8, "removed")),
        },
    ),
    Example(
        shape="json",
        text=_lines(
            _event(1, _SSO, [_app("SAML_2_0")], published="2026-04-18 09:12:44.123"),
            _event(2, _SSO, [_app()], outcome={"result": "FAILURE", "reason": "INVALID_CREDENTIALS"}),
            _event(3, "user.session.start", None),
            _event(4, "app.oauth2.token.detect_reuse", [_ANN], actor=_CLIENT),
            _event(5, "app.oauth2.as.token.grant.access_token", [], actor=_CLIENT),
            _event(6, "application.user_membership.add", [_app(), _ANN], outcome={"result": "FAILURE"}),
            _event(7, _SSO, None),
            _event(8, _SSO, [_app()], published="redacted"),
            _event(9, _SSO, [_app()], outcome=None),
            _event(10, _SSO, [_app()], actor={"id": "unknown", "type": "User", "alternateId": "unknown"}),
            _event(11, "application.user_membership.remove", [_app()], actor=_ADMIN),
        ),
        records={"sign_in": (_expected(1),)},
        ignored={"failed sign-in": 1, "other event type": 2, "service principal sign-in": 1,
                 "failed change": 1},
        quarantined=5,
    ),
    Example(
        shape="json_lower",
        text=_lines(
            _lowered(_event(1, _SSO, [_app("SAML_2_0")], published="2026-04-18 09:12:44.123000000")),
            _lowered(_event(2, "application.user_membership.remove", [_app(), _ANN], actor=_ADMIN)),
            _lowered(_event(3, _SSO, [_app()], outcome={"result": "DENY"})),
            _lowered(_event(4, _SSO, [_app(name="")])),
        ),
        records={"sign_in": (_expected(1),), "assignment": (_assigned(2, "removed"),)},
        ignored={"failed sign-in": 1},
        quarantined=1,
    ),
    Example(
        shape="json_mixed",
        text=_lines(
            _event(1, _SSO, [_app("SAML_2_0")]),
            _lowered(_event(2, _SSO, [_app("SAML_2_0")])),
            _lowered(_event(3, "user.session.start", None)),
            {"user_email": "ann@contoso.example", "baseline_total_events": 500},
            _lowered(_event(4, _SSO, None)),
        ),
        records={"sign_in": (_expected(1), _expected(2))},
        ignored={"other event type": 1, "no event": 1},
        quarantined=1,
    ),
    Example(
        shape="csv",
        text="timestamp,event_type,outcome.result,actor.id,actor.type,actor.alternate_id,actor.display_name,uuid,"
        "target0.id,target0.type,target0.alternate_id,target0.display_name\n"
        "2026-04-18T09:12:44.123Z,user.authentication.sso,SUCCESS,00u1ann,User,Ann.Lee@contoso.example,Ann Lee,"
        "AB0F5C0A-3C4E-11F1-9D2B-000000000001,0oa1fig,AppInstance,Figma,Figma\n"
        "2026-04-18T09:12:45.123Z,user.authentication.sso,FAILURE,00u1ann,User,ann.lee@contoso.example,Ann Lee,"
        "AB0F5C0A-3C4E-11F1-9D2B-000000000002,0oa1fig,AppInstance,Figma,Figma\n"
        "2026-04-18T09:12:46.123Z,user.session.start,SUCCESS,00u1ann,User,ann.lee@contoso.example,Ann Lee,"
        "AB0F5C0A-3C4E-11F1-9D2B-000000000003,,,,\n"
        "soon,user.authentication.sso,SUCCESS,00u1ann,User,ann.lee@contoso.example,Ann Lee,"
        "AB0F5C0A-3C4E-11F1-9D2B-000000000004,0oa1fig,AppInstance,Figma,Figma\n",
        records={"sign_in": (_expected(1, method="idp_interactive"),)},
        ignored={"failed sign-in": 1, "other event type": 1},
        quarantined=1,
    ),
)  # fmt: skip

FORMAT = Format(
    name="okta_system_log",
    system="okta",
    kind="sign_in",
    title="Okta System Log",
    shapes=(
        _shape("json", "eventType", "debugContext", "eventtype"),
        _shape("json_lower", "eventtype", "debugcontext", "eventType"),
        _mixed(),
        _csv(),
    ),
    how_to_get="Okta admin console → Reports → System Log → Download, as JSON; or GET /api/v1/logs.",
    proven_by="https://github.com/panther-labs/panther-analysis",
    proven_on=date(2026, 11, 23),
    also_kinds=("assignment",),
    examples=EXAMPLES,
)
