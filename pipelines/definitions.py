"""What Dagster loads (`defs`), and the nightly job as one call (`run_nightly`).

`defs` is made when it is asked for, so that importing this module reads no settings.
"""

from __future__ import annotations

import dagster as dg

from discovery.settings import load_settings
from pipelines.assembly import definitions_for
from pipelines.nightly import FailedCheck, FailedSource, NightResult, run_nightly

__all__ = ["FailedCheck", "FailedSource", "NightResult", "defs", "run_nightly"]


@dg.definitions
def defs() -> dg.Definitions:
    """Read the settings (DISCOVERY_CONFIG, _HOME, _INBOX) and assemble what they ask for."""
    return definitions_for(load_settings())
