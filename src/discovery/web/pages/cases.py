"""Cases: plan, compare, approve, progress. Nothing is sent from here: `discovery offboard execute` acts."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from discovery.errors import BadUse, UnknownName
from discovery.offboarding import approve as approving
from discovery.offboarding.alternative import alternatives_for
from discovery.offboarding.case import Case, record_plan
from discovery.offboarding.guard import refuse_protected
from discovery.offboarding.plan import make_plan
from discovery.offboarding.playbook import read_playbooks
from discovery.offboarding.route import can_act
from discovery.offboarding.source_age import EVERYTHING, overridden, source_ages
from discovery.offboarding.status import duration, times_to_revoke
from discovery.report.published import Person
from discovery.web.ledger_rows import leaver_of
from discovery.web.listing import table_of
from discovery.web.listings import LISTINGS
from discovery.web.page import back_to, form_of, page_number, person_of, render, segment, site_of
from discovery.web.pages.people import known_person
from discovery.web.site import now


def cases(request: Request) -> Response:
    """All cases, all open tasks, and how long each route takes."""
    site = site_of(request)
    times = [
        {"route": route, "count": said["count"], "half": duration(said["p50"]), "most": duration(said["p90"])}
        for route, said in times_to_revoke(site.cases().values()).items()
    ]
    show = "all" if request.query_params.get("show") == "all" else None
    return render(
        request,
        "cases.html",
        title="Cases",
        table=table_of(site, LISTINGS["cases"], page=page_number(request)),
        tasks=table_of(site, LISTINGS["tasks"], {"case": None, "show": show}, most=200),
        times=times,
        today=now().date().isoformat(),
        show=show,
    )


def case(request: Request) -> Response:
    """One case: its plan in order, what became of each step, approvals, tasks and the ledger."""
    site = site_of(request)
    one = _case(request)
    if one.person_id is not None:
        site.opened(one.person_id, f"case {one.case_id}")
    done = sum(step.is_done for step in one.steps.values())
    return render(
        request,
        "case.html",
        title=f"Case of {leaver_of(one)}",
        case=one,
        name=leaver_of(one),
        done=done,
        tasks=table_of(site, LISTINGS["tasks"], {"case": one.case_id, "show": None}, most=200),
        entries=table_of(site, LISTINGS["entries"], {"case": one.case_id}, most=500),
    )


def approve(request: Request) -> Response:
    """Approve the plan that was looked at, by whoever runs this server; another plan or state is refused."""
    site, one = site_of(request), _case(request)
    plan_hash = form_of(request).get("plan_hash", "")
    if not plan_hash:
        raise BadUse("an approval names the plan that was looked at")
    with site.reading.current.store() as store:
        approving.approve(site.settings, store, one, plan_hash=plan_hash)
    return back_to(f"/cases/{segment(one.case_id)}", "approved")


def plan_form(request: Request) -> Response:
    """Before a plan is made: how old the knowledge is, and when the person leaves."""
    site = site_of(request)
    who = known_person(request)
    if isinstance(who, Response):
        return RedirectResponse(f"{who.headers['location']}/plan", 303)
    with site.reading.current.store() as store:
        ages = source_ages(store, site.settings, now().date())
    site.opened(who.person_id, "plan")
    return render(
        request,
        "plan.html",
        title=f"Plan for {who.name}",
        who=who,
        ages=ages,
        old=[age for age in ages if age.is_old],
        case=site.case_of(who.person_id),
    )


def make(request: Request) -> Response:
    """Make the plan of a person from this publication and put it into the case; nothing is sent."""
    site, form = site_of(request), form_of(request)
    who = _somebody(request)
    leaves_on = _day(form["leaves_on"]) if form.get("leaves_on") else None
    books = read_playbooks(site.settings.offboarding.playbooks)
    with site.reading.current.store() as store:
        refuse_protected(site.settings, store, who.person_id)
        ages = source_ages(store, site.settings, now().date())
        accepted = [EVERYTHING] if form.get("accept_old") else []
        made = make_plan(
            store,
            site.settings,
            books,
            who.person_id,
            can_act=can_act(site.settings),
            is_immediate="now" in form,
            leaves_on=leaves_on,
            ages=ages,
            overrides=overridden(ages, accepted, form.get("reason")),
        )
    one = record_plan(site.settings.home, made, overrides_reason=form.get("reason"))
    return back_to(f"/cases/{segment(one.case_id)}", "planned")


def compare(request: Request) -> Response:
    """What other orders of doing it would send to apps that Entra ID provisions, and what they forfeit."""
    site = site_of(request)
    who = known_person(request)
    if isinstance(who, Response):
        return RedirectResponse(f"{who.headers['location']}/compare", 303)
    with site.reading.current.store() as store:
        at, found = alternatives_for(store, site.settings, who.person_id)
    site.opened(who.person_id, "compare")
    sources = {(e.source, e.as_of) for one in found for e in one.events}
    return render(
        request,
        "compare.html",
        title=f"Orders compared for {who.name}",
        who=who,
        at=at,
        alternatives=found,
        documents=sorted(sources),
    )


def _case(request: Request) -> Case:
    case_id = request.path_params["case_id"]
    found = site_of(request).cases().get(case_id)
    if found is None:
        raise UnknownName(f"there is no case {case_id!r}")
    return found


def _somebody(request: Request) -> Person:
    who = person_of(site_of(request), request.path_params["person_id"])
    if who is None:
        raise UnknownName(f"nobody has the person_id {request.path_params['person_id']!r}")
    return who


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadUse(f"last day {text!r}; expected one like 2026-09-30") from error
