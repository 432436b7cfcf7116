"""`discovery serve`: the published file and the durable decisions as pages, on this machine.

Pages read one opened publication. What people decide here goes through the same functions as on the command line:
decisions.jsonl and the ledger.
"""
