"""Buyer and shop write to each other inside an order."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.core import outbox
from marketplace.core.actor import GUEST, Grant, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OrderStatus as S
from marketplace.talks import handlers, rules, services
from marketplace.talks.models import MessagePicture, MessageReport, OrderMessage
from marketplace.talks.rules import Side
from tests import make
from tests.counting import statements
from tests.media.pictures import picture


@pytest.fixture
def goods(db: SQLAlchemy) -> Product:
    with transaction():
        return make.product(make.store("Dapur Mama Ina"), "Sambal Lu’at", price=50_000, on_hand=500)


@pytest.fixture
def ina(goods: Product) -> Person:
    return make.person("Ina Rohi", roles=[Grant(Role.STORE_OWNER, goods.store_id)])


@pytest.fixture
def budi(db: SQLAlchemy) -> Person:
    return make.person("Budi Lado")


def order_of(goods: Product, buyer: Person | None, up_to: S = S.WAITING) -> Order:
    with transaction():
        made = make.purchase([goods], buyer=buyer, up_to=up_to)
    return make.orders_of(made)[0]


def say(order: Order, by: Person, side: Side, text: str = "Apakah masih hangat?") -> OrderMessage:
    with transaction():
        return make.message(order, make.actor_of(by), side, text)


def here(order: Order) -> str:
    return f"/pesanan/{order.code}/pesan"


def there(order: Order) -> str:
    return f"/penjual/pesanan/{order.code}/pesan"


def texts(db: SQLAlchemy) -> list[str]:
    return list(db.session.scalars(sa.select(OrderMessage.text).order_by(OrderMessage.id)))


def letters(db: SQLAlchemy) -> list[Message]:
    outbox.deliver_all()
    query = sa.select(Message).where(Message.key.startswith("talks.")).order_by(Message.id)
    return list(db.session.scalars(query))


def test_the_two_sides_write_and_read(client: FlaskClient, goods: Product, ina: Person, budi: Person) -> None:
    order = order_of(goods, budi)
    make.sign_in_client(client, budi)
    answer = client.post(here(order), data={"key": make.talk_key(), "text": "Pedas sekali?"})
    assert answer.status_code == 303
    make.sign_in_client(client, ina)
    assert f"{order.code} · Budi Lado" in client.get("/penjual/pesanan").text
    assert "Pesan baru" in client.get("/penjual").text
    assert "Pedas sekali?" in client.get(there(order)).text
    assert "Budi Lado</b>" not in client.get("/penjual").text
    assert client.post(there(order), data={"key": make.talk_key(), "text": "Sedang saja."}).status_code == 303
    make.sign_in_client(client, budi)
    assert "Pesan baru" in client.get("/pesanan").text
    assert "Sedang saja." in client.get(here(order)).text
    assert "Pesan baru" not in client.get("/pesanan").text


def test_a_guest_writes_with_the_key_and_nobody_without(client: FlaskClient, db: SQLAlchemy, goods: Product) -> None:
    order = order_of(goods, None)
    key = guest_key(db.session.get_one(Purchase, order.purchase_id).code)
    assert client.get(here(order)).status_code == 404
    data = {"key": make.talk_key(), "text": "Halo"}
    assert client.post(here(order), data=data).status_code == 404
    assert client.post(f"{here(order)}?kunci={key}", data=data).status_code == 303
    page = client.get(f"{here(order)}?kunci={key}")
    assert "Halo" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_another_buyer_and_another_shop_find_nothing(
    client: FlaskClient, goods: Product, budi: Person, ina: Person
) -> None:
    order = order_of(goods, budi)
    message = say(order, budi, Side.BUYER)
    stranger = make.person("Siti")
    with transaction():
        other = make.store("Tenun Yuli")
    yuli = make.person("Yuli", roles=[Grant(Role.STORE_OWNER, other.id)])
    for someone, address in ((stranger, here(order)), (ina, here(order)), (yuli, there(order)), (budi, there(order))):
        make.sign_in_client(client, someone)
        for part in ("", f"/{message.id}/foto/1"):
            assert client.get(address + part).status_code == 404
        assert client.post(address, data={"key": make.talk_key(), "text": "x"}).status_code == 404
        assert client.post(f"{address}/{message.id}/laporan", data={"reason": "x"}).status_code == 404


def test_an_order_that_waits_to_be_paid_has_no_talk(client: FlaskClient, goods: Product, budi: Person) -> None:
    order = order_of(goods, budi, S.UNPAID)
    make.sign_in_client(client, budi)
    assert client.get(here(order)).status_code == 404


def test_a_double_click_sends_once(client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person) -> None:
    order = order_of(goods, budi)
    make.sign_in_client(client, budi)
    data = {"key": make.talk_key(), "text": "Halo"}
    assert [client.post(here(order), data=data).status_code for _ in range(2)] == [303, 303]
    assert texts(db) == ["Halo"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Tulis pesan atau pilih foto."),
        ("x" * 1001, "Pesan paling panjang"),
        ("Kirim ke BCA 1234567890", "nomor rekening"),
        ("bayar di luar aplikasi saja", "di luar BeliNTT"),
    ],
)
def test_what_is_refused_stays_in_the_form(
    client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person, text: str, words: str
) -> None:
    order = order_of(goods, budi)
    make.sign_in_client(client, budi)
    answer = client.post(here(order), data={"key": make.talk_key(), "text": text})
    soup = BeautifulSoup(answer.text, "html.parser")
    area = soup.select_one("textarea[name=text]")
    assert answer.status_code == 422
    assert area is not None
    assert area.text.strip() == text
    assert words in soup.select(".field-error")[0].text
    assert texts(db) == []


def test_a_number_is_hidden_until_the_order_is_accepted(db: SQLAlchemy, goods: Product, budi: Person) -> None:
    for up_to, shown in ((S.WAITING, rules.MASK), (S.PROCESSING, "081234567890")):
        assert say(order_of(goods, budi, up_to), budi, Side.BUYER, "WA 081234567890").text == f"WA {shown}"


def test_pictures_are_private_and_clean(client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person) -> None:
    order = order_of(goods, budi)
    make.sign_in_client(client, budi)
    data = {"key": make.talk_key(), "text": "", "pictures": [(io.BytesIO(picture(size=(900, 600))), "a.jpg")]}
    assert client.post(here(order), data=data).status_code == 303
    message_id = db.session.scalars(sa.select(OrderMessage.id)).one()
    answer = client.get(f"{here(order)}/{message_id}/foto/1")
    assert answer.content_type == "image/webp"
    assert b"EXIF" not in answer.data
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(f"{here(order)}/{message_id}/foto/2").status_code == 404
    make.sign_in_client(client, make.person("Siti"))
    assert client.get(f"{here(order)}/{message_id}/foto/1").status_code == 404


def test_no_more_than_three_pictures_and_only_pictures(
    client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person
) -> None:
    order = order_of(goods, budi)
    make.sign_in_client(client, budi)
    four = [(io.BytesIO(picture(size=(300, 300))), f"{n}.jpg") for n in range(4)]
    for files in (four, [(io.BytesIO(b"MZ..."), "a.jpg")]):
        data = {"key": make.talk_key(), "text": "Lihat", "pictures": files}
        answer = client.post(here(order), data=data)
        assert answer.status_code == 422
        assert "Lihat</textarea>" in answer.text
    assert texts(db) == []


def test_a_talk_closes_after_the_order(client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person) -> None:
    order = order_of(goods, budi, S.DONE)
    make.sign_in_client(client, budi)
    assert "Percakapan ini terbuka sampai" in client.get(here(order)).text
    with travel(now() + timedelta(days=31)):
        make.sign_in_client(client, budi)
        assert "hanya dapat dibaca" in client.get(here(order)).text
        answer = client.post(here(order), data={"key": make.talk_key(), "text": "Halo"})
    assert answer.status_code == 409
    assert texts(db) == []


def test_one_letter_in_a_quarter_of_an_hour_with_all_that_is_new(
    db: SQLAlchemy, goods: Product, budi: Person, ina: Person
) -> None:
    order = order_of(goods, budi)
    say(order, budi, Side.BUYER, "Satu")
    assert len(letters(db)) == 1
    assert "Satu" in letters(db)[0].body
    say(order, budi, Side.BUYER, "Dua")
    say(order, budi, Side.BUYER, "Tiga")
    handlers.tell_later()
    assert len(letters(db)) == 1
    with travel(now() + timedelta(minutes=16)):
        handlers.tell_later()
        handlers.tell_later()
        second = letters(db)[1:]
    assert len(second) == 1
    assert "Dua" in second[0].body
    assert "Tiga" in second[0].body
    assert "Satu" not in second[0].body
    assert second[0].recipient == ina.email


def test_no_letter_about_what_was_read(db: SQLAlchemy, goods: Product, budi: Person, ina: Person) -> None:
    order = order_of(goods, budi)
    sent = say(order, budi, Side.BUYER)
    with transaction():
        services.mark_seen(services.Buyer(make.actor_of(ina)), Side.SHOP, order.id, sent.id)
    assert letters(db) == []


def test_only_so_many_an_hour(client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person) -> None:
    order = order_of(goods, budi)
    for _ in range(30):
        say(order, budi, Side.BUYER)
    make.sign_in_client(client, budi)
    answer = client.post(here(order), data={"key": make.talk_key(), "text": "Halo lagi"})
    assert answer.status_code == 429
    assert "Halo lagi</textarea>" in answer.text
    assert len(texts(db)) == 30


def test_the_operator_reads_only_what_was_reported_and_that_is_noted(
    client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person, ina: Person
) -> None:
    order = order_of(goods, budi)
    message = say(order, ina, Side.SHOP, "Rahasia berdua")
    admin = make.person("Admin", roles=[make.OPERATOR])
    make.sign_in_client(client, admin)
    assert client.get(f"/admin/pesan/{order.code}").status_code == 404
    make.sign_in_client(client, budi)
    assert client.post(f"{here(order)}/{message.id}/laporan", data={"reason": ""}).status_code == 422
    for _ in range(2):
        assert client.post(f"{here(order)}/{message.id}/laporan", data={"reason": "Kasar"}).status_code == 303
    report_id = db.session.scalars(sa.select(MessageReport.id)).one()
    make.sign_in_client(client, admin)
    assert "Kasar" in client.get("/admin/pesan").text
    assert "Rahasia" not in client.get("/admin/pesan").text
    assert "Rahasia berdua" in client.get(f"/admin/pesan/{order.code}").text
    read = sa.select(AuditEntry.thing_id).where(AuditEntry.action == "talks.read_by_operator")
    assert list(db.session.scalars(read)) == [order.code]
    close = f"/admin/pesan/laporan/{report_id}/penutupan"
    assert client.post(close, data={f"r{report_id}-note": ""}).status_code == 422
    assert client.post(close, data={f"r{report_id}-note": "Toko ditegur"}).status_code == 303
    assert client.post(close, data={f"r{report_id}-note": "Lagi"}).status_code == 409
    assert client.get(f"/admin/pesan/{order.code}").status_code == 404


def test_the_database_keeps_what_was_written(db: SQLAlchemy, goods: Product, budi: Person) -> None:
    sent = say(order_of(goods, budi), budi, Side.BUYER)
    with pytest.raises(sa.exc.DBAPIError), db.session.begin_nested():
        db.session.execute(sa.update(OrderMessage).where(OrderMessage.id == sent.id).values(text="lain"))


def test_the_trail_holds_no_words(db: SQLAlchemy, goods: Product, budi: Person) -> None:
    say(order_of(goods, budi), budi, Side.BUYER, "Rahasia")
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "talks.sent")).one()
    assert "Rahasia" not in str(entry.details)


def test_a_closed_account_leaves_words_without_name_and_number(
    client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person, ina: Person
) -> None:
    order = order_of(goods, budi, S.PROCESSING)
    say(order, budi, Side.BUYER, "Ini 081234567890")
    assert services.export(budi.id)[0]["text"] == "Ini 081234567890"
    with transaction():
        services.forget(services.Leaving(budi.id, None, None))
        db.session.execute(sa.update(Person).where(Person.id == budi.id).values(name="", closed_at=now()))
        db.session.execute(sa.update(Purchase).values(buyer_name=""))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MessagePicture)) == 0
    make.sign_in_client(client, ina)
    page = client.get(there(order)).text
    assert rules.MASK in page
    assert "Budi" not in page
    assert "081234567890" not in page.replace("+6281234567890", "")


def test_pages_cost_the_same_however_much_was_written(
    client: FlaskClient, db: SQLAlchemy, goods: Product, budi: Person, ina: Person
) -> None:
    order = order_of(goods, budi)
    say(order, ina, Side.SHOP)
    make.sign_in_client(client, budi)
    costs = []
    for _ in range(2):
        for address in (here(order), "/pesanan"):
            client.get(address)
            with statements(db) as seen:
                client.get(address)
            costs.append(len(seen))
        for _ in range(12):
            say(order, ina, Side.SHOP)
    assert costs[:2] == costs[2:]


def test_a_guest_is_nobody_in_the_service(db: SQLAlchemy, goods: Product, budi: Person) -> None:
    order = order_of(goods, budi)
    with pytest.raises(services.NotAllowed), transaction():
        services.send(services.Buyer(GUEST), Side.BUYER, order.id, make.talk_key(), "Halo")
