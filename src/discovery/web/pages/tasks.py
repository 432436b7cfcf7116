"""Tasks: for people who are signed in here, and behind a signed link for those who are not."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from discovery.errors import BadUse
from discovery.ledger import Ledger
from discovery.offboarding.case import Case, TaskState
from discovery.offboarding.link import PATH, Link, LinkRefused, read_link, refuse_used, sign_link
from discovery.offboarding.notify import notifier
from discovery.offboarding.task import OUTCOMES, complete_task, decline_task, find_task
from discovery.web.ledger_rows import leaver_of
from discovery.web.page import back_to, form_of, render, segment, site_of
from discovery.web.site import Site, now

WORDS = {"not_mine": "It is not mine", "cannot": "It cannot be done", "needs_help": "I need help"}


def task(request: Request) -> Response:
    """One task: what to do, with whom it is, and the form for a named person's word."""
    site = site_of(request)
    case, one = find_task(site.settings, request.path_params["task_id"])
    if case.person_id is not None:
        site.opened(case.person_id, f"task {one.task_id}")
    return render(
        request,
        "task.html",
        title=one.title or one.task_id,
        case=case,
        task=one,
        name=leaver_of(case),
        words=WORDS,
        link=None,
    )


def answer(request: Request) -> Response:
    """Record what a named person says: done, or why not."""
    site, form = site_of(request), form_of(request)
    _, one = find_task(site.settings, request.path_params["task_id"])
    _answer(site, one, form.get("by", ""), form.get("outcome", ""), form.get("statement", ""), None)
    return back_to(f"/tasks/{segment(one.task_id)}", form["outcome"])


def make_link(request: Request) -> Response:
    """Make a link for the task's owner, to be sent to them; it is shown once."""
    site = site_of(request)
    case, one = find_task(site.settings, request.path_params["task_id"])
    if one.state != "open" or not one.owner_email:
        raise BadUse(
            f"{one.task_id} is {one.state}, with {one.owner_email or 'nobody'}: nobody is to be asked"
        )
    token = sign_link(site.settings.home, one.task_id, one.owner_email, now())
    base = (site.settings.offboarding.links_at or f"{request.url.scheme}://{request.url.netloc}").rstrip("/")
    return render(
        request,
        "task.html",
        title=one.title or one.task_id,
        case=case,
        task=one,
        name=leaver_of(case),
        words=WORDS,
        link=f"{base}{PATH}{token}",
    )


def link(request: Request) -> Response:
    """Show the task of a signed link; nothing is changed by looking."""
    said, case, one = _behind(request)
    return _page(request, said, case, one)


def answer_link(request: Request) -> Response:
    """Record the word of the person that the link was made for, once."""
    site, form = site_of(request), form_of(request)
    said, _, one = _behind(request)
    _answer(site, one, said.by, form.get("outcome", ""), form.get("statement", ""), said.nonce)
    case, one = find_task(site.settings, one.task_id)
    return _page(request, said, case, one, is_answered=True)


def _page(request: Request, said: Link, case: Case, one: TaskState, *, is_answered: bool = False) -> Response:
    return render(
        request,
        "link.html",
        title=one.title or one.task_id,
        case=case,
        task=one,
        name=leaver_of(case),
        words=WORDS,
        by=said.by,
        expires_at=said.expires_at,
        is_answered=is_answered,
        link_path=request.url.path,
        user_shown=site_of(request).user,
    )


def _behind(request: Request) -> tuple[Link, Case, TaskState]:
    site = site_of(request)
    said = read_link(site.settings.home, request.path_params["token"], now())
    refuse_used(Ledger(site.settings.home).entries(), said.nonce)
    case, one = find_task(site.settings, said.task_id)
    if said.by in (name.lower() for name in one.turned_down):
        raise LinkRefused(f"{said.by} has turned this task down already: it is with somebody else")
    return said, case, one


def _answer(site: Site, one: TaskState, by: str, outcome: str, statement: str, nonce: str | None) -> None:
    if outcome == "done":
        complete_task(site.settings, one.task_id, by=by, statement=statement, link=nonce)
        return
    if outcome not in OUTCOMES:
        raise BadUse(f"outcome {outcome!r}; expected done, {', '.join(OUTCOMES)}")
    with site.reading.current.store() as store:
        decline_task(
            site.settings,
            store,
            one.task_id,
            by=by,
            outcome=outcome,
            statement=statement,
            notify=notifier(site.settings),
            link=nonce,
        )
