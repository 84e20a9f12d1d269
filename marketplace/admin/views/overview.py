"""The first page of the operator's desk."""

from __future__ import annotations

from marketplace.admin import queries
from marketplace.admin.views.blueprint import bp, show
from marketplace.bank.queries import count_open
from marketplace.claims.queries import counts_for_operator
from marketplace.core.clock import now
from marketplace.moderation.queries import count_waiting
from marketplace.payments.queries import need_counts
from marketplace.payouts import queries as payouts
from marketplace.reconciliation.queries import latest as latest_reconciliation
from marketplace.web.access import is_operator, requires

LATEST = 10


@bp.get("")
@requires(is_operator)
def overview() -> str:
    """How much there is of everything, how much money needs a person, whether the books agree, and the latest acts."""
    return show(
        "overview",
        counts=queries.counts(),
        claims=sum(counts_for_operator().values()),
        reported=count_waiting(),
        stuck=sum(need_counts(now()).values()),
        reconciled=latest_reconciliation(),
        bank_open=count_open(),
        payout_counts=payouts.counts(),
        acts=queries.trail(queries.TrailFilter(), limit=LATEST).items,
    )
