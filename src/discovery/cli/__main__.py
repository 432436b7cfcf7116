"""`python -m discovery.cli` is `discovery`."""

from discovery.cli import main

main()
