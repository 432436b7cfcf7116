"""One sentence for each decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from discovery.catalog.load import Catalog
    from discovery.matching.evidence import Evidence, Hypothesis


UNKNOWN = "No app of the catalog goes by this text."


def name_of(catalog: Catalog, app_id: str) -> str:
    """Return the name of an app, an app outside the catalog by its domain or words."""
    app = catalog.apps.get(app_id)
    return app.name if app else app_id.removeprefix("x-")


def sentence(catalog: Catalog, kind: str, decision: str, found: Sequence[Hypothesis]) -> str:
    """Return why a mention was accepted, needs review or was rejected, the weightiest reasons first."""
    if not found:
        return UNKNOWN if kind == "merchant" else "Not an app of the catalog."
    best = found[0]
    name = name_of(catalog, best.app_id)
    reasons = [e for e in best.evidence if not e.comparison.startswith(("at ", "before any"))]
    pro = "; ".join(_reason(e) for e in reasons if e.weight > 0)
    contra = "; ".join(_reason(e) for e in reasons if e.weight < 0)
    said = {
        "accept": f"{name}: {pro}",
        "review": f"May be {name}: {pro}",
        "reject": f"Not {name}, though {pro}",
    }
    text = said[decision] + (
        f", but {contra}" if contra and decision != "reject" else f": {contra}" if contra else ""
    )
    if decision == "review" and not contra:
        text += ", which alone is too little"
    if decision == "reject" and not contra:
        text += ", which is too little"
    if decision == "review" and len(found) > 1 and found[1].score == best.score:
        text += f"; {name_of(catalog, found[1].app_id)} fits as well"
    return f"{text} ({best.score} points)."


def _reason(evidence: Evidence) -> str:
    values = [f"{value!r}" for value in (evidence.left, evidence.right) if value]
    return f"{evidence.comparison} {' / '.join(values)}" if values else evidence.comparison
