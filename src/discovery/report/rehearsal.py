"""A test account followed through create, update, disable and delete: in the provisioning log and in the app."""

from __future__ import annotations

from discovery.report.diagnosis import FAIL, PASS, UNKNOWN, Point
from discovery.report.published import App
from discovery.store import Store

_NAMES = """
SELECT DISTINCT identifier FROM account WHERE lower(identifier) = $low OR lower(account_name) = $low
UNION SELECT $low
UNION
SELECT a.identifier FROM account AS a JOIN person_identifier AS i USING (person_id) WHERE lower(i.identifier) = $low
"""
_STEPS = """
SELECT action, outcome, sum(entry_count) AS entries, max(last_at) AS last_at, arg_max(said, last_at) AS said
FROM provisioning_step
WHERE app_id = $app AND list_contains($names, identifier)
GROUP BY ALL
ORDER BY last_at
"""
_LISTED = """
SELECT x.status, x.is_active, x.last_seen_on, a.identifier
FROM account_access AS x JOIN account AS a USING (account_id)
WHERE x.app_id = $app AND x.status IS NOT NULL
    AND (list_contains($names, a.identifier) OR lower(a.account_name) = $low)
"""
_TODO = {
    "create": "Assign the account to the app.",
    "update": "Change its display name.",
    "disable": "Disable it in Entra ID.",
    "delete": "Delete it, then empty it from the recycle bin.",
}


def rehearse(store: Store, app: App, account: str) -> tuple[Point, ...]:
    """Follow a test account through create, update, disable and delete, in the provisioning log and in the app."""
    low = account.strip().lower()
    names = [str(r[0]) for r in store.rows(_NAMES, {"low": low})]
    steps = store.dicts(_STEPS, {"app": app.app_id, "names": names})
    points = []
    for number, action in enumerate(("create", "update", "disable", "delete"), 1):
        mine = [s for s in steps if s["action"] == action]
        lines = tuple(f"{s['outcome']} at {s['last_at']:%Y-%m-%d %H:%M} UTC ({s['said']})" for s in mine)
        if not mine:
            points.append(
                Point(
                    number,
                    action,
                    UNKNOWN,
                    "the log has no such entry of this account",
                    (),
                    f"{_TODO[action]} Then wait for the next cycle and collect the log.",
                )
            )
        else:
            went = mine[-1]["outcome"] == "delivered"
            why = f"{mine[-1]['outcome']} ({mine[-1]['said']})"
            todo = None if went else "Mend what the entry says and repeat the step."
            points.append(Point(number, action, PASS if went else FAIL, why, lines, todo))
    listed = store.dicts(_LISTED, {"app": app.app_id, "names": names, "low": low})
    told = any(p.title in ("disable", "delete") and p.answer == PASS for p in points)
    lines = tuple(
        f"{r['identifier']}: {r['status']} on the app's own list of {r['last_seen_on']}" for r in listed
    )
    if any(r["is_active"] for r in listed) and told:
        why, todo = (
            "told inactive, still active on its own list",
            "Read the app's list again; then end it by hand.",
        )
        points.append(Point(5, "in the app", FAIL, why, lines, todo))
    elif listed:
        points.append(Point(5, "in the app", PASS, "as its own list says", lines))
    else:
        why = "no list of the app's users that has it was read"
        points.append(Point(5, "in the app", UNKNOWN, why, (), "Export the app's user list."))
    return tuple(points)
