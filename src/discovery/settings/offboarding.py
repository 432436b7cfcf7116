"""Guard rails and people of offboarding: `[offboarding]` and `[deputies]`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from discovery.settings.reader import Reader


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


def offboarding_of(reader: Reader, base: Path) -> OffboardingSettings:
    """Return what the settings say of offboarding; paths are relative to `base`. Raises BadSettings."""
    known = {f.name for f in dataclasses.fields(OffboardingSettings)} - {"deputies"}
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
    )
