"""Pick-up points and the post: rules, rates by day, who may, and what is offered."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import GUEST, SYSTEM
from marketplace.core.clock import now as instant
from marketplace.core.clock import today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.places.rules import FATULULI
from marketplace.shipping import services
from marketplace.shipping.models import PostalRate
from marketplace.shipping.queries import points_for, post_for, ways
from marketplace.shipping.rules import (
    DeliveryMethod,
    Parcel,
    Serves,
    chargeable_kg,
    is_tracking_url,
    normal_tracking_number,
    tracking_page,
)
from tests import make
from tests.counting import statements
from tests.make import delivery

FAR = "53.11.01.1001"


@pytest.mark.parametrize(
    ("grams", "minimum", "tolerance", "charged"),
    [
        (0, 1, 300, 1),
        (1, 1, 300, 1),
        (1_300, 1, 300, 1),
        (1_301, 1, 300, 2),
        (1_000, 1, 0, 1),
        (1_001, 1, 0, 2),
        (9_999, 10, 300, 10),
        (10_301, 10, 300, 11),
        (70_000, 1, 300, 70),
        (70_301, 1, 300, 71),
    ],
)
def test_whole_kilograms_are_charged(grams: int, minimum: int, tolerance: int, charged: int) -> None:
    assert chargeable_kg(grams, minimum, tolerance) == charged


def test_a_tracking_number_is_read_as_printed_and_has_its_page() -> None:
    assert normal_tracking_number(" p25-11 240.0001 ") == "P25112400001"
    assert [normal_tracking_number(typed) for typed in ("", "12345", "x" * 41, "A<script>B")] == [None] * 4
    assert tracking_page("https://pos.example/l?r={nomor}", "AB12") == "https://pos.example/l?r=AB12"
    assert tracking_page("", "AB12") == tracking_page("https://pos.example/{nomor}", "") == ""


@pytest.mark.parametrize(
    "template",
    ["http://pos.example/{nomor}", "javascript:alert(1)//{nomor}", "https://pos.example/lacak", "https://{nomor}.id/x"],
)
def test_a_tracking_page_is_https_with_a_place_for_the_number(template: str) -> None:
    assert not is_tracking_url(template)
    assert is_tracking_url("https://pos.example/lacak/{nomor}")


def test_only_the_operator_keeps_points_and_rates(db: SQLAlchemy) -> None:
    with transaction():
        store = make.store()
        courier = delivery.courier()
    for act in (
        lambda: services.save_point(GUEST, None),  # type: ignore[arg-type]
        lambda: services.save_courier(GUEST, None),  # type: ignore[arg-type]
        lambda: services.add_rate(GUEST, courier.id, None),  # type: ignore[arg-type]
        lambda: services.end_rate(GUEST, courier.id, 1),
        lambda: services.choose_points(GUEST, store.id, []),
        lambda: services.choose_couriers(GUEST, store.id, []),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_new_rate_ends_the_old_one_the_day_before(db: SQLAlchemy) -> None:
    with transaction():
        store = make.store()
        courier = delivery.courier()
        services.choose_couriers(SYSTEM, store.id, [courier.id])
        delivery.rate(courier.id, 9_000)
        delivery.rate(courier.id, 12_000, from_day=today() + timedelta(days=2))
        with pytest.raises(Invalid) as refused:
            delivery.rate(courier.id, 1, from_day=today() + timedelta(days=1))
    assert refused.value.message_id == "shipping.rate_follows"
    parcel = {store.id: Parcel(500)}
    fees = []
    for days in range(3):
        with travel(instant() + timedelta(days=days)):
            fees.append(post_for(parcel, FATULULI)[store.id][0].fee)
    assert fees == [9_000, 9_000, 12_000]
    old, new = db.session.scalars(sa.select(PostalRate).order_by(PostalRate.id))
    with transaction():
        services.end_rate(SYSTEM, courier.id, new.id)
        services.end_rate(SYSTEM, courier.id, old.id)
    assert post_for(parcel, FATULULI) == {}
    with transaction(), pytest.raises(Invalid):
        delivery.rate(courier.id, from_day=today() - timedelta(days=1))
    with transaction():
        later = delivery.rate(courier.id, from_day=today())
        later.until_day = today()
        db.session.flush()
        with pytest.raises(Stale):
            services.end_rate(SYSTEM, courier.id, later.id)


def test_the_nearer_rate_counts_and_weight_decides(db: SQLAlchemy) -> None:
    with transaction():
        store = make.store()
        courier = delivery.courier(most_kg=20)
        services.choose_couriers(SYSTEM, store.id, [courier.id])
        delivery.rate(courier.id, 30_000, to_code="53")
        delivery.rate(courier.id, 9_000)

    def fee(parcel: Parcel, village: str | None = FATULULI) -> int | None:
        found = post_for({store.id: parcel}, village).get(store.id)
        return found[0].fee if found else None

    assert fee(Parcel(1_200)) == 9_000  # 1.200 g and 100 g of packing are still one kilogram
    assert fee(Parcel(1_201)) == 18_000
    assert fee(Parcel(1_200), FAR) == 30_000
    assert fee(Parcel(1_200), None) is None
    assert fee(Parcel(0)) is None
    assert fee(Parcel(20_200)) == 180_000
    assert fee(Parcel(20_201)) is None
    assert fee(Parcel(500, is_perishable=True)) is None
    with transaction():
        delivery.courier(courier_id=courier.id, is_active=False)
    assert fee(Parcel(500)) is None


def test_points_of_the_regency_and_those_chosen(db: SQLAlchemy) -> None:
    with transaction():
        here, far = make.store(), make.store(village_code=FAR)
        given = delivery.point()
        chosen = delivery.point("NTT Mart", serves=Serves.CHOSEN)
        delivery.point("Tutup", is_open=False)
        services.choose_points(SYSTEM, here.id, [given.id, 999])
    both = [here.id, far.id]
    assert {key: [way.ref for way in found] for key, found in points_for(both, None).items()} == {here.id: [given.id]}
    with transaction():
        services.choose_points(SYSTEM, here.id, [chosen.id])
    assert {way.ref for way in points_for(both, FATULULI)[here.id]} == {given.id, chosen.id}
    with transaction(), pytest.raises(Invalid) as refused:
        delivery.point("NTT Mart")
    assert refused.value.message_id == "shipping.name_taken"


def test_five_thousand_rates_cost_no_more_statements(db: SQLAlchemy) -> None:
    with transaction():
        store = make.store()
        courier = delivery.courier()
        services.choose_couriers(SYSTEM, store.id, [courier.id])
        mine = delivery.rate(courier.id)
        many = [
            {
                "courier_id": courier.id,
                "from_regency": "53.71",
                "to_code": "53.71",
                "price_per_kg": 1,
                "minimum_kg": 1,
                "days_from": 1,
                "days_to": 1,
                "from_day": today() - timedelta(days=number + 2),
                "until_day": today() - timedelta(days=number + 2),
            }
            for number in range(5_000)
        ]
        db.session.execute(sa.insert(PostalRate), many)
        for number in range(8):
            delivery.point(f"Titik {number}")
    mine_id = mine.id
    store_id, parcels = store.id, {store.id: Parcel(500)}
    with statements(db) as seen:
        found = ways(parcels, FATULULI)[store_id]
    assert len(seen) <= 5, "\n".join(seen)
    assert [way.ref for way in found if way.method is DeliveryMethod.POST] == [mine_id]
    assert len([way for way in found if way.method is DeliveryMethod.POINT]) == 5
