"""What all formats of browsing do with the address of a page: reduce it to its host before it is kept.

A format writes a SELECT of visits with the columns VISIT_COLUMNS; `reduced` wraps it into the SELECT of the
shape. What stays of an address is its host, what kind of page it was, and for pages of an identity provider

- where the browser was sent on to (`redirect_uri`, `wreply`; also one level down in `continue=…`, and Google's
  `storagerelay://https/host`): a sign-in to that app, whose host is then the mention;
- else, on Microsoft's pages, the application id (`client_id`) that the sign-in was for: the mention;
- else nothing: the provider's host stays.

Ignored as `not a public site`: everything but http and https, IP addresses, single-label hosts and private
zones. Titles, paths, queries and fragments never leave the SELECT.
"""

from __future__ import annotations

from string import Template

VISIT_COLUMNS = ("_record", "url", "observed_at", "account_name", "left_out", "wrong")
"""What the SELECT of visits yields: the record's number; the whole address; the UTC instant; whose visit it is; why
the record is left out, or NULL; `problem(…)`, or NULL. Without an address a record goes to quarantine."""

LABELS = r"^[^.\[\]%\s:/]+(\.[^.\[\]%\s:/]+)+$"
"""A host with dots that is no IPv6 address."""
PRIVATE = (
    r"(^\d+(\.\d+){3}$|\.(local|localdomain|localhost|internal|intranet|lan|corp|home|home\.arpa|"
    r"in-addr\.arpa|ip6\.arpa)$)"
)
"""IP addresses and zones that resolve inside a network only."""

IDENTITY_PROVIDER = (
    r"^(login\.microsoftonline\.(com|us|de)|login\.partner\.microsoftonline\.cn|login\.microsoft\.com|"
    r"login\.windows\.net|login\.live\.com|accounts\.google\.com|appleid\.apple\.com|account\.apple\.com|"
    r"sso\.jumpcloud\.com|[^.]+\.(okta|okta-emea|oktapreview|onelogin)\.com|([^.]+\.)+auth0\.com|"
    r"([^.]+\.)*pingone\.(com|eu|ca|asia)|([^.]+\.)+duosecurity\.com|([^.]+\.)+amazoncognito\.com|"
    r"[^.]+\.(b2clogin|ciamlogin)\.com)$"
)
_MICROSOFT = (
    r"^login\.(microsoftonline\.(com|us|de)|partner\.microsoftonline\.cn|microsoft\.com|windows\.net)$"
)
_GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

_REDUCED = Template(r"""
WITH visit AS ($visits), hosted AS (
    SELECT *, coalesce(trim(url), '') AS address, host_of(trim(url)) AS host FROM visit
), sent AS (
    SELECT
        *,
        CASE WHEN regexp_matches(host, '$provider') THEN host_of(regexp_replace(
            TRY(url_decode(coalesce(
                nullif(regexp_extract(address, '[?&](redirect_uri|wreply)=([^&#]+)', 2, 'i'), ''),
                nullif(regexp_extract(TRY(url_decode(address)), '[?&](redirect_uri|wreply)=([^&#]+)', 2, 'i'), ''))
            )), '^storagerelay://(https?)/', '\1://'))
        END AS sent_to,
        CASE WHEN regexp_matches(host, '$microsoft')
             THEN lower(nullif(regexp_extract(address, '[?&]client_id=($guid)(?:[&#]|$$)', 1, 'i'), ''))
        END AS client_id
    FROM hosted
), reduced_visit AS (
    SELECT
        *,
        CASE WHEN regexp_matches(sent_to, '$labels') AND NOT regexp_matches(sent_to, '$private')
              AND NOT regexp_matches(sent_to, '$provider') THEN sent_to END AS redirect_host,
        coalesce(left_out, CASE
            WHEN address <> '' AND (host IS NULL OR NOT regexp_matches(host, '$labels')
                                    OR regexp_matches(host, '$private'))
            THEN 'not a public site'
        END) AS _ignored
    FROM sent
)
SELECT
    _record AS record, observed_at, account_name,$further
    CASE WHEN redirect_host IS NULL AND client_id IS NOT NULL THEN 'app_id' ELSE 'domain' END AS mention_kind,
    coalesce(redirect_host, client_id, host) AS mention, host, redirect_host,
    CASE WHEN redirect_host IS NOT NULL OR client_id IS NOT NULL THEN 'sign_in' ELSE $page END AS page,
    CASE WHEN redirect_host IS NOT NULL OR client_id IS NOT NULL THEN 'oidc' ELSE $method END AS method,
    _ignored,
    CASE
        WHEN _ignored IS NOT NULL THEN NULL
        WHEN address = '' THEN problem('url', NULL, 'an address')
        ELSE wrong
    END AS _problem
FROM reduced_visit
""")


def reduced(
    visits: str, *, page: str = "page_of(address)", method: str = "'visit'", further: tuple[str, ...] = ()
) -> str:
    """Return the SELECT of a web_visit shape over a SELECT of visits (see VISIT_COLUMNS).

    page, method: SQL for sources that know more, or less, than the address tells; it may use all columns of the
    visits, `address` and `host`. further: columns of the visits that are columns of the kind.
    """
    return _REDUCED.substitute(
        visits=visits.strip().rstrip(";"),
        page=page,
        method=method,
        further="".join(f" {name}," for name in further),
        provider=IDENTITY_PROVIDER,
        microsoft=_MICROSOFT,
        guid=_GUID,
        labels=LABELS,
        private=PRIVATE,
    )


def public_host(host: str) -> str:
    """Return SQL that is true for the host of a public site; `host` is a SQL expression in lower case."""
    return f"(regexp_matches({host}, '{LABELS}') AND NOT regexp_matches({host}, '{PRIVATE}'))"
