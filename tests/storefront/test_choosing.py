"""The page of a product: what it says of itself, and the forms it comes in."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.catalog import queries
from marketplace.catalog.models import Product
from marketplace.catalog.rules import AttributeKind
from marketplace.catalog.services import products, stock, variants
from marketplace.catalog.services.attributes import AttributeDraft, save_attribute
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.media.models import MediaFile
from marketplace.storefront.queries import product as page_of
from tests import make
from tests.catalog.people import shop
from tests.counting import statements
from tests.storefront.test_pages import read

PAGE = "/produk/kemeja-tenun"


@pytest.fixture
def shirt(db: SQLAlchemy) -> Product:
    with transaction():
        return make.shirt(make.store("Tenun Mama"))


def id_of(product: Product, name: str) -> int:
    return next(row.id for row in queries.variants(product.id) if row.name == name)


def visible(page: BeautifulSoup) -> list[Tag]:
    """The radio buttons of the colour that is open."""
    return page.select("[data-variant-group]:not([hidden]) input[name=variant_id]")


def state(page: BeautifulSoup) -> list[tuple[int, bool, bool]]:
    return [(int(str(tag["value"])), tag.has_attr("checked"), tag.has_attr("disabled")) for tag in visible(page)]


def test_colours_are_links_and_sizes_are_radio_buttons(client: FlaskClient, shirt: Product) -> None:
    page = read(client, PAGE)
    links = page.select(".variant-picker a")
    assert [link.text.strip() for link in links] == ["Merah", "Biru"]
    assert [link.get("aria-current") for link in links] == ["true", None]
    assert state(page) == [(id_of(shirt, "Merah / S"), True, False), (id_of(shirt, "Merah / L"), False, False)]
    assert len(page.select("input[name=variant_id][checked]")) == 1
    assert len({tag["id"] for tag in page.select("[id]")}) == len(page.select("[id]"))


def test_a_link_leads_to_what_can_be_bought(client: FlaskClient, shirt: Product) -> None:
    """Blue has no S left, so its link opens L."""
    blue = id_of(shirt, "Biru / L")
    assert read(client, PAGE).select(".variant-picker a")[1]["href"] == f"{PAGE}?varian={blue}"
    page = read(client, f"{PAGE}?varian={blue}")
    assert state(page) == [(id_of(shirt, "Biru / S"), False, True), (blue, True, False)]
    assert page.select_one(".price-large").text == "Rp380.000"  # type: ignore[union-attr]
    assert page.select(".variant-picker a")[0]["href"] == f"{PAGE}?varian={id_of(shirt, 'Merah / L')}"
    assert page.select_one("link[rel=canonical]")["href"].endswith(PAGE)  # type: ignore[union-attr, index]


def test_what_is_sold_out_is_seen_and_cannot_be_chosen(client: FlaskClient, shirt: Product) -> None:
    gone = id_of(shirt, "Biru / S")
    page = read(client, f"{PAGE}?varian={gone}")
    assert state(page)[0] == (gone, True, True)
    assert "Pilihan ini sedang habis" in page.text
    with transaction():
        stock.reserve({id_of(shirt, "Biru / L"): 5})
    link = read(client, PAGE).select(".variant-picker a")[1]
    assert "habis" in link.text
    with transaction():
        stock.reserve({id_of(shirt, f"Merah / {size}"): 5 for size in "SL"})
    page = read(client, PAGE)
    assert "Stok sedang habis" in page.text
    assert page.select_one("form[action='/keranjang'] button[type=submit]") is None


@pytest.mark.parametrize("wanted", ["0", "-1", "999999", "abc", "1" * 40, "", "²", "1&varian=2"])
def test_an_address_with_another_number_shows_the_product(client: FlaskClient, shirt: Product, wanted: str) -> None:
    with transaction():
        other = make.variant(make.product(name="Bakul")).id
    for number in (wanted, str(other)):
        assert state(read(client, f"{PAGE}?varian={number}"))[0][1]


def test_only_a_picture_that_the_public_sees_goes_with_a_form(client: FlaskClient, db: SQLAlchemy) -> None:
    maker = shop()
    with transaction():
        first, second, new = make.pictures(maker.owner, 3)
        forms = [
            make.form(name="A", picture_id=first[0]),
            make.form(name="B", picture_id=second[0]),
            make.form(name="C"),
        ]
        made = make.product(maker.id, variants=forms, picture_ids=(first, second), actor=maker.ina)
        make.live(made, curated=True)
        products.revise(maker.ina, made.id, make.draft(picture_ids=(second, new)))
        rows = queries.variants(made.id)
        drafts = [make.form(name=row.name, picture_id=row.picture_id) for row in rows]
        drafts[2] = make.form(name="C", picture_id=new[0])
        variants.save_all(
            maker.ina, made.id, ("", ""), [(row.id, each) for row, each in zip(rows, drafts, strict=True)]
        )
    page = read(client, "/produk/bakul-lontar")
    assert [tag["data-picture"] for tag in page.select("input[name=variant_id]")] == ["foto-1", "foto-2", ""]
    keys = {media_id: db.session.get_one(MediaFile, media_id).key for media_id, _ in (first, second)}
    shown = queries.offers([row.id for row in rows])
    in_cart = [offer.picture.key if (offer := shown[row.id]).picture else "" for row in rows]
    assert in_cart == [keys[first[0]], keys[second[0]], keys[first[0]]], "what is not public yet is not shown"
    with transaction():
        make.live(made, curated=True)
    page = read(client, "/produk/bakul-lontar")
    assert [tag["data-picture"] for tag in page.select("input[name=variant_id]")] == ["", "foto-1", "foto-2"]


def test_prices_by_quantity_stand_in_a_table(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        form = make.form(15_000, 90, min_quantity=5, tiers=make.tiers((10, 13_000), (11, 12_500), (50, 12_000)))
        make.product(name="Snack Box", variants=[form], unit="kotak")
    page = read(client, "/produk/snack-box")
    rows = [[cell.text for cell in row.select("td")] for row in page.select(".price-tiers tbody tr")]
    assert rows == [
        ["5–9 kotak", "Rp15.000"],
        ["10 kotak", "Rp13.000"],
        ["11–49 kotak", "Rp12.500"],
        ["50 atau lebih kotak", "Rp12.000"],
    ]
    box = page.select_one("input[name=quantity]")
    assert box is not None
    assert (box["min"], box["max"], box["value"]) == ("5", "90", "5")
    assert "minimal 5" in page.text


def test_each_form_has_its_own_table_unless_all_cost_the_same(client: FlaskClient, db: SQLAlchemy) -> None:
    tiers = make.tiers((10, 13_000))
    with transaction():
        store = make.store()
        same = [make.form(15_000, name=name, tiers=tiers) for name in ("Manis", "Gurih")]
        make.product(store, "Sama", variants=same)
        make.product(store, "Beda", variants=[same[0], make.form(20_000, name="Besar", tiers=make.tiers((4, 9_000)))])
    (table,) = read(client, "/produk/sama").select(".price-tiers")
    assert not table.has_attr("hidden")
    page = read(client, "/produk/beda")
    assert [table.has_attr("hidden") for table in page.select(".price-tiers")] == [False, True]
    assert "4 ke atas Rp9.000" in page.text, "without script the price still stands beside the form"


def test_fewer_than_are_sold_is_sold_out_on_page_and_card(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        made = make.product(name="Snack Box", variants=[make.form(15_000, 6, min_quantity=5)])
    assert "Stok habis" not in read(client, "/cari").text
    with transaction():
        stock.reserve({make.variant(made).id: 2})
    assert "Stok habis" in read(client, "/cari").text
    assert "Stok sedang habis" in read(client, "/produk/snack-box").text


# --- what it says of itself ------------------------------------------------------------------------------------------


def facts(page: BeautifulSoup) -> dict[str, str]:
    return {
        row.select_one("dt").text: row.select_one("dd").text  # type: ignore[union-attr]
        for row in page.select(".facts > div")
    }


def test_answers_and_allergens_are_read_by_label(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        make.question("anyaman", "Tahan air", AttributeKind.YES_NO)
        diameter = make.question("anyaman", "Diameter", AttributeKind.NUMBER, unit="cm")
        make.product(
            attributes={"bahan": "Lontar <b>", "tahan-air": True, "diameter": 1200}, allergens=("tree_nut", "milk")
        )
        off = AttributeDraft("Garis tengah", AttributeKind.NUMBER, "cm", is_active=False)
        save_attribute(SYSTEM, make.category_id("anyaman"), off, diameter.id)
    found = facts(read(client, "/produk/bakul-lontar"))
    assert found["Bahan"] == "Lontar <b>"
    assert found["Tahan air"] == "ya"
    assert found["Garis tengah"] == "1.200 cm"
    assert found["Mengandung alergen"] == "Susu; Kacang pohon (mete, kenari, almon)"


def test_the_weight_is_that_of_the_lightest_and_the_heaviest(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        make.product(variants=[make.form(weight=250, name="A"), make.form(weight=1400, name="B")])
        make.product(name="Tikar", weight=700)
    assert facts(read(client, "/produk/bakul-lontar"))["Berat kirim"] == "250 g – 1,4 kg"
    assert facts(read(client, "/produk/tikar"))["Berat kirim"] == "700 g"


@pytest.mark.parametrize("number", [1, 55])
def test_a_product_costs_four_statements_however_much_it_says(client: FlaskClient, db: SQLAlchemy, number: int) -> None:
    tiers = make.tiers((5, 40_000), (10, 30_000))
    with transaction():
        forms = [make.form(options=(str(each), "S"), tiers=tiers) for each in range(number)]
        made = make.product(variants=forms, axes=("Warna", "Ukuran"), attributes={"bahan": "Lontar"})
        make.question("anyaman", "Tahan air", AttributeKind.YES_NO)
        slug = made.slug
    with statements(db) as sent:
        page_of.product(slug)
    assert len(sent) == 4, sent
    with statements(db) as sent:
        read(client, f"/produk/{slug}")
    assert len(sent) <= 6, sent
