"""Deadlines over midnight WITA, reminders, letters, and what happens by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.catalog.rules import Supply
from marketplace.claims import handlers, queries, services
from marketplace.claims.models import Claim
from marketplace.claims.queries.times import due_after
from marketplace.claims.rules import ClaimState, Remedy
from marketplace.core import outbox, settings
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Stale
from marketplace.notifications.models import Message
from marketplace.orders import events
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.queries import crooked_orders, payment_of_purchase
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import contesting
from marketplace.payments.queries import attempts_of
from marketplace.payments.rules import DisputeSnapshot, DisputeState, PaymentMethod, RefundSnapshot, RefundState
from tests import make as market
from tests.books import faults, unfinished
from tests.claims.conftest import Ordering
from tests.make import claims as make

EVENING = datetime(2026, 11, 24, 15, 59, tzinfo=UTC)
"""One minute before midnight in Kupang."""
MINUTE = timedelta(minutes=1)


def letters(db: SQLAlchemy, beginning: str = "claims.") -> list[tuple[str, str]]:
    """Who was written to, and the subject."""
    outbox.deliver_all()
    query = sa.select(Message).where(Message.key.startswith(beginning)).order_by(Message.id)
    return [(each.recipient, each.subject) for each in db.session.scalars(query)]


def test_days_end_with_the_day_in_kupang_and_hours_are_counted() -> None:
    end = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
    assert due_after(EVENING, 3, "days") == end
    assert due_after(EVENING + MINUTE, 3, "days") == end + timedelta(days=1)
    assert due_after(EVENING, 48, "hours") == EVENING + timedelta(hours=48)


def test_a_claim_may_be_opened_until_the_day_is_over(db: SQLAlchemy, ordered: Ordering) -> None:
    with travel(EVENING):
        order = ordered()
    end = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
    with travel(end - MINUTE):
        assert queries.window(order.id).until == end
        assert queries.window(order.id).is_open
    with travel(end):
        assert queries.window(order.id).refusal == "claims.too_late"
        with pytest.raises(Stale), transaction():
            make.claim(order)


def test_food_of_the_day_has_hours(db: SQLAlchemy, ordered: Ordering, goods: Product) -> None:
    with travel(EVENING):
        order = ordered()
    with transaction():
        db.session.execute(sa.update(Product).where(Product.id == goods.id).values(supply=Supply.DAILY))
    with travel(EVENING + timedelta(hours=48) - MINUTE):
        assert queries.window(order.id).is_open
    with travel(EVENING + timedelta(hours=48)):
        assert not queries.window(order.id).is_open


def test_a_longer_time_holds_for_what_begins_from_then_on(db: SQLAlchemy, ordered: Ordering, admin: Person) -> None:
    order = ordered()
    with transaction():
        claim = make.claim(order)
        settings.change(market.actor_of(admin), "claims.answer_hours", 96, now().date() + timedelta(days=1))
    assert claim.due_at is not None
    assert abs(claim.due_at - now() - timedelta(hours=48)) < MINUTE
    with travel(now() + timedelta(days=2)), transaction():
        services.withdraw(make.BUYER, claim.id, make.said())
        again = make.claim(order)
        assert again.due_at == now() + timedelta(hours=96)


@pytest.mark.parametrize(
    ("amount", "wish", "to"),
    [
        (50_000, Remedy.MONEY, ClaimState.REFUNDED),
        (50_001, Remedy.MONEY, ClaimState.MEDIATION),
        (None, Remedy.SWAP, ClaimState.MEDIATION),
    ],
)
def test_a_shop_that_is_silent(
    db: SQLAlchemy, ordered: Ordering, amount: int | None, wish: Remedy, to: ClaimState
) -> None:
    """Small sums go back by themselves, the rest is an operator's."""
    order = ordered()
    with transaction():
        claim = make.claim(order, quantity=2 if amount and amount > 50_000 else 1, amount=amount, wish=wish)
    assert claim.due_at is not None
    with travel(claim.due_at - MINUTE):
        handlers.run_clocks()
    assert claim.state is ClaimState.OPENED
    with travel(claim.due_at):
        handlers.run_clocks()
        handlers.run_clocks()
    assert db.session.get_one(Claim, claim.id).state is to
    assert faults() == []


def test_nobody_decides_and_half_is_granted(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered()
    with transaction():
        claim = make.bring(make.claim(order, quantity=3), ClaimState.MEDIATION)
        make.lapse(claim)
    assert (claim.state, claim.granted, claim.decided_by) == (ClaimState.DECIDED, 75_000, None)


def test_each_step_is_told_to_the_other_side(db: SQLAlchemy, ordered: Ordering, yuli: Person, admin: Person) -> None:
    order = ordered()
    outbox.deliver_all()
    with transaction():
        claim = make.claim(order)
    assert letters(db) == [(yuli.email, f"Komplain baru untuk pesanan {order.code}")]
    with transaction():
        services.offer(SYSTEM, claim.id, Remedy.NOTHING, 0, 0, make.said("Utuh saat dikirim."))
    assert letters(db)[1:] == [(market.BUYER_EMAIL, f"Kabar komplain pesanan {order.code}")]
    with transaction():
        services.escalate(make.BUYER, claim.id, make.said())
    assert letters(db)[2:] == [
        (yuli.email, f"Kabar komplain pesanan {order.code}"),
        (admin.email, f"Komplain pesanan {order.code} menunggu putusan"),
    ]
    body = db.session.scalars(sa.select(Message.body).where(Message.key.like("claims.%:buyer"))).one()
    assert "Utuh saat dikirim." in body
    assert f"/pesanan/{order.code}/komplain" in body
    assert "Terima tawaran toko, atau minta pengelola pasar memutuskan" in body


@pytest.mark.parametrize("state", [ClaimState.MEDIATION, ClaimState.APPEALED])
def test_nobody_is_asked_to_decide_what_is_over_when_the_letter_is_written(
    db: SQLAlchemy, ordered: Ordering, admin: Person, state: ClaimState
) -> None:
    order = ordered()
    with transaction():
        claim = make.bring(make.claim(order), state)
        services.overtake(claim.id)
    with travel(now() + timedelta(days=30)):
        outbox.deliver_all()
    assert admin.email not in [recipient for recipient, _subject in letters(db)]
    assert unfinished() == []


def test_a_guests_letter_opens_her_claim(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered(buyer=None)
    outbox.deliver_all()
    with transaction():
        claim = make.claim(order)
        services.offer(SYSTEM, claim.id, Remedy.SWAP, 0, 0, make.said())
    letters(db)
    body = db.session.scalars(sa.select(Message.body).where(Message.key.like("claims.%:buyer"))).one()
    assert "/komplain?kunci=" in body


@pytest.mark.parametrize("state", [ClaimState.OPENED, ClaimState.OFFERED, ClaimState.MEDIATION, ClaimState.DECIDED])
def test_whoever_is_to_act_is_reminded_once(
    db: SQLAlchemy, ordered: Ordering, yuli: Person, admin: Person, state: ClaimState
) -> None:
    order = ordered()
    with transaction():
        claim = make.bring(make.claim(order), state)
    assert claim.due_at is not None
    with travel(claim.due_at - timedelta(hours=19)):
        handlers.remind()
    assert letters(db, "claims.reminder") == []
    with travel(claim.due_at - timedelta(hours=17)):
        handlers.remind()
        handlers.remind()
        found = {recipient for recipient, _subject in letters(db, "claims.reminder")}
    turn = {
        ClaimState.OPENED: {yuli.email},
        ClaimState.OFFERED: {market.BUYER_EMAIL},
        ClaimState.MEDIATION: {admin.email},
        ClaimState.DECIDED: {yuli.email, market.BUYER_EMAIL},
    }
    assert found == turn[state]
    assert len(letters(db, "claims.reminder")) == len(found)


def test_what_the_bank_takes_up_ends_the_claim(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered()
    with transaction():
        claim = make.claim(order)
    with transaction():
        contesting.overtake([db.session.get_one(Order, order.id)])
    outbox.deliver_all()
    handlers.follow_bank(events.ClaimOvertaken(claim.id))
    assert (claim.state, order.contested_by) == (ClaimState.OVERTAKEN, None)
    assert faults() == []


@pytest.mark.parametrize("way", ["dispute", "by hand"])
def test_money_that_goes_back_another_way_is_not_kept_for_a_claim(db: SQLAlchemy, ordered: Ordering, way: str) -> None:
    order = ordered()
    with transaction():
        claim = make.claim(order, quantity=5)
    (attempt,) = attempts_of(payment_of_purchase(order.purchase_id).id)
    with transaction():
        if way == "dispute":
            dispute = DisputeSnapshot("dp_1", DisputeState.OPEN, order.total, order.total)
            orders.disputes.apply(attempt.id, dispute)
        else:
            sent = RefundSnapshot("re_by_hand", RefundState.SUCCEEDED, order.total)
            orders.refunds.record_external(attempt.id, sent)
    outbox.deliver_all()
    assert (claim.state, order.contested_by) == (ClaimState.OVERTAKEN, None)
    assert (crooked_orders(), queries.crooked_claims(), faults()) == ([], [], [])


def test_cash_is_promised_to_the_buyers_bank_account(db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered(OrderStatus.DONE, method=PaymentMethod.CASH)
    with transaction():
        services.agree(SYSTEM, make.claim(order).id, make.said())
    letters(db)
    body = db.session.scalars(sa.select(Message.body).where(Message.key.like("claims.%:buyer"))).one()
    assert "rekening bank Anda" in body
