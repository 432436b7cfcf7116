"""What the caller may choose."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

PARTS = (
    "entra_sign_ins",
    "entra_directory",
    "entra_provisioning",
    "okta",
    "push",
    "browser",
    "spend",
    "hr",
    "app_users",
    "dirt",
    "settings",
    "expected",
)
TENANT_ID = "6f1a3c52-8a0e-4d5b-9b77-2f4e8c1d9a30"
GUEST_TENANT_ID = "b8b1d7e4-3c55-4f9e-8a61-90d2c7f5e413"
OKTA_ORG = "nordwind.okta.example"
DOMAIN = "nordwind.example"
ACQUIRED_DOMAIN = "nordwind-instruments.example"


@dataclass(frozen=True)
class Options:
    """One generation: the same options always give the same bytes."""

    output: Path
    seed: int = 1
    people: int = 60
    days: int = 90
    end: date = date(2026, 9, 30)
    only: tuple[str, ...] = PARTS
    sign_ins: int | None = None
    untidy: bool = False

    @property
    def start(self) -> date:
        """First day of the window; the last is `end`."""
        return self.end - timedelta(days=self.days - 1)

    @property
    def inbox(self) -> Path:
        """Where the exports go."""
        return self.output / "inbox"

    def day(self, fraction: float) -> date:
        """Find the day at this fraction of the window (1 = day after the last)."""
        return self.start + timedelta(days=round(self.days * fraction))
