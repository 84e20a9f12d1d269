"""Claims as people meet them: the buyer's page, the shop's, the operator's."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from marketplace.accounts.models import Person
from marketplace.claims import services
from marketplace.claims.models import Claim, ClaimPicture, ClaimStep
from marketplace.claims.rules import ClaimState, Remedy
from marketplace.core.actor import Grant, Right, Role
from marketplace.core.clock import now, travel
from marketplace.core.db import transaction
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from marketplace.web.language import COOKIE
from tests import make as market
from tests.claims.conftest import Ordering
from tests.counting import statements
from tests.make import claims as make
from tests.media.pictures import picture

KEY = "kunci-halaman-komplain-01"


def here(order: Order, more: str = "") -> str:
    return f"/pesanan/{order.code}/komplain{more}"


def there(order: Order, more: str = "") -> str:
    return f"/penjual/pesanan/{order.code}/komplain{more}"


def filled(order: Order, **more: object) -> dict[str, object]:
    """What a buyer types: three of five pieces are damaged, she wants her money back."""
    line = make.line_ids(order)[0]
    base = {"key": KEY, "reason": "damaged", "wish": "money", f"line_{line}": "3", "text": "Tiga sobek."}
    return {**base, **more}


def step(client: FlaskClient, address: str, name: str, **fields: object) -> TestResponse:
    data = {f"{name}-{field}": value for field, value in {"key": KEY + name, **fields}.items()}
    return client.post(f"{address}/{name}", data=data)


def the_claim(db: SQLAlchemy) -> Claim:
    return db.session.scalars(sa.select(Claim).order_by(Claim.id.desc())).first()  # type: ignore[return-value]


def errors(answer: TestResponse) -> list[str]:
    return [each.text.strip() for each in BeautifulSoup(answer.text, "html.parser").select(".field-error")]


def test_the_way_from_the_order_to_the_money(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person, yuli: Person
) -> None:
    order = ordered()
    market.sign_in_client(client, budi)
    assert here(order) in client.get(f"/pesanan/{order.code}").text
    assert client.get(here(order)).status_code == 200
    answer = client.post(here(order), data=filled(order))
    assert (answer.status_code, answer.location) == (303, here(order))
    claim = the_claim(db)
    assert (claim.asked, claim.state, claim.person_id) == (150_000, ClaimState.OPENED, budi.id)
    assert "Menunggu jawaban toko" in client.get(here(order)).text
    market.sign_in_client(client, yuli)
    assert there(order) in client.get("/penjual").text
    assert there(order) in client.get("/penjual/pesanan").text
    assert "Pembeli mengajukan komplain" in client.get(f"/penjual/pesanan/{order.code}").text
    page = client.get(there(order)).text
    assert "Tiga sobek." in page
    answer = step(client, there(order, f"/{claim.id}"), "tawar", remedy="money", goods="100.000", text="Dua saja.")
    assert answer.status_code == 303
    assert there(order) not in client.get("/penjual").text
    market.sign_in_client(client, budi)
    assert "Toko menawarkan: uang kembali Rp100.000" in client.get(here(order)).text
    assert step(client, here(order, f"/{claim.id}"), "terima").status_code == 303
    assert (claim.state, order.refunded_goods) == (ClaimState.REFUNDED, 100_000)
    told = client.get(f"/pesanan/{order.code}").text
    assert "Pembeli menerima tawaran toko: uang kembali Rp100.000" in told
    assert "Uang Rp100.000 sedang dikembalikan kepada Anda" in told
    assert "karena komplain pembeli" in told


def test_operators_decide_and_another_one_looks_again(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering, admin: Person, second: Person, budi: Person
) -> None:
    order = ordered()
    with transaction():
        claim = make.bring(make.claim(order, quantity=2), ClaimState.MEDIATION)
    line = make.line_ids(order)[0]
    market.sign_in_client(client, admin)
    assert "Komplain menunggu putusan" in client.get("/admin").text
    assert order.code in client.get("/admin/komplain").text
    address = f"/admin/komplain/{claim.id}"
    page = client.get(address).text
    assert "Kainnya sobek di tepi." in page
    assert client.get(f"/admin/pesan/{order.code}").status_code == 200
    typed = {"key": KEY, f"line_{line}": "100.001", "text": "Terlalu banyak"}
    answer = client.post(address, data=typed)
    assert (answer.status_code, errors(answer)) == (422, ["Isi jumlah sampai 100.000 rupiah."])
    assert "Terlalu banyak" in answer.text
    assert client.post(address, data={**typed, f"line_{line}": "40.000", "text": "Sebagian."}).status_code == 303
    assert (claim.state, claim.granted) == (ClaimState.DECIDED, 40_000)
    assert order.code not in client.get("/admin/komplain").text
    assert order.code in client.get("/admin/komplain?semua=1").text
    market.sign_in_client(client, budi)
    assert "Putusan pengelola: Rp40.000 kembali ke pembeli" in client.get(here(order)).text
    assert step(client, here(order, f"/{claim.id}"), "keberatan", text="Kurang.").status_code == 303
    market.sign_in_client(client, admin)
    assert "diputuskan pengelola lain" in client.get(address).text
    again = {"key": KEY + "2", f"line_{line}": "0", "text": "Tetap."}
    assert client.post(address, data=again).status_code == 409
    market.sign_in_client(client, second)
    assert client.post(address, data={**again, f"line_{line}": "100.000"}).status_code == 303
    assert (claim.state, order.refunded_goods) == (ClaimState.REFUNDED, 100_000)
    assert client.get(address).status_code == 404
    assert client.get(f"/admin/pesan/{order.code}").status_code == 404


def test_operators_read_nothing_that_the_two_settle_themselves(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering, admin: Person
) -> None:
    order = ordered()
    with transaction():
        claim = make.claim(order)
    market.sign_in_client(client, admin)
    assert client.get(f"/admin/komplain/{claim.id}").status_code == 404
    assert client.get(f"/admin/pesan/{order.code}").status_code == 404


def test_a_guest_claims_with_the_key_and_nobody_without(client: FlaskClient, db: SQLAlchemy, ordered: Ordering) -> None:
    order = ordered(buyer=None)
    key = guest_key(db.session.get_one(Purchase, order.purchase_id).code)
    assert client.get(here(order)).status_code == 404
    assert client.post(here(order), data=filled(order)).status_code == 404
    assert client.post(here(order, f"?kunci={key}"), data=filled(order)).status_code == 303
    page = client.get(here(order, f"?kunci={key}"))
    assert "Menunggu jawaban toko" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    claim = the_claim(db)
    assert claim.person_id is None
    data = {"cabut-key": KEY + "2"}
    assert client.post(here(order, f"/{claim.id}/cabut"), data=data).status_code == 404
    assert client.post(here(order, f"/{claim.id}/cabut?kunci={key}"), data=data).status_code == 303
    assert claim.state is ClaimState.WITHDRAWN


def test_what_is_anothers_does_not_exist(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person, yuli: Person, admin: Person
) -> None:
    order, other = ordered(), ordered(buyer=None)
    with transaction():
        claim, foreign = make.claim(order), make.claim(other)
        first = db.session.scalars(sa.select(ClaimStep.id)).first()
        second_shop = market.store("Dapur Mama Ina")
    ina = market.person("Ina", roles=[Grant(Role.STORE_OWNER, second_shop.id)])
    money_only = market.person("Dodi", roles=[Grant(Role.STORE_STAFF, order.store_id, frozenset({Right.MONEY}))])
    for someone in (market.person("Siti"), ina, yuli, admin):
        market.sign_in_client(client, someone)
        assert client.get(here(order)).status_code == 404
        assert client.post(here(order), data=filled(order)).status_code == 404
        assert client.get(here(order, f"/foto/{first}/1")).status_code == 404
        assert step(client, here(order, f"/{claim.id}"), "cabut").status_code == 404
    for someone in (market.person("Siti"), ina, budi, admin, money_only):
        market.sign_in_client(client, someone)
        assert client.get(there(order)).status_code == 404
        assert step(client, there(order, f"/{claim.id}"), "setuju").status_code == 404
    market.sign_in_client(client, budi)  # another's claim under one's own order
    assert step(client, here(order, f"/{foreign.id}"), "cabut").status_code == 404
    assert step(client, here(order, f"/{claim.id}"), "setuju").status_code == 404
    for someone in (budi, yuli):
        market.sign_in_client(client, someone)
        assert client.get("/admin/komplain").status_code == 404
        assert client.post(f"/admin/komplain/{claim.id}", data={"text": "x"}).status_code == 404
    assert claim.state is ClaimState.OPENED


def test_staff_without_the_right_to_money_may_not_pay_back(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering
) -> None:
    order = ordered()
    with transaction():
        claim = make.claim(order)
    dodi = market.person("Dodi", roles=[Grant(Role.STORE_STAFF, order.store_id, frozenset({Right.ORDERS}))])
    market.sign_in_client(client, dodi)
    page = client.get(there(order)).text
    assert "hak keuangan" in page
    assert "Ya, kembalikan" not in page
    assert step(client, there(order, f"/{claim.id}"), "setuju").status_code == 404
    offer = step(client, there(order, f"/{claim.id}"), "tawar", remedy="money", goods="1", text="Sedikit.")
    assert offer.status_code == 422
    assert step(client, there(order, f"/{claim.id}"), "tolak", text="Utuh saat diserahkan.").status_code == 303
    assert claim.offer is Remedy.NOTHING


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "Tulis penjelasannya."),
        ({"text": "x" * 1001}, "Penjelasan paling panjang"),
        ({"text": "Kirim ke BCA 1234567890"}, "nomor rekening"),
        ({"reason": ""}, "Pilih apa yang tidak beres."),
        ({"reason": "never_came"}, "Not a valid choice"),
        ({"wish": "nothing"}, "Not a valid choice"),
        ({"line_": "6"}, "Isi 1 sampai 5 buah."),
        ({"line_": "-1"}, "Isi jumlah yang wajar."),
        ({"line_": "9" * 30}, "Isi jumlah yang wajar."),
        ({"line_": "satu"}, ""),
        ({"amount_": "150.001"}, "Isi jumlah sampai 150.000 rupiah."),
        ({"amount_": "0"}, "Isi jumlah sampai 150.000 rupiah."),
        ({"amount_": "1,5"}, "Tulis rupiah tanpa koma"),
    ],
)
def test_what_is_refused_stays_in_the_form(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person, fields: dict[str, str], words: str
) -> None:
    order = ordered()
    line = make.line_ids(order)[0]
    typed = {name + str(line) if name.endswith("_") else name: value for name, value in fields.items()}
    market.sign_in_client(client, budi)
    answer = client.post(here(order), data=filled(order, **typed))
    assert answer.status_code == 422
    assert any(words in each for each in errors(answer)), errors(answer)
    area = BeautifulSoup(answer.text, "html.parser").select_one("textarea[name=text]")
    assert area is not None
    assert area.text.strip() == str(filled(order, **typed)["text"])
    assert the_claim(db) is None
    assert order.contested_by is None


def test_no_pieces_is_said_above_the_form(client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person) -> None:
    order = ordered()
    market.sign_in_client(client, budi)
    answer = client.post(here(order), data=filled(order, **{f"line_{make.line_ids(order)[0]}": ""}))
    assert answer.status_code == 422
    assert "Isi berapa buah yang bermasalah." in answer.text


def test_a_double_click_and_a_second_tab(client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person) -> None:
    order = ordered()
    market.sign_in_client(client, budi)
    assert [client.post(here(order), data=filled(order)).status_code for _ in range(2)] == [303, 303]
    assert client.post(here(order), data=filled(order, key=KEY + "lain")).status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 1


def test_a_stale_page_says_how_it_stands(client: FlaskClient, db: SQLAlchemy, ordered: Ordering, yuli: Person) -> None:
    order = ordered()
    with transaction():
        claim = make.claim(order)
        services.withdraw(make.BUYER, claim.id, make.said())
    market.sign_in_client(client, yuli)
    answer = step(client, there(order, f"/{claim.id}"), "setuju")
    assert answer.status_code == 409
    assert "sudah berubah" in answer.text


def test_photos_are_private_and_clean(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person, yuli: Person, admin: Person
) -> None:
    order = ordered()
    market.sign_in_client(client, budi)
    photos = [(io.BytesIO(picture(size=(900, 600))), f"{n}.jpg") for n in range(4)]
    assert client.post(here(order), data=filled(order, pictures=photos)).status_code == 303
    step_id = db.session.scalars(sa.select(ClaimStep.id)).one()
    answer = client.get(here(order, f"/foto/{step_id}/4"))
    assert (answer.content_type, answer.headers["Cache-Control"]) == ("image/webp", "no-store")
    assert client.get(here(order, f"/foto/{step_id}/5")).status_code == 404
    market.sign_in_client(client, yuli)
    assert client.get(there(order, f"/foto/{step_id}/1")).status_code == 200
    market.sign_in_client(client, admin)
    address = f"/admin/komplain/{the_claim(db).id}/foto/{step_id}/1"
    assert client.get(address).status_code == 404
    with transaction():
        make.bring(the_claim(db), ClaimState.MEDIATION)
    assert client.get(address).status_code == 200
    market.sign_in_client(client, market.person("Siti"))
    assert client.get(here(order, f"/foto/{step_id}/1")).status_code == 404


@pytest.mark.parametrize(
    "files",
    [
        [b"MZ..."],
        [b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
        [b"%PDF-1.7"],
        [b"\xff\xd8\xff" + b"\x00" * 100],
        [picture(size=(300, 300))] * 5,
    ],
    ids=["program", "svg", "pdf", "broken", "five"],
)
def test_what_is_no_photo_is_refused(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person, files: list[bytes]
) -> None:
    order = ordered()
    market.sign_in_client(client, budi)
    photos = [(io.BytesIO(each), "a.jpg") for each in files]
    answer = client.post(here(order), data=filled(order, pictures=photos))
    assert answer.status_code == 422
    assert len(errors(answer)) == 1
    assert (the_claim(db), db.session.scalars(sa.select(ClaimPicture)).all()) == (None, [])


def test_a_page_without_its_token_does_nothing(
    strict_client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person
) -> None:
    order = ordered()
    market.sign_in_client(strict_client, budi)
    assert strict_client.post(here(order), data=filled(order)).status_code == 400
    assert the_claim(db) is None


@pytest.mark.parametrize(
    ("up_to", "method", "words"),
    [
        (OrderStatus.WAITING, PaymentMethod.CARD, "setelah barang dikirim atau diterima"),
        (OrderStatus.DECLINED, PaymentMethod.CARD, "setelah barang dikirim atau diterima"),
        (OrderStatus.ON_THE_WAY, PaymentMethod.CASH, "belum Anda bayar"),
        (OrderStatus.ON_THE_WAY, PaymentMethod.CARD, "belum terlambat"),
    ],
)
def test_what_cannot_be_claimed_yet_says_why(
    client: FlaskClient, ordered: Ordering, budi: Person, up_to: OrderStatus, method: PaymentMethod, words: str
) -> None:
    order = ordered(up_to, method=method, fee=5_000)
    market.sign_in_client(client, budi)
    page = client.get(here(order))
    assert page.status_code == 200
    assert words in page.text
    assert client.post(here(order), data=filled(order)).status_code in (409, 422)


def test_goods_that_never_came(client: FlaskClient, db: SQLAlchemy, ordered: Ordering, budi: Person) -> None:
    order = ordered(OrderStatus.ON_THE_WAY, fee=5_000)
    market.sign_in_client(client, budi)
    with travel(now() + timedelta(days=3)):
        page = client.get(here(order)).text
        assert "Barang tidak kunjung tiba" in page
        assert 'value="return"' not in page
        asked = filled(order, reason="never_came", with_delivery="y", **{f"line_{make.line_ids(order)[0]}": "5"})
        assert client.post(here(order), data=asked).status_code == 303
    assert (the_claim(db).asked, the_claim(db).asked_delivery) == (250_000, 5_000)


def test_the_pages_ask_no_more_for_many(
    client: FlaskClient, db: SQLAlchemy, ordered: Ordering, admin: Person, yuli: Person, budi: Person
) -> None:
    order = ordered()
    counts = []
    for _ in range(2):
        others = ordered(), ordered()
        with transaction():
            make.bring(make.claim(others[0]), ClaimState.MEDIATION)
            make.bring(make.claim(others[1]), ClaimState.OPENED)
            services.withdraw(make.BUYER, make.claim(order).id, make.said())
        found = []
        for someone, address in ((admin, "/admin/komplain"), (yuli, "/penjual/pesanan"), (budi, here(order))):
            market.sign_in_client(client, someone)
            client.get(address)
            with statements(db) as seen:
                assert client.get(address).status_code == 200
            found.append(len(seen))
        counts.append(found)
    assert counts[0] == counts[1]


def test_pages_speak_english_too(client: FlaskClient, ordered: Ordering, budi: Person) -> None:
    order = ordered()
    with transaction():
        make.bring(make.claim(order), ClaimState.OFFERED)
    market.sign_in_client(client, budi)
    client.set_cookie(COOKIE, "en")
    page = client.get(here(order)).text
    assert "The shop refuses the claim" in page
    assert re.search(r"Take the shop’s offer, or ask the market", page)
