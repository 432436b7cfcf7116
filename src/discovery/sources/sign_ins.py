"""The outer half of a sign-in format's SELECT: what is ignored and what is quarantined, the same for all.

A format writes the inner half, its `entry`: one row per record with the columns

    event_id, at_text (as written), observed_at, account_key, account_name, mention_kind, mention, mention_name,
    method, result_text (as written), outcome (success, failure or NULL = not understood) and
    reason (why the record is no sign-in at all, or NULL), and, where there is something to say,
    instance_named (the instance that the record names) and, where records of other kinds lie in between,
    elsewhere (true: the record counts through such a kind only; it is judged all the same).
"""

from __future__ import annotations

from string import Template

_OUTER = Template("""
SELECT
    event_id, $record observed_at, account_key, account_name, mention_kind, mention, mention_name, method,
    _ignored, $elsewhere $instance
    CASE
        WHEN _ignored IS NOT NULL THEN NULL
        WHEN outcome IS NULL THEN problem('$result', result_text, '$expected')
        WHEN observed_at IS NULL THEN problem('$at', at_text, 'an instant, e.g. 2026-04-18T09:12:44Z')
        WHEN mention IS NULL THEN problem('$app', NULL, 'id or name of the app')
        WHEN account_key IS NULL AND account_name IS NULL THEN problem('$user', NULL, 'id or name of the user')
    END AS _problem
FROM (
    SELECT *, coalesce(reason, CASE WHEN outcome = 'failure' THEN 'failed sign-in' END) AS _ignored
    FROM ($entry)
)
""")


def sign_in_select(entry: str, *, at: str, result: str, app: str, user: str, expected: str = "success or failure",
                   numbered: bool = False) -> str:  # fmt: skip
    """Return the whole SELECT; `at` … `user` are the columns as the export calls them, for messages.

    numbered: records may lack an id, so that two identical ones are told apart by their number.
    """
    return _OUTER.substitute(
        entry=entry, at=at, result=result, app=app, user=user, expected=expected,
        record="_record AS record," if numbered else "",
        instance="nullif(lower(trim(instance_named)), '') AS _instance," if " AS instance_named" in entry else "",
        elsewhere="elsewhere AND _ignored IS NULL AS _elsewhere," if " AS elsewhere," in entry else "",
    )  # fmt: skip
