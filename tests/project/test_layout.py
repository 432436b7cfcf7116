from __future__ import annotations

import re
from pathlib import Path

PROGRAM = ("src", "pipelines")
MOST_LINES = 450
MOST_LINES_OF_A_FORMAT = 600
NAMES_THAT_SAY_NOTHING = {"util", "helper", "common", "manager", "handler"}

# In pieces, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    r"https?://[^ \"]*(?:/simple" + "/|/repository" + "/)"
    "|index" + "-url|extra" + "-index"
    "|python" + r"hosted\.org|registry\." + "npmjs"
)  # fmt: skip
MACHINE_PATHS = re.compile("/wo" + "rk/[a-z.]|/fa" + "rm/[a-z]|/ro" + "ot/|bash" + "_jobs")


def _lines_matching(pattern: re.Pattern[str], root: Path, files: list[Path]) -> list[str]:
    found = []
    for file in files:
        content = (root / file).read_bytes()
        if b"\0" in content[:8000]:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{file}:{number}: {line.strip()[:120]}")
    return found


def test_no_file_names_a_package_registry(root: Path, project_files: list[Path]) -> None:
    assert _lines_matching(REGISTRIES, root, project_files) == []


def test_no_file_names_a_path_of_one_machine(root: Path, project_files: list[Path]) -> None:
    assert _lines_matching(MACHINE_PATHS, root, project_files) == []


def test_modules_are_short_enough_to_read(root: Path, project_files: list[Path]) -> None:
    lengths = {
        str(file): len((root / file).read_text(encoding="utf-8").splitlines())
        for file in project_files
        if file.suffix == ".py" and file.parts[0] in PROGRAM
    }
    # A format is one file with its shapes and its examples, which are its tests.
    allowed = {file: MOST_LINES_OF_A_FORMAT if "/formats/" in file else MOST_LINES for file in lengths}
    assert {file: length for file, length in lengths.items() if length > allowed[file]} == {}


def test_a_modules_name_says_what_is_in_it(project_files: list[Path]) -> None:
    modules = [file for file in project_files if file.suffix == ".py"]
    vague = [
        str(file)
        for file in modules
        for part in (*file.parent.parts, file.stem)
        if NAMES_THAT_SAY_NOTHING & {word.removesuffix("s") for word in part.lower().split("_")}
    ]
    assert vague == []
