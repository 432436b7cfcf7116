"""A large tenant for benchmarks: users and sign-ins made as they are asked for, always the same."""

import json
from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import overload

from sample_data.tenant import records
from sample_data.tenant.pages import bounds, time_filter
from sample_data.tenant.state import Tenant

NOW = datetime.now(UTC).replace(microsecond=0)
DAYS = 29
"""Inside what is read at first: the newest and the oldest are of no edge."""


class SignIns(Sequence[str]):
    """Sign-ins spread over 29 days, newest first, as texts; the range from `first` (the newest) to `end`."""

    def __init__(self, count: int, template: str, users: int, first: int = 0, end: int | None = None) -> None:
        self.count, self.template, self.users = count, template, users
        self.first, self.end = first, count if end is None else end
        self.step = timedelta(days=DAYS) / max(count, 1)

    def __len__(self) -> int:
        return self.end - self.first

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self._text(self.first + n) for n in range(*at.indices(len(self)))]
        return self._text(self.first + at)

    def at(self, number: int) -> str:
        """When a sign-in happened."""
        return records.said(NOW - self.step * (number + 1))

    def _text(self, number: int) -> str:
        key = f"{number:08x}-0000-4000-8000-{number:012x}"
        return self.template % {"id": key, "user": number % self.users, "at": self.at(number)}

    def within(self, wanted: str) -> "SignIns":
        """Return those that a $filter by time asks for."""
        is_due = time_filter(wanted)
        numbers = range(self.count)
        # Newest first: what is due is one stretch.
        latest = max((at for op, at in bounds(wanted) if op.startswith("l")), default=None)
        first = bisect_left(numbers, True, key=lambda n: latest is None or self.at(n) <= latest)
        while first < self.count and not is_due(self.at(first)):
            first += 1
        end = bisect_left(numbers, True, lo=first, key=lambda n: not is_due(self.at(n)))
        return SignIns(self.count, self.template, self.users, first, end)


def large(users: int, sign_ins: int) -> Tenant:
    """Make a tenant with so many users and interactive sign-ins, and little else."""
    tenant = Tenant("large", now=NOW)
    app = tenant.add_app("Figma")
    for number in range(users):
        key = _user(number)
        tenant.users[key] = records.user(key, f"user{number}.x", tenant.domain, NOW, {})
        tenant.changes.append(key)
    model = records.sign_in(
        "%(id)s", {"displayName": "User %(user)d X", "userPrincipalName": "user%(user)d.x@large.example",
                   "id": "%(user)08x-1111-4111-8111-111111111111"}, tenant.apps[app], tenant.id, NOW, True, 0, {},
    )  # fmt: skip
    model["createdDateTime"] = "%(at)s"
    tenant.sign_ins = SignIns(sign_ins, json.dumps(model), users)
    tenant.non_interactive = SignIns(0, "", users)
    return tenant


def _user(number: int) -> str:
    return f"{number:08x}-1111-4111-8111-111111111111"
