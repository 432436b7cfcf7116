"""The review queue: what the machine leaves open, why, what a decision would change, and the decision."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from discovery.decisions import read_decisions
from discovery.errors import BadUse, UnknownName
from discovery.report.decision import key_of
from discovery.report.published import App, find_app
from discovery.report.queue import called, decide, effect, find_mention
from discovery.web.ledger_rows import open_rows
from discovery.web.listing import table_of
from discovery.web.listings import LISTINGS
from discovery.web.page import back_to, form_of, page_number, render, segment, site_of

LAST = 10
"""How many of the newest decisions are shown, to take back."""


def queue(request: Request) -> Response:
    """What is open, and what was decided last."""
    site = site_of(request)
    table = table_of(site, LISTINGS["queue"], page=page_number(request))
    standing = read_decisions(site.settings.home).standing("match")
    newest = sorted(standing.values(), key=lambda decision: decision.at, reverse=True)[:LAST]
    decided = [
        {
            "key": key_of(one.subject["mention"], one.subject["mention_kind"]),
            "mention": one.subject["mention"],
            "kind": one.subject["mention_kind"],
            "action": one.action,
            "app_id": one.app_id,
            "by": one.by,
            "at": one.at,
        }
        for one in newest
    ]
    return render(
        request, "queue.html", title="Review", table=table, decided=decided, decided_count=len(standing)
    )


def match(request: Request) -> Response:
    """One name: the score as a waterfall, the preview, the decision."""
    site = site_of(request)
    said = request.query_params.get("app", "").strip()
    with site.reading.current.store() as store:
        one = find_mention(store, request.path_params["key"], None)
        score = table_of(site, LISTINGS["match_score"], {"mention": one["mention"], "kind": one["kind"]})
        problem, chosen = None, None
        try:
            chosen = find_app(store, said or one["app_id"]) if said or one["app_id"] else None
        except UnknownName as error:
            problem = str(error)
        preview = effect(store, one, chosen.app_id) if chosen else None
    key = key_of(one["mention"], one["kind"])
    keys = [row["key"] for row in open_rows(site, {})]
    at = keys.index(key) if key in keys else None
    standing = read_decisions(site.settings.home).standing("match").get((one["kind"], one["mention"]))
    return render(
        request,
        "match.html",
        title=called(one),
        match=one,
        key=key,
        score=score,
        steps=waterfall(score.rows),
        chosen=chosen,
        problem=problem,
        preview=preview,
        standing=standing,
        position=at,
        open_count=len(keys),
        before=keys[at - 1] if at else None,
        after=keys[at + 1] if at is not None and at + 1 < len(keys) else None,
    )


def decide_match(request: Request) -> Response:
    """Record a decision as `discovery review` does, and go on with the next name."""
    site, form = site_of(request), form_of(request)
    key = request.path_params["key"]
    action = form.get("action", "")
    if action not in ("accept", "reject", "ignore", "undo"):
        raise BadUse(f"action {action!r}; expected accept, reject, ignore or undo")
    chosen: App | None = None
    with site.reading.current.store() as store:
        one = find_mention(store, key, None)
        if action == "accept":
            if not form.get("app"):
                raise BadUse("accepting a name needs the app that it means")
            chosen = find_app(store, form["app"])
    is_decided = (one["kind"], one["mention"]) in read_decisions(site.settings.home).standing("match")
    if action == "undo" and not is_decided:
        raise BadUse(f"nobody has decided on {one['mention']!r}: there is nothing to take back")
    keys = [row["key"] for row in open_rows(site, {})]
    decide(site.settings, one, action, chosen.app_id if chosen else None, form.get("reason") or None)
    if action == "undo":
        return back_to(f"/queue/{segment(key)}", "undo")
    following = keys[keys.index(key) + 1 :] if key in keys else []
    return RedirectResponse(
        f"/queue/{following[0]}?said={action}" if following else f"/queue?said={action}", 303
    )


def waterfall(rows: Any) -> list[dict[str, Any]]:
    """Return the bars of a score: each begins where the one before ended; positions in a width of 300."""
    total, sums = 0.0, [0.0]
    for row in rows:
        total += row["weight"]
        sums.append(total)
    low, high = min(0.0, *sums), max(100.0, *sums)
    scale = 300 / (high - low)
    bars = []
    for at, row in enumerate(rows):
        begin, end = sums[at], sums[at + 1]
        bars.append(
            {
                **row,
                "x": round((min(begin, end) - low) * scale, 1),
                "width": max(1.5, round(abs(end - begin) * scale, 1)),
                "is_for": row["weight"] >= 0,
                "sum": round(end, 1),
                "end_x": round((end - low) * scale, 1),
            }
        )
    return bars
