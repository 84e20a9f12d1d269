"""The first page of the operator's desk."""

from __future__ import annotations

from marketplace.admin import queries
from marketplace.admin.views.blueprint import bp, show
from marketplace.web.access import is_operator, requires

LATEST = 10


@bp.get("")
@requires(is_operator)
def overview() -> str:
    """How much there is of everything, and the latest acts."""
    return show("overview", counts=queries.counts(), acts=queries.trail(queries.TrailFilter(), limit=LATEST).items)
