"""The first page of the operator's desk."""

from __future__ import annotations

from marketplace.admin import queries
from marketplace.admin.views.blueprint import bp, show
from marketplace.claims.queries import counts_for_operator
from marketplace.core.clock import now
from marketplace.payments.queries import need_counts
from marketplace.web.access import is_operator, requires

LATEST = 10


@bp.get("")
@requires(is_operator)
def overview() -> str:
    """How much there is of everything, how much money needs a person, and the latest acts."""
    return show(
        "overview",
        counts=queries.counts(),
        claims=sum(counts_for_operator().values()),
        stuck=sum(need_counts(now()).values()),
        acts=queries.trail(queries.TrailFilter(), limit=LATEST).items,
    )
