"""The pages of those who give vouchers: the shop's, and the operator's for Gerakan Beli Produk NTT."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.core.actor import SYSTEM, Grant, Right, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.orders import services as orders
from marketplace.orders.rules import OrderStatus
from marketplace.vouchers import services
from marketplace.vouchers.models import Voucher
from marketplace.vouchers.rules import Bearer, Period, VoucherKind
from tests import make
from tests.checkout.counter import words_of
from tests.counting import statements
from tests.make import vouchers as given


@pytest.fixture
def yuli(client: FlaskClient, cloth: Product) -> Person:
    """The owner of the cloth's shop, signed in."""
    person = make.person("Yuli Benu", roles=[Grant(Role.STORE_OWNER, cloth.store_id)])
    make.sign_in_client(client, person)
    return person


@pytest.fixture
def admin(client: FlaskClient, db: SQLAlchemy) -> Person:
    person = make.person("Admin", roles=[make.OPERATOR])
    make.sign_in_client(client, person)
    return person


def answers(**more: str) -> dict[str, str]:
    """What somebody fills in who changes little."""
    day = today().isoformat()
    base = {"code": "yuli 10", "kind": "percent", "value": "10", "first_day": day, "last_day": day}
    return {**base, "max_uses": "50", "per_person": "1", "period": "ever", **more}


def test_an_owner_makes_one_lets_it_rest_and_ends_it(
    client: FlaskClient, db: SQLAlchemy, yuli: Person, cloth: Product
) -> None:
    assert "Belum ada voucher" in client.get("/penjual/voucher").text
    assert client.get("/penjual/voucher/baru").status_code == 200
    made = client.post("/penjual/voucher/baru", data=answers(cap="20.000", least_goods="50000"))
    assert (made.status_code, made.location) == (303, "/penjual/voucher/YULI10")
    voucher = db.session.scalars(sa.select(Voucher)).one()
    assert (voucher.bearer, voucher.store_id, voucher.value, voucher.cap) == (Bearer.SHOP, cloth.store_id, 10, 20_000)
    assert (voucher.least_goods, voucher.max_uses, voucher.per_person) == (50_000, 50, 1)
    page = words_of(client.get("/penjual/voucher"))
    assert "10%, paling banyak Rp20.000" in page
    assert "Berlaku" in page
    for path, words in (("jeda", "Dijeda"), ("lanjutan", "Berlaku"), ("akhir", "Berakhir")):
        done = client.post(f"/penjual/voucher/YULI10/{path}", follow_redirects=True)
        assert done.status_code == 200
        assert words in words_of(done)
    late = client.post("/penjual/voucher/YULI10/akhir")
    assert late.status_code == 409
    assert "sudah berakhir" in words_of(late)
    trail = sa.select(AuditEntry.action).where(AuditEntry.thing_type == "voucher").order_by(AuditEntry.id)
    acts = list(db.session.scalars(trail))
    assert acts == ["vouchers.given", "vouchers.paused", "vouchers.resumed", "vouchers.ended"]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"code": "AB"}, "4 sampai 20 huruf dan angka"),
        ({"code": "HÉMAT10"}, "4 sampai 20 huruf dan angka"),
        ({"code": ""}, "Tulis kodenya."),
        ({"value": "101"}, "paling banyak 100 persen"),
        ({"value": "0"}, "Isi angka rupiah yang wajar"),
        ({"value": "seribu"}, "Tulis rupiah tanpa koma"),
        ({"kind": "amount", "value": "5000", "cap": "100"}, "hanya untuk potongan dalam persen"),
        ({"first_day": "2020-01-01"}, "Hari itu sudah lewat"),
        ({"last_day": "2020-01-01"}, "Hari terakhir tidak boleh sebelum hari pertama"),
        ({"last_day": "2099-01-01"}, "paling lama 366 hari"),
        ({"max_uses": "0"}, "paling sedikit 1"),
    ],
)
def test_what_makes_no_voucher_is_said_beside_it_and_kept(
    client: FlaskClient, db: SQLAlchemy, yuli: Person, wrong: dict[str, str], sentence: str
) -> None:
    refused = client.post("/penjual/voucher/baru", data=answers(**{"least_goods": "12.345", **wrong}))
    assert refused.status_code == 422
    assert sentence in words_of(refused)
    assert "12.345" in refused.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Voucher)) == 0


def test_a_code_is_everybodys_once(client: FlaskClient, db: SQLAlchemy, yuli: Person) -> None:
    with transaction():
        services.end(SYSTEM, given.voucher("GERAKAN").id)
    refused = client.post("/penjual/voucher/baru", data=answers(code="gerakan"))
    assert refused.status_code == 422
    assert "sudah pernah dipakai" in words_of(refused)
    assert client.post("/penjual/voucher/baru", data=answers()).status_code == 303
    assert client.post("/penjual/voucher/baru", data=answers()).status_code == 422, "a second press"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Voucher)) == 2


def test_staff_without_the_right_to_prices_and_other_shops_see_nothing(
    client: FlaskClient, db: SQLAlchemy, cloth: Product, sambal: Product
) -> None:
    with transaction():
        given.voucher("YULI10", cloth.store_id)
        given.voucher("GERAKAN")
    orders_only = Grant(Role.STORE_STAFF, cloth.store_id, frozenset({Right.ORDERS}))
    for person in (
        make.person("Staf", roles=[orders_only]),
        make.person("Ina", roles=[Grant(Role.STORE_OWNER, sambal.store_id)]),
    ):
        make.sign_in_client(client, person)
        assert client.get("/penjual/voucher/YULI10").status_code == 404
        assert client.post("/penjual/voucher/YULI10/akhir").status_code == 404
        assert client.get("/penjual/voucher/GERAKAN").status_code == 404
        assert client.get("/admin/voucher").status_code == 404


def test_the_list_and_the_page_say_what_it_costs(
    client: FlaskClient, yuli: Person, cloth: Product, sambal: Product
) -> None:
    with transaction():
        given.voucher("YULI10", cloth.store_id, per_person=None)
        kept = make.orders_of(given.buy([cloth, sambal], "YULI10", quantity=2))[0]
        gone = given.buy([cloth], "YULI10")
        make.walk(make.orders_of(gone)[0], OrderStatus.DECLINED)
        services.keep_in_step(gone.id)
    assert "1 kali Rp20.000" in words_of(client.get("/penjual/voucher"))
    page = words_of(client.get("/penjual/voucher/YULI10"))
    assert kept.code in page
    assert "Rp10.000 kembali" in page
    money = words_of(client.get(f"/penjual/pesanan/{kept.code}"))
    assert "Voucher YULI10 · ditanggung toko -Rp20.000" in money


def test_the_seller_reads_what_the_programme_pays(client: FlaskClient, yuli: Person, cloth: Product) -> None:
    with transaction():
        given.voucher()
        order = make.orders_of(given.buy([cloth], "HEMAT10"))[0]
        make.walk(order, OrderStatus.PROCESSING)
    page = words_of(client.get(f"/penjual/pesanan/{order.code}"))
    assert "Dibayar Gerakan Beli Produk NTT Rp10.000" in page
    assert "Untuk Anda Rp100.000" in page
    with transaction():
        orders.mark_ready(SYSTEM, order.id)
        assert orders.hand_over(SYSTEM, order.id, order.handover_code) is None
    page = words_of(client.get(f"/penjual/pesanan/{order.code}"))
    assert "Untuk Anda Rp100.000" in page
    assert "Voucher pembeli dibayar Gerakan Beli Produk NTT" in page
    assert "Rp10.000" in words_of(client.get("/penjual/saldo"))
    assert client.get("/penjual/saldo/tahun").status_code == 200


def test_the_operator_gives_one_with_a_budget(
    client: FlaskClient, db: SQLAlchemy, admin: Person, cloth: Product
) -> None:
    assert "Belum ada voucher" in client.get("/admin/voucher").text
    assert client.post("/admin/voucher/baru", data=answers(code="GERAKAN", max_uses="")).status_code == 422
    few = answers(code="GERAKAN", max_uses="", kind="amount", value="10.000", budget="9.999")
    assert "paling sedikit Rp10.000" in words_of(client.post("/admin/voucher/baru", data=few))
    full = answers(code="GERAKAN", max_uses="", period="month", budget="1.000.000", store_ceiling="200.000")
    assert client.post("/admin/voucher/baru", data=full).location == "/admin/voucher/GERAKAN"
    voucher = db.session.scalars(sa.select(Voucher)).one()
    assert (voucher.bearer, voucher.store_id, voucher.kind) == (Bearer.PROGRAMME, None, VoucherKind.PERCENT)
    assert (voucher.budget, voucher.store_ceiling, voucher.max_uses) == (1_000_000, 200_000, None)
    assert voucher.period is Period.MONTH
    with transaction():
        order = make.orders_of(given.buy([cloth], "GERAKAN"))[0]
        make.walk(order, OrderStatus.DONE)
    page = words_of(client.get("/admin/voucher/GERAKAN"))
    assert "Rp990.000" in page
    assert "Tenun Mama Yuli" in page
    assert order.code in page
    assert "Rp990.000" in words_of(client.get("/admin/voucher"))
    assert client.post("/admin/voucher/GERAKAN/jeda", follow_redirects=True).status_code == 200
    assert client.get("/admin/voucher/TIDAKADA").status_code == 404
    assert "Voucher dibuat" in client.get("/admin/jejak").text or client.get("/admin/jejak").status_code == 404


def test_a_shops_voucher_is_not_the_operators_to_end(client: FlaskClient, admin: Person, cloth: Product) -> None:
    with transaction():
        given.voucher("YULI10", cloth.store_id)
    assert client.get("/admin/voucher/YULI10").status_code == 404
    assert client.post("/admin/voucher/YULI10/akhir").status_code == 404


@pytest.mark.parametrize("path", ["/penjual/voucher", "/penjual/voucher/HEMAT00"])
def test_pages_of_the_shop_do_not_grow_with_rows(
    client: FlaskClient, db: SQLAlchemy, yuli: Person, cloth: Product, path: str
) -> None:
    with transaction():
        given.voucher("HEMAT00", cloth.store_id, per_person=None)
        given.buy([cloth], "HEMAT00")
    client.get(path)
    with statements(db) as few:
        assert client.get(path).status_code == 200
    with transaction():
        for n in range(1, 12):
            given.voucher(f"HEMAT{n:02d}", cloth.store_id)
            given.buy([cloth], "HEMAT00")
    with statements(db) as many:
        assert client.get(path).status_code == 200
    assert len(many) == len(few) <= 12, "\n".join(many)


@pytest.mark.parametrize("path", ["/admin/voucher", "/admin/voucher/HEMAT00"])
def test_pages_of_the_operator_do_not_grow_with_rows(
    client: FlaskClient, db: SQLAlchemy, admin: Person, path: str
) -> None:
    def more(first: int, last: int) -> None:
        with transaction():
            for n in range(first, last):
                product = make.product(make.store(f"Toko {n}"), f"Barang {n}", price=50_000, on_hand=9)
                given.voucher(f"HEMAT{n:02d}", None, per_person=None)
                given.buy([product], "HEMAT00")

    more(0, 1)
    client.get(path)
    with statements(db) as few:
        assert client.get(path).status_code == 200
    more(1, 9)
    with statements(db) as many:
        assert client.get(path).status_code == 200
    assert len(many) == len(few) <= 10, "\n".join(many)
