"""Local couriers: zones and which counts, weight, what spoils, fees by day, who may, what the database refuses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.exc import IntegrityError

from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.clock import now as instant
from marketplace.core.clock import today, travel
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.places.rules import FATULULI
from marketplace.shipping import services
from marketplace.shipping.models import LocalFee, StoreCourier
from marketplace.shipping.queries import ways
from marketplace.shipping.queries.couriers import couriers_to_choose
from marketplace.shipping.queries.local import fees_page, local_for
from marketplace.shipping.rules import DeliveryMethod, Parcel
from tests import make
from tests.counting import statements
from tests.make import delivery

OEBOBO, KAYU_PUTIH, KOTA_RAJA, ALAK = "53.71.04", "53.71.04.1013", "53.71.05.1001", "53.71.01.1001"
FAR = "53.11.01.1001"


def sender(**more: object) -> tuple[int, int]:
    """A shop in Fatululi that sends with an ojek: their ids."""
    with transaction():
        store, courier = make.store(), delivery.ojek(**more)
        db.session.add(StoreCourier(store_id=store.id, courier_id=courier.id))
    return store.id, courier.id


def fee_to(store_id: int, village: str | None, weight: int = 500, is_perishable: bool = False) -> int | None:
    found = local_for({store_id: Parcel(weight, is_perishable)}, village).get(store_id)
    return found[0].fee if found else None


def test_the_smallest_zone_counts_then_the_nearer_beginning(db: SQLAlchemy) -> None:
    store_id, courier_id = sender()
    with transaction():
        delivery.fee(courier_id, 12_000, from_code="53.71")
        delivery.fee(courier_id, 15_000, from_code="53.71", to_code="53.71.05")
    assert fee_to(store_id, FATULULI) == 12_000, "from all of Kota Kupang, where the shop lies too"
    with transaction():
        delivery.fee(courier_id, 10_000)
    assert fee_to(store_id, FATULULI) == 10_000, "from its own district comes before from all of the city"
    with transaction():
        delivery.fee(courier_id, 7_000, from_code="53.71", to_code=KAYU_PUTIH)
    assert fee_to(store_id, KAYU_PUTIH) == 7_000, "the smallest zone of the address decides first"
    assert fee_to(store_id, FATULULI) == 10_000
    assert fee_to(store_id, KOTA_RAJA) == 15_000
    assert fee_to(store_id, ALAK) is None
    assert fee_to(store_id, FAR) is None
    assert fee_to(store_id, None) is None


def test_a_fee_begins_only_where_the_shop_lies(db: SQLAlchemy) -> None:
    store_id, courier_id = sender()
    with transaction():
        delivery.fee(courier_id, from_code="53.71.05", to_code="53.71.05")
    assert fee_to(store_id, KOTA_RAJA) is None


def test_a_parcel_is_of_known_weight_and_not_too_heavy(db: SQLAlchemy) -> None:
    store_id, courier_id = sender(most_kg=5)
    with transaction():
        delivery.fee(courier_id)
    assert fee_to(store_id, FATULULI, 4_900) == 10_000, "with 100 g of packing it weighs 5 kg, for the same fee"
    assert fee_to(store_id, FATULULI, 4_901) is None
    assert fee_to(store_id, FATULULI, 0) is None


def test_what_spoils_goes_only_with_who_comes_the_same_day(db: SQLAlchemy) -> None:
    store_id, courier_id = sender()
    with transaction():
        delivery.fee(courier_id)
        delivery.fee(courier_id, 15_000, to_code="53.71.05", days=1)
    assert fee_to(store_id, FATULULI, is_perishable=True) == 10_000
    assert fee_to(store_id, KOTA_RAJA) == 15_000
    assert fee_to(store_id, KOTA_RAJA, is_perishable=True) is None


def test_what_is_switched_off_or_not_chosen_is_not_offered(db: SQLAlchemy) -> None:
    store_id, courier_id = sender()
    with transaction():
        delivery.fee(courier_id)
        services.choose_couriers(SYSTEM, store_id, [])
    assert fee_to(store_id, FATULULI) is None
    with transaction():
        services.choose_couriers(SYSTEM, store_id, [courier_id])
    assert fee_to(store_id, FATULULI) == 10_000
    with transaction():
        delivery.ojek(courier_id=courier_id, is_active=False)
    assert fee_to(store_id, FATULULI) is None


def test_a_new_fee_ends_the_old_one_the_day_before(db: SQLAlchemy) -> None:
    store_id, courier_id = sender()
    with transaction():
        delivery.fee(courier_id)
        delivery.fee(courier_id, 12_000, from_day=today() + timedelta(days=2))
        with pytest.raises(Invalid) as refused:
            delivery.fee(courier_id, 1, from_day=today() + timedelta(days=1))
    assert refused.value.message_id == "shipping.rate_follows"
    fees = []
    for days in range(3):
        with travel(instant() + timedelta(days=days)):
            fees.append(fee_to(store_id, FATULULI))
    assert fees == [10_000, 10_000, 12_000]
    old, new = db.session.scalars(sa.select(LocalFee).order_by(LocalFee.id))
    with transaction():
        services.end_fee(SYSTEM, courier_id, new.id)
        services.end_fee(SYSTEM, courier_id, old.id)
    assert fee_to(store_id, FATULULI) is None, "it began today, so it is taken back"


def test_a_fee_that_is_over_or_of_another_ends_once(db: SQLAlchemy) -> None:
    _, courier_id = sender()
    with transaction():
        other = delivery.ojek("Ojek Alak")
        over = delivery.fee(courier_id)
        over.until_day = today()
        db.session.flush()
        for wrong in (courier_id, other.id):
            with pytest.raises(Stale):
                services.end_fee(SYSTEM, wrong, over.id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from_code": FATULULI}, "from_code"),
        ({"from_code": "53.99"}, "from_code"),
        ({"to_code": "53.71"}, "to_code"),
        ({"to_code": "53.71.04.9999"}, "to_code"),
        ({"to_code": "53.11.01"}, "to_code"),
        ({"amount": -1}, "fee"),
        ({"amount": 200_001}, "fee"),
        ({"days": 8}, "days"),
        ({"from_day": today() - timedelta(days=2)}, "from_day"),
    ],
)
def test_a_fee_out_of_bounds_is_refused_at_its_field(db: SQLAlchemy, wrong: dict[str, object], field: str) -> None:
    _, courier_id = sender()
    with transaction(), pytest.raises(Invalid) as refused:
        delivery.fee(courier_id, **wrong)
    assert refused.value.field == field


@pytest.mark.parametrize(
    "wrong",
    [
        {"fee": 200_001},
        {"days": 8},
        {"to_code": "53.71"},
        {"from_code": FATULULI},
        {"to_code": "53.11.01"},
        {"until_day": today() - timedelta(days=1)},
        {"from_day": today() - timedelta(days=9)},
    ],
)
def test_the_database_refuses_what_no_fee_may_be(db: SQLAlchemy, wrong: dict[str, object]) -> None:
    _, courier_id = sender()
    with transaction():
        delivery.fee(courier_id)
    base = {"courier_id": courier_id, "from_code": OEBOBO, "to_code": OEBOBO, "fee": 1, "days": 0}
    ended = {"from_day": today() + timedelta(days=9), "until_day": today() + timedelta(days=9)}
    if set(wrong) == {"from_day"}:
        ended["until_day"] = None  # type: ignore[assignment]
    with pytest.raises(IntegrityError):
        db.session.execute(sa.insert(LocalFee).values(**{**base, **ended, **wrong}))
    db.session.rollback()


def test_each_kind_keeps_to_its_own(db: SQLAlchemy) -> None:
    _, ojek_id = sender()
    with transaction():
        post = delivery.courier()
        acts: list[Callable[[], object]] = [
            lambda: delivery.rate(ojek_id),
            lambda: delivery.fee(post.id),
            lambda: delivery.courier("Lain", ojek_id),
            lambda: delivery.ojek("Lain", post.id),
        ]
        for act in acts:
            with pytest.raises(NotFound):
                act()
        with pytest.raises(Invalid) as refused:
            delivery.ojek("Lain", tolerance=1)
    assert refused.value.field == "tolerance"


def test_only_the_operator_keeps_fees(db: SQLAlchemy) -> None:
    _, courier_id = sender()
    for act in (
        lambda: services.add_fee(GUEST, courier_id, None),  # type: ignore[arg-type]
        lambda: services.end_fee(GUEST, courier_id, 1),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_shop_chooses_among_those_that_drive_where_it_is(db: SQLAlchemy) -> None:
    with transaction():
        here, far = make.store(), make.store(village_code=FAR)
        post, ojek = delivery.courier(), delivery.ojek()
        delivery.fee(ojek.id)
        services.choose_couriers(SYSTEM, far.id, [ojek.id])

    def offered(store_id: int) -> list[tuple[str, bool]]:
        return [(each.name, each.has_rate) for each in couriers_to_choose(store_id)]

    assert offered(here.id) == [(ojek.name, True), (post.name, False)]
    assert offered(far.id) == [(post.name, False)], "who does not drive there cannot be chosen"
    with transaction():
        services.choose_couriers(SYSTEM, here.id, [ojek.id])
        for row in db.session.scalars(sa.select(LocalFee)):
            services.end_fee(SYSTEM, ojek.id, row.id)
    assert offered(here.id) == [(ojek.name, False), (post.name, False)], "what was chosen can be let go"


def test_the_operator_reads_fees_by_name_page_by_page(db: SQLAlchemy) -> None:
    _, courier_id = sender()
    with transaction():
        delivery.fee(courier_id, from_code="53.71")
        delivery.fee(courier_id, 7_000, to_code=KAYU_PUTIH)
    page = fees_page(courier_id, None)
    assert [(row.from_name, row.to_name, row.is_district, row.fee) for row in page.items] == [
        ("Oebobo, Kota Kupang", "Kayu Putih, Oebobo", False, 7_000),
        ("Kota Kupang", "Oebobo", True, 10_000),
    ]
    assert fees_page(courier_id + 1, None).items == []


def test_many_couriers_and_fees_cost_no_more_statements(db: SQLAlchemy) -> None:
    store_id, courier_id = sender()
    parcels = {store_id: Parcel(500)}
    with transaction():
        delivery.fee(courier_id)
    with statements(db) as few:
        assert [way.name for way in ways(parcels, FATULULI)[store_id] if way.method is DeliveryMethod.LOCAL]
    with transaction():
        more = [delivery.ojek(f"Ojek {number}").id for number in range(5)]
        for each in more:
            delivery.fee(each, 9_000)
            for number in range(20):
                delivery.fee(each, to_code=KOTA_RAJA, from_day=today() + timedelta(days=number))
        services.choose_couriers(SYSTEM, store_id, [courier_id, *more])
    with statements(db) as many:
        found = [way for way in ways(parcels, FATULULI)[store_id] if way.method is DeliveryMethod.LOCAL]
    assert len(found) == 6
    assert len(many) <= len(few), "\n".join(many)
