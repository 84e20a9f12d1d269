"""How large a sheet may be, where an import stands, and what is said of a row."""

from __future__ import annotations

from enum import StrEnum

MOST_BYTES = 8 * 1024 * 1024
MOST_UNPACKED = 60 * 1024 * 1024
MOST_ROWS = 10_000
MOST_COLUMNS = 60
LONGEST_CELL = 5_000
KEEP_DAYS = 30


class ImportStatus(StrEnum):
    """Where an import stands. `refused`: the file could not be read after all."""

    MAPPING = "mapping"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    DONE = "done"
    REFUSED = "refused"


class Verdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    BAD = "bad"


class BadSheet(Exception):
    """A file that is not taken in; `message_id` says why."""

    def __init__(self, message_id: str, **values: object) -> None:
        super().__init__(message_id)
        self.message_id = message_id
        self.values = values
