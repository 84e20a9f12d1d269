"""The last use of a voucher goes to one buyer, whatever all of them saw. Beside it a naive way that breaks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from marketplace.checkout import services
from marketplace.checkout.rules import CartOwner
from marketplace.checkout.services import CheckoutSpec
from marketplace.core.actor import GUEST
from marketplace.core.db import db, transaction
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.vouchers import queries
from marketplace.vouchers import services as vouchers
from marketplace.vouchers.models import Voucher, VoucherStore, VoucherUse
from marketplace.vouchers.services import VoucherGone
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market
from tests.make import vouchers as given

pytestmark = pytest.mark.race
BUYERS = 10


def crowd(number: int = BUYERS, *, phone: str = "", **limits: int | None) -> list[Callable[[], int]]:
    """So many guests at once who all saw Rp10.000 off; each with a number of her own unless one is named."""
    with transaction():
        cloth = make.product(make.store(), "Selendang", price=100_000, on_hand=99)
        given.voucher(**limits)
    jobs = []
    for n in range(number):
        with transaction():
            cart, spec = given.wanted([cloth], "HEMAT10", phone=phone or f"+62812345678{n:02d}")
        jobs.append(_press(cart, spec))
    return jobs


def _press(cart: CartOwner, spec: CheckoutSpec) -> Callable[[], int]:
    key = make.form_key()

    def press() -> int:
        with transaction():
            return services.place(GUEST, cart, key, spec).discount

    return press


def state() -> tuple[int, int, int]:
    """Uses and rupiah by the counters, and rows of uses."""
    db.session.rollback()
    voucher = db.session.scalars(sa.select(Voucher)).one()
    rows = db.session.scalar(sa.select(sa.func.count()).select_from(VoucherUse)) or 0
    assert queries.crooked_counters() == []
    return voucher.used, voucher.spent, rows


@pytest.mark.parametrize(
    ("limits", "phone"),
    [
        ({"max_uses": 1, "per_person": None}, ""),
        ({"budget": 10_000, "per_person": None}, ""),
        ({"budget": 19_999, "per_person": None}, ""),
        ({"per_person": 1}, given.PHONE),
    ],
)
def test_the_last_use_goes_to_one(live_database: Market, limits: dict[str, int | None], phone: str) -> None:
    with live_database.app.app_context():
        jobs = crowd(phone=phone, **limits)
    done = together(live_database.app, jobs)
    won = [result for result in done if not isinstance(result, Exception)]
    assert won == [10_000]
    assert {type(result) for result in done if isinstance(result, Exception)} == {VoucherGone}
    with live_database.app.app_context():
        assert state() == (1, 10_000, 1)


def test_a_shop_does_not_get_past_its_ceiling(live_database: Market) -> None:
    """Who comes when less is left saw more: she is shown the difference before she buys."""
    with live_database.app.app_context():
        jobs = crowd(per_person=None, store_ceiling=30_000)
    done = together(live_database.app, jobs)
    assert [result for result in done if not isinstance(result, Exception)] == [10_000] * 3
    with live_database.app.app_context():
        assert state() == (3, 30_000, 3)
        assert db.session.scalars(sa.select(VoucherStore.spent)).one() == 30_000


def test_looking_first_gives_the_last_use_twice(live_database: Market) -> None:
    """The control: read what is left, then write what follows from that."""
    with live_database.app.app_context(), transaction():
        voucher_id = given.voucher(max_uses=1).id
    meeting = Meeting(2)

    def naive() -> bool:
        used, most = db.session.execute(sa.select(Voucher.used, Voucher.max_uses)).one()
        db.session.rollback()
        meeting.wait()
        with transaction():
            db.session.execute(sa.update(Voucher).where(Voucher.id == voucher_id).values(used=used + 1))
        return bool(used < most)

    assert together(live_database.app, [naive, naive]) == [True, True]


def test_giving_back_and_taking_meet_without_losing_count(live_database: Market) -> None:
    """Orders end while others are placed: nobody waits for ever, and the counters add up."""
    with live_database.app.app_context():
        jobs = crowd(per_person=None)
        placed = [job() for job in jobs[:4]]
        assert placed == [10_000] * 4
        with transaction():
            purchases = list(db.session.scalars(sa.select(VoucherUse.purchase_id)))
            for purchase_id in purchases:
                for order in db.session.scalars(sa.select(Order).where(Order.purchase_id == purchase_id)):
                    make.walk(order, OrderStatus.DECLINED)

    def follow(purchase_id: int) -> Callable[[], int]:
        def run() -> int:
            with transaction():
                vouchers.keep_in_step(purchase_id)
            return 0

        return run

    done = together(live_database.app, [*jobs[4:], *(follow(each) for each in purchases), follow(purchases[0])])
    assert [result for result in done if isinstance(result, Exception)] == []
    with live_database.app.app_context():
        assert state() == (6, 60_000, 10)
