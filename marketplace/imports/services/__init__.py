"""Taking sheets in: a file, its columns, a dry run, and the good rows."""

from marketplace.imports.services.applying import apply_some
from marketplace.imports.services.checking import Seen, check_some, clashes, note_seen
from marketplace.imports.services.files import Prepared, forget, keep, peek, prepare, read, rows_of, sweep
from marketplace.imports.services.steps import choose_columns, choose_sheet, confirm

__all__ = [
    "Prepared",
    "Seen",
    "apply_some",
    "check_some",
    "choose_columns",
    "choose_sheet",
    "clashes",
    "confirm",
    "forget",
    "keep",
    "note_seen",
    "peek",
    "prepare",
    "read",
    "rows_of",
    "sweep",
]
