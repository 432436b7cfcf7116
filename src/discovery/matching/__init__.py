"""Which app each mention means: exact evidence first, then names, and the rows that make up every score."""

from __future__ import annotations

from discovery.matching.build import STEPS
from discovery.matching.texts import Comparison, RuleHit, TextMatch, explain_text, match_texts, preview_rules

__all__ = ["STEPS", "Comparison", "RuleHit", "TextMatch", "explain_text", "match_texts", "preview_rules"]
