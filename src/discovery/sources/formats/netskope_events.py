"""Application and page events of Netskope, from the REST API, a cloud exchange or a stream.

Shapes: `events`, one object per event (alone, in an array, or in the API's `{"result": […]}`) with `timestamp`,
`type`, `user`, `ur_normalized`, `app`, `activity`, `url`, `page`, as the public example has a page event; `csv`, the
same fields as columns, which was not seen. Administrators' events:
https://github.com/panther-labs/panther-analysis rules/netskope_rules (2026-11-24).

- `timestamp` is seconds since 1970, or a UTC text.
- `url` and `page` have no scheme. Where neither has a public host, the app as Netskope names it is the mention.
- `activity`: a login is a sign-in page; who creates, edits, shares, uploads … is behind a login. Whether a login used
  a password or single sign-on is not told.
- `_id` is the event's own id.

Addresses are reduced as `browsing` says. Ignored: `admin audit event`, `other event type` (infrastructure, network,
alerts), `blocked`, `background traffic` (`user_generated` no), `no person` (an IP address as user), `not a public site`
(and no app is named).
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from discovery.sources.browsing import public_host, reduced
from discovery.sources.source import Example, Format, Shape

_VISITS = """
SELECT
    *,
    CASE WHEN left_out IS NOT NULL THEN NULL
         WHEN observed_at IS NULL THEN problem('timestamp', "timestamp", 'seconds since 1970')
         WHEN account_name IS NULL THEN problem('user', NULL, 'whose event it is') END AS wrong
FROM (
    SELECT
        *,
        CASE
            WHEN kind = 'admin_audit_logs' THEN 'admin audit event'
            WHEN kind IS NOT NULL AND kind NOT IN ('page', 'connection', 'application', 'nspolicy')
                THEN 'other event type'
            WHEN lower(action) LIKE 'block%' THEN 'blocked'
            WHEN lower(user_generated) IN ('no', 'false') THEN 'background traffic'
            WHEN regexp_matches(account_name, '^[0-9.]+$|^[0-9a-f]*:[0-9a-f:.]+$') THEN 'no person'
        END AS left_out
    FROM (
        SELECT
            _record, "timestamp", action, user_generated,
            blank_null("_id") AS event_id,
            lower(blank_null("type")) AS kind,
            lower(coalesce(blank_null("user"), blank_null(ur_normalized))) AS account_name,
            coalesce(instant_epoch("timestamp"), instant_in(trim("timestamp"), 'UTC')) AS observed_at,
            lower(trim(activity)) AS activity,
            CASE WHEN lower(trim(app)) NOT IN ('', 'null', 'unknown', 'none') AND NOT starts_with(trim(app), '[')
                 THEN trim(app) END AS app_named,
            CASE WHEN $public_url THEN url_text WHEN $public_page THEN page_text WHEN app_named IS NULL THEN
                 coalesce(url_text, page_text, 'about:none') END AS url
        FROM (
            SELECT *,
                CASE WHEN regexp_matches(url, '^[a-zA-Z]+://') THEN url ELSE 'https://' || nullif(trim(url), '') END
                    AS url_text,
                CASE WHEN regexp_matches(page, '^[a-zA-Z]+://') THEN page ELSE 'https://' || nullif(trim(page), '') END
                    AS page_text
            FROM raw
        )
    )
)
""".replace("$public_url", public_host("host_of(url_text)")).replace(
    "$public_page", public_host("host_of(page_text)")
)

_PAGE = """CASE
        WHEN activity IN ('login successful', 'login') THEN 'sign_in'
        WHEN activity IN ('create', 'edit', 'delete', 'share', 'invite', 'rename', 'move', 'post', 'upload', 'send')
            THEN 'app'
        WHEN host IS NULL THEN 'other'
        ELSE page_of(address) END"""

# An event without an address keeps the app that Netskope names.
_SELECT = f"""
SELECT
    * EXCLUDE (app_named, wrong, mention, mention_kind, _problem),
    CASE WHEN mention IS NULL THEN app_named ELSE mention END AS mention,
    CASE WHEN mention IS NULL THEN 'label' ELSE mention_kind END AS mention_kind,
    CASE WHEN app_named IS NOT NULL AND mention IS NULL THEN wrong ELSE _problem END AS _problem
FROM ({reduced(_VISITS, page=_PAGE, further=("event_id", "app_named", "wrong"))})
"""  # noqa: S608 - texts of this module

_FIELDS = (
    "_id", "timestamp", "type", "user", "ur_normalized", "app", "activity", "action", "url", "page", "user_generated",
)  # fmt: skip

# ── examples: invented events ────────────────────────────────────────────────────────────────────────────

_ANN = "ann.lee@contoso.example"
_AT = datetime(2026, 4, 18, 7, 12, 44)


def _event(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "_id": f"e{number}", "timestamp": 1776496364, "type": "page", "user": "Ann.Lee@contoso.example",
        "ur_normalized": _ANN, "app": "Figma", "appcategory": "Design", "ccl": "high", "access_method": "Client",
        "traffic_type": "CloudApp", "url": "www.figma.com/files/team/12?token=hush", "page": "www.figma.com",
        "domain": "www.figma.com", "hostname": "ANN-LAPTOP", "user_generated": "yes", **changes,
    }  # fmt: skip


EXAMPLES = (
    Example(
        shape="events",
        text=json.dumps({"ok": 1, "result": [
            _event(1),
            _event(2, type="nspolicy", activity="Login Successful", url="www.notion.so/"),
            _event(3, type="nspolicy", activity="Upload", url="GetFolder(@a1)/Files", page=" ", app="Slack"),
        ]}),
        records={"web_visit": (
            {"event_id": "e1", "observed_at": _AT, "account_name": _ANN, "mention_kind": "domain",
             "mention": "www.figma.com", "host": "www.figma.com", "page": "app", "method": "visit"},
            {"event_id": "e2", "mention": "www.notion.so", "page": "sign_in"},
            {"event_id": "e3", "mention_kind": "label", "mention": "Slack", "host": None, "page": "app"},
        )},
    ),
    Example(
        shape="events",
        text="".join(json.dumps(event) + "\n" for event in (
            _event(1, timestamp="2026-04-18 07:12:44.000000000"),
            {"_id": "a", "timestamp": "2026-04-18 07:12:44.000000000", "type": "admin_audit_logs", "user": _ANN,
             "ur_normalized": _ANN, "audit_log_event": "Login Successful", "severity_level": 2},
            _event(3, type="infrastructure"),
            _event(4, action="block"),
            _event(5, user_generated="no", url="WebBackground", page="WebBackground"),
            _event(6, user="203.0.113.7", ur_normalized="203.0.113.7"),
            _event(7, url="WebBackground", page="WebBackground", app=""),
            _event(8, timestamp="soon"),
            _event(9, user="", ur_normalized=None),
            _event(10, timestamp="soon", url="", page="", app="Slack"),
        )),
        records={"web_visit": ({"event_id": "e1", "observed_at": _AT, "mention": "www.figma.com"},)},
        ignored={"admin audit event": 1, "other event type": 1, "blocked": 1, "background traffic": 1, "no person": 1,
                 "not a public site": 1},
        quarantined=3,
    ),
    Example(
        shape="csv",
        text="_id,timestamp,type,user,app,activity,url,page,access_method,ccl,traffic_type\n"
        f"c1,1776496364,page,{_ANN},Figma,Browse,www.figma.com/files/1,www.figma.com,Client,high,CloudApp\n"
        f"c2,1776496364,audit,{_ANN},,,,,,,\n"
        f"c3,never,page,{_ANN},Figma,Browse,www.figma.com/files/1,www.figma.com,Client,high,CloudApp\n",
        records={"web_visit": ({"event_id": "c1", "observed_at": _AT, "mention": "www.figma.com", "page": "app"},)},
        ignored={"other event type": 1},
        quarantined=1,
    ),
)  # fmt: skip

FORMAT = Format(
    name="netskope_events",
    system="netskope",
    kind="web_visit",
    title="Netskope application and page events (JSON or CSV)",
    shapes=(
        Shape(
            name="events",
            container="json",
            requires=("timestamp", "type", "user", "ur_normalized"),
            columns=dict.fromkeys(_FIELDS, "VARCHAR"),
            select=_SELECT,
            numbered=True,
        ),
        Shape(
            name="csv",
            container="csv",
            requires=("timestamp", "user", "app", "activity", "access_method", "ccl", "traffic_type"),
            columns={name: name for name in _FIELDS},
            select=_SELECT,
            numbered=True,
        ),
    ),
    how_to_get="Netskope REST API v2 → events/data/page and events/data/application, or Skope IT → Export.",
    proven_by="https://cloud.google.com/chronicle/docs/soar/marketplace-integrations/netskope",
    proven_on=date(2026, 11, 24),
    private=True,
    examples=EXAMPLES,
)
