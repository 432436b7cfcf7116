"""From rows to HTML: what every page shows around its content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from discovery.errors import BadUse
from discovery.report.published import Person
from discovery.report.template import segment
from discovery.web.site import Site

__all__ = ["back_to", "form_of", "page_number", "person_of", "render", "segment", "site_of"]

SECTIONS = (
    ("/", "Overview"),
    ("/people", "People"),
    ("/apps", "Apps"),
    ("/queue", "Review"),
    ("/cases", "Cases"),
    ("/findings", "Findings"),
    ("/runs", "Runs"),
)
PERSON_COLUMNS = "person_id, email, display_name, status, department, manager_email, left_on"


def site_of(request: Request) -> Site:
    """Return the running web view."""
    site: Site = request.app.state.site
    return site


def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that the guard has let through."""
    form: Mapping[str, str] = request.scope["form"]
    return form


def render(request: Request, template: str, code: int = 200, /, **context: Any) -> HTMLResponse:
    """Return a page; its context has a `title`."""
    site = site_of(request)
    env: Environment = request.app.state.templates
    path = request.url.path
    place = "/cases" if path.startswith("/tasks") else path
    section = next((to for to, _ in SECTIONS if place == to or (to != "/" and place.startswith(to))), "")
    html = env.get_template(template).render(
        sections=SECTIONS,
        section=section,
        run=site.reading.current.run,
        newer=site.reading.newer(),
        csrf=request.scope.get("csrf", ""),
        here=path,
        query=dict(request.query_params),
        user=site.user,
        said=request.query_params.get("said"),
        **context,
    )
    return HTMLResponse(html, code)


def back_to(path: str, said: str | None = None) -> RedirectResponse:
    """Return the way to a page after something was done there; `said`: a word of SAID."""
    return RedirectResponse(path + (f"?{urlencode({'said': said})}" if said else ""), 303)


def page_number(request: Request) -> int:
    """Return which page of a table is wanted. Raises BadUse."""
    text = request.query_params.get("page", "1")
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= 1_000_000:
        raise BadUse(f"page {text[:20]!r}; expected a number from 1")
    return int(text)


def person_of(site: Site, person_id: str) -> Person | None:
    """Return one person by id."""
    with site.reading.current.store() as store:
        rows = store.dicts(f"SELECT {PERSON_COLUMNS} FROM person WHERE person_id = $id", {"id": person_id})  # noqa: S608
    return Person(**rows[0]) if rows else None
