"""Guard rails and people of offboarding: `[offboarding]` and `[deputies]`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from discovery.errors import BadSettings
from discovery.settings.reader import Reader

STANDING_ROUTES = ("idp", "scim", "api", "manual")


@dataclass(frozen=True)
class StandingApproval:
    """What may be done without asking for each person: steps of these routes in these apps, to the end of `until`.

    `apps`: app_ids and directory systems; `*` = all. `granted_by`: who answers for it. Irreversible steps are never
    covered.
    """

    routes: tuple[str, ...]
    apps: tuple[str, ...]
    until: date
    granted_by: str
    max_persons_per_day: int = 3
    max_steps_per_run: int = 50


@dataclass(frozen=True)
class OffboardingSettings:
    """Guard rails and people of offboarding. `protected`: globs on any identifier; such accounts are never acted on."""

    playbooks: Path | None = None
    protected: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    max_steps_per_run: int = 100
    max_persons_per_run: int = 5
    two_approvers_above: int = 3
    stop_file: Path | None = None
    max_source_age_days: int = 7
    silence_days: int = 7
    fallback_owner: str | None = None
    task_days: int = 5
    remind_every_days: int = 3
    escalate_to: str | None = None
    deputies: Mapping[str, str] = field(default_factory=dict)
    open_cases: bool = True
    open_ahead_days: int = 7
    approval_requests_to: tuple[str, ...] = ()
    run_approved: bool = False
    look_again_days: int = 30
    heads_to: tuple[str, ...] = ()
    links_at: str | None = None
    standing: StandingApproval | None = None


def offboarding_of(reader: Reader, base: Path) -> OffboardingSettings:
    """Return what the settings say of offboarding; paths are relative to `base`. Raises BadSettings."""
    known = {f.name for f in dataclasses.fields(OffboardingSettings)} - {"deputies", "standing"}
    block = reader.section("offboarding", known)
    standard = OffboardingSettings()
    playbooks = reader.text(block, "playbooks", "")
    stop = reader.text(block, "stop_file", "")
    return OffboardingSettings(
        playbooks=(base / playbooks).absolute() if playbooks else None,
        protected=tuple(text.lower() for text in reader.texts(block, "protected")),
        approvers=tuple(reader.texts(block, "approvers")),
        max_steps_per_run=reader.at_least(block, "max_steps_per_run", standard.max_steps_per_run, 1),
        max_persons_per_run=reader.at_least(block, "max_persons_per_run", standard.max_persons_per_run, 1),
        two_approvers_above=reader.at_least(block, "two_approvers_above", standard.two_approvers_above, 0),
        stop_file=(base / stop).absolute() if stop else None,
        max_source_age_days=reader.at_least(block, "max_source_age_days", standard.max_source_age_days, 0),
        silence_days=reader.at_least(block, "silence_days", standard.silence_days, 0),
        fallback_owner=reader.text(block, "fallback_owner", "") or None,
        task_days=reader.at_least(block, "task_days", standard.task_days, 1),
        remind_every_days=reader.at_least(block, "remind_every_days", standard.remind_every_days, 1),
        escalate_to=reader.text(block, "escalate_to", "") or None,
        deputies=reader.text_map("deputies"),
        open_cases=reader.flag(block, "open_cases", default=standard.open_cases),
        open_ahead_days=reader.at_least(block, "open_ahead_days", standard.open_ahead_days, 0),
        approval_requests_to=tuple(reader.texts(block, "approval_requests_to")),
        run_approved=reader.flag(block, "run_approved", default=standard.run_approved),
        look_again_days=reader.at_least(block, "look_again_days", standard.look_again_days, 0),
        heads_to=tuple(reader.texts(block, "heads_to")),
        links_at=reader.address(block, "links_at") if block.get("links_at") else None,
        standing=_standing(reader),
    )


def _standing(reader: Reader) -> StandingApproval | None:
    known = {f.name for f in dataclasses.fields(StandingApproval)}
    block = reader.section("standing_approval", known)
    if not block:
        return None
    for key in ("routes", "apps", "until", "granted_by"):
        if not block.get(key):
            raise BadSettings(f"{reader.where}: [standing_approval] has no `{key}`")
    routes = reader.texts(block, "routes")
    for route in routes:
        if route not in STANDING_ROUTES:
            raise BadSettings(
                f"{reader.where}: standing_approval.routes holds {route!r}; expected of {', '.join(STANDING_ROUTES)}"
            )
    until = block["until"]
    if type(until) is not date:
        raise BadSettings(f"{reader.where}: standing_approval.until = {until!r}; expected a date, 2026-12-31")
    return StandingApproval(
        routes=tuple(sorted(routes)),
        apps=tuple(sorted(reader.texts(block, "apps"))),
        until=until,
        granted_by=reader.text(block, "granted_by", ""),
        max_persons_per_day=reader.at_least(block, "max_persons_per_day", 3, 1),
        max_steps_per_run=reader.at_least(block, "max_steps_per_run", 50, 1),
    )
