"""The tables of docs/entra.md: `python -m discovery.cli.permission_table docs/entra.md` writes them anew."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from discovery.collect.permission import BY_SYSTEM


def table_of(system: str) -> str:
    """Return the permissions of a system's lists as Markdown."""
    lines = ["| list | call | permission | lost without it | source |", "|---|---|---|---|---|"]
    for one in BY_SYSTEM[system]:
        others = f" ({', '.join(f'`{other}`' for other in one.others)})" if one.others else ""
        licence = f"; {one.licence}" if one.licence else ""
        optional = "; optional" if one.is_optional else ""
        lines.append(
            f"| `{one.list}` | `{one.call}` | `{one.least}`{others}{licence}{optional} | {one.lost} | {one.source} |"
        )
    return "\n".join(lines)


def with_tables(text: str) -> str:
    """Return the document with every table as the data has it."""
    return re.sub(
        r"(<!-- permissions of (\w+) -->\n).*?(<!-- end -->)",
        lambda found: f"{found[1]}{table_of(found[2])}\n{found[3]}", text, flags=re.DOTALL,
    )  # fmt: skip


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(with_tables(document.read_text(encoding="utf-8")), encoding="utf-8")
