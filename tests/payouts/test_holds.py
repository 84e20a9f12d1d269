"""Money is held with a reason and until a day; the shop is told, and may appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.core import outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now, today, travel
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.notifications.models import Message
from marketplace.payouts import queries, services
from marketplace.stores.models import Store
from tests import make
from tests.make import payouts as pay

REASON = "Nama rekening berbeda"


@pytest.fixture
def ina(db: SQLAlchemy) -> Person:
    return make.person("Mama Ina")


@pytest.fixture
def shop(ina: Person) -> Store:
    return pay.paid_shop("Dapur Ina", ina)


def put(operator: Actor, shop: Store, days: int = 3) -> None:
    with transaction():
        services.holds.put(operator, shop.id, REASON, today() + timedelta(days=days))


def letters(db: SQLAlchemy) -> list[str]:
    outbox.deliver_all()
    return list(
        db.session.scalars(sa.select(Message.body).where(Message.key.like("payouts.hold%")).order_by(Message.id))
    )


def test_a_hold_is_told_and_ends_by_itself(db: SQLAlchemy, operator: Actor, shop: Store) -> None:
    pay.sold(shop)
    put(operator, shop)
    (letter,) = letters(db)
    assert REASON in letter
    assert "dengan sendirinya" in letter
    assert services.batches.payable_stores() == []
    with travel(now() + timedelta(days=4)):
        assert services.batches.payable_stores() == [shop.id]
        put(operator, shop)
    assert len(queries.holds_of([shop.id])) == 2


def test_one_hold_at_a_time_and_not_for_ever(db: SQLAlchemy, operator: Actor, shop: Store) -> None:
    with pytest.raises(Invalid):
        put(operator, shop, 15)
    with pytest.raises(Invalid):
        put(operator, shop, -1)
    put(operator, shop)
    with pytest.raises(Stale):
        put(operator, shop)


def test_it_is_renewed_and_lifted(db: SQLAlchemy, operator: Actor, shop: Store) -> None:
    put(operator, shop)
    with pytest.raises(Invalid), transaction():
        services.holds.renew(operator, shop.id, REASON, today())
    with transaction():
        services.holds.renew(operator, shop.id, "Belum dijawab", today() + timedelta(days=5))
    assert "Belum dijawab" in letters(db)[-1]
    with transaction():
        services.holds.lift(operator, shop.id)
    with pytest.raises(Stale), transaction():
        services.holds.lift(operator, shop.id)
    assert "ikut pencairan berikutnya" in letters(db)[-1]


def test_an_appeal_is_made_once_and_answered_once(db: SQLAlchemy, operator: Actor, shop: Store, ina: Person) -> None:
    owner = make.actor_of(ina)
    with pytest.raises(Stale), transaction():
        services.holds.appeal(owner, shop.id, "Keliru")
    put(operator, shop)
    with transaction():
        services.holds.appeal(owner, shop.id, "Itu nama suami saya")
    with pytest.raises(Stale), transaction():
        services.holds.appeal(owner, shop.id, "Lagi")
    assert queries.counts()[1] == 1
    (hold,) = queries.holds_of([shop.id])
    with transaction():
        services.holds.answer(operator, hold.id, "Terima kasih, sudah cocok", lifts=True)
    with pytest.raises(Stale), transaction():
        services.holds.answer(operator, hold.id, "Lagi", lifts=True)
    assert queries.standing_hold(shop.id) is None
    assert queries.counts()[1] == 0
    assert "sudah cocok" in letters(db)[-1]


def test_who_may_what(db: SQLAlchemy, operator: Actor, shop: Store, ina: Person) -> None:
    with pytest.raises(NotAllowed), transaction():
        services.holds.put(make.actor_of(ina), shop.id, REASON, today())
    put(operator, shop)
    stranger = make.actor_of(make.person("Lain"))
    with pytest.raises(NotAllowed), transaction():
        services.holds.appeal(stranger, shop.id, "Keliru")


def test_the_seller_reads_the_hold_and_appeals_on_her_page(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store, ina: Person
) -> None:
    pay.sold(shop)
    put(operator, shop)
    make.sign_in_client(client, ina)
    page = client.get("/penjual/saldo").text
    assert REASON in page
    assert "masih tertahan" in page
    field = f"toko{shop.id}-reason"
    empty = client.post("/penjual/saldo/keberatan", data={"toko": shop.id, field: " "})
    assert empty.status_code == 422
    sent = {"toko": shop.id, field: "Itu nama suami saya"}
    assert client.post("/penjual/saldo/keberatan", data=sent).status_code == 303
    assert client.post("/penjual/saldo/keberatan", data=sent).status_code == 409
    assert "Itu nama suami saya" in client.get("/penjual/saldo").text


def test_the_operator_holds_and_answers_on_his_pages(
    db: SQLAlchemy, client: FlaskClient, operator: Actor, shop: Store, ina: Person
) -> None:
    pay.sold(shop)
    make.sign_in_client(client, db.session.get_one(Person, operator.person_id))
    place = f"/admin/pencairan/toko/{shop.slug}"
    assert client.get(place).status_code == 200
    late = {"tahan-reason": REASON, "tahan-last_day": (today() + timedelta(days=99)).isoformat()}
    refused = client.post(f"{place}/penahanan", data=late)
    assert refused.status_code == 422
    assert REASON in refused.text
    held = {"tahan-reason": REASON, "tahan-last_day": today().isoformat()}
    assert client.post(f"{place}/penahanan", data=held).status_code == 303
    longer = {**held, "tahan-last_day": (today() + timedelta(days=2)).isoformat()}
    assert client.post(f"{place}/penahanan", data=longer).status_code == 303
    assert client.post(f"{place}/jawaban", data={"jawab-reason": "Apa?"}).status_code == 404
    with transaction():
        services.holds.appeal(make.actor_of(ina), shop.id, "Keliru")
    assert "Keliru" in client.get(place).text
    answered = {"jawab-reason": "Benar, maaf", "jawab-lifts": "y"}
    assert client.post(f"{place}/jawaban", data=answered).status_code == 303
    assert client.post(f"{place}/pembukaan").status_code == 409
