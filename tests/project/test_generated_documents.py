"""Documents that are generated are what the code generates now."""

from __future__ import annotations

from pathlib import Path

import pytest

from discovery.cli.format_table import format_table
from discovery.cli.permission_table import with_tables
from discovery.cli.reference import reference
from discovery.cli.settings_table import settings_table
from discovery.connectors.recipe_table import recipe_table
from discovery.graph.finding_table import finding_table
from discovery.publish.dictionary import dictionary


@pytest.mark.parametrize(
    ("name", "remedy", "made"),
    [
        ("cli.md", "python -m discovery.cli.reference > docs/cli.md", reference),
        ("settings.md", "python -m discovery.cli.settings_table > docs/settings.md", settings_table),
        ("findings.md", "python -m discovery.graph.finding_table > docs/findings.md", finding_table),
        ("formats.md", "python -m discovery.cli.format_table > docs/formats.md", format_table),
        ("connectors.md", "python -m discovery.connectors.recipe_table > docs/connectors.md", recipe_table),
        ("data_dictionary.md", "python -m discovery.publish.dictionary", dictionary),
    ],
)
def test_document_is_what_the_code_generates(
    pytestconfig: pytest.Config, name: str, remedy: str, made: object
) -> None:
    path: Path = pytestconfig.rootpath / "docs" / name
    assert callable(made)
    assert path.read_text(encoding="utf-8") == made(), f"docs/{name} is out of date: {remedy}"


def test_the_permissions_of_collecting_are_those_of_the_code(pytestconfig: pytest.Config) -> None:
    path: Path = pytestconfig.rootpath / "docs" / "entra.md"
    text = path.read_text(encoding="utf-8")
    assert text == with_tables(text), "python -m discovery.cli.permission_table docs/entra.md"
    assert text.count("| `") > 20
