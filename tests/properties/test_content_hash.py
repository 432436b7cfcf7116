"""The content hash is a function of the records: not of names, order, repeats, overlaps or the number of runs."""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from discovery.run import writing
from discovery.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 9, 30)
RANDOM = random.Random(20260930)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("company")
    command = [sys.executable, str(ROOT / "sample_data" / "generate.py"), "--seed", "11", "--days", "30"]
    command += ["--people", "20"]
    subprocess.run([*command, "--output", str(folder)], check=True, stdout=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module")
def truth(company: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return content_hash(company, tmp_path_factory.mktemp("plain") / "home")


def content_hash(data: Path, home: Path) -> str:
    with writing(load_settings(data / "discovery.toml", home=home, environ={}), AS_OF) as run:
        publication = run.all_stages()
        assert {s: o.error for s, o in run.outcomes.items() if o.error} == {}
        return publication.content_hash


def renamed(inbox: Path) -> None:
    """Give every file another name in its folder; an address in the name stays."""
    for number, path in enumerate(sorted(p for p in inbox.rglob("*") if p.is_file())):
        kept = path.name if "@" in path.name else ""
        path.rename(path.with_name(f"{RANDOM.randrange(10**6)} {number} {kept}".strip()))


def repeated(inbox: Path) -> None:
    """Put every file in once more."""
    for path in sorted(p for p in inbox.rglob("*") if p.is_file()):
        shutil.copy(path, path.with_name(f"copy of {path.name}"))


def _halves(items: list[str]) -> tuple[list[str], list[str]]:
    """Cut in two pieces that overlap, each shuffled."""
    cut = RANDOM.randrange(1, len(items)) if len(items) > 1 else 1
    first, second = items[: cut + 3], items[max(cut - 3, 0) :]
    RANDOM.shuffle(first)
    RANDOM.shuffle(second)
    return first, second


def cut_in_two(inbox: Path) -> None:
    """Cut every event log whose records have ids into two overlapping, shuffled files."""
    for path in sorted(inbox.rglob("*")):
        if not path.is_file() or "entra/directory" in str(path) or "broken" in path.name:
            continue
        if path.read_bytes().startswith(b'{"@collected"'):
            continue  # the first line says that the list below it is whole: half of it would lie
        if path.suffix == ".ndjson" or path.name.startswith("PT1H"):
            pieces = _halves(path.read_text(encoding="utf-8").splitlines())
            texts = ["\n".join(piece) + "\n" for piece in pieces]
        elif path.suffix == ".json":
            whole = json.loads(path.read_text(encoding="utf-8"))
            records = whole["value"] if isinstance(whole, dict) else whole
            pieces = _halves([json.dumps(record) for record in records])
            texts = [f"[{', '.join(piece)}]" for piece in pieces]
        elif "SignIns" in path.name and path.suffix == ".csv":
            rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
            texts = []
            for piece in _halves([json.dumps(row) for row in rows[1:]]) if len(rows) > 1 else ():
                out = io.StringIO()
                csv.writer(out).writerows([rows[0], *(json.loads(row) for row in piece)])
                texts.append(out.getvalue())
        else:
            continue
        for number, text in enumerate(texts):
            path.with_name(f"{number}-{path.name}").write_text(text, encoding="utf-8")
        if texts:
            path.unlink()


@pytest.mark.long
@pytest.mark.parametrize("change", [renamed, repeated, cut_in_two])
def test_the_same_records_give_the_same_hash(
    company: Path, truth: str, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    data = tmp_path / "company"
    shutil.copytree(company, data)
    change(data / "inbox")
    assert content_hash(data, tmp_path / "home") == truth


@pytest.mark.long
def test_files_that_come_one_night_later_give_the_same_hash(
    company: Path, truth: str, tmp_path: Path
) -> None:
    data = tmp_path / "company"
    shutil.copytree(company, data)
    files = sorted(p for p in (data / "inbox").rglob("*") if p.is_file())
    RANDOM.shuffle(files)
    late = [(path, path.read_bytes()) for path in files[: len(files) // 2]]
    for path, _ in late:
        path.unlink()
    assert content_hash(data, tmp_path / "home") != truth
    for path, content in late:
        path.write_bytes(content)
    assert content_hash(data, tmp_path / "home") == truth


@pytest.mark.long
def test_nothing_new_gives_the_same_hash_and_rebuilt_days_too(
    company: Path, truth: str, tmp_path: Path
) -> None:
    settings = load_settings(company / "discovery.toml", home=tmp_path / "home", environ={})
    assert content_hash(company, tmp_path / "home") == truth
    with writing(settings, AS_OF) as run:
        assert run.scan() == 0
        assert run.rebuild_days(date(2026, 9, 12), date(2026, 9, 15)) > 0
        assert run.all_stages(again=True).content_hash == truth
