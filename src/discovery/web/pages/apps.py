"""Apps and an app."""

from __future__ import annotations

from functools import partial

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from discovery.errors import BadUse
from discovery.report.diagnosis import diagnose
from discovery.report.published import find_app
from discovery.web.listing import at_once, table_of
from discovery.web.listings import LISTINGS
from discovery.web.page import page_number, render, segment, site_of

CLASSES = ("shadow", "unmanaged", "sso", "scim_managed")
_SUMMARY = "SELECT * FROM app_summary WHERE app_id = $app"
_APP = """
SELECT app_id, name, vendor, domain, category, in_catalog, approval, owner_email, scim_support, scim_plan,
    facts_source, facts_as_of
FROM app WHERE app_id = $app
"""


def apps(request: Request) -> Response:
    """Every app in use, a page at a time."""
    wanted = request.query_params.get("class") or None
    if wanted is not None and wanted not in CLASSES:
        raise BadUse(f"class {wanted!r}; expected one of {', '.join(CLASSES)}")
    table = table_of(site_of(request), LISTINGS["apps"], binds={"class": wanted}, page=page_number(request))
    return render(request, "apps.html", title="Apps", table=table, wanted=wanted, classes=CLASSES)


def app(request: Request) -> Response:
    """One app: who has it, how it was found, who owns it, what is known of its deprovisioning."""
    site = site_of(request)
    binds = {"app": request.path_params["app_id"]}
    with site.reading.current.store() as store:
        found = store.dicts(_APP, binds)
        if not found:
            return RedirectResponse(f"/apps/{segment(find_app(store, binds['app']).app_id)}", 303)
        summary = next(iter(store.dicts(_SUMMARY, binds)), None)
        diagnosis = diagnose(store, find_app(store, binds["app"]))
    who_has, *others = at_once(
        partial(
            table_of,
            site,
            LISTINGS["who_has"],
            binds,
            page=page_number(request),
            total=summary["person_count"] if summary else None,
        ),
        partial(table_of, site, LISTINGS["unlinked_accounts"], binds, most=25),
        partial(table_of, site, LISTINGS["app_mentions"], binds, most=25),
        partial(table_of, site, LISTINGS["app_facts"], binds),
        partial(table_of, site, LISTINGS["deprovisioning"], {**binds, "person": None}, most=25),
    )
    unlinked, mentions, facts, deprovisioning = others
    return render(
        request,
        "app.html",
        title=found[0]["name"],
        app=found[0],
        summary=summary,
        diagnosis=diagnosis,
        who_has=who_has,
        unlinked=unlinked,
        mentions=mentions,
        facts=facts,
        deprovisioning=deprovisioning,
    )
