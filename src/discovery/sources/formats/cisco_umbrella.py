"""DNS log of Cisco Umbrella (Secure Access): which names were looked up, for whom.

Shape: `dns`, the log as it lies in a bucket (S3, no header: `unpack.headerless_log` adds one) or with a header:
`Timestamp, Most Granular Identity, Identities, Internal IP, External IP, Action, Query Type, Response Code, Domain,
Categories, Most Granular Identity Type, Identity Types, Blocked Categories`.

- `Timestamp` is `2026-04-18 07:12:44`, UTC.
- A person is an address in the identities, `Lee, Ann (ann.lee@contoso.example)`, or else the name of a directory user
  (identity type `AD Users`). Networks, sites and devices are nobody.
- Only a host is known, no page: it counts as use only where the host is nothing but a signed-in app.
- Lookups have no id: identical lookups of two files are one.

Ignored: `no person`, `blocked`, `not an address lookup` (other types than A, AAAA and HTTPS), `no such name` (any
answer but NOERROR), `not a public site` (one label, private and reverse zones).
"""

from __future__ import annotations

from datetime import date, datetime

from discovery.sources.browsing import reduced
from discovery.sources.source import Example, Format, Shape

_ADDRESS = r"([^\s()<>,;@]+@[^\s()<>,;@]+\.[^\s()<>,;@]+)"

_VISITS = """
SELECT
    *,
    CASE WHEN observed_at IS NULL THEN problem('Timestamp', at_text, 'a time such as 2026-04-18 07:12:44') END AS wrong
FROM (
    SELECT
        _record, at_text,
        instant_in(trim(at_text), 'UTC') AS observed_at,
        'https://' || nullif(rtrim(trim(domain), '.'), '') AS url,
        lower(coalesce(
            nullif(regexp_extract(identity, '$address', 1), ''),
            CASE WHEN identity_type = 'AD Users' OR identity_type IS NULL AND starts_with(identity_types, 'AD Users')
                 THEN blank_null(identity) END,
            nullif(regexp_extract(identities, '$address', 1), ''))) AS account_name,
        CASE
            WHEN lower(action) LIKE 'block%' THEN 'blocked'
            WHEN NOT regexp_matches(query_type, '^(1|28|65)( |$)|^(A|AAAA|HTTPS)$') THEN 'not an address lookup'
            WHEN upper(trim(response)) <> 'NOERROR' THEN 'no such name'
            WHEN account_name IS NULL THEN 'no person'
        END AS left_out
    FROM raw
)
""".replace("$address", _ADDRESS)

# ── examples: invented lookups in the public shape ───────────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"
_WHO = "Lee, Ann (Ann.Lee@contoso.example)"


def _lookup(domain: str, *, who: str = _WHO, at: str = "2026-04-18 07:12:44", action: str = "Allowed",
            query: str = "1 (A)", answer: str = "NOERROR", kind: str = "AD Users") -> str:  # fmt: skip
    cells = (at, who, f"{who},LAPTOP", "10.1.1.9", "203.0.113.7", action, query, answer, domain, "Software,Application",
             kind, f"{kind},Anyconnect Roaming Client", "")  # fmt: skip
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


EXAMPLES = (
    Example(
        shape="dns",
        text=_lookup("app.asana.com.") + _lookup("www.figma.com.", query="28 (AAAA)")
        + '"2026-04-18 07:12:44","annlee", "annlee,Site,Network", "10.1.1.9","203.0.113.7","Allowed","1 (A)", '
        '"NOERROR","www.notion.so.", "Chat"\n'
        + '"2026-04-18 07:12:44","never closed\n'
        + _lookup("miro.com.", who="annlee"),
        records={"web_visit": (
            {"record": 1, "observed_at": datetime(2026, 4, 18, 7, 12, 44), "account_name": _ANN,
             "mention": "app.asana.com", "host": "app.asana.com", "page": "other", "method": "visit"},
            {"record": 2, "mention": "www.figma.com", "page": "other"},
            {"record": 5, "mention": "miro.com", "account_name": "annlee"},
        )},
        ignored={"no person": 1},
        quarantined=1,
    ),
    Example(
        shape="dns",
        text='Timestamp,"Most Granular Identity",Identities,"Internal IP","External IP",Action,"Query Type",'
        '"Response Code",Domain,Categories,"Most Granular Identity Type","Identity Types","Blocked Categories"\n'
        + _lookup("www.figma.com.")
        + _lookup("www.figma.com.", action="Blocked")
        + _lookup("www.figma.com.", query="16 (TXT)")
        + _lookup("wwww.figma.com.", answer="NXDOMAIN")
        + _lookup("www.figma.com.", who="Default Site", kind="Internal Networks")
        + _lookup("dc01.corp.")
        + _lookup("9.1.1.10.in-addr.arpa.")
        + _lookup("www.figma.com.", at="18/04/2026 07:12")
        + _lookup("")
        + '"2026-04-18 07:12:44","cut short"\n',
        records={"web_visit": ({"record": 1, "mention": "www.figma.com", "account_name": _ANN},)},
        ignored={"blocked": 1, "not an address lookup": 1, "no such name": 1, "no person": 1, "not a public site": 2},
        quarantined=3,
    ),
)  # fmt: skip

FORMAT = Format(
    name="cisco_umbrella",
    system="cisco_umbrella",
    kind="web_visit",
    title="Cisco Umbrella DNS log (CSV)",
    shapes=(
        Shape(
            name="dns",
            container="csv",
            requires=(
                "Timestamp",
                "Most Granular Identity",
                "Action",
                "Query Type",
                "Response Code",
                "Domain",
            ),
            columns={
                "at_text": "Timestamp",
                "identity": "Most Granular Identity",
                "identities": "Identities",
                "action": "Action",
                "query_type": "Query Type",
                "response": "Response Code",
                "domain": "Domain",
                "identity_type": "Most Granular Identity Type",
                "identity_types": "Identity Types",
            },
            select=reduced(_VISITS, page="'other'"),
            numbered=True,
        ),
    ),
    how_to_get="Umbrella → Admin → Log Management → bucket: the files under dnslogs/.",
    proven_by="https://github.com/elastic/integrations/blob/61cedd4870a6f82f297ea47beb8b24beb9f6215a/packages/"
    "cisco_umbrella/data_stream/log/_dev/test/pipeline/test-umbrella-dnslogs.log",
    proven_on=date(2026, 11, 24),
    private=True,
    examples=EXAMPLES,
)
