"""Where a shop delivers, for how much, and what a buyer is offered."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import Actor, Grant, Role
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.places.rules import FATULULI
from marketplace.shipping import queries, services
from marketplace.shipping.queries import DeliveryOption
from marketplace.shipping.rules import DeliveryMethod, best_zone
from tests import make
from tests.counting import statements

KUPANG, OEBOBO, OEBUFU, ALAK = "53.71", "53.71.04", "53.71.04.1009", "53.71.01.1001"


def _store(**more: object) -> int:
    with transaction():
        return make.store(**more).id  # type: ignore[arg-type]


def _owner(store_id: int) -> Actor:
    return Actor(1, "Ina", frozenset({Grant(Role.STORE_OWNER, store_id)}))


def _zones(store_id: int, *zones: tuple[str, int]) -> None:
    with transaction():
        for code, fee in zones:
            services.set_zone(_owner(store_id), store_id, code, fee, f"catatan {code}")


def test_the_smallest_region_counts() -> None:
    zones = {KUPANG: 15_000, OEBOBO: 10_000, FATULULI: 5_000}
    assert best_zone(zones, FATULULI) == FATULULI
    assert best_zone(zones, OEBUFU) == OEBOBO
    assert best_zone(zones, ALAK) == KUPANG
    assert best_zone({OEBOBO: 10_000}, ALAK) is None


def test_pickup_comes_first_then_the_shops_own_delivery(db: SQLAlchemy) -> None:
    near, far = _store(), _store(has_pickup=False)
    _zones(near, (KUPANG, 15_000), (OEBOBO, 10_000))
    _zones(far, (KUPANG, 20_000))
    with statements(db) as seen:
        found = queries.options([near, far], FATULULI)
    assert len(seen) <= 2
    assert found[far] == [DeliveryOption(DeliveryMethod.OWN_DELIVERY, 20_000, f"catatan {KUPANG}")]
    pickup, delivery = found[near]
    assert pickup.method is DeliveryMethod.PICKUP
    assert pickup.fee == 0
    assert "Fatululi" in pickup.place
    assert delivery == DeliveryOption(DeliveryMethod.OWN_DELIVERY, 10_000, f"catatan {OEBOBO}")


def test_outside_every_zone_only_pickup_is_left(db: SQLAlchemy) -> None:
    store_id = _store()
    _zones(store_id, (OEBOBO, 10_000))
    for village in (ALAK, None):
        assert [option.method for option in queries.options([store_id], village)[store_id]] == [DeliveryMethod.PICKUP]


def test_a_zone_is_set_again_and_removed(db: SQLAlchemy) -> None:
    store_id = _store()
    _zones(store_id, (KUPANG, 15_000), (KUPANG, 12_000))
    assert [(zone.region_code, zone.fee) for zone in queries.zones(store_id)] == [(KUPANG, 12_000)]
    with transaction():
        services.remove_zone(_owner(store_id), store_id, KUPANG)
    assert queries.zones(store_id) == []


@pytest.mark.parametrize(
    ("code", "fee", "field"),
    [(KUPANG, -1, "fee"), (KUPANG, 5_000_001, "fee"), ("99.99", 5_000, "region_code")],
)
def test_what_cannot_be_is_refused(db: SQLAlchemy, code: str, fee: int, field: str) -> None:
    store_id = _store()
    with pytest.raises(Invalid) as refused, transaction():
        services.set_zone(_owner(store_id), store_id, code, fee)
    assert refused.value.field == field
    assert queries.zones(store_id) == []


def test_only_the_owner_sets_zones(db: SQLAlchemy) -> None:
    store_id, other = _store(), _store()
    _zones(store_id, (KUPANG, 15_000))
    staff = Actor(2, "Dodi", frozenset({Grant(Role.STORE_STAFF, store_id)}))
    for stranger in (staff, _owner(other)):
        with pytest.raises(NotAllowed), transaction():
            services.set_zone(stranger, store_id, KUPANG, 1)
        with pytest.raises(NotAllowed), transaction():
            services.remove_zone(stranger, store_id, KUPANG)
    assert [zone.fee for zone in queries.zones(store_id)] == [15_000]
