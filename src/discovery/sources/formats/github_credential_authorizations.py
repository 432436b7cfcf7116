"""GitHub: keys and tokens that people authorised for an organization with SAML single sign-on.

Source: docs.github.com/enterprise-cloud@latest/rest/orgs/orgs#list-saml-sso-authorizations-for-an-organization, as
quoted in public clients' documentation, read 2026-11-24. Shape `json`: an array or one per line.

An OAuth app's token (credential_type "OAuth app token") is a consent of `login` to the app named by the note or
title. Ignored: `personal key` (SSH keys, personal access tokens: no app behind them). The organization is not in the
file; the list is paged, so that what it lacks is not gone.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    blank_null(credential_id) AS event_id, lower(blank_null(login)) AS account_name, 'label' AS mention_kind,
    coalesce(blank_null(authorized_credential_note), blank_null(authorized_credential_title)) AS mention,
    list_sort(list_distinct(coalesce(scopes, []))) AS scopes, 'user' AS consent,
    instant(credential_authorized_at) AS granted_at,
    CASE WHEN credential_type <> '' AND NOT contains(lower(credential_type), 'oauth')
           AND NOT contains(lower(credential_type), 'app') THEN 'personal key' END AS _ignored,
    CASE WHEN blank_null(credential_type) IS NULL THEN problem('credential_type', credential_type, 'what it is')
         WHEN blank_null(login) IS NULL THEN problem('login', login, 'the name of the user')
         WHEN coalesce(blank_null(authorized_credential_note), blank_null(authorized_credential_title)) IS NULL
             THEN problem('authorized_credential_note', NULL, 'the name of the app')
         WHEN instant(credential_authorized_at) IS NULL
             THEN problem('credential_authorized_at', credential_authorized_at, 'an instant') END AS _problem
FROM raw
"""


def _credential(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "login": "Ann-Lee", "credential_id": number, "credential_type": "OAuth app token",
        "token_last_eight": "xxxxxxxx",
        "credential_authorized_at": "2026-04-18T09:12:44Z", "credential_accessed_at": None, "scopes": ["repo", "gist"],
        "authorized_credential_id": 70, "authorized_credential_note": "Board", **changes,
    }  # fmt: skip


FORMAT = Format(
    name="github_credential_authorizations",
    system="github",
    kind="grant",
    title="GitHub credentials authorised for single sign-on",
    is_list=True,
    shapes=(
        Shape(
            name="json",
            container="json",
            requires=("credential_id", "credential_type", "login", "credential_authorized_at"),
            columns={**dict.fromkeys(("credential_id", "credential_type", "login", "credential_authorized_at",
                                      "authorized_credential_note", "authorized_credential_title"), "VARCHAR"),
                     "scopes": "VARCHAR[]"},
            select=_SELECT,
        ),
    ),
    how_to_get="gh api --paginate /orgs/ORG/credential-authorizations > credentials.json (Enterprise Cloud)",
    proven_by="https://docs.github.com/en/enterprise-cloud@latest/rest/orgs/orgs",
    proven_on=date(2026, 11, 24),
    examples=(
        Example(
            shape="json",
            text=json.dumps([_credential(1), _credential(2, credential_type="SSH key", scopes=None)]),
            records={"grant": (
                {"event_id": "1", "account_name": "ann-lee", "mention": "Board", "scopes": ["gist", "repo"],
                 "consent": "user", "granted_at": datetime(2026, 4, 18, 9, 12, 44)},)},
            ignored={"personal key": 1},
        ),
        Example(
            shape="json",
            text="".join(json.dumps(r) + "\n" for r in (
                _credential(1, authorized_credential_note=None, authorized_credential_title="Board CLI", scopes=None),
                _credential(2, authorized_credential_note=""), _credential(3, login=""),
                _credential(4, credential_authorized_at="soon"), _credential(5, credential_type=None))) + "{\n",
            records={"grant": ({"mention": "Board CLI", "scopes": []},)},
            quarantined=5,
        ),
    ),
)  # fmt: skip
