"""The reference of all settings, from the file that `discovery init` writes.

`python -m discovery.cli.settings_table > docs/settings.md`
"""

from __future__ import annotations

import re
from importlib import resources

import click

HEAD = """# Settings
Made from the file that `discovery init` writes by `python -m discovery.cli.settings_table > docs/settings.md`; a test
compares, and another one sees that the file names every key that is read.

The file is `discovery.toml` (`--config`, else `DISCOVERY_CONFIG`, else in the current folder). Values shown are the
defaults, or examples where there is none. `DISCOVERY_HOME` and `DISCOVERY_INBOX` in the environment win over the
file, flags win over both. Relative paths are relative to the folder of the file. An unknown key, or a value of the
wrong type, is refused with its name.
"""
_TABLE = re.compile(r"^(?:# )?(\[\[?[a-z_.]+\]?\])$")
_KEY = re.compile(r"^# (\"?[\w ]+\"? = .+)$")


def settings_template() -> str:
    """Return the commented settings file."""
    return resources.files("discovery.cli").joinpath("discovery.toml").read_text(encoding="utf-8")


def settings_table() -> str:
    """Return the document."""
    parts = [HEAD, "\n## General\n"]
    prose: list[str] = []
    keys: list[str] = []
    table = ""

    def flush() -> None:
        """Write what has been collected: the words, then the keys that they are about."""
        if prose:
            parts.append("\n" + "\n".join(prose) + "\n")
        if keys:
            parts.append("\n```toml\n" + "\n".join(keys) + "\n```\n")
        prose.clear()
        keys.clear()

    for line in settings_template().splitlines()[4:]:
        found = _TABLE.match(line)
        if found:
            name = found.group(1)
            if keys:
                flush()
            section = name.strip("[]").split(".")[0]
            if section != table:
                table = section
                parts.append(f"\n## {table}\n")
            keys.append(name)
        elif _KEY.match(line):
            keys.append(line.removeprefix("# "))
        elif line.startswith("# "):
            if keys and not keys[-1].startswith("["):
                flush()
            prose.append(line.removeprefix("# "))
        elif not line:
            flush()
    flush()
    return "".join(parts)


if __name__ == "__main__":
    click.echo(settings_table(), nl=False)
