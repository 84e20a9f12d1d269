"""Rows go in by the thousand: in few statements, by short transactions, and once, whoever dies meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.models import Product, ProductRevision, StockMovement, Variant
from marketplace.catalog.rules import ProductStatus
from marketplace.catalog.services import many, products
from marketplace.catalog.services.many import NewGoods
from marketplace.core import outbox
from marketplace.core.audit import AuditEntry
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.imports import handlers
from marketplace.imports.events import ImportMoved
from marketplace.imports.models import ImportRow, SheetImport
from marketplace.imports.rules import ImportStatus
from marketplace.imports.services.applying import CHUNK
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements

CATEGORY = "Anyaman"
A_ROW = {"sqlite": 4, "postgresql": 0}
"""Statements for each new product beside those of its chunk: SQLite writes rows whose ids it tells one by one."""


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def sheet(number: int, price: int = 10_000) -> bytes:
    """So many goods of one form each."""
    return make.csv_sheet(*[(f"K{i}", f"Bakul {i}", "", price + i, i % 3, CATEGORY) for i in range(1, number + 1)])


def confirmed(client: FlaskClient, db: SQLAlchemy, mine: Shop, content: bytes) -> int:
    """The id of an import whose good rows shall go in."""
    where = make.checked_sheet(client, mine.id, content)
    client.post(f"{where}/masukkan")
    return db.session.scalars(sa.select(sa.func.max(SheetImport.id))).one() or 0


def count(db: SQLAlchemy, model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def reasons(db: SQLAlchemy) -> dict[int, str]:
    """Why rows cannot go in, by row."""
    query = sa.select(ImportRow).order_by(ImportRow.number)
    return {row.number: row.reason["id"] for row in db.session.scalars(query) if "id" in row.reason}


# --- few statements --------------------------------------------------------


@pytest.mark.parametrize("is_new", [True, False], ids=["new goods", "other prices and stock"])
def test_a_row_costs_next_to_no_statement(client: FlaskClient, db: SQLAlchemy, mine: Shop, is_new: bool) -> None:
    if not is_new:
        make.taken_in(client, make.checked_sheet(client, mine.id, sheet(3 * CHUNK)))
    import_id = confirmed(client, db, mine, sheet(3 * CHUNK, price=10_000 if is_new else 20_000))
    with statements(db) as seen:
        assert handlers.apply_chunk(import_id)
    a_row = A_ROW[db.engine.dialect.name] if is_new else 1
    assert len(seen) <= a_row * CHUNK + 45


def test_a_shop_with_many_goods_is_as_quick(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    def cost(first: int) -> int:
        rows = [("", f"Bakul {i}", "", 9000, 1, CATEGORY) for i in range(first, first + 50)]
        import_id = confirmed(client, db, mine, make.csv_sheet(*rows))
        with statements(db) as seen:
            handlers.apply_chunk(import_id)
        outbox.deliver_all()
        return len(seen)

    few = cost(1)
    make.taken_in(client, make.checked_sheet(client, mine.id, sheet(500)))
    assert cost(1000) == few


# --- once ------------------------------------------------------------------


def test_a_worker_that_dies_inside_a_chunk_leaves_nothing_half_done(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = confirmed(client, db, mine, sheet(2 * CHUNK + 30))
    assert handlers.apply_chunk(import_id)
    create = many.create_hidden

    def dying(*words: Any) -> list[Invalid | None]:
        create(*words)
        raise KeyboardInterrupt("killed")

    with monkeypatch.context() as patched:
        patched.setattr(many, "create_hidden", dying)
        with pytest.raises(KeyboardInterrupt):
            handlers.apply_chunk(import_id)
    assert count(db, Product) == CHUNK, "what was written in the chunk is gone, what was committed stays"
    view = client.get(f"/penjual/impor/{import_id}/kemajuan").json
    assert view == {"busy": True, "part": CHUNK, "whole": 2 * CHUNK + 30}
    outbox.deliver_all()
    handlers.go_on(ImportMoved(import_id))
    for model in (Product, ProductRevision, Variant):
        assert count(db, model) == 2 * CHUNK + 30
    names = db.session.scalars(sa.select(ProductRevision.name)).all()
    assert len(set(names)) == len(names)
    assert make.ledger_is_true()


def test_what_is_put_up_by_the_hundred_is_as_what_is_put_up_alone(db: SQLAlchemy, mine: Shop) -> None:
    form = make.form(price=9000, on_hand=4, weight=300, sku="A1")
    with transaction():
        products.create(mine.ina, mine.id, make.category_id(), make.draft("Bakul"), [form], is_draft=True)
        other = make.form(price=9000, on_hand=4, weight=300, sku="A2")
        many.create_hidden(mine.ina, mine.id, [NewGoods(make.category_id(), make.draft("Bakul"), [other])])
    for table, differs in (
        (Product.__table__, {"id", "slug", "created_at"}),
        (ProductRevision.__table__, {"id", "product_id", "created_at"}),
        (Variant.__table__, {"id", "product_id", "sku"}),
        (StockMovement.__table__, {"id", "variant_id", "at"}),
        (AuditEntry.__table__, {"id", "thing_id", "at"}),
    ):
        columns = [column for column in table.c if column.name not in differs]
        query = sa.select(*columns)
        if table is AuditEntry.__table__:
            query = query.where(AuditEntry.action == "catalog.product_created")
        alone, together = db.session.execute(query).all()
        assert alone == together
    assert set(db.session.scalars(sa.select(Product.slug))) == {"bakul", "bakul-2"}
    assert set(db.session.scalars(sa.select(Product.status))) == {ProductStatus.HIDDEN}


def test_each_of_many_stands_for_itself(db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        make.question("busana-tenun", "Motif", is_required=True)
    free, asking = make.category_id(), make.category_id("busana-tenun")
    wanted = [
        NewGoods(free, make.draft("Bakul"), [make.form(sku="A1")]),
        NewGoods(free, make.draft("Bakul Kecil"), [make.form(sku="A1")]),
        NewGoods(free, make.draft("Ganja"), [make.form()]),
        NewGoods(free, make.draft("Bakul", origin_code="99"), [make.form()]),
        NewGoods(free, make.draft("Bakul"), [make.form(price=0)]),
        NewGoods(10**9, make.draft("Bakul"), [make.form()]),
        NewGoods(free, make.draft("Bakul"), [make.form(), make.form()]),
        NewGoods(asking, make.draft("Kemeja"), [make.form()]),
        NewGoods(free, make.draft("Bakul"), [make.form()]),
    ]
    with transaction():
        refused = many.create_hidden(mine.ina, mine.id, wanted)
    assert [each and each.message_id for each in refused] == [
        None,
        "catalog.sku_taken",
        "catalog.blocked_goods",
        "catalog.origin_unknown",
        "catalog.number_out_of_bounds",
        "catalog.category_unknown",
        "catalog.variant_name_taken",
        "catalog.attribute_needed",
        None,
    ]
    assert count(db, Product) == 2
    other = shop("Toko Lain", "Yuli")
    with pytest.raises(NotAllowed), transaction():
        many.create_hidden(other.ina, mine.id, wanted)


def test_a_name_that_many_have_gets_the_first_free_number(db: SQLAlchemy, mine: Shop) -> None:
    wanted = [NewGoods(make.category_id(), make.draft("Bakul"), [make.form()]) for _ in range(40)]
    with transaction():
        many.create_hidden(mine.ina, mine.id, wanted)
    with transaction():
        assert make.product(mine.id, "Bakul").slug == "bakul-41"
        assert make.product(mine.id, "Bakul 7").slug == "bakul-7-2"
    assert set(db.session.scalars(sa.select(Product.slug))) >= {"bakul", *(f"bakul-{i}" for i in range(2, 42))}


# --- the dry run begun anew ------------------------------------------------


def twice() -> bytes:
    """600 rows of which the last say what the first ones said: in words, by the number, and by another's number."""
    rows = [(f"K{i}", f"Bakul {i}", "", 9000, 1, CATEGORY) for i in range(1, 601)]
    rows[596] = ("", "Bakul 3", "", 9000, 1, CATEGORY)
    rows[597] = ("K5", "Bakul 5", "", 8000, 1, CATEGORY)
    rows[598] = ("K7", "Sendok", "", 8000, 1, CATEGORY)
    rows[599] = ("LAMA", "", "", 8000, 2, CATEGORY)
    rows[1] = ("LAMA", "", "", 7000, 3, CATEGORY)
    return make.csv_sheet(*rows)


def test_a_dry_run_that_was_killed_finds_the_same_twice(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        make.product(mine.id, "Barang lama", variants=[make.form(sku="LAMA")])
    make.checked_sheet(client, mine.id, twice())
    whole = reasons(db)
    assert whole == {
        8: "imports.sku_twice",
        598: "imports.said_before",
        599: "imports.said_before",
        600: "imports.sku_twice",
        601: "imports.said_before",
    }
    db.session.execute(sa.delete(ImportRow))
    where = make.hand_in_sheet(client, mine.id, twice()).location
    client.post(f"{where}/kolom", data=make.guessed(client.get(where).text))
    check, calls = handlers._check_chunk, 0

    def dying(*words: Any) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt("killed")
        return check(*words)

    with monkeypatch.context() as patched:
        patched.setattr(handlers, "_check_chunk", dying)
        with pytest.raises(KeyboardInterrupt):
            outbox.deliver_all()
    assert 0 < count(db, ImportRow) < 600
    handlers.go_on(ImportMoved(db.session.scalars(sa.select(sa.func.max(SheetImport.id))).one() or 0))
    assert reasons(db) == whole
    last = sa.select(SheetImport.status).order_by(SheetImport.id.desc()).limit(1)
    assert db.session.scalars(last).one() is ImportStatus.CHECKED


def test_who_has_anothers_number_is_told_on_both_rows(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    rows = [("A1", "Bakul", "", 9000, 1, CATEGORY), ("A1", "Sendok", "", 9000, 1, CATEGORY)]
    where = make.checked_sheet(client, mine.id, make.csv_sheet(*rows))
    page = client.get(f"{where}?lihat=tidak-bisa").text
    assert "Kode A1 juga dipakai barang lain di baris 3" in page
    assert "Kode A1 juga dipakai barang lain di baris 2" in page


def test_the_sheet_may_be_chosen_anew_until_something_goes_in(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = make.checked_sheet(client, mine.id, sheet(3))
    assert client.post(f"{where}/lembar", data={"baris": "2"}).status_code == 303
    assert count(db, ImportRow) == 0
    assert "Cocokkan kolom" in client.get(where).text
    client.post(f"{where}/lembar", data={"baris": "1"})
    client.post(f"{where}/kolom", data=make.guessed(client.get(where).text))
    assert client.post(f"{where}/lembar", data={"baris": "1"}).status_code == 409, "the worker looks at it"
    outbox.deliver_all()
    make.taken_in(client, where)
    assert client.post(f"{where}/lembar", data={"baris": "1"}).status_code == 409
    assert count(db, Product) == 3


def test_a_sheet_of_nothing_but_names_of_columns_can_be_looked_at_anew(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    where = make.checked_sheet(client, mine.id, make.csv_sheet())
    page = client.get(where).text
    assert "Berkas ini kosong" in page
    assert f"{where}?kolom=1" in page
    assert client.get(f"{where}?kolom=1").status_code == 200
