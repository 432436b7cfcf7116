"""Files of the inbox that are not read: each is listed under its own name, also where two have the same content."""

from __future__ import annotations

import zipfile
from typing import Any

UNKNOWN = "a,b\n1,2\n"


def unrecognised(bench: Any) -> list[str]:
    return [str(r[0]) for r in bench.store.rows(
        "SELECT file_name FROM sources.source_file WHERE state = 'unrecognised' ORDER BY file_name"
    )]  # fmt: skip


def test_the_same_content_by_two_names_is_listed_twice(bench: Any) -> None:
    bench.put("one.csv", UNKNOWN)
    bench.put("two.csv", UNKNOWN)
    bench.read(only="entra")
    assert unrecognised(bench) == ["one.csv", "two.csv"]
    # A third comes, and one goes: those that were not looked at again stay.
    bench.put("three.csv", UNKNOWN)
    (bench.settings.inbox / "one.csv").unlink()
    bench.read(only="entra")
    assert unrecognised(bench) == ["three.csv", "two.csv"]
    (bench.settings.inbox / "two.csv").rename(bench.settings.inbox / "renamed.csv")
    bench.read(only="entra")
    assert unrecognised(bench) == ["renamed.csv", "three.csv"]


def test_members_of_an_archive_are_listed_once_however_often_it_is_looked_at(bench: Any) -> None:
    path = bench.settings.inbox / "all.zip"
    for _ in range(2):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(zipfile.ZipInfo("one.csv"), UNKNOWN)
            archive.writestr(zipfile.ZipInfo("two.csv"), UNKNOWN)
        bench.read(only="entra")
        assert unrecognised(bench) == ["all.zip/one.csv", "all.zip/two.csv"]
