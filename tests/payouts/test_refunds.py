"""Money back that no provider can send: the buyer is asked where it is to go, and it goes with the bank file."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.services.closing import Leaving
from marketplace.core import outbox
from marketplace.core.actor import GUEST, SYSTEM, Actor
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import BANK
from marketplace.notifications.models import Message
from marketplace.orders import handlers as orders_handlers
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments import queries as payment_queries
from marketplace.payments.models import Refund
from marketplace.payments.rules import PaymentMethod, RefundSnapshot, RefundState
from marketplace.payouts import handlers, queries, services
from marketplace.payouts.models import RefundAccount
from tests import make
from tests.make import payouts as pay
from tests.payouts.books import faults, owed

AMOUNT = 100_000


@pytest.fixture
def order(db: SQLAlchemy, operator: Actor) -> Order:
    """An order of a guest, handed over and paid in cash, of which the operator gives a half back."""
    sold = pay.sold(pay.paid_shop(), AMOUNT, PaymentMethod.CASH)
    with transaction():
        orders.refunds.refund_order(operator, sold.id, AMOUNT // 2, 0, "Rusak")
    outbox.deliver_all()
    return sold


def refunds(db: SQLAlchemy) -> list[Refund]:
    return list(db.session.scalars(sa.select(Refund).order_by(Refund.id)))


def letters(db: SQLAlchemy) -> list[str]:
    found = sa.select(Message.body).where(Message.key.like("payouts.account%")).order_by(Message.id)
    return list(db.session.scalars(found))


def address(db: SQLAlchemy, order: Order) -> str:
    code = db.session.get_one(Purchase, order.purchase_id).code
    return f"/pembelian/{code}/rekening?kunci={guest_key(code)}"


def test_a_cash_refund_is_taken_from_the_shop_and_waits_for_the_buyers_account(db: SQLAlchemy, order: Order) -> None:
    (refund,) = refunds(db)
    assert (refund.state, refund.by_bank) == (RefundState.REQUESTED, True)
    assert owed(order.store_id) == -order.commission - AMOUNT // 2 + order.refunded_commission
    assert len(letters(db)) == 1
    orders_handlers.sweep_refunds()
    assert payment_queries.unsent_refunds(now() + timedelta(days=1)) == []
    assert refunds(db)[0].state is RefundState.REQUESTED
    assert faults() == []


def test_it_goes_with_the_bank_file_and_leaves_the_markets_account(
    db: SQLAlchemy, operator: Actor, order: Order
) -> None:
    assert pay.lines(pay.batch(operator, "belum")) == []
    pay.write_account(order)
    batch_id = pay.batch(operator, "sudah")
    (line,) = pay.lines(batch_id)
    assert (line.amount, line.last_digits) == (AMOUNT // 2, "3210")
    assert refunds(db)[0].state is RefundState.REQUESTED
    with transaction():
        services.batches.fetch(operator, batch_id)
    assert refunds(db)[0].state is RefundState.SUBMITTED
    assert b"9876543210" in services.batches.file_bytes(operator, batch_id, "umum")
    for _ in range(2):
        with transaction():
            services.lines.confirm(operator, line.id)
    assert refunds(db)[0].state is RefundState.SUCCEEDED
    assert ledger.balance(BANK) == -AMOUNT // 2
    assert faults() == []
    outbox.deliver_all()
    sent = db.session.scalars(sa.select(Message.body).where(Message.key.like("orders.refund_sent%"))).one()
    assert "ke rekening bank yang Anda tulis" in sent


@pytest.mark.parametrize("was_paid", [False, True])
def test_one_that_fails_is_owed_again_and_asked_again(
    db: SQLAlchemy, operator: Actor, order: Order, was_paid: bool
) -> None:
    pay.write_account(order)
    (line,) = pay.lines(pay.fetched(operator, "satu"))
    if was_paid:
        with transaction():
            services.lines.confirm(operator, line.id)
    for _ in range(2):
        with transaction():
            services.lines.fail(operator, line.id, "Nomor tidak ada", True)
    old, new = refunds(db)
    assert (old.state, new.state, new.by_bank, new.amount) == (
        RefundState.FAILED,
        RefundState.REQUESTED,
        True,
        AMOUNT // 2,
    )
    outbox.deliver_all()
    assert "Nomor tidak ada" in letters(db)[-1]
    asked = queries.ask_of(order.purchase_id)
    assert asked is not None
    assert (asked.account, asked.trouble) == ("", "Nomor tidak ada")
    assert faults() == []
    pay.write_account(order, "111122223333")
    (again,) = pay.lines(pay.fetched(operator, "dua"))
    with transaction():
        services.lines.confirm(operator, again.id)
    assert ledger.balance(BANK) == -AMOUNT // 2
    assert faults() == []


def test_a_cancelled_batch_leaves_the_refund_waiting(db: SQLAlchemy, operator: Actor, order: Order) -> None:
    pay.write_account(order)
    batch_id = pay.batch(operator, "satu")
    with transaction():
        services.batches.cancel(operator, batch_id)
    assert len(pay.lines(pay.batch(operator, "dua"))) == 1
    assert faults() == []


def test_a_refund_is_in_one_live_line(db: SQLAlchemy, operator: Actor, order: Order) -> None:
    pay.write_account(order)
    assert len(pay.lines(pay.batch(operator, "satu"))) == 1
    with transaction():
        other = services.batches.begin(operator, "dua")
    with transaction():
        assert services.batches.add_refund(operator, other, refunds(db)[0].id) is None


def test_the_account_may_be_changed_until_it_is_in_a_batch(db: SQLAlchemy, operator: Actor, order: Order) -> None:
    pay.write_account(order)
    pay.write_account(order, "55554444")
    (line,) = pay.lines(pay.batch(operator))
    assert line.last_digits == "4444"
    with pytest.raises(Stale):
        pay.write_account(order, "66667777")


def test_only_the_buyer_writes_it_and_only_what_can_be_an_account(db: SQLAlchemy, order: Order) -> None:
    with pytest.raises(NotAllowed), transaction():
        services.accounts.give(Buyer(GUEST, "salah"), order.purchase_id, "bca", "12345678", "Budi")
    with pytest.raises(Invalid), transaction():
        services.accounts.give(Buyer(SYSTEM), order.purchase_id, "bca", "12", "Budi")


def test_name_and_number_lie_sealed(db: SQLAlchemy, order: Order) -> None:
    pay.write_account(order, "9876543210", "Budi Lado")
    raw = db.session.execute(sa.text("SELECT number_sealed, holder_sealed FROM refund_accounts")).one()
    assert "9876543210" not in raw[0]
    assert "Budi" not in raw[1]


def test_who_says_nothing_is_asked_once_more(db: SQLAlchemy, order: Order) -> None:
    with travel(now() + timedelta(days=4)):
        for _ in range(2):
            handlers.remind_buyers()
            outbox.deliver_all()
    assert len(letters(db)) == 2
    assert "belum tahu" in letters(db)[-1]


def test_a_guest_writes_her_account_by_the_link_in_the_letter(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, order: Order
) -> None:
    path = address(db, order)
    assert path in letters(db)[0]
    assert client.get(path.partition("?")[0]).status_code == 404
    page = client.get(path)
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    wrong = client.post(path, data={"bank": "bca", "number": "12ab", "holder": "Budi"})
    assert wrong.status_code == 422
    assert "12ab" in wrong.text
    done = client.post(path, data={"bank": "bca", "number": "9876 5432 10", "holder": "Budi  Lado"})
    assert done.status_code == 303
    shown = client.get(done.location).text
    assert "••••3210" in shown
    assert "9876543210" not in shown
    pay.batch(operator)
    late = client.post(path, data={"bank": "bri", "number": "11112222", "holder": "Budi"})
    assert late.status_code == 409
    assert db.session.scalars(sa.select(RefundAccount.last_digits)).one() == "3210"


def test_who_is_owed_nothing_is_asked_nothing(db: SQLAlchemy, client: FlaskClient, operator: Actor) -> None:
    sold = pay.sold(pay.paid_shop(), AMOUNT, PaymentMethod.CASH)
    assert client.get(address(db, sold)).status_code == 404


def test_cash_that_has_not_changed_hands_is_not_refunded(db: SQLAlchemy, operator: Actor) -> None:
    ready = pay.sold(pay.paid_shop(), AMOUNT, PaymentMethod.CASH, up_to=OrderStatus.READY)
    with pytest.raises(Stale), transaction():
        orders.refunds.refund_order(operator, ready.id, 1_000, 0, "Salah")


def test_no_more_cash_is_refunded_than_came_in(db: SQLAlchemy, operator: Actor, order: Order) -> None:
    with pytest.raises(Invalid), transaction():
        orders.refunds.refund_order(operator, order.id, AMOUNT // 2 + 1, 0, "Lagi")
    with transaction():
        orders.refunds.refund_order(operator, order.id, AMOUNT // 2, 0, "Sisanya")
    assert faults() == []


def test_a_card_refund_that_failed_goes_by_bank_if_the_operator_says_so(db: SQLAlchemy, operator: Actor) -> None:
    sold = pay.sold(pay.paid_shop(), AMOUNT)
    with transaction():
        refund = orders.refunds.refund_order(operator, sold.id, AMOUNT, 0, "Rusak")
        refund.state = RefundState.SUBMITTED
        refund_id, amount = refund.id, refund.amount
    with transaction():
        orders.refunds.apply(refund_id, RefundSnapshot("re_1", RefundState.FAILED, amount))
    with transaction():
        orders.refunds.retry(operator, refund_id, by_bank=True)
    pay.write_account(sold)
    (line,) = pay.lines(pay.fetched(operator))
    with transaction():
        services.lines.confirm(operator, line.id)
    assert ledger.balance(BANK) == -AMOUNT
    assert ledger.balance("clearing:card") == AMOUNT
    assert faults() == []


def test_a_closed_account_takes_name_and_number_along_once_the_money_is_there(db: SQLAlchemy, operator: Actor) -> None:
    budi = make.person("Budi")
    sold = pay.sold(pay.paid_shop(), AMOUNT, PaymentMethod.CASH, buyer=budi)
    with transaction():
        orders.refunds.refund_order(operator, sold.id, AMOUNT, 0, "Rusak")
    pay.write_account(sold)
    with transaction():
        services.forget(Leaving(budi.id, budi.email, None))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RefundAccount)) == 1
    (line,) = pay.lines(pay.fetched(operator))
    with transaction():
        services.lines.confirm(operator, line.id)
    with transaction():
        services.forget(Leaving(budi.id, budi.email, None))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RefundAccount)) == 0
    assert pay.lines(line.batch_id)[0].holder == ""
