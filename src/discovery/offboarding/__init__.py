"""Offboarding: from a scope to a plan, its approval, its execution, its tasks and the proof of each."""
