"""Google Workspace: the OAuth clients that people gave access to (Directory API tokens, mostly by GAM).

Source: developers.google.com/workspace/admin/directory/reference/rest/v1/tokens and the column names of GAM
(GAM-team/GAM, print tokens: user, clientId, displayText, anonymous, nativeApp, userKey, scopes), read 2026-11-24.
Shapes: `gam`, CSV of `gam all users print tokens`, scopes separated by blanks; `json`, pages of the API
(`items` of kind admin#directory#token) and `gam … formatjson`.

The client id is the mention, its display text the name. When consent was given and the customer are not in the file.
The list may be of some users only, so that what it lacks is not gone. Ignored: `aggregated row` (print tokens
aggregateby…: users instead of a user).
"""

from __future__ import annotations

import json
from datetime import date
from string import Template

from discovery.sources.source import Example, Format, Shape

_SELECT = Template("""
SELECT
    _record AS record, blank_null(user_key) AS account_key, email_of(user_name) AS account_name,
    'client_id' AS mention_kind, lower(blank_null(client_id)) AS mention, blank_null(app_name) AS mention_name,
    list_sort(list_distinct($scopes)) AS scopes, 'user' AS consent,
    CASE WHEN blank_null(user_name) IS NULL AND blank_null(user_key) IS NULL AND blank_null(users) IS NOT NULL
         THEN 'aggregated row' END AS _ignored,
    CASE WHEN blank_null(client_id) IS NULL THEN problem('clientId', client_id, 'the client id of the app')
         WHEN blank_null(user_key) IS NULL AND email_of(user_name) IS NULL AND blank_null(users) IS NULL
             THEN problem('user', user_name, 'the address of the user') END AS _problem
FROM ($raw)
""")
_CLIENT = "1234-Board.apps.googleusercontent.com"
_HEADER = "user,clientId,displayText,anonymous,nativeApp,userKey,scopes\n"

FORMAT = Format(
    name="google_oauth_tokens",
    system="google",
    kind="grant",
    title="Google Workspace OAuth tokens (GAM, Directory API)",
    is_list=True,
    shapes=(
        Shape(
            name="gam",
            container="csv",
            requires=("clientId", "displayText", ("user", "users", "userKey"), ("scopes", "anonymous", "nativeApp")),
            columns={"user_name": ("user", "primaryEmail"), "user_key": "userKey", "users": "users",
                     "client_id": "clientId", "app_name": "displayText", "scopes": "scopes"},
            numbered=True,
            select=_SELECT.substitute(
                raw="raw",
                scopes="list_filter(string_split_regex(coalesce(scopes, ''), '[\\s,;]+'), lambda s: s <> '')",
            ),
        ),
        Shape(
            name="json",
            container="json",
            requires=("clientId", "userKey", ("displayText", "scopes"), ("anonymous", "nativeApp", "kind")),
            columns={"userKey": "VARCHAR", "clientId": "VARCHAR", "displayText": "VARCHAR", "scopes": "VARCHAR[]",
                     "user": "VARCHAR"},
            numbered=True,
            select=_SELECT.substitute(
                scopes="coalesce(scopes, [])",
                raw='SELECT _record, "user" AS user_name, "userKey" AS user_key, NULL::VARCHAR AS users, '
                '"clientId" AS client_id, "displayText" AS app_name, scopes FROM raw',
            ),
        ),
    ),
    how_to_get="gam config auto_batch_min 1 redirect csv tokens.csv multiprocess all users print tokens",
    proven_by="https://github.com/GAM-team/GAM/wiki/Users-Tokens",
    proven_on=date(2026, 11, 24),
    examples=(
        Example(
            shape="gam",
            text=_HEADER
            + f"ann@contoso.example,{_CLIENT},Board,False,False,1001,https://mail.google.com/ openid\n"
            + f"BO@contoso.example,{_CLIENT},,False,True,1002,\n"
            + "bo@contoso.example,,Board,False,False,1002,openid\n"
            + f",{_CLIENT},Board,False,False,,openid\n",
            records={"grant": (
                {"account_key": "1001", "account_name": "ann@contoso.example", "mention_kind": "client_id",
                 "mention": _CLIENT.lower(), "mention_name": "Board", "scopes": ["https://mail.google.com/", "openid"],
                 "consent": "user"},
                {"account_name": "bo@contoso.example", "mention_name": None, "scopes": []},
            )},
            quarantined=2,
        ),
        Example(
            shape="json",
            text=json.dumps({"kind": "admin#directory#tokenList", "items": [
                {"kind": "admin#directory#token", "clientId": _CLIENT, "displayText": "Board", "anonymous": False,
                 "nativeApp": False, "userKey": "1001", "scopes": ["openid", "email", "openid"]},
                {"kind": "admin#directory#token", "clientId": None, "displayText": "Lost", "userKey": "1001"}]}),
            records={"grant": ({"account_key": "1001", "mention": _CLIENT.lower(), "scopes": ["email", "openid"]},)},
            quarantined=1,
        ),
    ),
)  # fmt: skip
