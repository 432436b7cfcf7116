"""Errors as conditions that a person can act on.

DiscoveryError
├── BadUse                  exit 2: unknown person, app, file, option or setting
│   ├── BadSettings
│   ├── StoreNewer          a file was written by a newer version of the program
│   └── UnknownName
├── StoreLocked             exit 3: another writer holds the warehouse
├── SourceFailed            exit 1: a source could not be read; the others go on
│   └── UnrecognisedExport
├── ActRefused              exit 1: a guard rail holds; nothing was sent
├── LedgerBroken            exit 1: the ledger is not as it was written; nothing is acted on
├── StoreDamaged            exit 70: a file of ours does not open or does not hold what it must
├── DiskFull                exit 70: a file could not be written for want of room
├── DiskFailed              exit 70: a disk reports an error
├── MemoryTooSmall          exit 70: the memory that the engine may take does not hold a day of events
├── EngineFailed            exit 70: another engine did not do its work; nothing of it was taken in
└── ContractBroken          exit 70: a table differs from its declaration
"""

from __future__ import annotations


class DiscoveryError(Exception):
    """Base of all errors that are told to a person; `exit_code` is what the command line returns."""

    exit_code = 70


class BadUse(DiscoveryError):
    """The request cannot be carried out as given; nothing was changed."""

    exit_code = 2


class BadSettings(BadUse):
    """A setting is missing, unknown or has a value that is not allowed; names file, key, value, expected."""


class StoreNewer(BadUse):
    """A newer version of the program wrote a file, and this one would misread it; nothing was changed."""


class UnknownName(BadUse):
    """No person, app or file goes by the name that was given."""


class StoreLocked(DiscoveryError):
    """Another process writes to the warehouse; the message names it."""

    exit_code = 3


class SourceFailed(DiscoveryError):
    """A source could not be read as a whole; what was known of it stays."""

    exit_code = 1


class UnrecognisedExport(SourceFailed):
    """No known format fits a file; the message names the nearest one and what is missing."""


class ActRefused(DiscoveryError):
    """A guard rail of offboarding holds: the act was not done, and the ledger says so."""

    exit_code = 1


class LedgerBroken(DiscoveryError):
    """The ledger is not as it was written. `record`: number of the first wrong record; `reason`: what is wrong."""

    exit_code = 1

    def __init__(self, message: str, *, record: int | None = None, reason: str | None = None) -> None:
        super().__init__(message)
        self.record = record
        self.reason = reason


class StoreDamaged(DiscoveryError):
    """A file of the program cannot be opened or is not what it should be; the message names the remedy."""


class DiskFull(DiscoveryError):
    """A disk, a quota or a limit has no room for a file; what was there before is as it was."""


class DiskFailed(DiscoveryError):
    """A disk reports an error on reading or writing; what was published before stays."""


class MemoryTooSmall(DiscoveryError):
    """The work on a day of events does not fit the memory that the engine may take; nothing of it was taken in."""


class EngineFailed(DiscoveryError):
    """The engine that the settings name for the work on events failed; the message has its own words."""


class ContractBroken(DiscoveryError):
    """A query's result differs from the declared table: a fault of the program, not of the data."""
