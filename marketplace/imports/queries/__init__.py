"""Questions about imports, about the goods they touch, and the catalogue as a sheet."""

from marketplace.imports.queries.catalogue import catalogue_rows
from marketplace.imports.queries.imports import (
    ImportView,
    RowView,
    import_view,
    marked_rows,
    recent,
    remembered,
    row_page,
)
from marketplace.imports.queries.shelf import Known, Shelf, known_shelf

__all__ = [
    "ImportView",
    "Known",
    "RowView",
    "Shelf",
    "catalogue_rows",
    "import_view",
    "known_shelf",
    "marked_rows",
    "recent",
    "remembered",
    "row_page",
]
