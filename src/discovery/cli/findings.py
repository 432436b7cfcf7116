"""`discovery findings`: what is wrong."""

from __future__ import annotations

import click

from discovery.cli.options import example, json_option, with_settings
from discovery.cli.output import print_json
from discovery.cli.published import published, warn_if_old
from discovery.cli.terminal import say, table
from discovery.errors import BadUse
from discovery.settings import Settings

SEVERITIES = ("high", "medium", "low")
_FINDINGS = """
SELECT f.finding_id, f.rule, f.severity, f.person_id, p.email, f.app_id, app.name AS app_name, f.observed_at, f.summary,
    f.controls
FROM finding AS f LEFT JOIN person AS p USING (person_id) LEFT JOIN app ON app.app_id = f.app_id
WHERE ($rule IS NULL OR f.rule = $rule) AND ($severity IS NULL OR f.severity = $severity)
ORDER BY list_position(['high', 'medium', 'low'], f.severity), f.rule, f.observed_at DESC, f.finding_id
"""


@click.command(epilog=example("discovery findings --severity high"))
@click.option("--rule", help="Only this rule.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only of this severity.")
@with_settings
@json_option
def findings(settings: Settings, rule: str | None, severity: str | None, *, as_json: bool) -> None:
    """List what is wrong."""
    with published(settings) as store:
        rules = [str(r[0]) for r in store.rows("SELECT DISTINCT rule FROM finding ORDER BY rule")]
        if rule is not None and rule not in rules:
            raise BadUse(f"no finding has the rule {rule!r}; found were: {', '.join(rules) or 'none at all'}")
        rows = store.dicts(
            _FINDINGS,
            {"rule": rule, "severity": severity},
        )
        if as_json:
            print_json(rows)
        else:
            table(
                ("severity", "rule", "seen (UTC)", "what"),
                [(r["severity"], r["rule"], r["observed_at"], r["summary"]) for r in rows],
                whole=("severity", "rule", "seen (UTC)"),
            )
            say(f"\n{len(rows)} finding{'' if len(rows) == 1 else 's'}")
        warn_if_old(store)
