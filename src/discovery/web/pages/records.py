"""Findings, runs and quarantine, and every table as CSV."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response

from discovery.errors import BadUse, UnknownName
from discovery.report.spreadsheet import csv_text
from discovery.web.listing import table_of
from discovery.web.listings import LISTINGS
from discovery.web.page import page_number, render, site_of

SEVERITIES = ("high", "medium", "low")
STATES = ("loaded", "duplicate", "unrecognised", "refused")


def findings(request: Request) -> Response:
    """What is wrong, by rule and severity."""
    site = site_of(request)
    rule = request.query_params.get("rule") or None
    severity = request.query_params.get("severity") or None
    if severity is not None and severity not in SEVERITIES:
        raise BadUse(f"severity {severity!r}; expected one of {', '.join(SEVERITIES)}")
    return render(
        request,
        "findings.html",
        title="Findings",
        rules=table_of(site, LISTINGS["finding_rules"], most=100),
        rule=rule,
        severity=severity,
        severities=SEVERITIES,
        table=table_of(
            site, LISTINGS["findings"], {"rule": rule, "severity": severity}, page=page_number(request)
        ),
    )


def runs(request: Request) -> Response:
    """What the publication stands on: the run, the sources, each file, what could not be read and what was left out."""
    site = site_of(request)
    state = request.query_params.get("state") or None
    if state is not None and state not in STATES:
        raise BadUse(f"state {state!r}; expected one of {', '.join(STATES)}")
    return render(
        request,
        "runs.html",
        title="Runs",
        state=state,
        states=STATES,
        files=table_of(site, LISTINGS["files"], {"state": state}, page=page_number(request)),
        quarantine=table_of(site, LISTINGS["quarantine"], most=50),
        ignored=table_of(site, LISTINGS["ignored"], most=50),
        sources=table_of(site, LISTINGS["sources"], most=100),
        previous=site.reading.previous(),
        path=site.settings.published,
    )


def csv(request: Request) -> Response:
    """The whole of a table, safe to open in a spreadsheet."""
    site = site_of(request)
    listing = LISTINGS.get(request.path_params["name"])
    if listing is None:
        raise UnknownName(f"there is no table {request.path_params['name']!r}")
    said = request.query_params
    unknown = set(said) - set(listing.binds)
    if unknown:
        raise BadUse(f"{listing.name} is not asked by {', '.join(sorted(unknown))}")
    binds = {name: said.get(name) for name in listing.binds}
    case = site.cases().get(binds.get("case") or "")
    if listing.is_personal and (who := binds.get("person") or (case and case.person_id)):
        site.opened(who, f"csv {listing.name}")
    rows = listing.all_rows(site, binds)
    names = list(rows[0]) if rows else [column.name for column in listing.columns]
    text = csv_text(names, [[row[name] for name in names] for row in rows])
    parts = [listing.name, *(value for value in binds.values() if value)]
    file = re.sub(r"[^A-Za-z0-9_.-]+", "_", "-".join(parts))[:100]
    return Response(
        text.encode("utf-8", "replace"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{file}.csv"'},
    )
