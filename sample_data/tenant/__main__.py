"""Serve the scenario of the demo, or a large one, until stopped: `python -m sample_data.tenant --port 8765`."""

import argparse
import signal

from sample_data.tenant.scenario import demo
from sample_data.tenant.server import serving


def main() -> None:
    """Print the address, then serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument(
        "--users", type=int, help="make a large tenant with so many users instead of the demo"
    )
    parser.add_argument("--sign-ins", type=int, default=0, help="… and so many sign-ins")
    chosen = parser.parse_args()
    tenant = demo()
    if chosen.users:
        from sample_data.tenant.large import large

        tenant = large(chosen.users, chosen.sign_ins)
    with serving(tenant, chosen.port) as url:
        print(f"{url} tenant {tenant.id}", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
