"""`python -m pipelines.dev`: the Dagster UI over the home that the settings name; what `make dev` starts."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from discovery.errors import DiscoveryError
from discovery.settings import load_settings
from pipelines.history import instance_folder


def main() -> None:
    """Become `dagster dev`, with the instance of the home that DISCOVERY_CONFIG and _HOME lead to."""
    parser = argparse.ArgumentParser(prog="python -m pipelines.dev", description=main.__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="who may reach it; default this machine only")
    parser.add_argument("--port", default="3000")
    arguments = parser.parse_args()
    try:
        folder = instance_folder(load_settings())
    except DiscoveryError as error:
        sys.exit(f"error: {error}")
    os.environ["DAGSTER_HOME"] = str(folder)
    # The checkout's workspace.yaml names the code location; an installed package has none beside it.
    workspace = Path(__file__).parents[1] / "workspace.yaml"
    what = ["-w", str(workspace)] if workspace.is_file() else ["-m", "pipelines.definitions"]
    command = [sys.executable, "-m", "dagster", "dev", *what, "-h", arguments.host, "-p", arguments.port]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main()
