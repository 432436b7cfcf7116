"""Push Security webhook events: logins and accounts that a browser extension saw.

Shape: `webhook`, `{id, object, type, timestamp, version, new, old}`, one per line or as an array
(pushsecurity.redoc.ly/webhooks-v1; values as in panther-labs/panther-analysis). Times are seconds since 1970.

- LOGIN: a login to an app. PASSWORD_LOGIN and OKTA_SWA_LOGIN (Okta types a password that the app knows) are
  password, SAML_LOGIN is saml, OIDC_LOGIN is oidc, or social where the identity provider is one for the
  public (Facebook, Apple, GitHub …). A login type not known here is `other`, so that the use is not lost.
- ACCOUNT: the state of an account, at its last use, or when it was found if it was not used since. Several
  login methods may be set; the record carries the one that outlives the identity provider longest: password,
  social, oidc, saml.
- APP: → app_registration with its approval. Status UNDER_REVIEW is needs_review; empty is unknown.
- Events that carry a whole employee (APP_BANNER, PASSWORD_PHISHING) → directory_account: LOGIN and ACCOUNT
  name the employee by id only, and their e-mail may be a private one.

Findings, other objects and deletions (`new` is empty) are ignored as `other event type`; they prove no use.
`id` is the webhook's idempotency key: the same for all retries, hence the event id whatever the content.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from discovery.sources.source import Example, Format, Head, Shape, at_path

_VISIT = """
SELECT
    event_id, observed_at, version_at, account_name, holder_key,
    'browser_app_type' AS mention_kind,
    nullif(trim(new.appType), '') AS mention,
    CASE
        WHEN object = 'ACCOUNT' THEN CASE
            WHEN methods.passwordLogin = 'true' OR methods.oktaSwaLogin = 'true' THEN 'password'
            WHEN upper(methods.oidcLogin) IN (SELECT s.provider FROM social AS s) THEN 'social'
            WHEN methods.oidcLogin <> '' AND methods.oidcLogin <> 'false' THEN 'oidc'
            WHEN methods.vendorSsoLogin <> '' AND methods.vendorSsoLogin <> 'false' THEN 'oidc'
            WHEN methods.samlLogin <> '' AND methods.samlLogin <> 'false' THEN 'saml'
            ELSE 'other' END
        WHEN login_type LIKE 'PASSWORD%' OR login_type LIKE '%SWA%' THEN 'password'
        WHEN login_type LIKE 'SAML%' THEN 'saml'
        WHEN login_type LIKE 'OIDC%' OR login_type LIKE '%SSO%' OR login_type LIKE 'SOCIAL%'
            THEN CASE WHEN login_type LIKE 'SOCIAL%' OR provider IN (SELECT s.provider FROM social AS s)
                      THEN 'social' ELSE 'oidc' END
        ELSE 'other'
    END AS method,
    object NOT IN ('LOGIN', 'ACCOUNT') AND (is_app OR is_employee) AS _elsewhere,
    _ignored,
    CASE
        WHEN _ignored IS NOT NULL THEN NULL
        WHEN object IS NULL THEN problem('object', NULL, 'LOGIN, ACCOUNT, APP …')
        WHEN is_app AND nullif(trim(new.type), '') IS NULL
            THEN problem('new.type', NULL, 'the type of the app')
        WHEN object NOT IN ('LOGIN', 'ACCOUNT') THEN NULL
        WHEN observed_at IS NULL THEN problem(
            CASE WHEN object = 'LOGIN' THEN 'new.loginTimestamp' ELSE 'new.lastUsedTimestamp' END,
            at_text, 'seconds since 1970')
        WHEN nullif(trim(new.appType), '') IS NULL THEN problem('new.appType', NULL, 'the type of the app')
        WHEN account_name IS NULL AND holder_key IS NULL
            THEN problem('new.email', NULL, 'the e-mail of the login, or an employeeId')
    END AS _problem
FROM (
    SELECT
        *,
        CASE WHEN object IS NOT NULL
              AND (new IS NULL OR NOT (object IN ('LOGIN', 'ACCOUNT') OR is_app OR is_employee))
             THEN 'other event type' END AS _ignored
    FROM events
)
"""

_EVENTS = """
WITH social(provider) AS (VALUES
    ('APPLE'), ('FACEBOOK'), ('META'), ('GITHUB'), ('GITLAB'), ('BITBUCKET'), ('LINKEDIN'), ('TWITTER'),
    ('X'), ('AMAZON'), ('DISCORD'), ('YAHOO'), ('MICROSOFT_PERSONAL'), ('GOOGLE_PERSONAL'), ('GMAIL')
), events AS (
    SELECT
        nullif(lower(id), '') AS event_id,
        upper(trim(object)) AS object,
        new,
        new.loginMethods AS methods,
        upper(new.loginType) AS login_type,
        upper(new.identityProvider) AS provider,
        email_of(new.email) AS account_name,
        coalesce(nullif(new.employeeId, ''), nullif(new.employee.id, '')) AS holder_key,
        CASE upper(trim(object))
            WHEN 'LOGIN' THEN coalesce(new.loginTimestamp, "timestamp")
            WHEN 'ACCOUNT' THEN coalesce(new.lastUsedTimestamp, new.creationTimestamp, "timestamp")
        END AS at_text,
        instant_epoch(at_text) AS observed_at,
        instant_epoch("timestamp") AS version_at,
        upper(trim(object)) = 'APP' AS is_app,
        coalesce(new.employee.id <> '' AND contains(new.employee.email, '@'), false) AS is_employee
    FROM raw
)
"""

_REGISTRATION = """
SELECT
    event_id, nullif(new.id, '') AS app_key, 'browser_app_type' AS mention_kind, trim(new.type) AS mention,
    CASE
        WHEN upper(new.approvalStatus) = 'APPROVED' THEN 'approved'
        WHEN upper(new.approvalStatus) IN ('UNDER_REVIEW', 'NEEDS_REVIEW') THEN 'needs_review'
        WHEN upper(new.approvalStatus) IN ('NOT_APPROVED', 'UNAPPROVED', 'BLOCKED', 'REJECTED', 'DENIED')
            THEN 'blocked'
    END AS approval,
    CAST(version_at AS DATE) AS snapshot_on
FROM events WHERE is_app AND nullif(trim(new.type), '') IS NOT NULL
"""

_EMPLOYEE = """
SELECT
    event_id, new.employee.id AS account_key, email_of(new.employee.email) AS account_name,
    email_of(new.employee.email) AS email,
    nullif(trim(concat_ws(' ', new.employee.firstName, new.employee.lastName)), '') AS display_name,
    'unknown' AS status, 'human' AS account_kind, nullif(new.employee.department, '') AS department,
    CAST(version_at AS DATE) AS snapshot_on
FROM events WHERE is_employee AND object NOT IN ('LOGIN', 'ACCOUNT')
"""


def _is_push(head: Head) -> bool:
    """Tell Push's objects from those of other webhooks that have `object`, `id` and `new`."""
    known = {"LOGIN", "ACCOUNT", "APP", "APP_BANNER", "FINDING", "PASSWORD_PHISHING"}
    return any(str(at_path(record, "object")) in known for record in head.records)


_NEW = (
    "STRUCT(id VARCHAR, appType VARCHAR, type VARCHAR, email VARCHAR, employeeId VARCHAR, loginType VARCHAR, "
    "identityProvider VARCHAR, loginTimestamp VARCHAR, lastUsedTimestamp VARCHAR, creationTimestamp VARCHAR, "
    "approvalStatus VARCHAR, "
    "loginMethods STRUCT(oidcLogin VARCHAR, oktaSwaLogin VARCHAR, passwordLogin VARCHAR, samlLogin VARCHAR, "
    "vendorSsoLogin VARCHAR), "
    "employee STRUCT(id VARCHAR, email VARCHAR, firstName VARCHAR, lastName VARCHAR, department VARCHAR))"
)

# ── examples: invented values in the public shape ────────────────────────────────────────────────────────

_EMPLOYEE_ID = "0a5b7c52-1f0e-4a55-8b57-52b0a1c2d3e4"
_PERSON = {
    "id": _EMPLOYEE_ID, "email": "Ann.Lee@contoso.example", "firstName": "Ann", "lastName": "Lee",
    "department": "Design", "licensed": True, "chatopsEnabled": True, "creationTimestamp": 1776000000.0,
    "location": "Oslo",
}  # fmt: skip
_SEEN = 1776503564.0
_AT = datetime(2026, 4, 18, 9, 12, 44)


def _event(number: int, kind: str, new: Mapping[str, Any] | None, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"66ea54eb-6301-4ee5-be62-{number:012d}", "version": "1", "object": kind, "type": "CREATE",
        "timestamp": 1776504000.0, "new": new, "old": None, **changes,
    }  # fmt: skip


def _login(number: int, login: str, provider: str | None = None, **changes: Any) -> dict[str, Any]:
    return _event(number, "LOGIN", {
        "accountId": "a", "appId": "b", "appType": "FIGMA", "browser": "EDGE",
        "email": "Ann.Lee@contoso.example", "employeeId": _EMPLOYEE_ID, "identityProvider": provider,
        "loginTimestamp": _SEEN, "loginType": login, "leakedPassword": False, "os": "WINDOWS",
        "sourceIpAddress": "203.0.113.7", **changes,
    })  # fmt: skip


def _account(number: int, methods: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return _event(number, "ACCOUNT", {
        "id": "c", "appId": "b", "appType": "FIGMA", "creationTimestamp": _SEEN, "lastUsedTimestamp": None,
        "email": "Ann.Lee@contoso.example", "employeeId": _EMPLOYEE_ID, "mfaRegistered": False,
        "loginMethods": {"oidcLogin": None, "oktaSwaLogin": False, "passwordLogin": False, "samlLogin": None,
                         **methods},
        **changes,
    })  # fmt: skip


def _expected(number: int, method: str, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": f"66ea54eb-6301-4ee5-be62-{number:012d}", "observed_at": _AT,
        "version_at": datetime(2026, 4, 18, 9, 20), "account_name": "ann.lee@contoso.example",
        "holder_key": _EMPLOYEE_ID, "mention_kind": "browser_app_type", "mention": "FIGMA",
        "method": method, **changes,
    }  # fmt: skip


def _lines(*records: Mapping[str, Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


EXAMPLES = (
    Example(
        shape="webhook",
        text=_lines(
            _login(1, "PASSWORD_LOGIN"),
            _login(2, "OIDC_LOGIN", "MICROSOFT_365"),
            _login(3, "OIDC_LOGIN", "FACEBOOK"),
            _login(4, "SAML_LOGIN", "OKTA"),
            _account(5, {"passwordLogin": True, "samlLogin": "OKTA"}, creationTimestamp=1700000000.0,
                     lastUsedTimestamp=_SEEN),
            _account(6, {"oidcLogin": "GOOGLE_WORKSPACE"}),
            _event(7, "APP", {"id": "b", "type": "ZAPIER", "approvalStatus": "UNDER_REVIEW", "notes": "x"}),
            _event(8, "APP_BANNER", {"action": "DISPLAYED", "appType": "DROPBOX", "employee": _PERSON}),
        ),
        records={
            "sign_in": (
                _expected(1, "password"), _expected(2, "oidc"), _expected(3, "social"), _expected(4, "saml"),
                _expected(5, "password"), _expected(6, "oidc"),
            ),
            "app_registration": ({
                "app_key": "b", "mention_kind": "browser_app_type", "mention": "ZAPIER",
                "approval": "needs_review", "snapshot_on": date(2026, 4, 18),
            },),
            "directory_account": ({
                "account_key": _EMPLOYEE_ID, "account_name": "ann.lee@contoso.example",
                "email": "ann.lee@contoso.example", "display_name": "Ann Lee", "status": "unknown",
                "department": "Design",
            },),
        },
    ),
    Example(
        shape="webhook",
        text=_lines(
            _login(1, "PASSKEY_LOGIN", loginTimestamp=None, email=None),
            _login(2, "PASSWORD_LOGIN", loginTimestamp="yesterday"),
            _login(3, "PASSWORD_LOGIN", appType=""),
            _login(4, "PASSWORD_LOGIN", email=None, employeeId=None),
            _event(5, "FINDING", {"type": "WEAK_PASSWORD", "state": "OPEN", "appType": "FIGMA"}),
            _event(6, "ACCOUNT", None, type="DELETE", old={"appType": "FIGMA"}),
            _event(7, "APP", {"id": "b", "type": None}),
            _event(8, "APP_BANNER", {"appType": "DROPBOX", "employee": None}),
        ),
        records={"sign_in": (
            _expected(1, "other", observed_at=datetime(2026, 4, 18, 9, 20), account_name=None),
        )},
        ignored={"other event type": 3},
        quarantined=4,
    ),
)  # fmt: skip

FORMAT = Format(
    name="push_security",
    system="push",
    kind="sign_in",
    title="Push Security webhook events",
    shapes=(
        Shape(
            name="webhook",
            container="json",
            requires=("id", "object", "new", "version"),
            columns={"id": "VARCHAR", "object": "VARCHAR", "timestamp": "VARCHAR", "new": _NEW},
            select=_EVENTS + _VISIT,
            also={"app_registration": _EVENTS + _REGISTRATION, "directory_account": _EVENTS + _EMPLOYEE},
            recognise=_is_push,
        ),
    ),
    how_to_get="Push admin console → Settings → Webhooks: a receiver that writes each body as a line.",
    proven_by="https://github.com/panther-labs/panther-analysis",
    proven_on=date(2026, 11, 23),
    also_kinds=("app_registration", "directory_account"),
    examples=EXAMPLES,
)
