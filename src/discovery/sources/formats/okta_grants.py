"""Okta: scope consents of users and grants of apps.

Source: developer.okta.com/docs/guides/request-user-consent (the answer of `/api/v1/users/{userId}/grants`) and
developer.okta.com/docs/api (application grants: `/api/v1/apps/{appId}/grants`), read 2026-11-24. Shape `grant`:
arrays, or one per line. One record is one scope of one app: scopeId, and with expand=scope `_embedded.scope.name`.

The app is clientId, which is the id of the app in Okta; its title comes with `_links.app.title`. A grant with a
userId (or source END_USER) is a user's, any other is for the whole org. Ignored: `revoked consent`. The org stands in
the links (`_links.self.href`); it is not read as instance, since a custom domain would make a second org of it. The
list is per user or app: what it lacks is not gone.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    blank_null(id) AS event_id, blank_null("userId") AS account_key,
    blank_null("clientId") AS client_key, 'client_id' AS mention_kind, blank_null("clientId") AS mention,
    blank_null(_links ->> '$.app.title') AS mention_name,
    list_filter([blank_null(coalesce(_embedded ->> '$.scope.name', "scopeId"))], lambda s: s IS NOT NULL) AS scopes,
    CASE WHEN blank_null("userId") IS NULL THEN 'tenant' ELSE 'user' END AS consent, instant(created) AS granted_at,
    CASE WHEN upper(status) <> 'ACTIVE' THEN 'revoked consent' END AS _ignored,
    CASE WHEN blank_null("clientId") IS NULL THEN problem('clientId', "clientId", 'the id of the app')
         WHEN status IS NULL THEN problem('status', NULL, 'ACTIVE or REVOKED')
         WHEN blank_null(created) IS NOT NULL AND instant(created) IS NULL
             THEN problem('created', created, 'an instant, e.g. 2026-04-18T09:12:44.000Z')
         WHEN blank_null("userId") IS NULL AND upper(source) = 'END_USER'
             THEN problem('userId', "userId", 'the id of the user who consented') END AS _problem
FROM raw
"""


def _grant(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"oag{number:017d}", "status": "ACTIVE", "created": "2026-04-18T09:12:44.000Z",
        "lastUpdated": "2026-04-18T09:12:44.000Z", "issuer": "https://contoso.okta.example/oauth2/default",
        "clientId": "0oa1board", "userId": "00u1ann", "scopeId": "scp1docs", "source": "END_USER",
        "_links": {"app": {"href": "x", "title": "Board"}, "self": {"href": "x"}}, **changes,
    }  # fmt: skip


FORMAT = Format(
    name="okta_grants",
    system="okta",
    kind="grant",
    title="Okta consents (users' and apps' grants)",
    is_list=True,
    shapes=(
        Shape(
            name="grant",
            container="json",
            requires=("clientId", "scopeId", "status", ("issuer", "issuerId", "source"), "created"),
            columns={**dict.fromkeys(("id", "status", "created", "clientId", "userId", "scopeId", "source"), "VARCHAR"),
                     "_links": "JSON", "_embedded": "JSON"},
            select=_SELECT,
        ),
    ),
    how_to_get="GET /api/v1/users/{userId}/grants?expand=scope for each user; GET /api/v1/apps/{appId}/grants.",
    proven_by="https://developer.okta.com/docs/guides/request-user-consent/main/",
    proven_on=date(2026, 11, 24),
    examples=(
        Example(
            shape="grant",
            text=json.dumps([_grant(1), _grant(2, _embedded={"scope": {"name": "docs.read"}}),
                             _grant(3, userId=None, source="ADMIN", scopeId="okta.users.read")]),
            records={"grant": (
                {"event_id": "oag00000000000000001", "account_key": "00u1ann", "mention_kind": "client_id",
                 "mention": "0oa1board", "mention_name": "Board", "scopes": ["scp1docs"], "consent": "user",
                 "granted_at": datetime(2026, 4, 18, 9, 12, 44)},
                {"scopes": ["docs.read"]}, {"consent": "tenant", "account_key": None},
            )},
        ),
        Example(
            shape="grant",
            text="".join(json.dumps(r) + "\n" for r in (
                _grant(1, status="REVOKED"), _grant(2, clientId=""), _grant(3, created="soon"), _grant(4, userId=None),
                _grant(5, status="active", _links=None, created=None))) + "{\n",
            records={"grant": ({"event_id": "oag00000000000000005", "mention_name": None, "granted_at": None},)},
            ignored={"revoked consent": 1},
            quarantined=4,
        ),
    ),
)  # fmt: skip
