"""DocuSign: users of an account (`GET /restapi/v2.1/accounts/{accountId}/users`, pages of `users`).

A record is {userName, userId, userType, isAdmin, userStatus, email, permissionProfileName, createdDateTime,
lastLogin …}; truth values come as text ("True"). The keys: api-evangelist/docusign, its OpenAPI of the users API.
userStatus is Active, ActivationRequired, ActivationSent, Disabled or Closed: a user is never deleted, and Closed
means that the account is of no use to them any more, so that it counts as disabled. lastLogin comes with
additional_info=true only. One answer holds 100 users at most; the list is not taken as whole.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts, words
from discovery.sources.source import Example, Format, Shape

FORMAT = Format(
    name="docusign_users",
    system="docusign",
    kind="app_account",
    title="DocuSign users (API JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("userId", "userName", "email", "userStatus", ("userType", "permissionProfileName", "isAdmin")),
            columns=dict.fromkeys(("userId", "userName", "email", "userStatus", "isAdmin", "permissionProfileName",
                                   "lastLogin", "createdDateTime"), "VARCHAR"),
            select=app_accounts(
                "docusign.com", "DocuSign", key='"userId"', login="email", name='"userName"',
                role='"permissionProfileName"',
                admin="""CASE lower("isAdmin") WHEN 'true' THEN true WHEN 'false' THEN false END""",
                status=words('"userStatus"', {
                    "active": ("active",),
                    "invited": ("activationsent", "activationrequired", "created"),
                    "disabled": ("disabled", "closed"),
                }),
                last_active={"lastLogin": '"lastLogin"'}, created={"createdDateTime": '"createdDateTime"'},
                login_column="email",
            ),
            numbered=True,
        ),
    ),
    how_to_get="DocuSign eSignature API: GET /restapi/v2.1/accounts/{accountId}/users?additional_info=true, all pages",
    proven_by="https://github.com/api-evangelist/docusign/blob/main/openapi/docusign-users-api-openapi.yml",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"users":[
{"userName":"Ada Byron","userId":"d1","userType":"CompanyUser","isAdmin":"True","userStatus":"Active",\
"email":"Ada@example.com","permissionProfileName":"DS Admin","createdDateTime":"2024-01-01T00:00:00.0000000Z",\
"lastLogin":"2026-09-29T08:00:00.0000000Z"},
{"userName":"Blaise Pascal","userId":"d2","userType":"CompanyUser","isAdmin":"False","userStatus":"ActivationSent",\
"email":"blaise@example.com","permissionProfileName":"DS Sender"},
{"userName":"Grace Hopper","userId":"d3","userType":"CompanyUser","isAdmin":"False","userStatus":"Closed",\
"email":"grace@example.com"}
],"resultSetSize":"3","totalSetSize":"3","startPosition":"0","endPosition":"2"}
""",
            records={
                "app_account": (
                    {"account_key": "d1", "account_name": "ada@example.com", "status": "active", "is_admin": True,
                     "mention": "docusign.com", "role": "DS Admin", "display_name": "Ada Byron",
                     "created_at": datetime(2024, 1, 1), "last_active_at": datetime(2026, 9, 29, 8)},
                    {"account_key": "d2", "status": "invited", "is_admin": False},
                    {"account_key": "d3", "status": "disabled"},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"userName":"No Body","userId":"d4","userType":"CompanyUser","userStatus":"Active","email":""}
{"userName":"Late","userId":"d5","userType":"CompanyUser","userStatus":"Active","email":"l@example.com",\
"lastLogin":"soon"}
{"userName":"Jean","userId":"d6","userType":"CompanyUser","userStatus":"On hold","email":"j@example.com"}
""",
            records={"app_account": ({"account_key": "d6", "status": "unknown", "is_admin": None},)},
            quarantined=2,
        ),
    ),
)  # fmt: skip
