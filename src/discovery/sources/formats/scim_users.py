"""Users of any app that speaks SCIM 2.0 (RFC 7643 and 7644): `GET /Users`, the answer's `Resources`.

Figma, Miro, Canva, Notion, Slack, GitHub, Dropbox, 1Password, Atlassian and many more have such a list, which an
administrator's token reads. Which app it is, the records say by the address in `meta.location`
(https://api.github.com/scim/v2/…), or the setting `app`; without either every record goes to quarantine.

active false is disabled. emails: the primary one, else the first, else userName. roles and groups are not read: whether
somebody is an administrator stays unknown. Nothing is ignored. Such a list holds those whom provisioning knows, so
that it is not taken as whole. SCIM has no last use.
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.account_list import app_accounts
from discovery.sources.source import Example, Format, Shape

_HOST = "nullif(regexp_replace(coalesce(host_of(meta ->> '$.location'), ''), '^(api|scim|www)\\.', ''), '')"
_EMAIL = """coalesce(
    list_filter(CAST(coalesce(emails, '[]') AS JSON[]), lambda e: e ->> '$.primary' = 'true')[1] ->> '$.value',
    emails ->> '$[0].value', "userName")"""

FORMAT = Format(
    name="scim_users",
    system="scim",
    kind="app_account",
    title="Users of an app by SCIM 2.0 (JSON)",
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("schemas", "id", "userName", ("active", "emails", "meta")),
            columns={
                **dict.fromkeys(("id", "userName", "displayName", "active"), "VARCHAR"),
                **dict.fromkeys(("emails", "name", "meta"), "JSON"),
            },
            select=app_accounts(
                "", "", key="id", login=_EMAIL,
                name="""coalesce(blank_null("displayName"), blank_null(name ->> '$.formatted'), blank_null(
                    concat_ws(' ', name ->> '$.givenName', name ->> '$.familyName')))""",
                status="""CASE lower(active) WHEN 'true' THEN 'active' WHEN 'false' THEN 'disabled'
                    ELSE 'unknown' END""",
                created={"meta.created": "meta ->> '$.created'"},
                mention=f"coalesce(hint('app'), {_HOST})",
                mention_kind="CASE WHEN contains(coalesce(hint('app'), '.'), '.') THEN 'domain' ELSE 'label' END",
                further=((f"coalesce(hint('app'), {_HOST}) IS NULL",
                          "problem('meta.location', meta ->> '$.location', "
                          "'the app whose list this is: set app = \"…\" in a [[source]] block')"),),
                login_column="userName",
            ),
            numbered=True,
        ),
    ),
    how_to_get="the app's SCIM address with an administrator's token: GET /scim/v2/Users, all pages in one file",
    proven_by="https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2",
    proven_on=date(2026, 11, 24),
    is_list=True,
    examples=(
        Example(
            shape="api",
            text="""\
{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":2,"itemsPerPage":2,"startIndex":1,\
"Resources":[
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"edefdfedf-050c-11e7","userName":"ada",\
"name":{"givenName":"Ada","familyName":"Byron"},"emails":[{"value":"home@example.com"},\
{"value":"Ada@example.com","primary":true}],"active":true,"meta":{"resourceType":"User",\
"created":"2024-03-09T16:11:13-05:00","location":"https://api.github.com/scim/v2/organizations/corp/Users/e"}},
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2","userName":"blaise@example.com","active":false,\
"meta":{"location":"https://api.github.com/scim/v2/organizations/corp/Users/2"}}]}
""",
            records={
                "app_account": (
                    {"account_key": "edefdfedf-050c-11e7", "account_name": "ada@example.com", "status": "active",
                     "mention": "github.com", "mention_kind": "domain", "display_name": "Ada Byron",
                     "created_at": datetime(2024, 3, 9, 21, 11, 13)},
                    {"account_name": "blaise@example.com", "status": "disabled", "mention": "github.com"},
                )
            },
        ),
        Example(
            shape="api",
            text="""\
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"ada@example.com","active":"True"}
{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2","userName":null,"active":true}
""",
            hints={"app": "Figma"},
            records={
                "app_account": (
                    {"account_key": "1", "mention": "Figma", "mention_kind": "label", "status": "active"},
                )
            },
            quarantined=1,
        ),
        Example(
            shape="api",
            # Nothing says which app.
            text='{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"1","userName":"a@example.com",'
            '"active":true,"meta":{"resourceType":"User"}}\n',
            quarantined=1,
        ),
    ),
)  # fmt: skip
