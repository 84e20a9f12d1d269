"""The shop's face: what buyers read, and the owner's look at it before it is kept."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from PIL import Image

from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.orders.policies import guest_key
from marketplace.places.rules import FATULULI
from marketplace.shipping.services import set_zone
from marketplace.stores import queries
from marketplace.stores.services import update_profile
from tests import make
from tests.checkout.counter import put

PATH = "/penjual/toko/profil"


@pytest.fixture
def store_id(db: SQLAlchemy, client: FlaskClient) -> int:
    """Ina's shop; the client is hers."""
    with transaction():
        made = make.store("Dapur Mama Ina", story="Dari satu cobek.").id
    make.sign_in_client(client, make.person("Ina Bere", roles=[Grant(Role.STORE_OWNER, made)]))
    return made


def _typed(**more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "name": "Dapur Mama Ina",
        "story": "Cerita baru",
        "phone": "0812-3456-7890",
        "street": "Jalan Bajawa 12",
        "regency_code": FATULULI[:5],
        "district_code": FATULULI[:8],
        "village_code": FATULULI,
        "has_pickup": "y",
    }
    return base | more


def _picture(side: int = 400) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(out, "PNG")
    out.seek(0)
    return out


def test_the_preview_shows_what_is_typed_and_keeps_nothing(client: FlaskClient, store_id: int) -> None:
    page = client.post(f"{PATH}/pratinjau", data=_typed(story="Baru <script>alert(1)</script>", landmark="Pagar biru"))
    assert page.status_code == 200
    assert "Baru &lt;script&gt;" in page.text
    assert "Pagar biru" in page.text
    assert "<html" not in page.text
    assert queries.store(store_id).story == "Dari satu cobek."


def test_without_a_script_one_looks_first_as_well(client: FlaskClient, store_id: int) -> None:
    page = client.post(PATH, data=_typed(langkah="lihat", name="Dapur Mama Ina Baru"))
    assert page.status_code == 200
    assert page.text.count("Dapur Mama Ina Baru") >= 2
    assert page.text.count("Cerita baru") == 2
    assert queries.store(store_id).story == "Dari satu cobek."


def test_an_empty_form_still_shows_the_shop(client: FlaskClient, store_id: int) -> None:
    page = client.post(f"{PATH}/pratinjau", data={})
    assert page.status_code == 200
    assert "Dapur Mama Ina" in page.text
    assert "Penjual belum menulis ceritanya" in page.text


def test_a_logo_is_taken_in_shown_and_taken_away(client: FlaskClient, store_id: int) -> None:
    answer = client.post(PATH, data=_typed(logo=(_picture(), "foto.png")), content_type="multipart/form-data")
    assert answer.status_code == 303
    logo = queries.stores_by_ids([store_id])[store_id].logo
    assert logo is not None
    assert logo.key in client.get("/toko/dapur-mama-ina").text
    assert client.post(PATH, data=_typed(without_logo="y")).status_code == 303
    assert queries.stores_by_ids([store_id])[store_id].logo is None


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"GIF89a", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + b"0" * 99]
)
def test_a_file_that_is_no_picture_is_refused_and_what_was_typed_stays(
    client: FlaskClient, store_id: int, content: bytes
) -> None:
    upload = (io.BytesIO(content), "foto.png")
    answer = client.post(PATH, data=_typed(logo=upload), content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Cerita baru" in answer.text
    assert queries.stores_by_ids([store_id])[store_id].logo is None
    assert queries.store(store_id).story == "Dari satu cobek."


def test_others_neither_look_nor_write(client: FlaskClient, store_id: int) -> None:
    for grant in (Grant(Role.STORE_STAFF, store_id), Grant(Role.STORE_OWNER, store_id + 1)):
        make.sign_in_client(client, make.person("Orang", roles=[grant]))
        for path in (PATH, f"{PATH}/pratinjau"):
            assert client.post(path, data=_typed(toko=str(store_id))).status_code == 404
    assert queries.store(store_id).story == "Dari satu cobek."


def test_buyers_read_where_it_delivers_and_what_it_makes(client: FlaskClient, store_id: int) -> None:
    with transaction():
        set_zone(SYSTEM, store_id, FATULULI, 5_000, "Sore hari")
        make.product(store_id, "Bakul")
        make.product(store_id, "Tikar")
        make.product(store_id, "Gong", category="kayu-musik-perhiasan")
    page = client.get("/toko/dapur-mama-ina").text
    for words in ("Diantar ke", "Rp5.000", "Sore hari", "Anyaman (2)", "sejak 20", "wa.me/6281234567890?text=Halo"):
        assert words in page
    only = client.get("/toko/dapur-mama-ina?kategori=anyaman").text
    assert "Tikar" in only
    assert "Gong" not in only
    assert client.get("/toko/dapur-mama-ina?kategori=tidak-ada").status_code == 404


PIN = {"pin": "-10.1577, 123.6070", "shows_pin": "y"}
MAP = "https://www.openstreetmap.org/?mlat=-10.1577&amp;mlon=123.607#map=17/-10.1577/123.607"


def _public(client: FlaskClient, store_id: int) -> str:
    return client.get(queries.stores_by_ids([store_id])[store_id].url).text


def test_the_pin_is_on_the_shops_page_only_if_she_says_so(client: FlaskClient, store_id: int) -> None:
    client.post(PATH, data=_typed(**PIN))
    assert MAP in _public(client, store_id)
    assert 'value="-10.1577, 123.607"' in client.get(PATH).text
    assert "-10.1577, 123.607 · tampil di halaman toko" in client.get("/penjual/toko").text
    client.post(PATH, data=_typed(pin=PIN["pin"]))
    assert "mlat" not in _public(client, store_id)
    assert "123.607" not in _public(client, store_id)
    assert "-10.1577, 123.607 · tidak ditampilkan" in client.get("/penjual/toko").text
    client.post(PATH, data=_typed(pin="", shows_pin="y"))
    assert (queries.store(store_id).pin, queries.store(store_id).shows_pin) == ("", False)


@pytest.mark.parametrize("typed", ["48.1, 11.5", "123.6, -10.1", "di rumah", "-10,15"])
def test_a_pin_elsewhere_is_told_at_its_field(client: FlaskClient, store_id: int, typed: str) -> None:
    page = client.post(PATH, data=_typed(pin=typed, shows_pin="y"))
    assert page.status_code == 422
    assert "lintang dan bujur" in page.text
    assert typed in page.text
    assert queries.store(store_id).pin == ""


@pytest.mark.parametrize("pin", [(-10.1, None), (None, 123.6), (48.1, 11.5), (-10.1, 11.5)])
def test_half_a_pin_and_one_elsewhere_cannot_be(
    db: SQLAlchemy, store_id: int, pin: tuple[float | None, float | None]
) -> None:
    profile = make.profile("Dapur Mama Ina", latitude=pin[0], longitude=pin[1])
    with pytest.raises(Invalid, match="pin_elsewhere"), transaction():
        update_profile(SYSTEM, store_id, profile)
    kept = queries.store(store_id)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        kept.latitude, kept.longitude = pin
        db.session.flush()


def test_only_the_form_may_ask_the_phone_for_its_place(client: FlaskClient, store_id: int) -> None:
    assert "geolocation=(self)" in client.get(PATH).headers["Permissions-Policy"]
    assert "geolocation=()" in client.get("/penjual/toko").headers["Permissions-Policy"]


def test_where_things_are_fetched_is_read_before_and_after_ordering(client: FlaskClient, store_id: int) -> None:
    client.post(PATH, data=_typed(pickup_place="Pasar Kasih, los 12", pickup_hours="Sabtu pagi"))
    face = _public(client, store_id)
    assert "Bisa, di Pasar Kasih, los 12" in face
    assert "Sabtu pagi" in face
    with transaction():
        product = make.live(make.product(store_id, "Bakul"))
    put(client, product)
    assert "Pasar Kasih, los 12 · Sabtu pagi" in client.get("/checkout").text
    with transaction():
        purchase = make.purchase([product])
    page = client.get(f"/pembelian/{purchase.code}?kunci={guest_key(purchase.code)}").text
    assert "Pasar Kasih, los 12" in page
    assert "Bisa diambil: Sabtu pagi" in page
    assert "Jalan Bajawa 12" not in page
