"""The seller's table of goods, many changes at once, copies, the archive and times of showing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from marketplace.catalog import handlers
from marketplace.catalog.models import BulkChange, PriceTier, Product, ProductRevision, StockMovement, Variant
from marketplace.catalog.queries import keeping as queries
from marketplace.catalog.queries.keeping import Search, Sort, Stock
from marketplace.catalog.rules import ProductStatus, VariantDraft
from marketplace.catalog.rules.keeping import BulkField, BulkMode, ChangeState, Operation, outcome, rounded
from marketplace.catalog.services import bulk, products
from marketplace.catalog.services import keeping as services
from marketplace.core import clock
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements

LIST = "/penjual/produk"


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def goods(mine: Shop, number: int, **more: object) -> list[int]:
    with transaction():
        return [make.product(mine.id, f"Bakul {i:04}", price=1000 * i).id for i in range(1, number + 1)]


def send(client: FlaskClient, ids: list[int], **more: object) -> TestResponse:
    return client.post(f"{LIST}/massal", data={"pilih": ids, **more})


def prices(db: SQLAlchemy) -> list[int]:
    return list(db.session.scalars(sa.select(Variant.price).order_by(Variant.id)))


# --- the table -------------------------------------------------------------


def test_words_are_found_by_their_beginnings_and_numbers_too(db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        se_i = make.product(mine.id, "Se’i Sapi Asap").id
        make.product(mine.id, "Keripik Pisang", variants=[VariantDraft(price=9000, sku="KRP-01")])

    def found(words: str) -> list[str]:
        return [row.name for row in queries.kept_products([mine.id], Search(words)).items]

    assert found("sap sei") == ["Se’i Sapi Asap"]
    assert found("krp-0") == ["Keripik Pisang"]
    assert found("api") == found("%") == found("_") == []
    with transaction():
        products.archive(mine.ina, se_i)
    assert found("sapi") == []
    assert [row.id for row in queries.kept_products([mine.id], Search(is_archived=True)).items] == [se_i]


@pytest.mark.parametrize("sort", list(Sort))
def test_every_order_pages_through_all_goods_once(db: SQLAlchemy, mine: Shop, sort: Sort) -> None:
    goods(mine, 65)
    seen: list[int] = []
    cursor = None
    while True:
        page = queries.kept_products([mine.id], Search(sort=sort), cursor)
        seen += [row.id for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 65


def test_what_is_made_to_order_comes_behind_what_runs_out(db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        made, few, out = (
            make.to_order(mine.id),
            make.product(mine.id, "Sisa", on_hand=2),
            make.product(mine.id, on_hand=0),
        )
        wanted = [out.id, few.id, made.id]
    found = queries.kept_products([mine.id], Search(sort=Sort.STOCK))
    assert [row.id for row in found.items] == wanted


def test_filters_by_stock(db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        out, low = make.product(mine.id, "Habis", on_hand=0).id, make.product(mine.id, "Menipis", on_hand=2).id
        make.product(mine.id, "Banyak", on_hand=50)
    assert queries.kept_ids([mine.id], Search(stock=Stock.OUT)) == [out]
    assert queries.kept_ids([mine.id], Search(stock=Stock.LOW)) == [out, low]


def test_the_table_costs_the_same_for_many_goods(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    goods(mine, 2)
    with statements(db) as few:
        assert client.get(f"{LIST}?urut=stok&cari=bakul").status_code == 200
    goods(mine, 40)
    with statements(db) as many:
        assert client.get(f"{LIST}?urut=stok&cari=bakul").status_code == 200
    assert len(many) == len(few)


@pytest.mark.parametrize(
    "query", ["urut=x", "kategori=9e9", "stok=%00", "setelah=zzz", "cari=%00", "kategori=" + "9" * 40]
)
def test_an_odd_address_gives_a_page(client: FlaskClient, db: SQLAlchemy, mine: Shop, query: str) -> None:
    assert client.get(f"{LIST}?{query}").status_code == 200


# --- many at once ----------------------------------------------------------


def test_rounding_is_to_the_nearest_and_never_nothing() -> None:
    assert [rounded(amount, 500) for amount in (749, 750, 1, 0)] == [500, 1000, 500, 0]
    raised = Operation(BulkField.PRICE, BulkMode.RAISE, 10, is_percent=True, rounding=100)
    assert outcome(raised, 12_345) == 13_600


def test_prices_are_shown_first_then_changed_then_put_back(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    ids = goods(mine, 3)
    where = send(client, ids[:2], tindakan="harga-naik-persen", jumlah="10", bulat="100").location
    assert "Rp1.100" in client.get(where).text
    assert prices(db) == [1000, 2000, 3000]
    for _ in range(2):  # a double click
        assert client.post(f"{where}/terapkan").status_code == 303
    assert prices(db) == [1100, 2200, 3000]
    assert db.session.get_one(Product, ids[0]).price_from == 1100
    for _ in range(2):
        client.post(f"{where}/batalkan")
    assert prices(db) == [1000, 2000, 3000]
    assert db.session.get_one(Product, ids[0]).price_to == 1000


def test_what_moved_after_the_preview_is_named_and_not_overwritten(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    ids = goods(mine, 2)
    where = send(client, ids, tindakan="harga-jadi", jumlah="5.000").location
    with transaction():
        make.variant(db.session.get_one(Product, ids[0])).price = 1234
    client.post(f"{where}/terapkan")
    assert prices(db) == [1234, 5000]
    assert "Sudah berubah sejak pratinjau" in client.get(f"{where}?lihat=tidak").text
    with transaction():
        make.variant(db.session.get_one(Product, ids[1])).price = 7000
    client.post(f"{where}/batalkan")
    assert prices(db) == [1234, 7000]
    assert db.session.scalars(sa.select(BulkChange.state).order_by(BulkChange.id)).all() == [
        ChangeState.STALE,
        ChangeState.KEPT,
    ]


def test_stock_moves_with_its_movements(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    ids = goods(mine, 1)
    where = send(client, ids, tindakan="stok-tambah", jumlah="5").location
    client.post(f"{where}/terapkan")
    client.post(f"{where}/batalkan")
    moved = db.session.scalars(sa.select(StockMovement).order_by(StockMovement.id.desc()).limit(2)).all()
    assert [(row.change, row.on_hand) for row in moved] == [(-5, 10), (5, 15)]


def test_what_cannot_be_says_why(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    ids = goods(mine, 3)
    with transaction():
        first, second = (make.variant(db.session.get_one(Product, each)) for each in ids[:2])
        first.reserved = 4
        db.session.add(PriceTier(variant_id=second.id, from_quantity=10, price=1500))
    send(client, ids, tindakan="stok-jadi", jumlah="1")
    send(client, ids, tindakan="harga-turun", jumlah="1.000")
    reasons = db.session.scalars(sa.select(BulkChange.reason).order_by(BulkChange.id)).all()
    assert reasons == [
        "catalog.bulk_below_reserved",
        "",
        "",
        "catalog.bulk_price_bounds",
        "catalog.bulk_below_tier",
        "",
    ]


def test_what_is_cooked_daily_is_not_counted_in_bulk(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        made = make.daily(mine.id)
    send(client, [made.id], tindakan="stok-jadi", jumlah="5")
    assert db.session.scalars(sa.select(BulkChange.reason)).all() == ["catalog.bulk_daily"]


def test_hiding_and_archiving_all_that_a_filter_finds(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    goods(mine, 40)
    where = client.post(f"{LIST}/massal", data={"semua": "1", "cari": "0001", "tindakan": "arsipkan"}).location
    client.post(f"{where}/terapkan")
    statuses = db.session.scalars(sa.select(Product.status).order_by(Product.id)).all()
    assert statuses[0] is ProductStatus.ARCHIVED
    assert set(statuses[1:]) == {ProductStatus.ACTIVE}
    client.post(f"{where}/batalkan")
    assert db.session.scalars(sa.select(Product.status).order_by(Product.id)).first() is ProductStatus.ACTIVE


@pytest.mark.parametrize(
    "more",
    [{"tindakan": "x"}, {"tindakan": "harga-naik", "jumlah": "banyak"}, {"tindakan": "harga-naik", "jumlah": "0"}],
)
def test_an_odd_form_goes_back_to_the_list(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, more: dict[str, str]
) -> None:
    answer = send(client, goods(mine, 1), **more)
    assert answer.location.startswith(LIST)
    assert "massal/" not in answer.location


def test_two_thousand_rows_cost_few_statements(db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        made = make.product(mine.id, "Pertama")
        now, row = clock.now(), Product.__table__
        base = {"store_id": mine.id, "category_id": made.category_id, "created_at": now, "price_from": 1, "price_to": 1}
        db.session.execute(
            sa.insert(Product), [{**base, "slug": f"massal-{i}", "status": ProductStatus.ACTIVE} for i in range(2000)]
        )
        ids = list(db.session.scalars(sa.select(row.c.id).where(row.c.slug.startswith("massal-"))))
        db.session.execute(
            sa.insert(Variant), [{"product_id": each, "store_id": mine.id, "price": 1000, "on_hand": 3} for each in ids]
        )
        names = [(each, "Massal") for each in ids]
        words = {"number": 1, "category_id": made.category_id, "origin_code": "53.71", "created_at": now}
        db.session.execute(sa.insert(ProductRevision), [{"product_id": a, "name": b, **words} for a, b in names])
    with transaction():
        edit_id = bulk.plan(mine.ina, ids, Operation(BulkField.PRICE, BulkMode.RAISE, 500)).id
    with statements(db) as seen, transaction():
        bulk.apply(mine.ina, edit_id)
    assert len(seen) < 40
    assert db.session.scalar(sa.select(sa.func.count()).where(Variant.price == 1500)) == 2000


def test_another_shops_goods_do_not_exist(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    ids = goods(mine, 1)
    where = send(client, ids, tindakan="harga-jadi", jumlah="5000").location
    other = shop("Toko Lain", "Yuli")
    make.sign_in_client(client, other.owner)
    assert send(client, ids, tindakan="harga-jadi", jumlah="5000").status_code == 404
    assert client.get(where).status_code == 404
    for path in (f"{where}/terapkan", f"{where}/batalkan"):
        assert client.post(path).status_code == 404
    for path in ("salin", "pulihkan", "jadwal"):
        assert client.post(f"{LIST}/{ids[0]}/{path}").status_code == 404
    with pytest.raises(NotFound), transaction():
        bulk.plan(other.ina, ids, Operation(BulkField.PRICE, amount=5000))


# --- copies, the archive, times --------------------------------------------


def test_a_copy_is_hidden_without_stock_or_number(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        forms = [VariantDraft(price=9000, on_hand=5, sku="A1")]
        made_id = make.product(mine.id, "Bakul", variants=forms, picture_ids=make.pictures(mine.owner)).id
    where = client.post(f"{LIST}/{made_id}/salin").location
    copy = db.session.get_one(Product, int(re.sub(r"\D", "", where)))
    variant = make.variant(copy)
    assert copy.status is ProductStatus.HIDDEN
    assert copy.live_revision_id is None
    assert (variant.on_hand, variant.sku, variant.price) == (0, "", 9000)
    client.post(f"{where}/tampilan", data={"tampil": "1"})
    assert db.session.get_one(Product, copy.id).live_revision_id is not None


def test_an_archived_product_comes_back_hidden(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    made_id = goods(mine, 1)[0]
    with transaction():
        products.archive(mine.ina, made_id)
    assert "Pulihkan" in client.get(f"{LIST}?keadaan=arsip").text
    assert client.post(f"{LIST}/{made_id}/pulihkan").status_code == 303
    assert db.session.get_one(Product, made_id).status is ProductStatus.HIDDEN


def test_the_worker_shows_and_hides_on_time(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    made_id = goods(mine, 1)[0]
    at = clock.now()
    with transaction():
        products.hide(mine.ina, made_id)
        services.schedule(mine.ina, made_id, at + timedelta(hours=1), at + timedelta(hours=2))
    assert "tampil" in client.get(LIST).text
    handlers.keep_times()
    assert db.session.get_one(Product, made_id).status is ProductStatus.HIDDEN
    with clock.travel(at + timedelta(minutes=61)):
        handlers.keep_times()
        handlers.keep_times()
    assert db.session.get_one(Product, made_id).status is ProductStatus.ACTIVE
    with clock.travel(at + timedelta(hours=3)):
        handlers.keep_times()
    hidden = db.session.get_one(Product, made_id)
    assert (hidden.status, hidden.show_at, hidden.hide_at) == (ProductStatus.HIDDEN, None, None)


def test_times_that_cannot_be_stay_in_the_form(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    made_id = goods(mine, 1)[0]
    assert client.get(f"{LIST}/{made_id}/jadwal").status_code == 200
    for said in ("besok", "2020-01-01T08:00"):
        answer = client.post(f"{LIST}/{made_id}/jadwal", data={"show_at": said})
        assert answer.status_code == 422
        assert said in answer.text
    with pytest.raises(Invalid), transaction():
        later = clock.now() + timedelta(hours=2)
        services.schedule(mine.ina, made_id, later, later)
