"""The first page, the search, and the newer publication."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from discovery.web.ledger_rows import open_rows, task_rows
from discovery.web.listing import table_of
from discovery.web.listings import LISTINGS
from discovery.web.page import back_to, render, segment, site_of
from discovery.web.site import Site, now

MOST_HITS = 20
_COUNTS = """
SELECT (SELECT count(*) FROM person) AS people, (SELECT count(*) FROM app_summary) AS apps,
    (SELECT count(*) FROM access) AS accesses, (SELECT count(*) FROM app_summary WHERE class = 'shadow') AS shadow_apps,
    (SELECT count(*) FROM leaver WHERE app_count > 0) AS leavers,
    (SELECT count(*) FROM finding WHERE severity = 'high') AS high_findings,
    (SELECT count(*) FROM source_file WHERE state IN ('unrecognised', 'refused')) AS unread_files,
    (SELECT count(*) FROM quarantine) AS quarantined,
    (SELECT count(*) FROM source_status WHERE is_failed) AS failed_sources,
    (SELECT count(*) FROM account SEMI JOIN account_access USING (account_id)
     WHERE person_id IS NULL AND kind IN ('human', 'unknown', 'personal')) AS unlinked
"""
_PEOPLE = """
WITH known AS (SELECT DISTINCT person_id FROM person_identifier WHERE identifier = $low)
SELECT p.person_id, p.display_name, p.email, p.status, p.left_on,
    k.person_id IS NOT NULL OR coalesce(lower(p.email) = $low OR lower(p.display_name) = $low, FALSE) AS is_it
FROM person AS p
LEFT JOIN known AS k ON k.person_id = p.person_id
WHERE k.person_id IS NOT NULL OR contains(lower(p.email), $low) OR contains(lower(p.display_name), $low)
ORDER BY is_it DESC, p.email NULLS LAST, p.person_id
LIMIT $most
"""
_APPS = """
SELECT a.app_id, a.name, a.domain, s.person_count,
    coalesce(lower(a.name) = $low OR lower(a.domain) = $low OR a.app_id = $low
        OR a.app_id IN (SELECT l.app_id FROM app_alias AS l WHERE lower(l.alias) = $low), FALSE) AS is_it
FROM app AS a
LEFT JOIN app_summary AS s ON s.app_id = a.app_id
WHERE contains(lower(a.name), $low) OR contains(lower(a.domain), $low) OR a.app_id = $low
    OR a.app_id IN (SELECT l.app_id FROM app_alias AS l WHERE lower(l.alias) = $low)
ORDER BY is_it DESC, s.person_count DESC NULLS LAST, a.name, a.app_id
LIMIT $most
"""


def overview(request: Request) -> Response:
    """What was read, what is unseen, shadow apps, leavers with open work, what needs a person."""
    site = site_of(request)
    counts = _counts(site)
    tasks = task_rows(site, {})
    today = now().date().isoformat()
    cases = {case.person_id: case for case in site.cases().values()}
    return render(
        request,
        "overview.html",
        title="Overview",
        counts=counts,
        open_matches=len(open_rows(site, {})),
        open_tasks=len(tasks),
        overdue=sum(task["due_on"] < today for task in tasks),
        cases=cases,
        to_approve=sum(case.state == "planned" for case in site.cases().values()),
        leavers=table_of(site, LISTINGS["leavers"], most=10, total=counts["leavers"]),
        by_reach=table_of(site, LISTINGS["shadow_apps"], most=8, binds={"by": "reach"}),
        by_money=table_of(site, LISTINGS["shadow_apps"], most=8, binds={"by": "money"}),
        sources=table_of(site, LISTINGS["sources"], most=30),
        found=table_of(site, LISTINGS["found"], most=40),
        coverage=table_of(site, LISTINGS["coverage"]),
        blind_spots=table_of(site, LISTINGS["blind_spots"], most=12),
    )


def search(request: Request) -> Response:
    """Find a person or an app; a single exact hit is opened."""
    site = site_of(request)
    text = request.query_params.get("q", "").strip()
    people: list[dict[str, Any]] = []
    apps: list[dict[str, Any]] = []
    if text:
        binds = {"low": text.lower(), "most": MOST_HITS}
        with site.reading.current.store() as store:
            people, apps = store.dicts(_PEOPLE, binds), store.dicts(_APPS, binds)
    sure = [row for row in [*people, *apps] if row["is_it"]]
    only = sure if sure else [*people, *apps]
    if len(only) == 1 and only[0] in people:
        return RedirectResponse(f"/people/{segment(only[0]['person_id'])}", 303)
    if len(only) == 1:
        return RedirectResponse(f"/apps/{segment(only[0]['app_id'])}", 303)
    return render(request, "search.html", title="Search", text=text, people=people, apps=apps, most=MOST_HITS)


def show_newer(request: Request) -> Response:
    """Show the newest publication from now on."""
    site_of(request).reading.renew()
    return back_to("/", "renewed")


def _counts(site: Site) -> dict[str, int]:
    publication = site.reading.current

    def read() -> dict[str, int]:
        with publication.store() as store:
            return store.dicts(_COUNTS)[0]

    return publication.once("counts", read)
