"""Completion as docs/terminal.md says it, in the shells that are installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from discovery.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
LINES = dict(
    re.findall(r"^\| (bash|zsh|fish)\b.*?\| `[^`]+` \| `(.+?)` \|$", (ROOT / "docs/terminal.md").read_text(), re.MULTILINE)
)  # fmt: skip
ASK = {
    "bash": 'COMP_WORDS=({words}); COMP_CWORD={at}; _discovery_completion discovery; printf "%s\\n" "${{COMPREPLY[@]}}"',
    "fish": 'complete --do-complete "{line}"',
}


def run(shell: str, script: str, **env: str) -> str:
    programs = sysconfig.get_path("scripts")
    options = {"bash": ["--norc", "-c"], "zsh": ["-f", "-c"], "fish": ["--no-config", "-c"]}[shell]
    done = subprocess.run(
        [shell, *options, script], capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", **env},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def line_for(shell: str) -> str:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    return LINES[shell].replace("\\|", "|")


@pytest.mark.parametrize("shell", ["bash", "fish"])
@pytest.mark.parametrize(
    ("line", "offered"),
    [("discovery sc", "scope"), ("discovery offboard ap", "approve"), ("discovery scope --kn", "--known-at")],
)
def test_commands_and_options_are_completed(shell: str, line: str, offered: str) -> None:
    words = line.split()
    ask = ASK[shell].format(words=line, at=len(words) - 1, line=line)
    said = run(shell, f"{line_for(shell)}\n{ask}")
    assert offered in said
    assert "catalog" not in said


def test_apps_in_use_are_completed_and_persons_are_not(sample: Settings) -> None:
    where = {"DISCOVERY_CONFIG": str(sample.config), "DISCOVERY_HOME": str(sample.home)}
    source = line_for("bash")
    apps = ASK["bash"].format(words="discovery who-has fig", at=2, line="")
    assert run("bash", f"{source}\n{apps}", **where).split() == ["figma", "figma.com"]
    persons = ASK["bash"].format(words="discovery scope linnea", at=2, line="")
    assert run("bash", f"{source}\n{persons}", **where).strip() == ""
    nothing = run("bash", f"{source}\n{apps}", DISCOVERY_HOME="/nonexistent", DISCOVERY_CONFIG="/nonexistent")
    assert nothing.strip() == "", "a wrong setting is no reason to write into the line that is being typed"


def test_zsh_takes_its_script() -> None:
    said = run(
        "zsh",
        f"autoload -Uz compinit && compinit -u -D\n{line_for('zsh')}\necho $_comps[discovery]",
    )
    assert "_discovery_completion" in said
