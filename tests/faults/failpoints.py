"""Makes the n-th effect of a night fail, for n = 1, 2, 3, …: by a kill, a full disk, or a disk that reports an error.

An effect is a SQL statement that reads or writes a file, or a call that writes, renames, links, removes or synchronises
one below the home. A small company has one night behind it; in the second, new files come. Each try is a process of its
own, forked from one with all imports done. `python -m tests.faults.failpoints FOLDER points|whole FAULTS EVERY` prints one
JSON line for each try; FAULTS: kill, full disk or disk error, or several with commas, which then take turns.

whole: each try begins from a copy of the home, is a whole night, and a whole undisturbed night follows it.
points: the night in parts (opening, reading, each step, publishing). Effects of a part fail one by one until it goes
through without reaching its failpoint; after each the part is done again, and has to leave what an undisturbed one does.
A kill is tried where something was written since the last one: in
between, the disk is the same.
"""

from __future__ import annotations

import errno
import functools
import io
import itertools
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from discovery.publish.content import content_hash
from discovery.run import NightRun, steps, writing
from discovery.settings import Settings, SourceHint
from discovery.store import Store
from discovery.tables import TABLES
from tests.faults.company import first_night, second_night

AS_OF = date(2026, 9, 30)
FAULTS = ("kill", "full disk", "disk error")
_NUMBER = {"full disk": errno.ENOSPC, "disk error": errno.EIO}
_SAYS = {"full disk": "No space left on device", "disk error": "Input/output error"}
_WRITES = os.O_WRONLY | os.O_RDWR
_TOUCHES_NO_FILE = re.compile(
    r"(--[^\n]*\n|\s)*(SET|BEGIN|ROLLBACK|DESCRIBE|CREATE OR REPLACE TEMP (MACRO|VIEW))\b", re.IGNORECASE
)
_WRITES_NO_FILE = re.compile(
    r"(--[^\n]*\n|\s)*(SELECT|WITH|FROM|CREATE OR REPLACE TEMP TABLE)\b", re.IGNORECASE
)


class Failpoint:
    """Counts the effects of this process and lets the n-th fail; n = 0 only counts."""

    def __init__(self, home: Path, fault: str, n: int, see: Callable[[str], None]) -> None:
        self.home, self.fault, self.n, self.see = str(home), fault, n, see
        self.count = 0
        self.is_on, self.is_together = True, False

    def met(self, what: str, error: Callable[[int, str], BaseException]) -> None:
        if not self.is_on:
            return
        self.count += 1
        if self.count == self.n:
            self.see(what)
            if self.fault == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise error(_NUMBER[self.fault], _SAYS[self.fault])

    def statement(self, sql: str) -> None:
        if _TOUCHES_NO_FILE.match(sql):
            self.is_together = self.is_together or sql.startswith("BEGIN")
            return
        if self.fault == "kill":
            # Until its end a transaction is in memory alone.
            self.is_together = self.is_together and sql != "COMMIT"
            if self.is_together or _WRITES_NO_FILE.match(sql):
                return
        self.met(
            " ".join(sql.split())[:80],
            lambda _, says: duckdb.IOException(f'IO Error: Could not write file "{self.home}/x": {says}'),
        )

    def file(self, what: str, path: object) -> None:
        if not isinstance(path, str | bytes | os.PathLike):
            return
        name = os.fsdecode(path)
        if name.startswith(self.home):
            self.met(
                f"{what} {name.removeprefix(self.home)}", lambda number, says: OSError(number, says, name)
            )

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """Hear of every call of this process that Python announces before it is made."""
        if event == "open" and isinstance(args[2], int) and args[2] & _WRITES:
            self.file("open", args[0])
        elif event in ("os.rename", "os.link"):
            self.file(event, args[1])
        elif event in ("os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.utime", "os.truncate"):
            self.file(event, args[0])

    def install(self) -> Failpoint:
        """From now on in this process, for good."""
        connect = duckdb.connect
        duckdb.connect = lambda *args, **kw: _Connection(connect(*args, **kw), self)  # type: ignore[assignment]
        for name in ("fsync", "write", "copy_file_range"):
            self._count_calls(name)
        opened = io.open

        @functools.wraps(opened)
        def counted(file: Any, mode: str = "r", *args: Any, **kw: Any) -> Any:
            made = opened(file, mode, *args, **kw)
            if set(mode) & set("wax+") and str(file).startswith(self.home):
                return _File(made, self, file)
            return made

        io.open = counted  # type: ignore[assignment]
        sys.addaudithook(self.audit)
        return self

    def _count_calls(self, name: str) -> None:
        as_it_is = getattr(os, name)

        @functools.wraps(as_it_is)
        def counted(*args: Any, **kw: Any) -> Any:
            handle = args[1] if name == "copy_file_range" else args[0]
            self.file(name, os.readlink(f"/proc/self/fd/{handle}"))
            return as_it_is(*args, **kw)

        setattr(os, name, counted)


class _Connection:
    """A connection whose statements are counted."""

    def __init__(self, connection: Any, point: Failpoint) -> None:
        self._connection, self._point = connection, point

    def execute(self, sql: str | duckdb.Statement, *args: Any) -> Any:
        self._point.statement(sql if isinstance(sql, str) else sql.query)
        return self._connection.execute(sql, *args)

    def cursor(self) -> _Connection:
        return _Connection(self._connection.cursor(), self._point)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class _File:
    """A file that is written to; its writes are counted."""

    def __init__(self, file: Any, point: Failpoint, path: object) -> None:
        self._file, self._point, self._path = file, point, path

    def write(self, content: Any) -> Any:
        self._point.file("write", self._path)
        return self._file.write(content)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


OPEN, READ, PUBLISH = "open", "read", "publish"
PARTS = (OPEN, READ, *(step.table for step in steps()), PUBLISH)


def settings_of(home: Path, inbox: Path) -> Settings:
    """One thread: the order of effects is the same each time, and nothing goes on behind a fork."""
    card = SourceHint(files="cards/*", currency="EUR", date_order="ymd")
    return Settings(
        home=home, inbox=inbox, domains=("acme.example",), source_of_truth="hr", threads=1, sources=(card,),
        keep_generations=3,
    )  # fmt: skip


class SomeSourceFailed(Exception):
    """The night went on and published, and said that a source could not be read."""


def night(settings: Settings) -> str:
    """One whole night; returns the content hash. Raises what a command would end with."""
    with writing(settings, AS_OF) as run:
        made = run.all_stages().content_hash
        _refuse_failed(run)
        return made


def _refuse_failed(run: NightRun) -> None:
    failed = {system: one.error for system, one in run.outcomes.items() if one.error}
    if failed:
        raise SomeSourceFailed(str(failed))


def do_part(run: NightRun, part: str) -> None:
    """Do one part of a night that is open."""
    if part == READ:
        run.scan()
        for system in sorted(set(run.systems) - set(run.idle_systems())):  # as `discovery run` does
            run.ingest(system)
        _refuse_failed(run)
    elif part == PUBLISH:
        run.publish()
    elif part != OPEN:
        run.build(next(step for step in steps() if step.table == part))


@dataclass(frozen=True)
class Tried:
    """What one try came to: how it ended, what a reader of the published file found, and what the home is afterwards.

    `then` is None where the next try goes on from here.
    """

    fault: str
    part: str
    n: int
    what: str
    ended: str
    published: str
    then: str | None

    @property
    def result(self) -> str:
        """lost, wrong, refused (it said so and ended), killed, or harmless."""
        if self.then not in (None, AS_UNDISTURBED):
            return "lost"
        told = self.ended.startswith("SomeSourceFailed")
        if self.published not in ("old", "new") and not (self.published == "whole" and told):
            return "wrong"
        if self.ended in ("killed", "went through"):
            return {"killed": "killed", "went through": "harmless"}[self.ended]
        return "refused"


AS_UNDISTURBED = "as undisturbed"


class Sweep:
    """A folder with an undisturbed home after each of two nights, and a home for the next try."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inbox, self.home = folder, folder / "inbox", folder / "home"
        self.base = folder / "base"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        first_night(self.inbox)
        # In this process: what is read once per process (catalog, formats) is then there for all that are forked.
        self.old = night(settings_of(self.base, self.inbox))
        second_night(self.inbox)
        self.fresh()
        self.new = _said(in_child(lambda: night(self.settings)))

    @property
    def settings(self) -> Settings:
        return settings_of(self.home, self.inbox)

    def fresh(self) -> None:
        """Begin anew from the home after the first night."""
        copy_home(self.base, self.home)

    def whole(self, faults: Sequence[str], every: int = 1) -> Iterator[Tried]:
        """Disturb whole nights; a whole night follows each."""
        for n in itertools.count(every, every):
            self.fresh()
            tried = self._disturb(faults[n // every % len(faults)], "night", n, lambda: night(self.settings))
            if tried is None:
                return
            yield replace(tried, then=self._run_again())

    def points(self, faults: Sequence[str], every: int = 1, parts: Container[str] = PARTS) -> Iterator[Tried]:
        """Disturb part after part, each followed by the same part undisturbed; at the end a whole night.

        A step makes its table anew from others, so that the tries of a step go on from what the one before left; the
        other parts begin from the same home each time.
        """
        before, after = self.folder / "before", self.folder / "after"
        self.fresh()
        for _, group in itertools.groupby(PARTS, lambda part: part if part in parts else ""):
            doing = self._doing(list(group))
            part = doing.args[0][0]
            if part not in parts:
                _said(in_child(doing))
                continue
            is_step = part not in (OPEN, READ, PUBLISH, steps()[0].table)
            copy_home(self.home, before)
            held = _said(in_child(doing))
            copy_home(self.home, after)
            copy_home(before, self.home)
            for n in itertools.count(every, every):
                tried = self._disturb(faults[n // every % len(faults)], part, n, doing)
                if tried is None:
                    break
                if not is_step:
                    code, said = in_child(doing)
                    is_same = (code, said) == (0, held)
                    tried = replace(
                        tried, then=AS_UNDISTURBED if is_same else f"holds something else: {said}"
                    )
                    copy_home(before, self.home)
                yield tried
            assert _said(in_child(doing)) == held, part
            if not is_step:
                copy_home(after, self.home)
        yield Tried("none", "night", 0, "", "went through", self._published(), self._run_again())

    def _doing(self, parts: list[str]) -> functools.partial[str]:
        return functools.partial(self._do, parts)

    def _do(self, parts: list[str]) -> str:
        """Do parts of the night and return what the warehouse then holds."""
        _switch(on=OPEN in parts)
        with writing(self.settings, AS_OF) as run:
            _switch(on=True)
            for part in parts:
                do_part(run, part)
            _switch(on=False)
            held = state_of(run.store)
            _switch(on=OPEN in parts)
            return held

    def _disturb(self, fault: str, part: str, n: int, work: Callable[[], str]) -> Tried | None:
        ended = disturb(self.home, fault, n, work, self.folder / "last")
        if ended is None:
            return None
        what = (self.folder / "last").read_text()
        return Tried(fault, part, n, what, ended, self._published(), None)

    def _published(self) -> str:
        """What a reader of the published file finds."""

        def found() -> str:
            with Store(self.settings.published, read_only=True, threads=1) as store:
                said = store.value("SELECT content_hash FROM run")
                if content_hash(store) != said:
                    return "not what its hash says"
            return {self.old: "old", self.new: "new"}.get(str(said), "whole")

        here = self.settings.published.stat()
        if here != self._looked_at:
            self._looked_at, self._found = here, in_child(found)[1]
        return self._found

    _looked_at: os.stat_result | None = None
    _found = ""

    def _run_again(self) -> str:
        """Run the home as it lies there, undisturbed."""
        code, said = in_child(lambda: night(self.settings))
        if code:
            return f"the next run failed: {said}"
        stumps = [str(p) for p in self.home.rglob("*") if p.name.endswith((".new", ".tmp", ".wal"))]
        if stumps:
            return f"left behind: {stumps}"
        return AS_UNDISTURBED if said == self.new else f"another content: {said}"


POINT: Failpoint | None = None
"""The failpoint of this process, if it is a try."""


def _switch(*, on: bool) -> None:
    if POINT is not None:
        POINT.is_on = on


def state_of(store: Store) -> str:
    """What a warehouse holds, table by table: rows and a hash of them, without the time at which they came."""
    said = []
    for table in TABLES.values():
        if not table.is_view:
            left_out = [c.name for c in table.columns if c.name in _WHEN]
            columns = f"* EXCLUDE ({', '.join(left_out)})" if left_out else "*"
            rows, total = store.rows(
                f"SELECT count(*), sum(CAST(hash(t::VARCHAR) AS HUGEINT)) FROM (SELECT {columns} FROM {table.qualified}) AS t"
            )[0]
            said.append(f"{table.qualified} {rows} {total}")
    return "\n".join(said)


_WHEN = ("loaded_at", "removed_at")


def in_child(work: Callable[[], str]) -> tuple[int, str]:
    """Do something in a forked process; returns its exit code (negative: the signal) and what it returned or raised."""
    reading, saying = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            said = work()
            code = 0
        except BaseException as error:
            said = f"{type(error).__name__}: {error}"
        view = memoryview(said.encode("utf-8", "backslashreplace"))
        while view:
            view = view[os.write(saying, view) :]
        os._exit(code)
    os.close(saying)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), said


def disturb(home: Path, fault: str, n: int, work: Callable[[], str], last: Path) -> str | None:
    """Let the n-th effect of some work fail; returns how it ended, or None if there is no n-th effect."""

    def disturbed() -> str:
        global POINT
        POINT = Failpoint(home, fault, n, lambda what: last.write_text(what) and None).install()
        try:
            work()
            ended = "went through"
        except Exception as error:
            ended = f"{type(error).__name__}: {error}"
        POINT.is_on = False
        return json.dumps([POINT.count, ended])

    code, said = in_child(disturbed)
    if code == -signal.SIGKILL:
        return "killed"
    count, ended = json.loads(_said((code, said)))
    return str(ended) if count >= n else None


def copy_home(one: Path, other: Path) -> None:
    shutil.rmtree(other, ignore_errors=True)
    shutil.copytree(one, other)


def _said(ended: tuple[int, str]) -> str:
    code, said = ended
    assert code == 0, said
    return said


class Opening:
    """Opening the warehouse of a home that lies in `folder`/base, by whatever version it was written."""

    def __init__(self, folder: Path) -> None:
        self.base, self.home, self.last = folder / "base", folder / "home", folder / "last"
        copy_home(self.base, self.home)
        self.held = _said(in_child(self._open))

    def points(self, faults: Sequence[str]) -> Iterator[Tried]:
        for n in itertools.count(1):
            copy_home(self.base, self.home)
            ended = disturb(self.home, faults[n % len(faults)], n, self._open, self.last)
            if ended is None:
                return
            then = in_child(self._open)
            is_same = then == (0, self.held) and [p.name for p in self.home.glob("warehouse*")] == [
                "warehouse.duckdb"
            ]
            yield Tried(
                faults[n % len(faults)], OPEN, n, self.last.read_text(), ended, "old",
                AS_UNDISTURBED if is_same else str(then),
            )  # fmt: skip

    def _open(self) -> str:
        with writing(settings_of(self.home, self.home), AS_OF) as run:
            _switch(on=False)
            held = state_of(run.store)
            _switch(on=True)
            return held


def main() -> None:
    """Try as the arguments say."""
    folder, how, said, every, *parts = sys.argv[1:]
    faults = said.split(",")
    if how == "opening":
        tries = Opening(Path(folder)).points(faults)
    elif how == "whole":
        tries = Sweep(Path(folder)).whole(faults, int(every))
    else:
        tries = Sweep(Path(folder)).points(faults, int(every), parts or PARTS)
    for tried in tries:
        print(json.dumps({**asdict(tried), "result": tried.result}), flush=True)


if __name__ == "__main__":
    main()
