"""Products in the making: kept field by field, for their shop alone, and made into one product however often sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import MOST_DRAFTS, Supply, Tier, cell_key
from marketplace.core.actor import Grant, Role
from marketplace.core.db import transaction
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements
from tests.desks.drafts import DRAFT, NEW, begin, fields_of, products_made, rest
from tests.desks.drafts import mine as mine
from tests.make.drafts import draft

# --- field by field --------------------------------------------------------


def test_a_draft_begins_with_its_first_field_and_comes_back(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    for _ in range(2):
        answer = client.post(f"{DRAFT}/isian", data={"store_id": str(mine.id), "name": "Keripik <b>"})
        assert answer.status_code == 200
        assert re.fullmatch(r"\d\d\.\d\d", answer.json["saved_at"])
    assert fields_of(db)["name"] == ["Keripik <b>"]
    page = client.get(DRAFT).text
    assert 'value="Keripik &lt;b&gt;"' in page
    assert "Tersimpan " in page


def test_two_pages_keep_different_fields(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    first = second = rest(client.get(where).text)
    shown = {"name": "Bakul", "price": "45.000", "aksi": "simpan", "store_id": str(mine.id)}
    client.post(where, data={**first, **shown, "name": "Bakul Besar"})
    client.post(where, data={**second, **shown, "price": "50.000"})
    assert (fields_of(db)["name"], fields_of(db)["price"]) == (["Bakul Besar"], ["50.000"])


def test_the_last_writer_of_a_field_wins(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    client.post(f"{where}/isian", data={"name": "Satu", "store_id": str(mine.id)})
    client.post(f"{where}/isian", data={"name": "Dua", "store_id": str(mine.id)})
    assert fields_of(db)["name"] == ["Dua"]
    assert fields_of(db)["price"] == ["45.000"]


def test_a_cleared_box_is_kept_as_cleared(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine, is_perishable="y")
    client.post(f"{where}/isian", data={"kotak": "is_perishable", "store_id": str(mine.id)})
    assert fields_of(db)["is_perishable"] == []


@pytest.mark.parametrize(
    "wrong",
    [{"description": "x" * 5_001}, {"allergens": ["egg"] * 41}, {f"attr-a{n}": "x" * 4_900 for n in range(13)}],
)
def test_a_field_too_large_is_refused_and_the_rest_stays(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, wrong: dict[str, Any]
) -> None:
    where = begin(mine)
    answer = client.post(f"{where}/isian", data={"store_id": str(mine.id), **wrong})
    assert answer.status_code == 422
    assert "terlalu panjang" in answer.json["error"]
    assert not set(wrong) & set(fields_of(db))


def test_unknown_fields_are_not_kept(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    client.post(f"{where}/isian", data={"store_id": str(mine.id), "made_id": "1", "cell-zz-price": "1", "attr-": "x"})
    assert not {"made_id", "cell-zz-price", "attr-"} & set(fields_of(db))


def test_a_shop_has_so_many_drafts_and_no_more(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    with transaction():
        for number in range(MOST_DRAFTS):
            draft(mine.ina, mine.id, f"kunci-draf-nomor-{number:04}")
    answer = client.post(f"{DRAFT}/isian", data={"store_id": str(mine.id), "name": "Satu lagi"})
    assert answer.status_code == 422
    answer = client.post(NEW, data={"name": "Satu lagi", "aksi": "terbitkan"})
    assert answer.status_code == 422
    assert 'value="Satu lagi"' in answer.text


# --- keeping and putting up ------------------------------------------------


def test_words_first_pictures_later(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    answer = client.post(NEW, data={"name": "Bakul", "aksi": "simpan", "store_id": str(mine.id)})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Draf tersimpan." in page
    listed = client.get("/penjual/produk").text
    assert "Belum ada: foto, kategori, harga, berat" in listed
    assert client.post(answer.location, data={"aksi": "terbitkan"}).status_code == 422
    assert products_made(db) == 0


def test_a_draft_becomes_one_product_however_often_it_is_sent(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    page = rest(client.get(where).text)
    sent = {**page, "weight": "400", "price": "45.000", "on_hand": "6"}
    answers = [client.post(to, data=sent) for to in (where, where, NEW)]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert len({answer.location for answer in answers}) == 1
    assert products_made(db) == 1
    assert client.get(where).location == answers[0].location
    late = client.post(f"{where}/isian", data={"store_id": str(mine.id), "name": "Terlambat"})
    assert late.status_code == 409
    assert "sudah diterbitkan" in late.json["error"]


def test_the_category_decides_what_is_asked_and_answers_are_kept(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    cloth, snack = make.category_id("kain-tenun-lembaran"), make.category_id("camilan")
    where = begin(mine)
    answer = client.post(where, data={"category_id": str(cloth), "aksi": "kategori"})
    assert answer.location == f"{where}#kategori"
    assert 'name="attr-teknik"' in client.get(where).text
    client.post(where, data={"attr-motif": "Buna", "category_id": str(snack), "aksi": "kategori"})
    page = client.get(where).text
    assert 'name="attr-motif"' not in page
    assert 'name="allergens"' in page
    client.post(where, data={"category_id": str(cloth), "aksi": "kategori"})
    assert 'value="Buna"' in client.get(where).text
    answer = client.post(where, data={"aksi": "terbitkan"})
    assert answer.status_code == 422
    assert 'href="#attr-teknik"' in answer.text
    client.post(where, data={"attr-teknik": "Buna", "aksi": "terbitkan"})
    made = db.session.scalars(sa.select(Product)).one()
    assert queries.revision(queries.latest_revision_id(made.id)).attributes == {"teknik": "Buna", "motif": "Buna"}


def test_forms_on_two_axes_with_one_switched_off(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    axes = {"axis_1": "Ukuran", "values_1": "S, M", "axis_2": "Warna", "values_2": "Merah\nHitam"}
    assert client.post(where, data={**axes, "aksi": "pilihan"}).location == f"{where}#pilihan"
    page = client.get(where).text
    for name in ("S / Merah", "S / Hitam", "M / Merah", "M / Hitam"):
        assert name in page
    cells = {
        f"cell-{cell_key(('S', 'Merah'))}-price": "60.000",
        f"cell-{cell_key(('S', 'Merah'))}-on_hand": "2",
        f"cell-{cell_key(('S', 'Merah'))}-sku": "S-01",
        f"cell-{cell_key(('M', 'Hitam'))}-is_off": "y",
    }
    assert client.post(where, data={**cells, "aksi": "terbitkan"}).status_code == 303
    made = db.session.scalars(sa.select(Product)).one()
    rows = queries.variants(made.id)
    assert made.axis_1 == "Ukuran"
    assert [(row.name, row.price, row.on_hand, row.sku) for row in rows] == [
        ("S / Merah", 60_000, 2, "S-01"),
        ("S / Hitam", 45_000, 0, ""),
        ("M / Merah", 45_000, 0, ""),
    ]


def test_adding_a_value_keeps_what_was_typed_for_the_others(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine, axis_1="Ukuran", values_1="S, M")
    client.post(where, data={f"cell-{cell_key(('M', ''))}-price": "70.000", "aksi": "pilihan"})
    client.post(where, data={"values_1": "XS, S, M", "aksi": "pilihan"})
    assert 'value="70.000"' in client.get(where).text


def test_supply_tiers_and_the_rest_reach_the_product(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    more = {"supply": "to_order", "lead_days": "7", "weekly_capacity": "5", "min_quantity": "2", "low_stock": "0"}
    where = begin(mine, **more, **{"tier-1-from": "12", "tier-1-price": "40.000"})
    assert client.post(where, data={"aksi": "terbitkan"}).status_code == 303
    made = db.session.scalars(sa.select(Product)).one()
    assert (made.supply, made.lead_days, made.weekly_capacity) == (Supply.TO_ORDER, 7, 5)
    row = queries.variants(made.id)[0]
    assert (row.min_quantity, row.low_stock, row.tiers) == (2, 0, (Tier(12, 40_000),))
    assert db.session.scalars(sa.select(Variant)).one().is_to_order


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"price": "12,5"}, "price", "Tulis rupiah tanpa koma"),
        ({"weight": "-1"}, "weight", "Isi angka dari 0"),
        ({"on_hand": ""}, "on_hand", "Isi berapa yang siap dijual"),
        ({"on_hand": "9999999999"}, "on_hand", "Isi angka dari 0"),
        ({"supply": "to_order"}, "lead_days", "Isi berapa hari"),
        ({"supply": "to_order", "lead_days": "400"}, "lead_days", "Isi angka dari 1"),
        ({"supply": "daily", "cutoff": "25.00"}, "cutoff", "Tulis jam dari 00.00"),
        ({"axis_1": "Ukuran"}, "values_1", "Tulis pilihannya"),
        ({"values_1": "S, M"}, "axis_1", "Beri nama"),
        ({"axis_1": "A", "values_1": ",".join(f"v{n}" for n in range(61))}, "values_1", "paling banyak 60"),
        ({"axis_1": "A", "values_1": "x", f"cell-{cell_key(('x', ''))}-is_off": "y"}, "values_1", "Setidaknya satu"),
        ({"axis_1": "Moke", "values_1": "S"}, "axis_1", "tidak boleh dijual"),
        ({"tier-1-from": "12"}, "tier-1-price", "Isi keduanya"),
        ({"tier-1-from": "12", "tier-1-price": "90.000"}, "tier-1-price", ""),
        ({"min_quantity": "0"}, "min_quantity", "Isi angka dari 1"),
        ({"sku": "x" * 41}, "sku", ""),
        ({"name": "Moke"}, "name", "tidak boleh dijual"),
        ({"allergens": "racun"}, "allergens", ""),
        ({"supply": "sihir"}, "supply", ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_stays(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, wrong: dict[str, str], field: str, words: str
) -> None:
    where = begin(mine)
    answer = client.post(where, data={**wrong, "aksi": "terbitkan"})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert words in answer.text
    assert products_made(db) == 0
    assert {name: [value] for name, value in wrong.items()}.items() <= fields_of(db).items()


def test_the_first_forms_price_and_stock_are_copied_to_all(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine, axis_1="Ukuran", values_1="S, M, L")
    cell = {size: f"cell-{cell_key((size, ''))}" for size in "SML"}
    sent = {f"{cell['S']}-price": "60.000", f"{cell['S']}-on_hand": "9", f"{cell['L']}-is_off": "y", "aksi": "salin"}
    assert client.post(where, data=sent).location == f"{where}#pilihan"
    fields = fields_of(db)
    assert (fields[f"{cell['M']}-price"], fields[f"{cell['M']}-on_hand"]) == (["60.000"], ["9"])
    assert f"{cell['L']}-price" not in fields


# --- the list --------------------------------------------------------------


def test_twenty_drafts_cost_what_three_cost(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    costs = []
    for start, rows in ((0, 3), (3, 22)):
        with transaction():
            for number in range(start, start + rows):
                draft(mine.ina, mine.id, f"kunci-draf-nomor-{number:04}", name=f"Draf {number}")
        with statements(db) as sent:
            page = client.get("/penjual/produk?keadaan=draf").text
        costs.append(len(sent))
    assert costs[0] == costs[1]
    assert page.count('class="thing"') == 20
    older = re.search(r'href="(/penjual/produk\?keadaan=draf&amp;setelah=[^"]+)"', page)
    assert older is not None
    assert client.get(older.group(1).replace("&amp;", "&")).text.count('class="thing"') == 5


def test_a_draft_is_thrown_away(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    assert client.post(f"{where}/buang").status_code == 303
    assert client.get(where).status_code == 404
    assert client.post(f"{where}/buang").status_code == 404


# --- whose it is -----------------------------------------------------------


def test_the_draft_of_another_shop_does_not_exist(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    where = begin(other, key="kunci-draf-milik-yuli")
    assert client.get(where).status_code == 404
    assert client.get(f"{where}/lihat").status_code == 404
    assert client.get(f"{where}/foto").status_code == 404
    for store_id in (mine.id, other.id):
        assert make.begin_upload(client, where, 10, store_id=store_id).status_code == 404
    for tail in ("", "/buang"):
        assert client.post(where + tail, data={"name": "Curi"}).status_code == 404
    for store_id in (mine.id, other.id):
        data = {"store_id": str(store_id), "name": "Curi"}
        assert client.post(f"{where}/isian", data=data).status_code == 404
    assert fields_of(db)["name"] == ["Bakul"]
    assert client.post(NEW, data={"kunci": "kunci-draf-milik-yuli", "name": "Curi"}).status_code == 404


@pytest.mark.parametrize("key", ["kurang", "x" * 41, "spasi dan lain-lain", "../../../../etc/passwd"])
def test_a_key_that_is_none_begins_no_draft(client: FlaskClient, db: SQLAlchemy, mine: Shop, key: str) -> None:
    answer = client.post(f"/penjual/produk/draf/{key}/isian", data={"store_id": str(mine.id), "name": "x"})
    assert answer.status_code == 404


def test_what_one_of_the_shop_began_another_finishes(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine)
    make.sign_in_client(client, make.person("Dodi", roles=[Grant(Role.STORE_STAFF, mine.id)]))
    assert client.post(where, data={"aksi": "terbitkan"}).status_code == 303
    assert products_made(db) == 1


# --- as buyers would see it ------------------------------------------------


def test_a_draft_is_shown_as_buyers_would_see_it(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = begin(mine, description="Dianyam di Fatululi.", axis_1="Ukuran", values_1="S, M")
    answer = client.post(where, data={"aksi": "lihat"})
    page = client.get(answer.location)
    assert page.status_code == 200
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in page.headers["Cache-Control"]
    for words in ("Dianyam di Fatululi.", "45.000", "Kembali mengisi"):
        assert words in page.text
    assert "Tambah ke keranjang" not in page.text


def test_an_empty_draft_can_be_looked_at(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    client.post(f"{DRAFT}/isian", data={"store_id": str(mine.id), "price": "salah"})
    assert client.get(f"{DRAFT}/lihat").status_code == 200
