"""The web view as an ASGI application: which address is which page, and how errors are said."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from discovery.errors import ActRefused, BadUse, DiscoveryError, StoreLocked, UnknownName
from discovery.report.template import environment
from discovery.web import cell
from discovery.web.guard import Guard
from discovery.web.page import render
from discovery.web.pages import apps, cases, dossier, overview, people, records, review, tasks
from discovery.web.site import Site

_GET, _POST = ["GET"], ["POST"]
_STATIC = Path(__file__).parent / "static"
ROUTES = [
    Route("/", overview.overview, methods=_GET),
    Route("/search", overview.search, methods=_GET),
    Route("/newer", overview.show_newer, methods=_POST),
    Route("/people", people.people, methods=_GET),
    Route("/people/{person_id}", people.person, methods=_GET),
    Route("/people/{person_id}/plan", cases.plan_form, methods=_GET),
    Route("/people/{person_id}/plan", cases.make, methods=_POST),
    Route("/people/{person_id}/compare", cases.compare, methods=_GET),
    Route("/people/{person_id}/dossier.html", dossier.dossier, methods=_GET),
    Route("/people/{person_id}/apps/{app_id:path}", people.access, methods=_GET),
    Route("/people/{person_id}/apps/{app_id:path}", people.exclude, methods=_POST),
    Route("/apps", apps.apps, methods=_GET),
    Route("/apps/{app_id:path}", apps.app, methods=_GET),
    Route("/queue", review.queue, methods=_GET),
    Route("/queue/{key}", review.match, methods=_GET),
    Route("/queue/{key}", review.decide_match, methods=_POST),
    Route("/cases", cases.cases, methods=_GET),
    Route("/cases/{case_id}", cases.case, methods=_GET),
    Route("/cases/{case_id}/approve", cases.approve, methods=_POST),
    Route("/tasks/{task_id}", tasks.task, methods=_GET),
    Route("/tasks/{task_id}", tasks.answer, methods=_POST),
    Route("/tasks/{task_id}/link", tasks.make_link, methods=_POST),
    Route("/link/{token}", tasks.link, methods=_GET),
    Route("/link/{token}", tasks.answer_link, methods=_POST),
    Route("/findings", records.findings, methods=_GET),
    Route("/runs", records.runs, methods=_GET),
    Route("/csv/{name}.csv", records.csv, methods=_GET),
    Mount("/static", StaticFiles(directory=_STATIC)),
    # The dossier names no icon, as it has to open offline: a browser asks for this one.
    Route("/favicon.ico", lambda _: FileResponse(_STATIC / "icon.svg"), methods=_GET),
]
_STATUS: tuple[tuple[type[DiscoveryError], int], ...] = (
    (UnknownName, 404),
    (BadUse, 400),
    (ActRefused, 409),
    (StoreLocked, 409),
    (DiscoveryError, 500),
)


def application(site: Site, names: Iterable[str], *, tls_name: str | None = None) -> Guard:
    """Return the guarded application. `names`: hosts, with port, under which it answers; `tls_name`: that with TLS."""
    app = Starlette(
        routes=ROUTES,
        exception_handlers={DiscoveryError: _condition, HTTPException: _http, Exception: _fault},
    )
    app.state.site = site
    app.state.templates = templates()
    return Guard(app, names=names, tls_name=tls_name)


def templates() -> Environment:
    """Return the templates of the pages, with the cells of their tables as filters."""
    env = environment("discovery.web")
    env.filters.update(
        badge=lambda value: Markup(cell.badge(value)),
        survives=lambda value: Markup(cell.survives(value)),
        cells=cell.cells,
    )
    return env


async def _condition(request: Request, error: Exception) -> Response:
    """Say a condition as the command line does."""
    status = next(code for kind, code in _STATUS if isinstance(error, kind))
    return render(request, "error.html", status, title="That was not done", message=str(error))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = {404: "There is no such page.", 405: "That page is not asked in this way."}
    return render(
        request,
        "error.html",
        error.status_code,
        title="Not here",
        message=said.get(error.status_code, error.detail),
    )


async def _fault(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the server's log has it
    return render(
        request,
        "error.html",
        500,
        title="A fault of the program",
        message="What went wrong stands in the terminal where `discovery serve` runs; please report it.",
    )
