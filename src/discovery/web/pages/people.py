"""People, a person, and why a person has an app."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from discovery.decisions import read_decisions
from discovery.errors import BadUse, UnknownName
from discovery.report.decision import keep_decision
from discovery.report.published import Person, find_app, find_person
from discovery.web.listing import Table, at_once, table_of
from discovery.web.listings import LISTINGS
from discovery.web.page import back_to, form_of, page_number, person_of, render, segment, site_of
from discovery.web.picture import picture_of, survives_word, timeline_of
from discovery.web.site import Site

_SHOWN = {
    "scope": 1000,
    "accounts": 200,
    "spans": 2000,
    "person_findings": 50,
    "person_blind_spots": 50,
    "not_access": 25,
    "deprovisioning": 100,
    "exclusions": 50,
    "identifiers": 50,
}
"""The tables of a person's page, and how many rows it shows."""
LEFT = "left"
STATUSES = (LEFT, "active", "disabled", "soft_deleted", "deleted", "unknown")
_HELD = """
SELECT x.app_id, coalesce(a.name, x.app_id) AS app_name, x.class, x.survives_idp_disable, x.route, x.sources
FROM access AS x LEFT JOIN app AS a USING (app_id) WHERE x.person_id = $person ORDER BY app_name, x.app_id
"""
_ACCOUNTS = "SELECT app_id, accounts FROM access WHERE person_id = $person"
_MATCHES = """
SELECT m.mention, m.kind, m.app_id, m.decision, m.score, m.method, m.decided_by, m.explanation
FROM match AS m
WHERE m.app_id = $app AND m.mention IN (
    SELECT mention FROM usage_month WHERE person_id = $person
    UNION SELECT mention FROM not_access WHERE person_id = $person)
ORDER BY m.decision, m.score DESC, m.mention
"""


def people(request: Request) -> Response:
    """Everybody, a page at a time."""
    site = site_of(request)
    status = request.query_params.get("status") or None
    if status is not None and status not in STATUSES:
        raise BadUse(f"status {status!r}; expected one of {', '.join(STATUSES)}")
    page = page_number(request)
    if status == LEFT:
        table = table_of(site, LISTINGS["leavers"], page=page)
    else:
        table = table_of(site, LISTINGS["people"], {"status": status}, page=page)
    return render(request, "people.html", title="People", table=table, status=status, statuses=STATUSES)


def known_person(request: Request) -> Person | Response:
    """Return the person of the address, or the way to the page of who is meant by it. Raises UnknownName."""
    site = site_of(request)
    said = request.path_params["person_id"]
    who = person_of(site, said)
    if who is not None:
        return who
    with site.reading.current.store() as store:
        other = find_person(store, said)
    return RedirectResponse(f"/people/{segment(other.person_id)}", 303)


def person(request: Request) -> Response:
    """One person: the scope in order, what changed, the picture, the timeline, what could not be seen and why not."""
    site = site_of(request)
    who = known_person(request)
    if isinstance(who, Response):
        return who
    site.opened(who.person_id, "person")
    binds = {"person": who.person_id, "app": None}
    tables = _tables_of(site, binds)
    scope, accounts, spans = (tables.pop(name) for name in ("scope", "accounts", "spans"))
    evidence = LISTINGS["evidence"].all_rows(site, binds)
    with site.reading.current.store() as store:
        reached = {
            row["app_id"]: row["accounts"] for row in store.dicts(_ACCOUNTS, {"person": who.person_id})
        }
    drawn = [{**row, "accounts": reached.get(row["app_id"], ())} for row in scope.rows]
    survive = [survives_word(row["survives_idp_disable"]) for row in scope.rows]
    return render(
        request,
        "person.html",
        title=who.display_name or who.name,
        who=who,
        scope=scope,
        accounts=accounts,
        spans=spans,
        survive={word: survive.count(word) for word in ("yes", "unknown", "no")},
        case=site.case_of(who.person_id),
        picture=picture_of(who.display_name or who.name, drawn, accounts.rows, evidence),
        timeline=timeline_of(spans.rows, site.reading.current.run["as_of"], who.left_on),
        changes=changes_of(site, who.person_id),
        before=site.reading.previous(),
        **tables,
    )


def _tables_of(site: Site, binds: Mapping[str, str | None]) -> dict[str, Table]:
    asked = [
        partial(
            table_of, site, LISTINGS[name], {bind: binds[bind] for bind in LISTINGS[name].binds}, most=most
        )
        for name, most in _SHOWN.items()
    ]
    return dict(zip(_SHOWN, at_once(*asked), strict=True))


def changes_of(site: Site, person_id: str) -> list[dict[str, Any]] | None:
    """Return what differs from the publication before: new and gone accesses and other verdicts; None without one."""
    before = site.reading.previous()
    if before is None:
        return None
    with site.reading.current.store() as store:
        now = {row["app_id"]: row for row in store.dicts(_HELD, {"person": person_id})}
    with before.store() as store:
        then = {row["app_id"]: row for row in store.dicts(_HELD, {"person": person_id})}
    found = []
    for app_id in sorted({*now, *then}, key=lambda app: str((now.get(app) or then[app])["app_name"]).lower()):
        new, old = now.get(app_id), then.get(app_id)
        what = "new" if old is None else "gone" if new is None else "changed"
        said = [] if new is None or old is None else list(_differences(old, new))
        if what != "changed" or said:
            name = (new or old or {})["app_name"]
            found.append({"app_id": app_id, "app_name": name, "change": what, "said": "; ".join(said)})
    return found


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Sequence[str]:
    said = []
    for key, words in (
        ("class", "class"),
        ("route", "route"),
        ("survives_idp_disable", "survives the disable"),
        ("sources", "sources"),
    ):
        was, now = old[key], new[key]
        if was != now:
            if key == "survives_idp_disable":
                was, now = survives_word(was), survives_word(now)
            elif key == "sources":
                was, now = ", ".join(was or ()), ", ".join(now or ())
            said.append(f"{words}: {was}, now {now}")
    return said


def access(request: Request) -> Response:
    """Why a person has an app, or why it is not in the scope: verdict, evidence, times, names."""
    site = site_of(request)
    who = known_person(request)
    if isinstance(who, Response):
        return who
    app_id = request.path_params["app_id"]
    binds = {"person": who.person_id, "app": app_id}
    with site.reading.current.store() as store:
        apps = store.dicts(
            "SELECT app_id, name, domain, approval, owner_email FROM app WHERE app_id = $app", binds
        )
        if not apps:
            other = find_app(store, app_id)
            return RedirectResponse(f"/people/{segment(who.person_id)}/apps/{segment(other.app_id)}", 303)
        verdict = next(
            iter(store.dicts("SELECT * FROM access WHERE person_id = $person AND app_id = $app", binds)), None
        )
        matches = store.dicts(_MATCHES, binds)
    site.opened(who.person_id, f"access {app_id}")
    decided = read_decisions(site.settings.home).standing("exclusion").get((who.person_id, app_id))
    tables: dict[str, Table] = {
        name: table_of(site, LISTINGS[name], binds, most=200)
        for name in ("evidence", "spans", "spend", "not_access", "deprovisioning")
    }
    return render(
        request,
        "access.html",
        title=f"{who.name}: {apps[0]['name']}",
        who=who,
        app=apps[0],
        verdict=verdict,
        matches=matches,
        decided=decided,
        **tables,
    )


def exclude(request: Request) -> Response:
    """Take an access out of a person's scope, or put it back: a decision like that of `discovery review`."""
    site, form = site_of(request), form_of(request)
    subject = {"person_id": request.path_params["person_id"], "app_id": request.path_params["app_id"]}
    if person_of(site, subject["person_id"]) is None:
        raise UnknownName(f"nobody has the person_id {subject['person_id']!r}")
    with site.reading.current.store() as store:
        if not store.value("SELECT count(*) FROM app WHERE app_id = $app", {"app": subject["app_id"]}):
            raise UnknownName(f"no app has the app_id {subject['app_id']!r}")
    reason = form.get("reason", "")
    is_out = (subject["person_id"], subject["app_id"]) in read_decisions(site.settings.home).standing(
        "exclusion"
    )
    action = form.get("action")
    if action == "ignore" and not reason:
        raise BadUse("taking an access out of a scope needs a reason: auditors read it")
    if action not in ("ignore", "undo") or (action == "undo") != is_out:
        raise BadUse("that was decided already: reload the page")
    keep_decision(
        site.settings,
        by=site.user,
        kind="exclusion",
        action=action,
        subject=subject,
        reason=reason or None,
    )
    return back_to(f"/people/{segment(subject['person_id'])}/apps/{segment(subject['app_id'])}", action)
