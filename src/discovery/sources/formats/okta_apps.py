"""Okta: the apps of an org (`GET /api/v1/apps`).

Shape `api`: an array or one per line (developer.okta.com/docs/api/openapi/okta-management, Application). `id` is the
key that assignments, consents and the System Log name (app_key); `label` is what people and the log call the app, so
that it is the mention. sso_mode: SAML and WS-Federation are single sign-on at the app, the ways that fill in a stored
password (AUTO_LOGIN, BROWSER_PLUGIN, SECURE_PASSWORD_STORE, BASIC_AUTH) are password. hosts: of where the app takes
its sign-ins; the links of the dashboard lie at Okta and say nothing.

Okta's own apps (name begins with `okta_`, `saasure`) are ignored: `Okta itself`. The org is not in the file.
"""

from __future__ import annotations

from datetime import date

from discovery.sources.source import Example, Format, Shape

_SELECT = """
SELECT
    blank_null(id) AS event_id, _record AS record, blank_null(id) AS app_key, 'label' AS mention_kind,
    blank_null(label) AS mention, blank_null(label) AS mention_name,
    CASE WHEN mode LIKE 'SAML%' OR mode LIKE 'WS_FED%' THEN 'saml' WHEN mode LIKE 'OPENID%' THEN 'oidc'
         WHEN mode IN ('AUTO_LOGIN', 'BROWSER_PLUGIN', 'SECURE_PASSWORD_STORE', 'BASIC_AUTH') THEN 'password' END
        AS sso_mode,
    upper(status) = 'ACTIVE' AS is_enabled, true AS requires_assignment,
    list_sort(list_distinct(list_filter(list_transform(
        list_concat([settings ->> '$.signOn.ssoAcsUrl', settings ->> '$.signOn.destination', settings ->> '$.app.url',
                     settings ->> '$.app.loginURL'],
            coalesce(TRY_CAST(settings -> '$.oauthClient.redirect_uris' AS VARCHAR[]), [])),
        lambda u: host_of(trim(u))), lambda h: h <> '' AND h <> 'localhost'))) AS hosts,
    CASE WHEN regexp_matches(lower(name), '^(okta_|saasure)') THEN 'Okta itself' END AS _ignored,
    CASE WHEN blank_null(id) IS NULL THEN problem('id', id, 'the id of the app')
         WHEN blank_null(label) IS NULL THEN problem('label', label, 'the name of the app')
         WHEN upper(status) NOT IN ('ACTIVE', 'INACTIVE', 'DELETED')
             THEN problem('status', status, 'ACTIVE or INACTIVE')
    END AS _problem
FROM (SELECT *, upper("signOnMode") AS mode FROM raw)
"""

FORMAT = Format(
    name="okta_apps",
    system="okta",
    kind="app_registration",
    title="Okta applications (API JSON)",
    is_list=True,
    shapes=(
        Shape(
            name="api",
            container="json",
            requires=("id", "label", "signOnMode", "status"),
            forbids=("profile.login", "clientId"),
            columns={
                **dict.fromkeys(("id", "name", "label", "status", "signOnMode"), "VARCHAR"), "settings": "JSON",
            },
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="`discovery collect okta`, or GET /api/v1/apps?limit=200, following the Link headers",
    proven_by="https://developer.okta.com/docs/api/openapi/okta-management/management/tag/Application/",
    proven_on=date(2026, 11, 25),
    examples=(
        Example(
            shape="api",
            text="""\
{"id":"0oa1","name":"figma","label":"Figma","status":"ACTIVE","signOnMode":"SAML_2_0",\
"settings":{"signOn":{"ssoAcsUrl":"https://www.figma.com/saml/consume"}}}
{"id":"0oa2","name":"oidc_client","label":"Board","status":"INACTIVE","signOnMode":"OPENID_CONNECT",\
"settings":{"oauthClient":{"redirect_uris":["https://board.example/cb","http://localhost:3000"]}}}
{"id":"0oa3","name":"template_swa","label":"Bank","status":"ACTIVE","signOnMode":"BROWSER_PLUGIN","settings":null}
{"id":"0oa4","name":"okta_browser_plugin","label":"Okta Browser Plugin","status":"ACTIVE","signOnMode":"OPENID_CONNECT"}
{"id":"0oa5","name":"x","label":"","status":"ACTIVE","signOnMode":"BOOKMARK"}
{"id":"0oa6","name":"x","label":"X","status":"PERHAPS","signOnMode":"BOOKMARK"}
""",
            records={
                "app_registration": (
                    {"app_key": "0oa1", "mention": "Figma", "mention_kind": "label", "sso_mode": "saml",
                     "is_enabled": True, "hosts": ["www.figma.com"]},
                    {"app_key": "0oa2", "sso_mode": "oidc", "is_enabled": False, "hosts": ["board.example"]},
                    {"app_key": "0oa3", "sso_mode": "password", "hosts": []},
                )
            },
            ignored={"Okta itself": 1},
            quarantined=2,
        ),
        # Wrong-typed and empty parts, addresses that are none, words in other case, an id that is a number.
        Example(
            shape="api",
            text="""\
{"id":"0oa1","name":null,"label":" Figma \\"new\\" ","status":"active","signOnMode":"saml_1_1",\
"settings":{"signOn":{"ssoAcsUrl":" HTTPS://WWW.Figma.com:443/saml ","destination":"urn:none"},"app":{"url":null}}}
{"id":2,"name":"x","label":"Wiki","status":"DELETED","signOnMode":null,"settings":[]}
{"id":"0oa3","name":"x","label":"Board","status":"ACTIVE","signOnMode":"BOOKMARK",\
"settings":{"oauthClient":{"redirect_uris":"https://board.example/cb"}}}
{"id":"0oa4","name":"saasure","label":"Okta Admin Console","status":"ACTIVE","signOnMode":"OPENID_CONNECT"}
{"id":"","name":"x","label":"X","status":"ACTIVE","signOnMode":"BOOKMARK"}
{"id":"0oa6","name":"x","label":"X","status":"ACTIVE","signOnMode":"BOOKMARK"
""",
            records={
                "app_registration": (
                    {"app_key": "0oa1", "mention": 'Figma "new"', "sso_mode": "saml", "is_enabled": True,
                     "hosts": ["www.figma.com"]},
                    {"app_key": "2", "mention": "Wiki", "sso_mode": None, "is_enabled": False, "hosts": []},
                    {"app_key": "0oa3", "sso_mode": None, "hosts": []},
                )
            },
            ignored={"Okta itself": 1},
            quarantined=2,
        ),
    ),
)  # fmt: skip
