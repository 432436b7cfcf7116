"""One collection of one instance: its lists one after the other, each whole or failed, none stopping the others."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from discovery.collect.answer import Api, IncompleteFetch, LinkExpired, NotPermitted
from discovery.collect.output import CollectedFile, folder_of, progress_of
from discovery.collect.page import Page, with_keys
from discovery.collect.paging import Parse, pages
from discovery.collect.permission import permission_of
from discovery.collect.retry import Asking, Patience
from discovery.collect.watermark import Watermarks
from discovery.connectors.http_answer import CONNECTIONS
from discovery.errors import SourceFailed
from discovery.ledger import without_secrets
from discovery.sources.collected import Collected

PEOPLE, LOGS, DIRECTORY = "people", "logs", "directory"
GROUPS = (PEOPLE, LOGS, DIRECTORY)
"""What is collected at one time: people every quarter of an hour, logs every hour, the rest every day."""


@dataclass
class Outcome:
    """What became of one list.

    state: collected, empty (whole, and nothing in it or nothing new), denied or failed. lost: what the program does
    not know without a list that is denied, and `permission` is what it would need. is_optional: denied is no fault.
    """

    name: str
    state: str = "empty"
    records: int = 0
    files: list[str] = field(default_factory=list)
    requests: int = 0
    waited: float = 0.0
    seconds: float = 0.0
    is_complete: bool = True
    from_at: datetime | None = None
    to_at: datetime | None = None
    reason: str | None = None
    permission: str | None = None
    lost: str | None = None
    is_optional: bool = False

    @property
    def is_fine(self) -> bool:
        """The list is whole, or may be left out."""
        return self.state in ("collected", "empty") or (self.state == "denied" and self.is_optional)


@dataclass(frozen=True)
class Log:
    """How a log is read: windows of at most `stretch`, each reaching back by `overlap`, whole up to `lag` ago.

    kept: how far back it goes at the source.
    """

    kept: timedelta
    lag: timedelta
    overlap: timedelta
    stretch: timedelta = timedelta(days=1)


@dataclass
class Collection:
    """What the lists of one collection share. `said`: is told list and records as they come."""

    system: str
    instance: str
    api: Api
    inbox: Path
    marks: Watermarks
    parse: Parse
    now: datetime
    patience: Patience = field(default_factory=Patience)
    since: datetime | None = None
    said: Callable[[str, int], None] | None = None
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """Where the files go."""
        return folder_of(self.inbox, self.system, self.instance)

    async def one(self, name: str, fetch: Callable[[Outcome, Asking], Awaitable[None]]) -> Outcome:
        """Collect one list; what goes wrong is told in its outcome and stops no other list."""
        outcome, asking, begin = Outcome(name), Asking(self.api, self.patience), time.monotonic()
        try:
            await fetch(outcome, asking)
            outcome.state = "collected" if outcome.records else "empty"
        except NotPermitted as error:
            outcome.state, outcome.reason = "denied", str(error)
            if (needed := permission_of(self.system, name)) is not None:
                outcome.permission, outcome.lost, outcome.is_optional = (
                    needed.least,
                    needed.lost,
                    needed.is_optional,
                )
        except LinkExpired as error:
            outcome.state, outcome.reason = "failed", f"the API does not know its own link any more: {error}"
        except SourceFailed as error:
            outcome.state, outcome.reason = "failed", str(error)
        # A server may quote what it was sent in what it refuses.
        outcome.reason = without_secrets(outcome.reason)
        outcome.requests, outcome.waited = asking.requests, round(asking.waited, 1)
        outcome.seconds = round(time.monotonic() - begin, 2)
        self.marks.set(name, tried_at=naive_now(), outcome=outcome.state, reason=outcome.reason)
        self.outcomes.append(outcome)
        return outcome

    async def snapshot(self, outcome: Outcome, asking: Asking, url: str, *,
                       keep: Callable[[Page], Page] | None = None) -> Page:  # fmt: skip
        """Collect a list of what is, whole. Returns its last page."""
        last = await self.to_file(outcome, asking, url, self.head(outcome.name), keep=keep)
        self.marks.set(outcome.name, whole_at=self.now)
        return last

    async def log(self, outcome: Outcome, asking: Asking, how: Log,
                  url_of: Callable[[datetime, datetime], str]) -> None:  # fmt: skip
        """Collect what a log has gained since it was last whole, in windows, each a file of its own."""
        whole_until = self.marks.get(outcome.name).whole_until
        earliest = self.now - how.kept
        begin = self.since or (whole_until - how.overlap if whole_until else earliest)
        if whole_until is not None and whole_until < earliest and self.since is None:
            lost = f"what happened from {whole_until}Z to {earliest}Z is lost"
            outcome.reason = f"{lost}: the source keeps {how.kept.days} days only"
            whole_until = None
        begin = max(begin, earliest)
        outcome.from_at = begin
        interrupted = progress_of(self.folder, outcome.name)
        while begin < self.now:
            asked_at = self.now
            if interrupted is not None and interrupted.head.from_at == begin:
                asked_at = interrupted.head.collected_at
            end = min(begin + how.stretch, asked_at)
            # What comes late is collected by the next window: this one claims to be whole up to before the lag only.
            until = max(min(end, asked_at - how.lag), begin)
            is_whole = until > begin
            head = self.head(
                outcome.name, from_at=begin, to_at=until if is_whole else end, is_complete=is_whole
            )
            await self.to_file(outcome, asking, url_of(begin, end), head)
            if is_whole and (whole_until is None or begin <= whole_until < until):
                whole_until = until
                self.marks.set(outcome.name, whole_until=until)
            outcome.to_at = until
            begin = end

    async def of_parents(self, outcome: Outcome, asking: Asking, parents: Sequence[Any],
                         url_of: Callable[[Any], str], keys_of: Callable[[Any], Mapping[str, Any]],
                         keep: Callable[[Page], Page] | None = None,
                         each: Callable[[Any, Page], None] | None = None) -> None:  # fmt: skip
        """Collect a list that the API has for each parent only, several at a time; a parent that is gone has none."""
        file = CollectedFile(self.folder, self.head(outcome.name))
        try:
            await self.add_parents(asking, file, parents, url_of, keys_of, keep=keep, each=each)
        except BaseException:
            file.discard()
            raise
        self.take(outcome, file)
        self.marks.set(outcome.name, whole_at=self.now)

    async def add_parents(self, asking: Asking, file: CollectedFile, parents: Sequence[Any],
                          url_of: Callable[[Any], str], keys_of: Callable[[Any], Mapping[str, Any]],
                          keep: Callable[[Page], Page] | None = None,
                          each: Callable[[Any, Page], None] | None = None) -> None:  # fmt: skip
        """Add the lists of some parents to a file. keys_of: keys that say whose a record is; each: sees every page."""
        for at in range(0, len(parents), CONNECTIONS):
            some = parents[at : at + CONNECTIONS]
            lists = await asyncio.gather(*(self._all_of(asking, url_of(one)) for one in some))
            for parent, found in zip(some, lists, strict=True):
                if each is not None:
                    for page in found:
                        each(parent, page)
                texts = [t for page in found for t in (keep(page) if keep else page).texts]
                keys = keys_of(parent)
                file.add([with_keys(text, keys) for text in texts] if keys else texts)
            self._tell(file.head.list, file.records)

    async def _all_of(self, asking: Asking, url: str) -> list[Page]:
        try:
            return [page async for page in pages(asking, url, self.parse)]
        except IncompleteFetch as error:
            if error.status == 404:
                return []
            raise

    async def to_file(self, outcome: Outcome, asking: Asking, url: str, head: Collected, *,
                      keep: Callable[[Page], Page] | None = None, is_resumed: bool = True) -> Page:  # fmt: skip
        """Write all pages from an address on into one file, going on with it where it was interrupted.

        keep: changes what is kept of a page. is_resumed: an interrupted file may be gone on with. Returns
        the last page.
        """
        before = progress_of(self.folder, head.list) if is_resumed else None
        file = None
        if before is not None and _is_same(before.head, head):
            file = CollectedFile.resumed(self.folder, before)
        if file is not None and before is not None:
            try:
                return await self._fill(outcome, asking, before.following, file, keep)
            except LinkExpired:
                file.discard()
            except IncompleteFetch as error:
                if error.status not in (400, 404):
                    raise
                # The link of the interrupted list is no good any more: from the beginning.
                file.discard()
        return await self._fill(outcome, asking, url, CollectedFile(self.folder, head), keep)

    async def _fill(self, outcome: Outcome, asking: Asking, url: str, file: CollectedFile,
                    keep: Callable[[Page], Page] | None) -> Page:  # fmt: skip
        last = Page([])
        try:
            async with aclosing(pages(asking, url, self.parse)) as found:
                async for page in found:
                    kept = keep(page) if keep else page
                    await asyncio.to_thread(file.add, kept.texts, page.following)
                    self._tell(outcome.name, outcome.records + file.records)
                    last = page
        except LinkExpired:
            file.discard()
            raise
        except BaseException:
            file.leave()
            raise
        self.take(outcome, file)
        return last

    def take(self, outcome: Outcome, file: CollectedFile) -> None:
        """Put a whole file into its place and count it."""
        outcome.records += file.records
        outcome.is_complete = outcome.is_complete and file.head.is_complete
        path = file.finish()
        if path is not None:
            outcome.files.append(str(path.relative_to(self.inbox)))

    def head(self, name: str, *, from_at: datetime | None = None, to_at: datetime | None = None,
             is_complete: bool = True) -> Collected:  # fmt: skip
        """Return the first line of a file of this collection."""
        return Collected(self.system, name, self.instance, from_at, to_at, is_complete, self.now)

    def _tell(self, name: str, records: int) -> None:
        if self.said is not None:
            self.said(name, records)

    async def ids(self, asking: Asking, url: str, key: str) -> list[str]:
        """Return one key of every record of a list that is read to ask for others, and not kept."""
        found = []
        async with aclosing(pages(asking, url, self.parse)) as all_pages:
            async for page in all_pages:
                found += [str(json.loads(text)[key]) for text in page.texts]
        return found

    def is_interrupted(self, name: str) -> bool:
        """Tell whether a list was begun and may be gone on with."""
        return progress_of(self.folder, name) is not None


def _is_same(one: Collected, other: Collected) -> bool:
    """Tell whether an interrupted file is of the list, window and wholeness that are wanted now."""
    return (one.list, one.instance, one.from_at, one.is_complete) == (
        other.list, other.instance, other.from_at, other.is_complete,
    )  # fmt: skip


def naive_now() -> datetime:
    """The moment, UTC, without a zone, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)
