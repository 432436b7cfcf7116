"""Exports become typed records: recognised by content, kept once, read with an explicit schema."""
