"""A buyer pays by hand: a sum of her own, a hold with a clock, a proof that stops it, money that is booked once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.services.closing import Leaving
from marketplace.bank import handlers, queries, services
from marketplace.bank.models import BankLine, BankStatement
from marketplace.bank.rules import AsideKind, LineState
from marketplace.catalog.models import Product
from marketplace.checkout.handlers import end_holds
from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import BANK, CUSTOMER_CREDIT, REFUNDS_ON_THE_WAY, ROUNDING
from marketplace.orders import queries as orders
from marketplace.orders import services as order_services
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Payment, PaymentAttempt, Refund
from marketplace.payments.queries import need_counts
from marketplace.payments.rules import MOST_ROUNDING, Need, Outcome, PaymentMethod, PaymentState, RefundState
from marketplace.payments.services import by_hand
from tests import make
from tests.make.byhand import bank_line, csv_statement, proof, stored, transfer

PRICE = 150_000


def states(payment: Payment) -> list[OrderStatus]:
    return [order.status for order in make.orders_of(orders.purchase_of_payment(payment.id))]


def agree() -> None:
    """The books, the statement and the orders say the same."""
    checks = (
        orders.unbooked_attempts,
        orders.unbooked_refunds,
        orders.crooked_orders,
        orders.crooked_parts,
        queries.crooked_lines,
        queries.unlined_money,
    )
    assert [line for check in checks for line in check()] == []
    assert ledger.crooked_transactions() == []
    assert sum(ledger.balances().values()) == 0


def test_the_sum_is_a_little_less_and_the_market_bears_it(goods: list[Product]) -> None:
    payment = transfer(goods)
    assert payment.amount == PRICE
    assert 1 <= payment.rounding <= MOST_ROUNDING
    assert payment.unique_sum == payment.to_pay == PRICE - payment.rounding
    line = bank_line(payment.to_pay)
    assert handlers.match_lines() == 1
    assert (line.state, line.outcome, line.payment_id) == (LineState.BOOKED, Outcome.PAID, payment.id)
    assert payment.state is PaymentState.PAID
    assert payment.received == payment.to_pay
    assert states(payment) == [OrderStatus.WAITING, OrderStatus.WAITING]
    assert ledger.balance(BANK) == payment.to_pay
    assert ledger.balance(ROUNDING) == payment.rounding
    shops = [each.store_id for each in make.orders_of(orders.purchase_of_payment(payment.id))]
    assert sum(ledger.store_summary(store_id).pending for store_id in shops) == PRICE
    agree()


def test_open_payments_of_one_price_all_ask_for_different_sums(goods: list[Product]) -> None:
    sums = [transfer(goods).to_pay for _ in range(8)]
    assert len(set(sums)) == 8


def test_when_every_sum_is_taken_the_next_is_refused(db: SQLAlchemy, goods: list[Product]) -> None:
    base = {"method": "qris", "state": "pending", "received": 0, "dropped": 0, "refunded": 0, "amount": PRICE}
    base |= {"hold_until": now(), "created_at": now()}
    taken = [
        {**base, "reference": f"taken-{rounding}", "rounding": rounding, "unique_sum": PRICE - rounding}
        for rounding in range(1, MOST_ROUNDING + 1)
    ]
    with transaction():
        db.session.execute(sa.insert(Payment), taken)
    with pytest.raises(Invalid, match=r"payments\.no_sum_left"):
        transfer(goods)


def test_the_database_keeps_sums_apart(db: SQLAlchemy, goods: list[Product]) -> None:
    first, second = transfer(goods), transfer(goods)
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(
            sa.update(Payment)
            .where(Payment.id == second.id)
            .values(rounding=first.rounding, unique_sum=first.unique_sum)
        )


def test_a_qris_payment_may_be_no_larger_than_ten_million(db: SQLAlchemy) -> None:
    with transaction():
        dear = make.live(make.product(make.store(), "Tenun", price=10_000_001))
        just = make.live(make.product(make.store(), "Tenun", price=10_000_000))
    with pytest.raises(Invalid, match=r"payments\.too_much"):
        transfer([dear], method=PaymentMethod.QRIS)
    assert transfer([just], method=PaymentMethod.QRIS).to_pay < 10_000_000
    assert transfer([dear]).amount == 10_000_001


def test_a_hold_without_proof_ends_and_the_goods_are_free(goods: list[Product]) -> None:
    payment = transfer(goods)
    assert payment.hold_until is not None
    assert timedelta(hours=23) < payment.hold_until - now() <= timedelta(hours=24)
    with travel(payment.hold_until - timedelta(minutes=1)):
        end_holds()
        assert payment.state is PaymentState.PENDING
    with travel(payment.hold_until):
        end_holds()
    assert payment.state is PaymentState.EXPIRED
    assert states(payment) == [OrderStatus.EXPIRED, OrderStatus.EXPIRED]
    assert [make.left(each) for each in goods] == [(10, 0), (10, 0)]


def test_a_proof_stops_the_clock_until_an_operator_is_asked(goods: list[Product]) -> None:
    payment = transfer(goods)
    before = payment.hold_until
    assert before is not None
    proof(payment, "Maria Ndolu")
    assert payment.hold_until is not None
    assert payment.hold_until > before
    until = payment.hold_until
    proof(payment)
    assert payment.hold_until == until
    with travel(until + timedelta(days=3)):
        end_holds()
        assert payment.state is PaymentState.PENDING
        with pytest.raises(Stale, match=r"orders\.proof_waits"), transaction():
            order_services.paying.expire(orders.purchase_of_payment(payment.id).id)
        assert need_counts(now())[Need.PROOF] == 1
        assert need_counts(now())[Need.OVERDUE] == 0
    assert need_counts(until - timedelta(minutes=1))[Need.PROOF] == 0
    with transaction():
        order_services.paying.give_up(SYSTEM, payment.id, "Tidak ada di mutasi")
    assert payment.state is PaymentState.EXPIRED
    assert [make.left(each) for each in goods] == [(10, 0), (10, 0)]
    with pytest.raises(Stale), transaction():
        order_services.paying.give_up(SYSTEM, payment.id, "Sekali lagi")


def test_only_the_buyer_shows_a_proof_and_only_so_many(goods: list[Product]) -> None:
    payment = transfer(goods)
    for _ in range(5):
        proof(payment)
    with pytest.raises(Invalid, match=r"bank\.enough_proofs"):
        proof(payment)
    with pytest.raises(NotAllowed), transaction():
        services.proofs.read(GUEST, queries.proofs_of([payment.id])[payment.id][0].id)


def test_a_buyer_who_takes_it_back_frees_the_goods_and_late_money_goes_back_to_her(goods: list[Product]) -> None:
    payment = transfer(goods)
    with transaction():
        order_services.cancel_purchase(Buyer(SYSTEM), orders.purchase_of_payment(payment.id).id)
    assert payment.state is PaymentState.CANCELLED
    line = bank_line(payment.to_pay)
    assert handlers.match_lines() == 0, "she had taken it back: an operator decides"
    with transaction():
        assert services.lines.assign(SYSTEM, line.id, payment.id) is Outcome.LATE
    assert states(payment) == [OrderStatus.CANCELLED, OrderStatus.CANCELLED]
    assert payment.refunded == payment.received == line.amount
    assert ledger.balance(ROUNDING) == 0
    agree()


def test_money_after_the_end_revives_what_is_still_there(db: SQLAlchemy, goods: list[Product]) -> None:
    payment = transfer(goods)
    assert payment.hold_until is not None
    with travel(payment.hold_until):
        end_holds()
    with transaction():
        make.place(make.spec([goods[0]], quantity=10))
    bank_line(payment.to_pay)
    assert handlers.match_lines() == 1
    assert payment.state is PaymentState.PAID_LATE
    assert states(payment) == [OrderStatus.EXPIRED, OrderStatus.WAITING]
    refund = db.session.scalars(sa.select(Refund)).one()
    assert (refund.amount, refund.state) == (30_000, RefundState.REQUESTED)
    agree()


def test_a_second_payment_goes_back_and_a_wrong_one_waits(goods: list[Product]) -> None:
    paid, wrong = transfer(goods), transfer(goods)
    bank_line(paid.to_pay)
    handlers.match_lines()
    again = bank_line(paid.to_pay, "SETOR LAGI")
    assert handlers.match_lines() == 0, "it is paid already: an operator decides"
    with transaction():
        assert services.lines.assign(SYSTEM, again.id, paid.id) is Outcome.DOUBLE
    assert paid.refunded == again.amount
    less = bank_line(wrong.to_pay - 10_000, "KURANG")
    with transaction():
        assert services.lines.assign(SYSTEM, less.id, wrong.id) is Outcome.MISMATCH
    assert wrong.state is PaymentState.MISMATCH
    assert ledger.balance(CUSTOMER_CREDIT) == -less.amount
    agree()
    with transaction():
        order_services.paying.complete(SYSTEM, wrong.id)
    assert ledger.balance(CUSTOMER_CREDIT) == 0
    assert ledger.balance(ROUNDING) == paid.rounding + wrong.rounding
    agree()


def test_too_much_is_taken_as_paid_and_the_rest_goes_back(goods: list[Product]) -> None:
    payment = transfer(goods)
    line = bank_line(PRICE + 5_000)
    with transaction():
        assert services.lines.assign(SYSTEM, line.id, payment.id) is Outcome.MISMATCH
        order_services.paying.complete(SYSTEM, payment.id)
    assert payment.state is PaymentState.PAID
    assert payment.refunded == PRICE + 5_000 - payment.to_pay
    assert ledger.balance(CUSTOMER_CREDIT) == 0
    agree()


def test_all_of_it_goes_back_when_the_shops_decline_and_the_market_has_its_rounding_again(
    goods: list[Product],
) -> None:
    payment = transfer(goods)
    bank_line(payment.to_pay)
    handlers.match_lines()
    for order in make.orders_of(orders.purchase_of_payment(payment.id)):
        with transaction():
            order_services.decline(SYSTEM, order.id, "Habis")
    assert payment.refunded == payment.received
    assert ledger.balance(ROUNDING) == 0
    assert ledger.balance(REFUNDS_ON_THE_WAY) == -payment.received
    agree()


def test_what_is_handed_over_is_owed_in_full(goods: list[Product]) -> None:
    payment = transfer(goods)
    bank_line(payment.to_pay)
    handlers.match_lines()
    for order in make.orders_of(orders.purchase_of_payment(payment.id)):
        make.walk(order, OrderStatus.DONE)
        assert ledger.store_summary(order.store_id).held == order.total
    agree()


def test_a_sum_is_asked_again_only_long_after_its_payment_ended(goods: list[Product]) -> None:
    payment = transfer(goods)
    bank_line(payment.to_pay)
    handlers.match_lines()
    with transaction():
        assert by_hand.free_sums() == 0
    with travel(now() + timedelta(days=15)), transaction():
        assert by_hand.free_sums() == 1
    assert payment.unique_sum is None
    assert payment.to_pay == payment.received


def test_a_closed_account_leaves_no_proof(db: SQLAlchemy, goods: list[Product]) -> None:
    budi = make.person("Budi")
    mine, other = transfer(goods, person_id=budi.id), transfer(goods)
    proof(mine, "Budi Lado")
    proof(other)
    with transaction():
        services.proofs.forget(Leaving(budi.id, None, None))
    assert list(queries.proofs_of([mine.id, other.id])) == [other.id]


# --- the statement ---------------------------------------------------------


def test_overlapping_files_are_kept_once_and_same_lines_of_a_day_are_two(db: SQLAlchemy, goods: list[Product]) -> None:
    first = (today() - timedelta(days=1), "SETOR A", 10_000)
    same = (today(), "SETOR B", 20_000)
    stored(csv_statement(first, same))
    stored(csv_statement(first, same))
    stored(csv_statement(first, same, same, (today(), "BIAYA ADM", -2_500)))
    rows = db.session.execute(sa.select(BankLine.amount, BankLine.state).order_by(BankLine.id)).all()
    assert [tuple(row) for row in rows] == [
        (10_000, LineState.OPEN),
        (20_000, LineState.OPEN),
        (20_000, LineState.OPEN),
        (-2_500, LineState.OUT),
    ]
    counts = db.session.execute(
        sa.select(BankStatement.new_lines, BankStatement.known_lines).order_by(BankStatement.id)
    ).all()
    assert [tuple(row) for row in counts] == [(2, 0), (0, 2), (2, 2)]


def test_a_file_is_stored_once(goods: list[Product]) -> None:
    statement_id = stored(csv_statement((today(), "SETOR", 10_000)))
    found = services.statements.dry_run(queries.statement(statement_id))
    assert found.new == []
    with pytest.raises(Stale), transaction():
        services.statements.store(SYSTEM, statement_id, found.parsed)
    roles = services.statements.roles_of(queries.statement(statement_id))
    with pytest.raises(Stale), transaction():
        services.statements.choose_columns(SYSTEM, statement_id, 1, roles)


def test_money_from_before_the_order_pays_nothing_by_itself(goods: list[Product]) -> None:
    payment = transfer(goods)
    line = bank_line(payment.to_pay, day=today() - timedelta(days=1))
    assert queries.certain() == []
    with pytest.raises(Invalid, match=r"bank\.ordered_later"), transaction():
        services.lines.assign(SYSTEM, line.id, payment.id)


def test_a_line_is_decided_once(goods: list[Product]) -> None:
    payment, other = transfer(goods), transfer(goods)
    line = bank_line(payment.to_pay)
    with transaction():
        services.lines.assign(SYSTEM, line.id, payment.id)
    for act in (
        lambda: services.lines.assign(SYSTEM, line.id, other.id),
        lambda: services.lines.set_aside(SYSTEM, line.id, AsideKind.NOT_OURS, "Bukan"),
        lambda: services.lines.reopen(SYSTEM, line.id),
    ):
        with pytest.raises(Stale), transaction():
            act()
    with transaction():
        assert services.lines.match(line.id, payment.id) is None
    assert other.received == 0


def test_the_database_lets_no_line_be_booked_without_a_payment(db: SQLAlchemy, goods: list[Product]) -> None:
    line, out = bank_line(10_000), bank_line(-10_000, "BIAYA")
    for row, values in ((line, {"state": "booked"}), (line, {"state": "out"}), (out, {"state": "open"})):
        with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
            db.session.execute(sa.update(BankLine).where(BankLine.id == row.id).values(**values))


def test_a_line_set_aside_can_be_opened_again(goods: list[Product]) -> None:
    line, out = bank_line(10_000), bank_line(-10_000, "BIAYA")
    for row, before in ((line, LineState.OPEN), (out, LineState.OUT)):
        with transaction():
            services.lines.set_aside(SYSTEM, row.id, AsideKind.REFUND, "Pengembalian")
        assert row.state is LineState.ASIDE
        with transaction():
            services.lines.reopen(SYSTEM, row.id)
        assert row.state is before
    with pytest.raises(Invalid), transaction():
        services.lines.set_aside(SYSTEM, line.id, AsideKind.NOT_OURS, "  ")


def test_a_line_for_cash_or_card_is_refused(db: SQLAlchemy, goods: list[Product]) -> None:
    with transaction():
        cash = orders.payment_of_purchase(make.place(make.spec(goods)).id)
    line = bank_line(10_000)
    with pytest.raises(Invalid, match=r"bank\.not_by_hand"), transaction():
        services.lines.assign(SYSTEM, line.id, cash.id)


@pytest.mark.parametrize("act", ["keep", "assign", "set_aside"])
def test_nobody_but_operators_touches_the_account(act: str, goods: list[Product], client: FlaskClient) -> None:
    line = bank_line(10_000)
    with pytest.raises(NotAllowed), transaction():
        if act == "keep":
            services.statements.keep(GUEST, services.statements.Prepared("k", "n", 0, {}))
        elif act == "assign":
            services.lines.assign(GUEST, line.id, 1)
        else:
            services.lines.set_aside(GUEST, line.id, AsideKind.NOT_OURS, "x")


def test_reconciling_names_a_line_that_does_not_agree(db: SQLAlchemy, goods: list[Product]) -> None:
    payment = transfer(goods)
    line = bank_line(payment.to_pay)
    handlers.match_lines()
    db.session.execute(sa.update(BankLine).where(BankLine.id == line.id).values(amount=line.amount + 1))
    assert len(queries.crooked_lines()) == 1
    assert len(queries.unlined_money()) == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PaymentAttempt)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 2
