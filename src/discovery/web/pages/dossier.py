"""The dossier of a person, as the page that `discovery dossier` writes."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from discovery.report.dossier import make_dossier, page_of, policy
from discovery.web.page import site_of
from discovery.web.pages.people import known_person
from discovery.web.site import now


def dossier(request: Request) -> Response:
    """Return the page; a browser saves or prints it as it is."""
    site = site_of(request)
    who = known_person(request)
    if isinstance(who, Response):
        return RedirectResponse(f"{who.headers['location']}/dossier.html", 303)
    site.opened(who.person_id, "dossier")
    with site.reading.current.store() as store:
        made = make_dossier(store, site.settings, who, made_at=now(), made_by=site.user)
    return HTMLResponse(
        page_of(made), headers={"content-security-policy": policy() + "; frame-ancestors 'none'"}
    )
