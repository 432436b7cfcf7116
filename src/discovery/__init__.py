"""Shadow-IT discovery and a per-person access graph, kept as open data in DuckDB files."""

__version__ = "0.1.0"
