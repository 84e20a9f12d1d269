"""A sheet goes in: columns, dry run, the good rows, the bad ones back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product, ProductRevision, StockMovement, Variant
from marketplace.catalog.rules import ProductStatus
from marketplace.core import clock, outbox
from marketplace.core.db import transaction
from marketplace.curation.models import Submission
from marketplace.imports import handlers
from marketplace.imports.adapters import reading
from marketplace.imports.models import ImportRow, SheetImport
from marketplace.imports.rules import ImportStatus, Verdict
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements

CATEGORY = "Anyaman"


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def rows_of(number: int, **more: object) -> list[tuple[object, ...]]:
    return [(f"K{i}", f"Bakul {i}", "", 10_000 + i * 100, i % 20, CATEGORY) for i in range(1, number + 1)]


def verdicts(db: SQLAlchemy) -> dict[Verdict, int]:
    query = sa.select(ImportRow.verdict, sa.func.count()).group_by(ImportRow.verdict)
    return {row[0]: row[1] for row in db.session.execute(query)}


def count(db: SQLAlchemy, model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_new_goods_wait_hidden_for_their_picture(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = make.checked_sheet(client, mine.id, make.csv_sheet(*rows_of(3)))
    assert count(db, Product) == 0, "a dry run changes nothing"
    page = make.taken_in(client, where)
    assert "3 baris sudah masuk" in page
    made = list(db.session.scalars(sa.select(Product).order_by(Product.id)))
    assert [each.status for each in made] == [ProductStatus.HIDDEN] * 3
    assert all(each.live_revision_id is None for each in made)
    assert count(db, Submission) == 0
    client.post(f"/penjual/produk/{made[0].id}/tampilan", data={"tampil": "1"})
    assert db.session.get_one(Product, made[0].id).status is ProductStatus.HIDDEN


def test_three_hundred_rows_with_seventeen_bad_ones(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    rows = rows_of(300)
    for index in range(17):
        rows[index * 7] = (f"B{index}", f"Buruk {index}", "", "murah", 1, CATEGORY)
    where = make.checked_sheet(client, mine.id, make.csv_sheet(*rows))
    assert verdicts(db) == {Verdict.NEW: 283, Verdict.BAD: 17}
    assert "Masukkan 283 yang baik" in client.get(where).text
    make.taken_in(client, where)
    assert count(db, Product) == 283
    back = client.get(f"{where}/perbaiki/xlsx").data
    found = list(reading.rows(back, "Produk"))
    assert len(found) == 18
    assert found[0][1][-1] == "Alasan"
    assert "murah" in found[1][1]
    assert client.get(f"{where}/perbaiki/csv").status_code == 200


def test_handing_the_same_sheet_in_again_changes_nothing(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    content = make.csv_sheet(*rows_of(5), ("", "Bakul Besar", "M", 9000, 2, CATEGORY), ("", "", "L", 9500, 2, ""))
    make.taken_in(client, make.checked_sheet(client, mine.id, content))
    assert (count(db, Product), count(db, Variant)) == (6, 7)
    db.session.execute(sa.delete(ImportRow))
    where = make.checked_sheet(client, mine.id, content)
    assert verdicts(db) == {Verdict.SAME: 7}
    assert "Tidak ada baris yang perlu dimasukkan" in client.get(where).text


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_whole_catalogue_comes_back_the_same(client: FlaskClient, db: SQLAlchemy, mine: Shop, ending: str) -> None:
    with transaction():
        make.product(
            mine.id, "=Bakul", description="Satu\r\ndua; tiga", variants=[make.form(name="M"), make.form(name="L")]
        )
        make.product(mine.id, "Sendok Lontar", price=12_500, on_hand=0)
    content = client.get(f"/penjual/impor/ekspor/{mine.id}/{ending}").data
    make.checked_sheet(client, mine.id, content, f"katalog.{ending}")
    assert verdicts(db) == {Verdict.SAME: 3}


def test_price_and_stock_change_at_once_and_words_go_to_the_curators(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    with transaction():
        made = make.product(mine.id, "Bakul", price=10_000, on_hand=3, picture_ids=make.pictures(mine.owner))
        made_id = made.id
    header = ("Nama produk", "Harga", "Stok", "Keterangan")
    where = make.checked_sheet(client, mine.id, make.csv_sheet(("Bakul", "12.000", 5, "Baru"), header=header))
    make.taken_in(client, where)
    variant = make.variant(db.session.get_one(Product, made_id))
    assert (variant.price, variant.on_hand) == (12_000, 5)
    assert db.session.get_one(Product, made_id).price_from == 12_000
    moved = db.session.scalars(sa.select(StockMovement).order_by(StockMovement.id.desc())).first()
    assert moved is not None
    assert (moved.change, moved.on_hand) == (2, 5)
    newest = db.session.scalars(sa.select(ProductRevision).order_by(ProductRevision.id.desc())).first()
    assert newest is not None
    assert newest.description == "Baru"
    assert count(db, Submission) == 1


def test_a_piece_sold_after_the_dry_run_is_never_counted_back_in(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    with transaction():
        made_id = make.product(mine.id, "Bakul", on_hand=8).id
    header = ("Nama produk", "Stok")
    where = make.checked_sheet(client, mine.id, make.csv_sheet(("Bakul", 10), header=header))
    with transaction():
        make.variant(db.session.get_one(Product, made_id)).on_hand = 6
    make.taken_in(client, where)
    assert make.variant(db.session.get_one(Product, made_id)).on_hand == 6
    assert verdicts(db) == {Verdict.BAD: 1}


def test_a_killed_worker_goes_on_and_each_row_goes_in_once(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = make.checked_sheet(client, mine.id, make.csv_sheet(*rows_of(450)))
    client.post(f"{where}/masukkan")
    import_id = db.session.scalars(sa.select(SheetImport.id)).one()
    assert handlers.apply_chunk(import_id)  # and then the worker dies
    assert 0 < count(db, Product) < 450
    outbox.deliver_all()
    assert count(db, Product) == 450
    handlers.go_on(handlers.ImportMoved(import_id))
    assert count(db, Product) == 450


def test_two_imports_of_one_file_make_each_product_once(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    content = make.csv_sheet(*[("", *row[1:]) for row in rows_of(4)])
    first = make.checked_sheet(client, mine.id, content)
    second = make.checked_sheet(client, mine.id, content)
    client.post(f"{first}/masukkan")
    make.taken_in(client, second)
    assert count(db, Product) == 4


def test_rows_that_cannot_be_say_why(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    content = make.csv_sheet(
        ("A1", "Bakul", "", "9000", "1", CATEGORY),
        ("A1", "Bakul lain", "", "9000", "1", CATEGORY),
        ("", "Bakul", "", "9000", "1", CATEGORY),
        ("", "", "", "9000", "1", CATEGORY),
        ("", "Tanpa harga", "", "", "1", CATEGORY),
        ("", "Kategori aneh", "", "9000", "1", "Pesawat"),
        ("", "x" * 200, "", "9000", "1", CATEGORY),
        ("", "=cmd|calc", "", "9000", "1", CATEGORY),
    )
    where = make.checked_sheet(client, mine.id, content)
    reasons = [row.reason.get("id") for row in db.session.scalars(sa.select(ImportRow).order_by(ImportRow.number))]
    assert reasons[2:7] == [
        "imports.said_before",
        "imports.name_missing",
        "imports.price_missing",
        "imports.category_unknown",
        "imports.too_long",
    ]
    assert reasons[7] is None, "a formula is a name like any other"
    assert client.get(f"{where}?lihat=tidak-bisa").status_code == 200


def test_columns_are_remembered_for_the_next_sheet(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    content = make.csv_sheet(("Bakul Besar", "9000"), header=("Yang dijual", "Uang"))
    where = make.hand_in_sheet(client, mine.id, content).location
    client.post(f"{where}/kolom", data={"kolom-0": "description", "kolom-1": "price"})
    assert client.post(f"{where}/kolom", data={"kolom-0": "price", "kolom-1": "price"}).status_code == 422
    client.post(f"{where}/kolom", data={"kolom-0": "sku", "kolom-1": "price"})
    again = client.get(make.hand_in_sheet(client, mine.id, content).location).text
    assert make.guessed(again)["kolom-0"] == "sku"


def test_a_bad_file_is_refused_at_its_field(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    answer = make.hand_in_sheet(client, mine.id, b"%PDF-1.4")
    assert answer.status_code == 422
    assert "file-galat" in answer.text


def test_another_shops_import_does_not_exist(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = make.checked_sheet(client, mine.id, make.csv_sheet(*rows_of(1)))
    other = shop("Toko Lain", "Yuli")
    make.sign_in_client(client, other.owner)
    for path in ("", "/kemajuan", "/perbaiki/xlsx"):
        assert client.get(where + path).status_code == 404
    for path in ("/kolom", "/lembar", "/masukkan"):
        assert client.post(where + path).status_code == 404
    assert client.get(f"/penjual/impor/ekspor/{mine.id}/csv").status_code == 404
    assert make.hand_in_sheet(client, mine.id, make.csv_sheet(*rows_of(1))).status_code == 422


def test_five_thousand_rows_cost_some_statements_each(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        make.product(mine.id, "Lama")
    answer = make.hand_in_sheet(client, mine.id, make.csv_sheet(*rows_of(5000)))
    client.post(f"{answer.location}/kolom", data=make.guessed(client.get(answer.location).text))
    with statements(db) as seen:
        outbox.deliver_all()
    assert verdicts(db) == {Verdict.NEW: 5000}
    assert len(seen) < 300, "looked at by chunks"
    with statements(db) as page:
        client.get(answer.location)
    assert len(page) < 25


def test_old_files_are_swept(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    make.checked_sheet(client, mine.id, make.csv_sheet(*rows_of(1)))
    handlers.forget_old()
    assert count(db, SheetImport) == 1
    with clock.travel(clock.now() + timedelta(days=31)):
        handlers.forget_old()
    assert (count(db, SheetImport), count(db, ImportRow)) == (0, 0)


def test_the_template_goes_in_as_it_is(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    for kind in ("csv", "xlsx"):
        content = client.get(f"/penjual/impor/templat/{kind}").data
        db.session.execute(sa.delete(ImportRow))
        make.checked_sheet(client, mine.id, content, f"t.{kind}")
        assert verdicts(db) == {Verdict.NEW: 1}


def test_the_status_moves_on(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = make.checked_sheet(client, mine.id, make.csv_sheet(*rows_of(2)))
    assert client.get(f"{where}/kemajuan").json == {"busy": False, "part": 2, "whole": 2}
    make.taken_in(client, where)
    assert db.session.scalars(sa.select(SheetImport.status)).one() is ImportStatus.DONE


def test_what_lies_on_no_shelf_takes_a_price_and_no_stock(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        make.daily(mine.id, "Nasi Kuning", price=15_000)
        make.to_order(mine.id, "Kain Buna", price=15_000)
    header = ("Nama produk", "Harga", "Stok")
    rows = [("Nasi Kuning", 15_000, 5), ("Kain Buna", 15_000, 5)]
    make.checked_sheet(client, mine.id, make.csv_sheet(*rows, header=header))
    found = db.session.scalars(sa.select(ImportRow).order_by(ImportRow.number))
    assert [row.reason["id"] for row in found] == ["imports.daily", "imports.to_order"]
    content = make.csv_sheet(("Nasi Kuning", 16_000), ("Kain Buna", 17_000), header=header[:2])
    make.taken_in(client, make.checked_sheet(client, mine.id, content))
    assert db.session.scalars(sa.select(Variant.price).order_by(Variant.id)).all() == [16_000, 17_000]
