"""Whatever is sold, the sums hold to the rupiah."""

from __future__ import annotations

from itertools import count

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.core.db import transaction
from marketplace.core.money import portion
from marketplace.ledger import queries, services
from marketplace.ledger.models import LedgerEntry
from marketplace.ledger.rules import Kind, Share, cash_sale, check
from tests import make
from tests.databases import settle_constraints

rupiah = st.integers(1, 5_000_000_000)
rates = st.integers(0, 10_000)
_numbers = count(1)


@given(total=rupiah, rate=rates)
def test_a_cash_sale_sums_to_zero_and_moves_something(total: int, rate: int) -> None:
    check(cash_sale(Share(1, 7, total, portion(total, rate))))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales=st.lists(st.tuples(rupiah, rates), max_size=6))
def test_the_summary_is_the_sum_of_the_sales(db: SQLAlchemy, sales: list[tuple[int, int]]) -> None:
    with transaction():
        store_id = make.store().id
    shares = [Share(next(_numbers), store_id, total, portion(total, rate)) for total, rate in sales]
    with transaction():
        for share in shares:
            assert services.post(f"sale:{share.order_id}", Kind.CASH_SALE, cash_sale(share))
    settle_constraints()
    summary = queries.store_summary(store_id)
    assert summary.cash_in_hand == sum(share.total for share in shares)
    assert summary.owed == sum(share.commission for share in shares)
    assert (summary.held, summary.pending, summary.disputed) == (0, 0, 0)
    assert queries.earnings(share.order_id for share in shares) == {
        share.order_id: queries.Earning(share.total, 0, share.commission, 0, share.net) for share in shares
    }
    assert db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(LedgerEntry.amount), 0))) == 0


def test_one_shops_fees_are_not_anothers(db: SQLAlchemy) -> None:
    with transaction():
        ina, yuli = make.store().id, make.store().id
        services.post("a", Kind.CASH_SALE, cash_sale(Share(1, ina, 100_000, 2_000)))
        services.post("b", Kind.CASH_SALE, cash_sale(Share(2, yuli, 50_000, 500)))
    assert queries.store_summary(ina) == queries.StoreBalance(100_000, 0, 0, 0, 2_000)
    assert queries.store_summary(yuli) == queries.StoreBalance(50_000, 0, 0, 0, 500)
