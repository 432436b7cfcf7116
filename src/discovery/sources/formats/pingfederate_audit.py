"""PingFederate: sign-ins in the security audit log (audit.log, text).

The log has no header; its order and source stand in `unpack.pingfederate_audit`. No file of it was found in public:
the order is the documentation's, and the format counts as unproven. CEF and database output are not read.

A sign-in is an event `SSO` of the role IdP with status success: of a person (subject) to the service provider behind
the connection. An `OAuth` event with a subject is one too, to the client. The connection id is what names the app:
an entity id that is an address by its host, else as it is; without one, the host of the target (`app`). Time has no
offset: it is in `timezone` of the settings, else UTC. Lines have no id of their own (a tracking id covers a session).

Ignored: `failed sign-in`; `step of a sign-in` (AUTHN_ATTEMPT, AUTHN_REQUEST, an SSO in progress); `other event`
(logout, sessions, revocations); `as service provider` (role SP: somebody signs in through another identity
provider); `no person` (OAuth of a client alone).
"""

from __future__ import annotations

from datetime import datetime

from discovery.sources.sign_ins import sign_in_select
from discovery.sources.source import Example, Format, Shape

_ENTRY = """
SELECT
    CAST(NULL AS VARCHAR) AS event_id, _record, "time" AS at_text,
    instant_in(replace(trim("time"), ',', '.'), hint('timezone')) AS observed_at,
    CAST(NULL AS VARCHAR) AS account_key, lower(blank_null(subject)) AS account_name,
    CASE WHEN the_host IS NOT NULL THEN 'domain' ELSE 'label' END AS mention_kind,
    coalesce(the_host, blank_null(connectionid)) AS mention, CAST(NULL AS VARCHAR) AS mention_name,
    CASE WHEN the_event = 'oauth' OR protocol ILIKE 'O%' THEN 'oidc'
         WHEN protocol ILIKE 'SAML%' THEN 'saml' ELSE 'idp_interactive' END AS method,
    coalesce(line, status) AS result_text,
    CASE WHEN line IS NOT NULL THEN NULL WHEN state = 'success' THEN 'success'
         WHEN state IN ('failure', 'failed', 'error') THEN 'failure' END AS outcome,
    CASE
        WHEN line IS NOT NULL THEN NULL
        WHEN the_event IN ('authnattempt', 'authnrequest') OR state = 'inprogress' THEN 'step of a sign-in'
        WHEN the_event NOT IN ('sso', 'oauth') THEN 'other event'
        WHEN fold(role) = 'sp' THEN 'as service provider'
        WHEN the_event = 'oauth' AND blank_null(subject) IS NULL THEN 'no person'
    END AS reason
FROM (
    SELECT *, fold(coalesce(event, '')) AS the_event, fold(coalesce(status, '')) AS state,
           coalesce(host_of(connectionid), CASE WHEN blank_null(connectionid) IS NULL THEN host_of(app) END) AS the_host
    FROM raw
)
"""
_AT = datetime(2026, 4, 18, 7, 12, 44, 873000)

FORMAT = Format(
    name="pingfederate_audit",
    system="ping",
    kind="sign_in",
    title="PingFederate audit log (text)",
    shapes=(
        Shape(
            name="log",
            container="json",
            requires=("exporter", "time", "trackingid", "event", "connectionid", "adapterid"),
            columns=dict.fromkeys(("time", "line", "event", "subject", "app", "connectionid", "protocol", "role",
                                   "status"), "VARCHAR"),
            select=sign_in_select(_ENTRY, at="time", result="status", app="connectionid", user="subject",
                                  expected="success, failure or inprogress, in the default order of cells",
                                  numbered=True),
            numbered=True,
        ),
    ),
    how_to_get="PingFederate server: <pf_install>/pingfederate/log/audit.log, and the rolled-over files beside it",
    proven_by=None,
    examples=(
        Example(
            shape="log",
            text="""\
2026-04-18 07:12:44,873| tid:fEbJkUMF| SSO| Ann.Lee@contoso.example| 203.0.113.7 | https://www.figma.com/sso| \
https://www.figma.com/saml/1| SAML20| sso.contoso.example| IdP| success| HTMLFormAdapter| | 120
2026-04-18 07:12:44,873| tid:fEbJkUMF| OAuth| ann.lee@contoso.example| 203.0.113.7 | | board_client| OAuth20| \
sso.contoso.example| AS| success| | | 12
2026-04-18 07:12:43,001| tid:fEbJkUMF| AUTHN_ATTEMPT| | 203.0.113.7 | | Figma| SAML20| sso.contoso.example| IdP| \
inprogress| HTMLFormAdapter| | 3
2026-04-18 07:12:43,001| tid:fEbJkUMG| SSO| ann.lee@contoso.example| 203.0.113.7 | | Figma| SAML20| \
sso.contoso.example| IdP| failure| HTMLFormAdapter| | 3
""",
            records={"sign_in": (
                {"observed_at": _AT, "account_name": "ann.lee@contoso.example", "mention_kind": "domain",
                 "mention": "www.figma.com", "method": "saml", "record": 1},
                {"mention_kind": "label", "mention": "board_client", "method": "oidc"},
            )},
            ignored={"step of a sign-in": 1, "failed sign-in": 1},
        ),
        Example(
            shape="log",
            # With a transaction id; a target in place of a connection; lines that cannot be read.
            hints={"timezone": "Europe/Oslo"},
            text="""\
2026-04-18 09:12:44,873| tid:fEbJ| x9-1| SSO| ann.lee| 203.0.113.7 | https://app.miro.com/?a=1| | OIDC| \
sso.contoso.example| IdP| success| A| | 120
2026-04-18 09:12:44,873| tid:fEbJ| x9-2| SLO| ann.lee| 203.0.113.7 | | Figma| SAML20| h| IdP| success| A| | 120
2026-04-18 09:12:44,873| tid:fEbJ| x9-3| SSO| ann.lee| 203.0.113.7 | | Partner| SAML20| h| SP| success| A| | 120
2026-04-18 09:12:44,873| tid:fEbJ| x9-4| OAuth| | 203.0.113.7 | | batch| OAuth20| h| AS| success| | | 120
2026-04-18 09:12:44,873| tid:fEbJ| x9-5| SSO| | 203.0.113.7 | | Figma| SAML20| h| IdP| success| A| | 120
2026-04-18 09:12:44,873| tid:fEbJ| x9-6| SSO| ann.lee| 203.0.113.7 | | | SAML20| h| IdP| success| A| | 120
2026-13-18 09:12:44,873| tid:fEbJ| x9-7| SSO| ann.lee| 203.0.113.7 | | Figma| SAML20| h| IdP| success| A| | 120
java.lang.NullPointerException
""",
            records={"sign_in": (
                {"observed_at": _AT, "account_name": "ann.lee", "mention": "app.miro.com", "method": "oidc"},
            )},
            ignored={"other event": 1, "as service provider": 1, "no person": 1},
            quarantined=4,
        ),
    ),
)  # fmt: skip
