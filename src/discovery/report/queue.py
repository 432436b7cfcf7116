"""The review queue: what the machine leaves open, and what a decision on it would change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discovery.decisions import Decision, read_decisions
from discovery.errors import BadUse, UnknownName
from discovery.ledger.actor import user
from discovery.report.decision import keep_decision, key_of
from discovery.report.published import find_app
from discovery.settings import Settings
from discovery.store import Store

COLUMNS = (
    "key",
    "mention",
    "mention_name",
    "kind",
    "app_id",
    "app_name",
    "score",
    "persons",
    "accounts",
    "events",
    "amount",
    "runner_up",
    "explanation",
)
"""What is known of one open match, in the order of the export."""

_SEEN = """
WITH seen AS (
    SELECT mention, person_id, account_id, event_count FROM usage_month
    UNION ALL
    SELECT mention, person_id, NULL, event_count FROM not_access
    WHERE mention NOT IN (SELECT mention FROM usage_month)
)
"""
_OPEN = (
    _SEEN
    + """
SELECT m.mention, n.mention_name, m.kind, m.app_id, app.name AS app_name, m.score,
    count(DISTINCT s.person_id) AS persons, count(DISTINCT s.account_id) AS accounts,
    CAST(coalesce(sum(s.event_count), 0) AS BIGINT) AS events, n.amount, m.runner_up, m.explanation
FROM match AS m
LEFT JOIN app USING (app_id)
LEFT JOIN seen AS s ON s.mention = m.mention
LEFT JOIN mention AS n ON n.mention = m.mention AND n.kind = m.kind
WHERE m.decision = 'review'
GROUP BY ALL
ORDER BY n.amount DESC NULLS LAST, persons DESC, accounts DESC, events DESC, m.kind, m.mention
"""
)
_NO_MENTION = (
    "LEFT JOIN (SELECT NULL::VARCHAR AS mention, NULL::VARCHAR AS kind, NULL::VARCHAR AS mention_name, "
    "NULL::DECIMAL(18,2) AS amount) AS n"
)
"""In place of the table `mention`, which files of earlier versions have not."""
_NAMED = """
SELECT m.*, n.mention_name
FROM match AS m
LEFT JOIN mention AS n ON n.mention = m.mention AND n.kind = m.kind
WHERE coalesce(m.kind = $kind, $kind IS NULL)
"""
# The key is that of discovery.report.decision.key_of.
_EXACTLY = """
    AND (m.mention = $text OR regexp_full_match($text, 'm[0-9a-f]{12}')
        AND 'm' || left(sha256(m.kind || chr(0) || m.mention), 12) = $text)
"""
_EFFECT = """
WITH seen AS (
    SELECT person_id, event_count FROM usage_month WHERE mention = $mention
    UNION ALL
    SELECT person_id, event_count FROM not_access
    WHERE mention = $mention AND NOT EXISTS (FROM usage_month AS u WHERE u.mention = $mention)
), summed AS (
    SELECT person_id, CAST(sum(event_count) AS BIGINT) AS events FROM seen GROUP BY ALL
)
SELECT p.person_id, p.email, p.display_name, p.status, p.left_on, s.events,
    p.person_id IN (SELECT a.person_id FROM access AS a WHERE a.app_id = $app) AS has_access
FROM summed AS s
JOIN person AS p USING (person_id)
ORDER BY p.email, p.person_id
"""


Filled = tuple[dict[str, Any], str, str | None, str | None]
"""A decision as somebody filled it in: match, action, app_id, reason."""


def open_matches(store: Store, settings: Settings) -> list[dict[str, Any]]:
    """Return matches under review that nobody has decided, those that change most first."""
    rows = matches_under_review(store)
    standing = read_decisions(settings.home).standing("match")
    return [
        {"key": key_of(row["mention"], row["kind"]), **row}
        for row in rows
        if (row["kind"], row["mention"]) not in standing
    ]


def matches_under_review(store: Store) -> list[dict[str, Any]]:
    """Return what the machine left open in a publication, whatever people have decided since."""
    return store.dicts(_joined(store, _OPEN))


def _joined(store: Store, sql: str) -> str:
    """Return a query that joins `mention`, for a file that may lack it."""
    has_mentions = bool(store.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'mention'"))
    return sql if has_mentions else sql.replace("LEFT JOIN mention AS n", _NO_MENTION)


def called(row: Mapping[str, Any]) -> str:
    """Return how a mention is shown: by the display name that came along with it, if that says more, and as it is."""
    mention, name = str(row["mention"]), row.get("mention_name")
    return f"{name} ({mention})" if name and str(name).casefold() != mention.casefold() else mention


def find_mention(store: Store, text: str, kind: str | None) -> dict[str, Any]:
    """Return the match of a mention, given as it is named, by its key or by the name it is shown with.

    Raises UnknownName.
    """
    rows = store.dicts(_joined(store, _NAMED + _EXACTLY), {"kind": kind, "text": text})
    if not rows:  # however it was typed, and what is near
        rows = store.dicts(_joined(store, _NAMED), {"kind": kind})
    typed = text.strip().casefold()
    tests = (
        lambda row: row["mention"] == text,
        lambda row: key_of(row["mention"], row["kind"]) == text,
        lambda row: row["mention"].casefold() == typed,
        # An export puts an apostrophe before what a spreadsheet would take for a formula.
        lambda row: text.startswith("'") and row["mention"] == text[1:],
        lambda row: typed in ((row["mention_name"] or "").casefold(), called(row).casefold()),
    )
    for fits in tests:
        found = [row for row in rows if fits(row)]
        if len(found) == 1:
            return found[0]
        kinds = sorted({str(row["kind"]) for row in found})
        if len(kinds) > 1:
            raise UnknownName(
                f"{text!r} is named in several ways ({', '.join(kinds)}): say which with --kind."
            )
        if found:
            which = ", ".join(f"{key_of(row['mention'], row['kind'])} ({row['mention']})" for row in found)
            raise UnknownName(f"{text!r} is the name of several ({kinds[0]}): say which by its key: {which}.")
    import difflib

    said = {name: None for row in rows for name in (row["mention"], row["mention_name"]) if name}
    near = difflib.get_close_matches(text, list(said), n=5)
    hint = f" Near: {', '.join(map(repr, near))}." if near else " `discovery review list` shows what is open."
    raise UnknownName(f"no source names an app {text!r}.{hint}")


def effect(store: Store, match: dict[str, Any], app_id: str) -> dict[str, Any]:
    """Return what accepting a mention for an app would change."""
    persons = store.dicts(_EFFECT, {"mention": match["mention"], "app": app_id})
    return {
        "mention": match["mention"],
        "kind": match["kind"],
        "decision": match["decision"],
        "app_id": app_id,
        "was_app_id": match["app_id"],
        "persons": persons,
        "gain_count": sum(not row["has_access"] for row in persons),
    }


def decide(
    settings: Settings, match: dict[str, Any], action: str, app_id: str | None, reason: str | None
) -> Decision:
    """Record one decision on a mention; it counts from the next run."""
    return keep_decision(
        settings,
        by=user(),
        kind="match",
        action=action,
        subject={"mention_kind": str(match["kind"]), "mention": str(match["mention"])},
        app_id=app_id,
        reason=reason,
    )


def checked_rows(store: Store, rows: list[dict[str, str]]) -> list[Filled]:
    """Return the decisions of a filled-in export. Raises BadUse naming every wrong row; none counts then."""
    checked: list[Filled] = []
    wrong = []
    for number, row in enumerate(rows, 2):
        action = row.get("action", "").strip().lower()
        try:
            if action:
                checked.append(_filled(store, row, action))
        except BadUse as error:
            wrong.append(f"row {number}: {error}")
    if wrong:
        raise BadUse("nothing was recorded:\n  " + "\n  ".join(wrong))
    return checked


def _filled(store: Store, row: dict[str, str], action: str) -> Filled:
    if action not in ("accept", "reject", "ignore", "undo"):
        raise BadUse(f"column action: {action!r}; expected accept, reject, ignore, undo or nothing")
    key = row.get("key", "").strip()
    match = find_mention(store, key or row.get("mention", ""), None if key else row.get("kind") or None)
    app = row.get("app", "").strip() or row.get("app_id", "")
    app_id = find_app(store, app).app_id if action == "accept" else None
    return match, action, app_id, row.get("reason", "").strip() or None
