"""The stamp duty is what the law says on the day of the receipt, and stays so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product
from marketplace.core import settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod, RefundSnapshot, RefundState
from marketplace.payments.services import refunds
from marketplace.receipts import rules, services
from marketplace.receipts.services import Copy
from tests import make


@pytest.fixture
def loom(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Tenun Mama Yuli"), "Tenun", price=4_000_000, on_hand=10)


def sold(loom: Product) -> Order:
    with transaction():
        made = make.purchase([loom], quantity=1, up_to=OrderStatus.DONE, payment_method=PaymentMethod.CARD)
    return make.orders_of(made)[0]


def receipt(order: Order) -> Copy:
    with transaction():
        copy = services.issue(order.id)
    assert copy is not None
    return copy


def printed(copy: Copy) -> dict[str, Any]:
    return rules.sheet(copy.facts, copy.version, copy.issued_at)


def test_a_change_dated_tomorrow_counts_from_tomorrow_on(db: SQLAlchemy, loom: Product) -> None:
    tomorrow = today() + timedelta(days=1)
    with transaction():
        settings.change(SYSTEM, "receipts.stamp_above", 3_000_000, tomorrow)
        settings.change(SYSTEM, "receipts.stamp_duty", 12_500, tomorrow)
    old = sold(loom)
    before = printed(receipt(old))
    assert (before["owes_stamp"], before["stamp_above"], before["stamp_duty"]) == (False, "Rp5.000.000", "Rp10.000")
    with travel(now() + timedelta(days=1)):
        db.session.rollback()
        after = printed(receipt(sold(loom)))
        assert (after["owes_stamp"], after["stamp_above"], after["stamp_duty"]) == (True, "Rp3.000.000", "Rp12.500")
        assert printed(receipt(old)) == before, "what was issued stays as it is"
        with transaction():
            orders.refunds.refund_order(SYSTEM, old.id, 1_000, 0, "Benang lepas")
        refund = db.session.scalars(sa.select(Refund)).one()
        with transaction():
            refunds.submit(refund.id)
            found = RefundSnapshot("re_1", RefundState.SUCCEEDED, refund.amount, refund.reference)
            orders.refunds.apply(refund.id, found)
        second = receipt(old)
        assert second.version == 2
        assert printed(second)["owes_stamp"] is False, "a later version is of the same sale"


def test_a_receipt_that_did_not_keep_the_duty_was_of_the_first(db: SQLAlchemy, loom: Product) -> None:
    copy = receipt(sold(loom))
    facts = {key: value for key, value in copy.facts.items() if key != "stamp_duty"}
    assert rules.sheet(facts, copy.version, copy.issued_at)["stamp_duty"] == "Rp10.000"


def test_the_paper_says_it(db: SQLAlchemy, loom: Product) -> None:
    """The PDF can be set with it: a name that the template does not know would stop it."""
    with transaction():
        settings.change(SYSTEM, "receipts.stamp_above", 1, today())
    copy = receipt(sold(loom))
    assert printed(copy)["owes_stamp"]
    assert services.draw(copy).startswith(b"%PDF-")
