"""The seller's goods: a new one on one screen, its words to the curators, its pictures kept through mistakes."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from marketplace.catalog import queries
from marketplace.catalog.models import Product
from marketplace.catalog.rules import ProductStatus
from marketplace.catalog.services import products
from marketplace.core.actor import Grant, Role
from marketplace.core.db import transaction
from marketplace.curation import services as curation
from marketplace.curation.models import Submission
from marketplace.curation.rules import SubmissionStatus
from marketplace.media import services as media
from marketplace.media.models import MediaFile
from tests import make
from tests.catalog.people import Shop, shop
from tests.counting import statements
from tests.media.pictures import picture

NEW = "/penjual/produk/baru"
BASKET = {
    "name": "Bakul Lontar Bertutup",
    "description": "Untuk menyimpan jagung.",
    "unit": "buah",
    "origin_code": "53.71",
    "price": "Rp 45.000",
    "weight": "400",
    "on_hand": "6",
}


@pytest.fixture
def mine(client: FlaskClient, db: SQLAlchemy) -> Shop:
    """Ina's shop; the client is hers."""
    store = shop()
    make.sign_in_client(client, store.owner)
    return store


def photo(name: str = "bakul.jpg", content: bytes | None = None) -> tuple[io.BytesIO, str]:
    return io.BytesIO(picture() if content is None else content), name


def form(mine: Shop, category: str = "anyaman", **more: Any) -> dict[str, Any]:
    return {**BASKET, "store_id": str(mine.id), "category_id": str(make.category_id(category)), **more}


def send(client: FlaskClient, where: str, data: dict[str, Any]) -> TestResponse:
    return client.post(where, data=data, content_type="multipart/form-data")


def attached(page: str) -> list[str]:
    return re.findall(r'name="foto_ada" value="(\d+)"', page)


def only_product(db: SQLAlchemy) -> Product:
    return db.session.scalars(sa.select(Product)).one()


def count(db: SQLAlchemy, model: type[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


# --- a new one -------------------------------------------------------------


def test_a_basket_is_public_at_once_and_waits_for_the_badge(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    assert client.get(NEW).status_code == 200
    answer = send(client, NEW, form(mine, pictures=[photo(), photo("dua.png", picture("PNG"))]))
    product = only_product(db)
    assert (answer.status_code, answer.location) == (303, f"/penjual/produk/{product.id}")
    view = queries.revision(queries.latest_revision_id(product.id))
    assert product.live_revision_id == view.id
    assert [shown.alt for shown in view.pictures] == ["Bakul Lontar Bertutup", "Bakul Lontar Bertutup, foto 2"]
    variant = queries.variants(product.id)[0]
    assert (variant.price, variant.weight, variant.on_hand) == (45_000, 400, 6)
    assert db.session.scalars(sa.select(Submission)).one().status is SubmissionStatus.WAITING
    assert "sudah tayang" in client.get(answer.location).text


def test_home_made_food_waits_until_it_passes(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    data = form(mine, "camilan", composition="Pisang, gula, minyak", pictures=[photo()])
    answer = send(client, NEW, data)
    assert only_product(db).live_revision_id is None
    page = client.get(answer.location).text
    assert "Produk tayang setelah lolos" in page
    assert "Belum ada sertifikat: " in page


def test_pictures_are_kept_while_the_rest_is_put_right(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    answer = send(client, NEW, form(mine, name="", price="gratis", pictures=[photo(), photo("dua.jpg")]))
    assert answer.status_code == 422
    kept = attached(answer.text)
    assert len(kept) == 2
    assert "Untuk menyimpan jagung." in answer.text
    assert 'value="400"' in answer.text
    assert count(db, Product) == 0
    answer = send(client, NEW, form(mine, foto_ada=kept, foto_utama=kept[1]))
    assert answer.status_code == 303
    view = queries.revision(queries.latest_revision_id(only_product(db).id))
    assert [str(media_id) for media_id in view.picture_ids] == [kept[1], kept[0]]
    assert count(db, MediaFile) == 2


def test_a_bad_picture_is_named_and_the_good_one_stays(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    wrong = photo("halaman.jpg", b"<html><script>alert(1)</script>")
    answer = send(client, NEW, form(mine, pictures=[photo(), wrong]))
    assert answer.status_code == 422
    assert "halaman.jpg: Berkas ini bukan foto" in answer.text
    assert len(attached(answer.text)) == 1
    assert count(db, Product) == 0


def test_a_product_without_a_picture_is_refused(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    answer = send(client, NEW, form(mine))
    assert answer.status_code == 422
    assert "Tambahkan setidaknya satu foto." in answer.text


def test_no_more_pictures_than_there_is_room_for(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    answer = send(client, NEW, form(mine, pictures=[photo(f"{n}.jpg", picture(size=(220, 220))) for n in range(10)]))
    assert answer.status_code == 422
    assert "Paling banyak 8 foto" in answer.text
    assert len(attached(answer.text)) == 8


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "Moke Aimere"}, "tidak boleh dijual di sini"),
        ({"description": "Dijual bersama sopi"}, "tidak boleh dijual di sini"),
        ({"category_id": "abc"}, "Kategori"),
        ({"category_id": "999999"}, "Kategori"),
        ({"origin_code": "11.01"}, "Asal"),
        ({"price": "12,5"}, "Tulis rupiah tanpa koma"),
        ({"price": "0"}, "angka rupiah yang wajar"),
        ({"weight": "-1"}, "Isi angka dari 0"),
        ({"on_hand": "banyak"}, "Stok"),
        ({"name": "x" * 141}, "Nama produk"),
    ],
)
def test_a_wrong_form_is_shown_again_and_nothing_is_put_up(
    client: FlaskClient, db: SQLAlchemy, mine: Shop, wrong: dict[str, str], words: str
) -> None:
    answer = send(client, NEW, form(mine, pictures=[photo()], **wrong))
    assert answer.status_code == 422
    assert words in answer.text
    assert len(attached(answer.text)) == 1
    assert count(db, Product) == 0


def test_food_says_what_is_in_it(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    answer = send(client, NEW, form(mine, "camilan", pictures=[photo()]))
    assert answer.status_code == 422
    assert "Tulis komposisinya" in answer.text


def test_another_store_or_another_persons_picture_is_refused(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    assert send(client, NEW, form(mine, store_id=str(other.id), pictures=[photo()])).status_code == 422
    prepared = media.prepare_picture(io.BytesIO(picture()))
    with transaction():
        foreign = media.keep(other.ina, prepared)
    answer = send(client, NEW, form(mine, foto_ada=str(foreign.id)))
    assert answer.status_code == 422
    assert foreign.key not in answer.text
    assert count(db, Product) == 0


def test_a_price_may_be_typed_with_its_dots(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    box = re.search(r'<input[^>]* id="price"[^>]*>|<input id="price"[^>]*>', client.get(NEW).text)
    assert box is not None
    assert 'type="text"' in box.group(0)  # a number box swallows "1.250.000" before it is sent
    assert 'inputmode="numeric"' in box.group(0)
    assert send(client, NEW, form(mine, price="1.250.000", pictures=[photo()])).status_code == 303
    assert only_product(db).price_from == 1_250_000


# --- the words of one ------------------------------------------------------


def passed(mine: Shop) -> int:
    """A basket with a picture of Ina's that the curators passed; its id."""
    prepared = media.prepare_picture(io.BytesIO(picture()))
    with transaction():
        shown = media.keep(mine.ina, prepared).id
        draft = make.draft("Bakul", picture_ids=((shown, "Bakul"),))
        made = products.create(mine.ina, mine.id, make.category_id(), draft, [make.form()]).id
        products.put_live(made, queries.latest_revision_id(made), curated=True)
    return made


def words(page: str, **more: Any) -> dict[str, Any]:
    return {"name": "Bakul", "origin_code": "53.71", "foto_ada": attached(page), **more}


def test_new_words_wait_while_the_passed_ones_stay_public(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = passed(mine)
    live = queries.product(product_id).live_revision_id
    where = f"/penjual/produk/{product_id}"
    answer = send(client, where, words(client.get(where).text, name="Bakul Besar"))
    assert answer.status_code == 303
    product = queries.product(product_id)
    assert product.live_revision_id == live
    assert product.curated_at is not None
    assert queries.revision(queries.latest_revision_id(product_id)).name == "Bakul Besar"
    page = client.get(where).text
    assert "Pembeli masih melihat versi yang sudah lolos." in page
    assert db.session.scalars(sa.select(Submission)).one().status is SubmissionStatus.WAITING


def test_saving_what_is_there_asks_nobody(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = passed(mine)
    where = f"/penjual/produk/{product_id}"
    assert send(client, where, words(client.get(where).text)).status_code == 303
    assert "Tidak ada yang berubah." in client.get(where).text
    assert count(db, Submission) == 0


def test_dropping_the_last_picture_is_refused(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    where = f"/penjual/produk/{passed(mine)}"
    kept = attached(client.get(where).text)
    answer = send(client, where, words("", foto_ada=kept, foto_buang=kept))
    assert answer.status_code == 422
    assert "Tambahkan setidaknya satu foto." in answer.text


def test_the_curators_words_are_read_where_the_product_is_put_right(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    product_id = passed(mine)
    ratna = make.actor_of(make.person("Ratna", roles=[Role.CURATOR]))
    with transaction():
        revision = products.revise(mine.ina, product_id, make.draft("Bakul Besar"))
        assert revision is not None
        submission = curation.submit(mine.ina, product_id, revision.id).id
    with transaction():
        curation.ask_changes(ratna, submission, "unclear_photo", "Foto terlalu gelap, ambil di luar.")
    page = client.get(f"/penjual/produk/{product_id}").text
    assert "Foto produk kurang jelas" in page
    assert "Foto terlalu gelap, ambil di luar." in page
    assert "Perlu perbaikan" in client.get("/penjual/produk").text


# --- the list, and on and off the shelves ----------------------------------


def test_hiding_showing_and_taking_away(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    product_id = passed(mine)
    where = f"/penjual/produk/{product_id}"
    client.post(f"{where}/tampilan", data={"tampil": "0"})
    assert queries.product(product_id).status is ProductStatus.HIDDEN
    assert "Bakul" in client.get("/penjual/produk?keadaan=tersembunyi").text
    client.post(f"{where}/tampilan", data={"tampil": "1"})
    assert queries.product(product_id).status is ProductStatus.ACTIVE
    client.post(f"{where}/arsip")
    assert client.get(where).status_code == 404
    assert "Belum ada produk" in client.get("/penjual/produk").text


def test_a_sellers_pages_cost_the_same_whatever_their_length(client: FlaskClient, db: SQLAlchemy, mine: Shop) -> None:
    costs = []
    for rows in (3, 22):
        with transaction():
            for number in range(rows):
                make.product(mine.id, f"Bakul {rows} {number}")
        for page in ("/penjual/produk", "/penjual/stok"):
            with statements(db) as sent:
                assert client.get(page).status_code == 200
            costs.append(len(sent))
    assert costs[:2] == costs[2:]
    assert max(costs) <= 8


# --- whose it is -----------------------------------------------------------

POSTS = ["", "/tampilan", "/arsip", "/varian", "/varian/{v}", "/varian/{v}/penghentian", "/varian/{v}/pemulihan"]


@pytest.mark.parametrize("tail", POSTS)
def test_the_goods_of_another_store_do_not_exist(client: FlaskClient, db: SQLAlchemy, mine: Shop, tail: str) -> None:
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    with transaction():
        foreign = make.product(other.id, "Kain").id
    variant_id = queries.variants(foreign)[0].id
    where = f"/penjual/produk/{foreign}{tail.format(v=variant_id)}"
    data = {"tampil": "0", f"v{variant_id}-price": "1", f"v{variant_id}-on_hand": "0", "name": "Lain"}
    assert client.get(f"/penjual/produk/{foreign}").status_code == 404
    assert client.post(where, data=data).status_code == 404
    assert queries.product(foreign).status is ProductStatus.ACTIVE
    assert queries.variants(foreign)[0].price == 50_000


def test_a_variant_of_one_product_is_not_reached_through_another(
    client: FlaskClient, db: SQLAlchemy, mine: Shop
) -> None:
    other = shop("Tenun Mama Yuli", "Yuli Taneo")
    with transaction():
        own, foreign = make.product(mine.id).id, make.product(other.id, "Kain").id
    variant_id = queries.variants(foreign)[0].id
    data = {f"v{variant_id}-price": "1", f"v{variant_id}-weight": "1", f"v{variant_id}-on_hand": "0"}
    for tail in ("", "/penghentian", "/pemulihan"):
        assert client.post(f"/penjual/produk/{own}/varian/{variant_id}{tail}", data=data).status_code == 404
    assert queries.variants(foreign)[0].price == 50_000


@pytest.mark.parametrize("page", ["/penjual/produk", NEW, "/penjual/stok"])
def test_only_sellers_come_in(client: FlaskClient, db: SQLAlchemy, page: str) -> None:
    assert client.get(page).location.startswith("/masuk?next=")
    make.sign_in_client(client, make.person("Budi"))
    assert client.get(page).status_code == 404


def test_staff_work_here_too(client: FlaskClient, db: SQLAlchemy) -> None:
    store = shop()
    make.sign_in_client(client, make.person("Dodi", roles=[Grant(Role.STORE_STAFF, store.id)]))
    assert send(client, NEW, form(store, pictures=[photo()])).status_code == 303


def test_a_form_from_elsewhere_changes_nothing(strict_client: FlaskClient, db: SQLAlchemy) -> None:
    store = shop()
    make.sign_in_client(strict_client, store.owner)
    with transaction():
        product_id = make.product(store.id).id
    assert strict_client.post(f"/penjual/produk/{product_id}/arsip").status_code == 400
    assert queries.product(product_id).status is ProductStatus.ACTIVE
