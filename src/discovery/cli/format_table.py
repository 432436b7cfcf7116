"""The table of all formats, from the registry: `python -m discovery.cli.format_table > docs/formats.md`."""

from __future__ import annotations

import click

from discovery.sources.registry import shipped_formats
from discovery.sources.source import Format

HEAD = """# Formats
Made from the registry by `python -m discovery.cli.format_table > docs/formats.md`; a test compares. `discovery sources`
lists the same, with the formats of your own folder and mappings.

A file is recognised by its content; its name does not matter. **Proven** means that the header or the keys were made
after a public example, which the link leads to, on the day given. The others are from general knowledge and were never
compared with a real export: `discovery run` and `discovery sources check` say so where one is used. Where a format has
several shapes, its module (`src/discovery/sources/formats/<format>.py`) says which of them the proof is for, what is
left out and why, and how days and times are read.

**Whole** lists hold everybody, so that who is missing in a later one is gone. A page of a longer list
(`@odata.nextLink`, `nextPageToken`, `has_more`, fewer records than the total it names) and the answer of a delta query
are loaded, but never taken as whole, and the run says what to fetch. **By path**: the export has no user column; the
person is an e-mail address in the file or folder name, or a setting.
"""
_KINDS = (
    ("directory_account", "Rosters: who works here"),
    ("app_account", "User lists of apps"),
    ("sign_in", "Sign-ins"),
    ("web_visit", "Browsing"),
    ("charge", "Card and expense statements"),
    ("grant", "OAuth consents"),
    ("assignment", "Assignments to apps"),
    ("app_registration", "Apps that the identity provider knows"),
    ("provisioning_job", "Provisioning jobs: their state, mappings and settings"),
    ("provisioning_event", "What provisioning sent"),
    ("directory_event", "What was done to accounts in the directory"),
    ("membership", "Groups and who is in them"),
    ("licence", "Licences of accounts"),
)


def format_table() -> str:
    """Return the document."""
    formats = shipped_formats()
    proven = sum(f.proven_by is not None for f in formats)
    parts = [HEAD, f"\n{len(formats)} formats, {proven} of them proven.\n"]
    titled = {kind for kind, _ in _KINDS}
    kinds = [*_KINDS, *((kind, kind) for kind in sorted({f.kind for f in formats} - titled))]
    for kind, title in kinds:
        of_kind = [f for f in formats if f.kind == kind]
        if of_kind:
            parts.append(f"\n## {title} (`{kind}`)\n\n{_table(of_kind)}\n")
    return "".join(parts)


def _table(formats: list[Format]) -> str:
    lines = [
        "| format | system | what it is | how to get it | proven | whole | kept by the system |",
        "|---|---|---|---|---|---|---|",
    ]
    for f in formats:
        proof = f"[{f.proven_on}]({f.proven_by})" if f.proven_by and "://" in f.proven_by else "unproven"
        if f.proven_by and "://" not in f.proven_by:
            proof = f"[{f.proven_on}]({f.proven_by.removeprefix('docs/')})"
        also = [kind for kind in f.kinds if kind != f.kind]
        what = f.title + (f"; also yields {', '.join(also)}" if also else "")
        what += "; person by path" if f.person_from_path else ""
        cells = (f"`{f.name}`", f.system, what, f.how_to_get, proof, _whole(f), f.kept_for or "")
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _whole(f: Format) -> str:
    if not f.is_list:
        return ""
    whole = {s.name: f.is_complete if s.is_complete is None else s.is_complete for s in f.shapes}
    if len(set(whole.values())) == 1:
        return "yes" if all(whole.values()) else "no"
    return "only " + ", ".join(name for name, is_whole in whole.items() if is_whole)


if __name__ == "__main__":
    click.echo(format_table(), nl=False)
