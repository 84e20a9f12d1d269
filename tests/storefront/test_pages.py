"""The public pages as a visitor meets them."""

from __future__ import annotations

import gzip
from dataclasses import replace

import brotli
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog.rules import VariantDraft
from marketplace.catalog.services import products
from marketplace.certificates import services as certificates
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.stores import services as stores
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.counting import statements
from tests.make.stores import profile


def read(client: FlaskClient, path: str, status: int = 200) -> BeautifulSoup:
    response = client.get(path)
    assert response.status_code == status, path
    return BeautifulSoup(response.get_data(as_text=True), "html.parser")


def shop_with(count: int) -> None:
    store = make.store("Dapur Mama Ina")
    for number in range(count):
        made = make.product(store, f"Sambal lu’at cabai rawit nomor {number}", price=28_000 + number)
        if number % 2:
            make.live(made, curated=True)


# --- every page ------------------------------------------------------------

PAGES = (
    "/",
    "/cari",
    "/cari?q=sambal",
    "/kategori/kerajinan",
    "/kategori/anyaman",
    "/toko",
    "/toko/dapur-mama-ina",
    "/produk/sambal-luat-cabai-rawit-nomor-1",
    "/bantuan",
    "/privasi",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_and_holds_one_h1(client: FlaskClient, path: str) -> None:
    with transaction():
        shop_with(3)
    page = read(client, path)
    assert len(page.select("h1")) == 1
    assert page.title is not None
    assert page.title.text.strip()
    assert len({tag["id"] for tag in page.select("[id]")}) == len(page.select("[id]")), "an id stands twice"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_read_again_costs_nothing_until_something_changes(client: FlaskClient, path: str) -> None:
    with transaction():
        shop_with(3)
    first = client.get(path)
    assert "must-revalidate" in first.headers["Cache-Control"]
    assert "public" in first.headers["Cache-Control"]
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with transaction():
        make.product(name="Barang baru", category="kue-roti")
        stores.set_status(SYSTEM, make.store("Toko baru").id, StoreStatus.PAUSED)
    changed = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 4), ("/cari", 4), ("/cari?q=sambal&kategori=kerajinan&urut=termurah", 4), ("/kategori/kerajinan", 4),
     ("/toko", 4), ("/toko/dapur-mama-ina", 6), ("/produk/sambal-luat-cabai-rawit-nomor-1", 6)],
)  # fmt: skip
@pytest.mark.parametrize("rows", [5, 60])
def test_a_page_costs_few_statements_however_many_rows_there_are(
    client: FlaskClient, db: SQLAlchemy, path: str, most: int, rows: int
) -> None:
    with transaction():
        shop_with(rows)
    with statements(db) as sent:
        read(client, path)
    assert len(sent) <= most, sent


@pytest.mark.parametrize("path", ["/", "/cari", "/kategori/kerajinan", "/toko/dapur-mama-ina"])
def test_a_listing_and_its_style_are_light(client: FlaskClient, path: str) -> None:
    with transaction():
        shop_with(60)
    response = client.get(path, headers={"Accept-Encoding": "br"})
    assert len(response.data) <= 10 * 1024
    page = BeautifulSoup(brotli.decompress(response.data), "html.parser")
    (sheet,) = page.select("link[rel=stylesheet]")
    style = client.get(str(sheet["href"]), headers={"Accept-Encoding": "br"})
    assert len(style.data) <= 10 * 1024
    zipped = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert len(zipped.data) <= 12 * 1024
    assert gzip.decompress(zipped.data)


def test_a_guests_page_holds_nothing_of_the_visitor(client: FlaskClient) -> None:
    with transaction():
        shop_with(3)
    for path in PAGES:
        response = client.get(path)
        assert "csrf_token" not in response.get_data(as_text=True), path
        assert "Set-Cookie" not in response.headers, path


# --- home, categories, search ----------------------------------------------


def test_the_home_page_of_an_empty_market_still_helps(client: FlaskClient) -> None:
    page = read(client, "/")
    assert page.select_one(".empty-state")
    assert "Tenun & Fesyen" in page.select_one("#kategori").text  # type: ignore[union-attr]


def test_the_home_page_shows_curated_goods_near_goods_and_makers(client: FlaskClient) -> None:
    with transaction():
        shop_with(4)
    page = read(client, "/")
    assert len(page.select("section[aria-labelledby=pilihan-kurator] .product-card")) == 2
    assert len(page.select("section[aria-labelledby=dari-fatululi] .product-card")) == 4
    assert [tag.text for tag in page.select(".store-line-name")] == ["Dapur Mama Ina"]


def test_a_category_shows_its_branches_and_goods_page_by_page(client: FlaskClient) -> None:
    with transaction():
        shop_with(30)
    page = read(client, "/kategori/kerajinan?urut=termurah")
    assert len(page.select(".product-card")) == 24
    assert "30 produk" in page.select_one("[role=status]").text  # type: ignore[union-attr]
    rest = read(client, str(page.select_one("a[rel=next]")["href"]))  # type: ignore[index]
    assert len(rest.select(".product-card")) == 6
    assert rest.select_one("a[rel=next]") is None
    back = read(client, str(rest.select_one("a[rel=prev]")["href"]))  # type: ignore[index]
    assert [tag.text for tag in back.select("h3")] == [tag.text for tag in page.select("h3")]


def test_a_category_that_is_not_there_or_empty(client: FlaskClient) -> None:
    read(client, "/kategori/tidak-ada", 404)
    assert read(client, "/kategori/kopi").select_one(".empty-state")


def test_search_keeps_what_was_typed_and_shows_what_narrows(client: FlaskClient) -> None:
    with transaction():
        shop_with(4)
    page = read(client, "/cari?q=lu'at&kategori=anyaman&harga_maks=28.001&terkurasi=1&halal=1&urut=termurah")
    assert [tag.text for tag in page.select(".product-card h3")] == ["Sambal lu’at cabai rawit nomor 1"]
    assert page.select_one("#q")["value"] == "lu'at"  # type: ignore[index]
    assert page.select_one("#q-situs")["value"] == "lu'at", "the box at the top as well"  # type: ignore[index]
    assert page.select_one("#kategori option[selected]")["value"] == "anyaman"  # type: ignore[index]
    assert page.select_one("#terkurasi").has_attr("checked")  # type: ignore[union-attr]
    assert [tag.text.split("hapus")[0].strip() for tag in page.select(".filters-active a")] == [
        "Anyaman",
        "Harga sampai Rp28.001",
        "Hanya yang terkurasi",
        "Sembunyikan yang tidak halal",
    ]
    fewer = page.select(".filters-active a")[1]["href"]
    assert "harga_maks" not in str(fewer)
    assert "terkurasi=1" in str(fewer)


@pytest.mark.parametrize(
    "query",
    ["q=" + "a" * 500, "harga_min=abc", "harga_maks=-5", "kategori=tidak-ada", "asal=99", "kelurahan=x'--", "urut=apa",
     "halaman=nonsens", "q=%00%00", "harga_min=999999999999999999999", "q=%25%5F%5C", "asal=53.11&asal=53.12"],
)  # fmt: skip
def test_search_bears_what_makes_no_sense(client: FlaskClient, query: str) -> None:
    with transaction():
        shop_with(1)
    assert client.get(f"/cari?{query}").status_code == 200


def test_search_that_finds_nothing_says_what_to_do(client: FlaskClient) -> None:
    page = read(client, "/cari?q=pesawat+terbang")
    assert "Belum ada yang cocok" in page.text
    assert page.select(".empty-state a")
    assert page.select(".chips a")


def test_search_escapes_what_was_typed(client: FlaskClient) -> None:
    typed = '"><script>alert(1)</script>'
    page = read(client, f"/cari?q={typed}")
    assert [tag["value"] for tag in page.select("#q, #q-situs")] == [typed, typed]
    assert "<script>alert" not in str(page)


def test_more_than_can_be_counted_is_said_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.storefront.queries.listings.COUNTED_UP_TO", 25)
    monkeypatch.setattr("marketplace.storefront.views.COUNTED_UP_TO", 25)
    with transaction():
        shop_with(30)
    assert "Lebih dari 25 produk" in read(client, "/cari").text


# --- product ---------------------------------------------------------------


def test_a_product_with_forms_lets_one_choose(client: FlaskClient) -> None:
    forms = [
        VariantDraft(70_000, 0, 230, "200 g"),
        VariantDraft(165_000, 3, 540, "500 g"),
        VariantDraft(310_000, 12, 1050, "1 kg"),
    ]
    with transaction():
        make.product(make.store("Kopi Sudut"), "Kopi Bajawa", variants=forms, origin_code="53.09")
    page = read(client, "/produk/kopi-bajawa")
    form = page.select_one("form[action='/keranjang'][method=post]")
    assert form is not None
    radios = form.select("input[name=variant_id]")
    assert [(tag.has_attr("disabled"), tag.has_attr("checked")) for tag in radios] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert form.select_one("input[name=quantity]")["max"] == "3"  # type: ignore[index]
    assert "Rp310.000" in form.text
    assert "Stok habis" in form.text
    assert "Tinggal 3" in form.text
    assert "Ngada" in page.text
    assert page.select_one("link[rel=canonical]")["href"].endswith("/produk/kopi-bajawa")  # type: ignore[union-attr, index]
    assert page.select_one("meta[property='og:title']")["content"] == "Kopi Bajawa"  # type: ignore[index]


def test_a_sold_out_product_cannot_be_put_in_the_cart(client: FlaskClient) -> None:
    with transaction():
        make.product(name="Topi", on_hand=0)
    page = read(client, "/produk/topi")
    assert "Stok sedang habis" in page.text
    assert page.select_one("form[action='/keranjang'] button[type=submit]") is None


def test_a_paused_shops_goods_can_be_read_and_not_bought(client: FlaskClient) -> None:
    with transaction():
        store = make.store("Warung Libur")
        make.product(store, "Topi")
        stores.set_status(SYSTEM, store.id, StoreStatus.PAUSED)
    page = read(client, "/produk/topi")
    assert "tutup sementara" in page.text
    assert page.select_one("form[action='/keranjang'] button[type=submit]") is None
    assert "tutup sementara" in read(client, "/toko/warung-libur").text


def test_what_is_not_public_does_not_exist(client: FlaskClient) -> None:
    with transaction():
        store = make.store("Toko Ditahan")
        make.product(store, "Ditahan")
        products.hide(SYSTEM, make.product(name="Disembunyikan").id)
        products.archive(SYSTEM, make.product(name="Diarsipkan").id)
        make.product(name="Belum berizin", category="camilan")
        stores.set_status(SYSTEM, store.id, StoreStatus.SUSPENDED, "Izin palsu")
    for slug in ("ditahan", "disembunyikan", "diarsipkan", "belum-berizin", "tidak-pernah-ada"):
        read(client, f"/produk/{slug}", 404)
    read(client, "/toko/toko-ditahan", 404)


def test_not_halal_is_said_on_card_and_page(client: FlaskClient) -> None:
    with transaction():
        make.live(make.product(name="Babi asap", category="sei-olahan-daging", is_not_halal=True, is_perishable=True))
    assert read(client, "/cari").select_one(".product-card .badge-not-halal")
    page = read(client, "/produk/babi-asap")
    assert page.select_one(".product .badge-not-halal")
    assert "TIDAK HALAL" in page.select_one(".certificate-panel").text  # type: ignore[union-attr]
    assert "Mudah rusak" in page.text


def test_the_certificates_that_the_words_claim_are_shown(client: FlaskClient) -> None:
    with transaction():
        store = make.store("Dapur Mama Ina")
        halal = certificates.register(SYSTEM, store.id, "halal", "ID53110000012345678", "Ina")
        made = make.product(store, "Sambal", category="sambal-bumbu", certificate_ids=(halal.id,))
        make.live(made, curated=True)
    panel = read(client, "/produk/sambal").select_one(".certificate-panel")
    assert panel is not None
    assert "Lolos kurasi Disperindag NTT" in panel.text
    assert "ID53110000012345678" in panel.text
    assert "BPJPH" in panel.text


def test_the_longest_name_and_the_highest_price_are_shown_whole(client: FlaskClient) -> None:
    name = "Kain " + "tenunikatpewarnaalam" * 6
    with transaction():
        made = make.product(name=name[:140], price=1_250_000_000)
        slug = made.slug
    page = read(client, f"/produk/{slug}")
    assert page.select_one("h1").text == name[:140]  # type: ignore[union-attr]
    assert "Rp1.250.000.000" in page.text


# --- shops -----------------------------------------------------------------


def test_the_directory_can_be_narrowed_and_says_when_nobody_is_there(client: FlaskClient) -> None:
    with transaction():
        make.store("Toko Kupang")
        make.store("Toko Waingapu", village_code="53.11.01.1001")
    assert [tag.text for tag in read(client, "/toko?wilayah=53.11").select(".store-line-name")] == ["Toko Waingapu"]
    assert len(read(client, "/toko").select(".store-line-name")) == 2
    assert read(client, "/toko?wilayah=53.20").select_one(".empty-state")


def test_a_shop_page_shows_who_where_when_and_what(client: FlaskClient) -> None:
    with transaction():
        store = make.store("Dapur Mama Ina")
        words = replace(profile("Dapur Mama Ina"), story="Dari dapur sendiri.", landmark="Belakang gereja")
        stores.update_profile(SYSTEM, store.id, words)
        make.product(store, "Sambal")
    page = read(client, "/toko/dapur-mama-ina")
    for words_shown in (
        "Dari dapur sendiri.",
        "Belakang gereja",
        "Jalan Bajawa 12",
        "Oebobo",
        "1234567890123",
        "Sambal",
    ):
        assert words_shown in page.text
    assert page.select_one("a[href^='https://wa.me/6281234567890?text=']")


def test_help_and_privacy_name_the_complaint_contacts_and_the_law(client: FlaskClient) -> None:
    words = read(client, "/bantuan").text
    assert "kode empat angka" in words
    assert "0853-1111-1010" in words
    words = read(client, "/privasi").text
    assert "10 tahun" in words
    assert "UU No. 27 Tahun 2022" in words


def test_the_language_chosen_in_the_footer_is_the_language_of_the_next_page(client: FlaskClient) -> None:
    form = read(client, "/bantuan").select_one("form.language")
    assert form is not None
    fields = {str(tag["name"]): str(tag["value"]) for tag in form.select("input")}
    english = form.select_one("button[lang=en]")
    assert english is not None
    response = client.post(
        str(form["action"]),
        data={**fields, str(english["name"]): str(english["value"])},
        headers={"Sec-Fetch-Site": "same-origin"},
    )
    assert (response.status_code, response.headers["Location"]) == (303, "/bantuan")
    assert read(client, "/bantuan").select_one("html")["lang"] == "en"  # type: ignore[index]
