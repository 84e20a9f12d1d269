"""A payout run: reserved first, file second, then settled line by line; nothing is paid twice."""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError

from marketplace.core import outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.ledger import queries as ledger
from marketplace.ledger.rules import BANK
from marketplace.notifications.models import Message
from marketplace.orders import services as orders
from marketplace.payments.rules import PaymentMethod
from marketplace.payouts import queries, services
from marketplace.payouts.models import PayoutBatch, PayoutFile, PayoutItem, PayoutLine
from marketplace.payouts.rules import BatchState, HoldKind, LineState
from marketplace.payouts.services import clocks
from tests import make
from tests.make import payouts as pay
from tests.payouts.books import faults, on_the_way, owed


def due(store_id: int) -> queries.Due:
    return queries.due_of(store_id, clocks.free_from(today()), clocks.ACCOUNT_HOURS.today())


def test_money_goes_from_the_shop_to_the_way_to_the_bank(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    order = pay.sold(shop)
    net = order.total - order.commission
    assert due(shop.id).ready == net == owed(shop.id)
    batch_id = pay.fetched(operator)
    (line,) = pay.lines(batch_id)
    assert (line.amount, line.last_digits, line.holder) == (net, "6789", "Maria Ina Lado")
    assert (owed(shop.id), on_the_way(), ledger.balance(BANK)) == (0, net, 0)
    assert faults() == []
    with transaction():
        services.lines.confirm(operator, line.id)
    assert (owed(shop.id), on_the_way(), ledger.balance(BANK)) == (0, 0, -net)
    assert db.session.get_one(PayoutBatch, batch_id).state is BatchState.CLOSED
    assert faults() == []


def test_what_was_paid_out_is_never_due_again(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    pay.sold(shop)
    first = pay.fetched(operator, "pagi")
    assert pay.lines(pay.batch(operator, "siang")) == []
    with transaction():
        services.lines.confirm(operator, pay.lines(first)[0].id)
    assert pay.lines(pay.batch(operator, "sore")) == []
    assert faults() == []


def test_the_same_page_pressed_twice_makes_one_batch(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    pay.sold(shop)
    first = pay.batch(operator, "sama")
    with transaction():
        assert services.batches.begin(operator, "sama") == first
    with pytest.raises(Stale), transaction():
        services.batches.add_payout(operator, first, shop.id)
    with transaction():
        assert services.batches.finish(operator, first)
    assert len(pay.lines(first)) == 1


def test_the_database_itself_lets_no_entry_be_paid_out_twice(db: SQLAlchemy, operator: Actor) -> None:
    pay.sold(pay.paid_shop())
    (line,) = pay.lines(pay.batch(operator))
    entry_id = db.session.scalars(sa.select(PayoutItem.entry_id)).first()
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(sa.insert(PayoutItem).values(entry_id=entry_id, line_id=line.id))


def test_the_database_itself_lets_a_shop_have_one_open_line(db: SQLAlchemy, operator: Actor) -> None:
    pay.sold(pay.paid_shop())
    (line,) = pay.lines(pay.batch(operator))
    with transaction():
        other = services.batches.begin(operator, "lain")
    values = {column.key: getattr(line, column.key) for column in sa.inspect(PayoutLine).column_attrs}
    values |= {"batch_id": other, "reference": "PU-LAIN"}
    del values["id"]
    with pytest.raises(IntegrityError), transaction():
        db.session.add(PayoutLine(**values))


def test_the_file_is_the_same_each_time_and_no_formula(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    pay.write_shop_account(shop.id, "0012345678", "bank-ntt", "=HYPERLINK(1)\r\n@Mama")
    pay.sold(shop)
    batch_id = pay.fetched(operator)
    once, again = (services.batches.file_bytes(operator, batch_id, "umum") for _ in range(2))
    assert once == again
    with transaction():
        services.batches.fetch(operator, batch_id)
    digests = dict(queries.files_of(batch_id))
    assert digests["umum"] == hashlib.sha256(once).hexdigest()
    rows = list(csv.DictReader(io.StringIO(once.decode())))
    assert [(row["nomor_rekening"], row["jumlah_rupiah"]) for row in rows] == [
        ("0012345678", str(pay.lines(batch_id)[0].amount))
    ]
    assert rows[0]["atas_nama"] == "HYPERLINK(1) @Mama"
    ntt = services.batches.file_bytes(operator, batch_id, "bank-ntt").decode().splitlines()
    assert ntt[0].startswith("NO;KODE_BANK;NO_REKENING")
    assert ntt[1].startswith("1;130;0012345678;HYPERLINK")


def test_numbers_lie_sealed_in_the_database(db: SQLAlchemy, operator: Actor) -> None:
    pay.sold(pay.paid_shop())
    batch_id = pay.fetched(operator)
    raw = db.session.execute(sa.text("SELECT number_sealed FROM payout_lines")).scalar_one()
    kept = db.session.execute(sa.text("SELECT content_sealed FROM payout_files")).scalars().all()
    assert pay.NUMBER not in raw
    assert all(pay.NUMBER not in content for content in kept)
    assert pay.NUMBER.encode() in services.batches.file_bytes(operator, batch_id, "umum")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PayoutFile)) == 2


def test_a_batch_is_cancelled_before_its_file_is_fetched_and_not_after(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    pay.sold(shop)
    net = owed(shop.id)
    batch_id = pay.batch(operator, "satu")
    for _ in range(2):
        with transaction():
            services.batches.cancel(operator, batch_id)
    assert (owed(shop.id), on_the_way()) == (net, 0)
    assert faults() == []
    other = pay.fetched(operator, "dua")
    with pytest.raises(Stale), transaction():
        services.batches.cancel(operator, other)
    with pytest.raises(Stale), transaction():
        services.lines.confirm(operator, pay.lines(batch_id)[0].id)


def test_nothing_is_settled_before_the_file_was_fetched(db: SQLAlchemy, operator: Actor) -> None:
    pay.sold(pay.paid_shop())
    (line,) = pay.lines(pay.batch(operator))
    with pytest.raises(Stale), transaction():
        services.lines.confirm(operator, line.id)


def test_a_line_that_fails_is_owed_again_and_told_and_waits_for_another_account(
    db: SQLAlchemy, operator: Actor
) -> None:
    owner = make.person("Mama Ina", email="ina@example.id")
    shop = pay.paid_shop("Dapur Ina", owner)
    pay.sold(shop)
    net = owed(shop.id)
    (line,) = pay.lines(pay.fetched(operator, "satu"))
    with pytest.raises(Invalid), transaction():
        services.lines.fail(operator, line.id, "  ", True)
    for _ in range(2):
        with transaction():
            services.lines.fail(operator, line.id, "Nama tidak cocok", True)
    assert (owed(shop.id), on_the_way()) == (net, 0)
    assert faults() == []
    assert [(hold.kind, hold.reason) for hold in due(shop.id).holds] == [(HoldKind.REFUSED_ACCOUNT, "Nama tidak cocok")]
    outbox.deliver_all()
    told = sa.select(Message).where(Message.recipient == owner.email, Message.key.like("payouts.%"))
    letter = db.session.scalars(told).one()
    assert "Nama tidak cocok" in letter.body
    pay.write_shop_account(shop.id, "111122223333")
    (again,) = pay.lines(pay.fetched(operator, "dua"))
    assert (again.amount, again.last_digits) == (net, "3333")
    assert faults() == []


def test_what_the_bank_sends_back_days_later_is_owed_again(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    pay.sold(shop)
    net = owed(shop.id)
    (line,) = pay.lines(pay.fetched(operator))
    with transaction():
        services.lines.confirm(operator, line.id)
    with transaction():
        services.lines.fail(operator, line.id, "Rekening ditutup", True)
    assert (owed(shop.id), on_the_way(), ledger.balance(BANK)) == (net, 0, 0)
    with pytest.raises(Stale), transaction():
        services.lines.confirm(operator, line.id)
    assert faults() == []


def test_cash_in_hand_is_never_paid_out_and_its_commission_is_taken_off(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    cash = pay.sold(shop, 200_000, PaymentMethod.CASH)
    assert due(shop.id).ready == -cash.commission
    card = pay.sold(shop, 100_000)
    (line,) = pay.lines(pay.batch(operator))
    assert line.amount == card.total - card.commission - cash.commission
    assert ledger.store_summary(shop.id).cash_in_hand == cash.total
    rows = {row["code"]: row for row in line.facts["orders"]}
    assert rows[cash.code]["cash"] == cash.total
    assert sum(row["net"] for row in rows.values()) == line.amount
    assert faults() == []


def test_a_refund_after_the_payout_makes_the_next_one_net(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    first = pay.sold(shop, 100_000)
    (line,) = pay.lines(pay.fetched(operator, "satu"))
    with transaction():
        services.lines.confirm(operator, line.id)
    with transaction():
        orders.refunds.refund_order(operator, first.id, 100_000, 0, "Rusak")
    taken = due(shop.id).ready
    assert taken < 0
    assert pay.lines(pay.batch(operator, "dua")) == []
    second = pay.sold(shop, 300_000)
    (next_line,) = pay.lines(pay.fetched(operator, "tiga"))
    assert next_line.amount == second.total - second.commission + taken
    assert {row["other"] for row in next_line.facts["orders"]} == {0, taken}
    assert faults() == []


def test_money_waits_some_days_after_the_goods_were_handed_over(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    fresh = pay.sold(shop, 100_000, ago=timedelta())
    found = due(shop.id)
    assert (found.ready, found.waiting) == (0, fresh.total - fresh.commission)
    with transaction():
        orders.refunds.refund_order(operator, fresh.id, 40_000, 0, "Sebagian rusak")
    assert due(shop.id).ready == 0, "what belongs to an order that waits, waits with it"
    with travel(now() + timedelta(days=clocks.WAITING_DAYS.today())):
        assert due(shop.id).ready == owed(shop.id)


def test_less_than_the_minimum_is_carried_on(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    pay.sold(shop, 20_000)
    assert pay.lines(pay.batch(operator, "satu")) == []
    pay.sold(shop, 60_000)
    everything = owed(shop.id)
    assert pay.lines(pay.batch(operator, "dua"))[0].amount == everything
    assert owed(shop.id) == 0


@pytest.mark.parametrize("hold", [HoldKind.NO_ACCOUNT, HoldKind.NEW_ACCOUNT, HoldKind.OPERATOR])
def test_a_shop_that_is_held_is_in_no_batch(db: SQLAlchemy, operator: Actor, hold: HoldKind) -> None:
    shop = pay.paid_shop(has_account=hold is not HoldKind.NO_ACCOUNT)
    pay.sold(shop)
    if hold is HoldKind.NEW_ACCOUNT:
        pay.write_shop_account(shop.id, "55556666", "bni", "Orang lain", timedelta())
    if hold is HoldKind.OPERATOR:
        with transaction():
            services.holds.put(operator, shop.id, "Ada keluhan", today())
    assert [each.kind for each in due(shop.id).holds] == [hold]
    assert pay.lines(pay.batch(operator)) == []


def test_what_waits_is_not_paid_out_beside_what_is_ready(db: SQLAlchemy, operator: Actor) -> None:
    shop = pay.paid_shop()
    pay.sold(shop, 100_000)
    pay.sold(shop, 60_000, ago=timedelta())
    (line,) = pay.lines(pay.fetched(operator))
    assert (line.amount, due(shop.id).waiting) == (95_000, 57_000)
    assert faults() == []


def test_who_makes_a_batch_is_an_operator(db: SQLAlchemy) -> None:
    stranger = make.actor_of(make.person("Budi"))
    with pytest.raises(NotAllowed), transaction():
        services.batches.begin(stranger, "kunci")
    batch_id = pay.batch()
    with pytest.raises(NotAllowed), transaction():
        services.batches.fetch(stranger, batch_id)


def test_an_empty_batch_is_cancelled_by_itself(db: SQLAlchemy, operator: Actor) -> None:
    assert db.session.get_one(PayoutBatch, pay.batch(operator)).state is BatchState.CANCELLED


def test_all_states_of_lines_are_known(db: SQLAlchemy, operator: Actor) -> None:
    pay.sold(pay.paid_shop())
    assert pay.lines(pay.batch(operator))[0].state is LineState.RESERVED
