"""Opening a shop as it is met on a phone, and the curators' desk for it."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.core.actor import Role
from marketplace.core.db import transaction
from marketplace.onboarding import queries, services
from marketplace.onboarding.models import Application, ApplicationPaper
from marketplace.onboarding.rules import ApplicationStatus, PaperState
from marketplace.onboarding.services import PaperAnswer
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from tests import make

PLACE = {"regency_code": "53.71", "district_code": "53.71.04", "village_code": "53.71.04.1011"}
PDF = b"%PDF-1.4 surat izin"
HOME = "/penjual/daftar"


@pytest.fixture
def yuli(db: SQLAlchemy) -> Person:
    return make.person("Yuli Nope")


@pytest.fixture
def ratna(db: SQLAlchemy) -> Person:
    return make.person("Ratna Bria", roles=[Role.CURATOR])


def application(db: SQLAlchemy) -> Application:
    return db.session.scalars(sa.select(Application).order_by(Application.id.desc())).first()  # type: ignore[return-value]


def sent(someone: Person, name: str = "Kue Mama Yuli") -> int:
    with transaction():
        return make.sent(someone, name).id


@pytest.mark.parametrize("where", ["main", "footer"])
def test_a_guest_finds_the_way_in_from_the_home_page(client: FlaskClient, where: str) -> None:
    part = re.search(rf"<{where}.*</{where}>", client.get("/").text, re.DOTALL)
    assert part is not None
    assert f'href="{HOME}"' in part[0]
    door = client.get(HOME)
    assert door.status_code == 200
    for way in ("/daftar", "/masuk"):
        assert f'href="{way}?next={HOME}"' in door.text


def test_who_makes_an_account_lands_in_the_application(client: FlaskClient, db: SQLAlchemy) -> None:
    page = client.get(f"/daftar?next={HOME}").text
    assert "pemilik toko" in page
    made = {"name": "Yuli Nope", "email": "yuli@example.id", "password": make.PASSWORD, "next": HOME}
    assert client.post("/daftar", data=made).location == HOME
    assert "Mulai" in client.get(HOME).text


def test_what_she_has_not_got_is_said_in_one_tap(client: FlaskClient, db: SQLAlchemy, yuli: Person) -> None:
    actor = make.actor_of(yuli)
    with transaction():
        made = services.begin(actor)
        services.save_what(actor, made.id, "Dapur Yuli", "", [make.category_id("camilan")], [])
        services.save_paper(actor, made.id, "nib", PaperAnswer(PaperState.HELD, "1234567890123"))
    make.sign_in_client(client, yuli)
    assert "Yang lain belum saya punya" in client.get(f"{HOME}/surat-surat").text
    assert client.post(f"{HOME}/surat-surat").location == f"{HOME}/ringkasan"
    db.session.expire_all()
    said = {kind: paper.state for kind, paper in queries.papers_of(made.id).items()}
    assert said.pop("nib") is PaperState.HELD, "what was answered stays"
    assert said == dict.fromkeys(["npwp", "pirt", "halal"], PaperState.NOT_YET)
    assert "Yang lain belum saya punya" not in client.get(f"{HOME}/surat-surat").text


@pytest.mark.parametrize("page", ["siapa", "ringkasan", "surat-surat/nib"])
def test_a_guest_signs_in_and_comes_back(client: FlaskClient, page: str) -> None:
    assert client.get(f"{HOME}/{page}").location == f"/masuk?next={HOME}/{page}"


def test_the_whole_way_without_script(client: FlaskClient, db: SQLAlchemy, yuli: Person, ratna: Person) -> None:
    make.sign_in_client(client, yuli)
    assert "Mulai" in client.get(HOME).text
    assert client.post(HOME).location == f"{HOME}/siapa"
    assert "Langkah 1 dari 7" in client.get(f"{HOME}/siapa").text
    client.post(f"{HOME}/siapa", data={"name": "Yuli Nope", "phone": "0812-3456-7890"})
    food = make.category_id("camilan")
    client.post(f"{HOME}/apa", data={"name": "Kue Mama Yuli", "categories": [str(food)], "support": ["tools"]})
    client.post(f"{HOME}/di-mana", data={**PLACE, "street": "Jalan Kejora 3", "pin": "-10.1577, 123.6070"})
    client.post(f"{HOME}/pengambilan", data={"has_pickup": "ya", "when": "Sore"})
    client.post(f"{HOME}/wilayah-antar", data={"regency_code": "53.71", "fee": "10.000"})
    assert "Kota Kupang · Rp" in client.get(f"{HOME}/wilayah-antar").text
    client.post(f"{HOME}/wilayah-antar", data={"langkah": "selesai"})
    client.post(f"{HOME}/rekening", data={"bank": "bank-ntt", "number": "0123 456 789", "holder": "Yuli Nope"})
    kinds = set(re.findall(rf"{HOME}/surat-surat/(\w+)", client.get(f"{HOME}/surat-surat").text))
    assert {"nib", "pirt", "halal"} <= kinds
    assert client.post(f"{HOME}/kiriman").status_code == 422
    for kind in kinds - {"nib", "halal"}:
        client.post(f"{HOME}/surat-surat/{kind}", data={"state": "not_yet"})
    client.post(f"{HOME}/surat-surat/halal", data={"state": "not_halal"})
    file = (io.BytesIO(PDF), "nib.pdf")
    client.post(f"{HOME}/surat-surat/nib", data={"state": "held", "number": "1234567890123", "file": file})
    assert "0123456789" in client.get(f"{HOME}/ringkasan").text
    assert client.post(f"{HOME}/kiriman").location == HOME
    assert "Hari ke-1 dari 5" in client.get(HOME).text

    paper = db.session.scalars(sa.select(ApplicationPaper).where(ApplicationPaper.file_id.is_not(None))).one()
    paper_id, application_id, version = paper.id, application(db).id, application(db).version
    assert client.get(f"{HOME}/berkas/{paper_id}").data == PDF
    make.sign_in_client(client, ratna)
    assert "Kue Mama Yuli" in client.get("/kurasi/toko").text
    page = client.get(f"/kurasi/toko/{application_id}").text
    assert "0123456789" not in page
    assert "••••6789" in page
    assert client.get(f"/kurasi/toko/berkas/{paper_id}").data == PDF
    marks = dict.fromkeys(re.findall(r'name="(nilai-[^"]+)"', page), "ok")
    path = f"/kurasi/toko/{application_id}/penerimaan"
    assert client.post(path, data={"versi": version, **marks}).location == "/kurasi/toko"
    store = db.session.scalars(sa.select(Store)).one()
    assert store.status is StoreStatus.OPEN
    assert client.get(f"/toko/{store.slug}").status_code == 200


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("siapa", {"name": "Yuli", "phone": "abc"}, "Nomor HP tidak dikenali"),
        ("apa", {"name": "Kios Moke", "categories": "1"}, "moke"),
        ("apa", {"name": "Kue Yuli"}, "Pilih paling sedikit satu"),
        ("di-mana", {**PLACE, "street": "Jalan 1", "pin": "48.1, 11.5"}, "lintang dan bujur"),
        ("di-mana", {"street": "Jalan Unik 77"}, "Jalan Unik 77"),
        ("pengambilan", {}, "Pilih salah satu"),
        ("wilayah-antar", {"regency_code": "53.71", "fee": "banyak"}, "banyak"),
        ("rekening", {"bank": "bri", "number": "12ab", "holder": "Yuli"}, "5 sampai 20 angka"),
    ],
)
def test_a_wrong_answer_is_told_at_its_field(
    client: FlaskClient, yuli: Person, step: str, typed: dict[str, str], said: str
) -> None:
    make.sign_in_client(client, yuli)
    client.post(HOME)
    if typed.get("categories"):
        typed = {**typed, "categories": str(make.category_id())}
    answer = client.post(f"{HOME}/{step}", data=typed)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_zone_that_was_typed_is_kept_whichever_button_is_pressed(
    client: FlaskClient, db: SQLAlchemy, yuli: Person
) -> None:
    make.sign_in_client(client, yuli)
    client.post(HOME)
    path, going_on = f"{HOME}/wilayah-antar", {"langkah": "selesai", "regency_code": "53.71"}
    for typed in ({"fee": "banyak"}, {"note": "Sore saja"}):
        refused = client.post(path, data={**going_on, **typed})
        assert refused.status_code == 422
        assert next(iter(typed.values())) in refused.text
    assert client.post(path, data={**going_on, "fee": "10.000"}).location == f"{HOME}/rekening"
    zones = [{"region_code": "53.71", "fee": 10_000, "note": ""}]
    assert application(db).answers["wilayah-antar"] == {"zones": zones}
    assert client.post(path, data=going_on).location == f"{HOME}/rekening"
    db.session.expire_all()
    assert application(db).answers["wilayah-antar"] == {"zones": zones}


WRITTEN = {
    "siapa": ({"name": "Yuli Nope", "phone": "081234567890"}, {"name": "Yulinda Nope", "phone": "081234567890"}),
    "apa": ({"name": "Kue Yuli"}, {"name": "Kue Yuli", "support": "tools"}),
    "di-mana": ({**PLACE, "street": "Jalan Kejora 3"}, {**PLACE, "street": "Jalan Timor Raya 9"}),
    "pengambilan": ({"has_pickup": "ya", "when": "Sore"}, {"has_pickup": "ya", "when": "Pagi"}),
    "rekening": (
        {"bank": "bri", "number": "0011223344", "holder": "Yuli Nope"},
        {"bank": "bri", "number": "0011223355", "holder": "Yuli Nope"},
    ),
}


@pytest.mark.parametrize("step", WRITTEN)
def test_two_tabs_lose_neither_answer(client: FlaskClient, yuli: Person, step: str) -> None:
    make.sign_in_client(client, yuli)
    client.post(HOME)
    path, more = f"{HOME}/{step}", {"categories": str(make.category_id())} if step == "apa" else {}

    def stamp(page: str) -> str:
        return re.findall(r'name="dasar" value="(\w+)"', page)[0]

    old = stamp(client.get(path).text)
    first, second = ({**typed, **more, "dasar": old} for typed in WRITTEN[step])
    assert client.post(path, data=first).status_code == 303
    assert client.post(path, data=first).status_code == 303  # a second click
    refused = client.post(path, data=second)
    assert refused.status_code == 409
    assert "dari tab atau HP lain" in refused.text
    (changed,) = {key for key in second if second[key] != first.get(key)}
    for typed in (first, second):
        assert typed.get(changed, "") in refused.text
    assert client.post(path, data={**second, "dasar": stamp(refused.text)}).status_code == 303
    assert client.post(path, data=first).status_code == 409


def test_what_was_typed_is_read_again_when_another_tab_has_sent_it(
    client: FlaskClient, db: SQLAlchemy, yuli: Person
) -> None:
    sent(yuli)
    make.sign_in_client(client, yuli)
    late = client.post(f"{HOME}/siapa", data={"name": "Yulinda <b>Nope</b>", "phone": "081234567890"})
    assert late.status_code == 409
    assert "Bagian ini sekarang tidak bisa diubah" in late.text
    assert "Yulinda &lt;b&gt;Nope&lt;/b&gt;" in late.text
    assert application(db).answers["siapa"]["name"] == "Yuli Nope"
    for path in (f"{HOME}/siapa", f"{HOME}/surat-surat/nib"):
        assert client.get(path).status_code == 409


def test_two_curators_lose_no_word(client: FlaskClient, db: SQLAlchemy, yuli: Person, ratna: Person) -> None:
    application_id, seen = sent(yuli), application(db).version
    path = f"/kurasi/toko/{application_id}"
    first = {"nilai-siapa": "ok", "nilai-rekening": "ok"}
    mine = {"nilai-rekening": "perbaiki", "alasan-rekening": "unclear", "catatan-rekening": "Nama siapa ini?"}
    make.sign_in_client(client, make.person("Kris", roles=[Role.CURATOR]))
    assert client.post(f"{path}/catatan", data={"versi": seen, **first}).status_code == 303
    make.sign_in_client(client, ratna)
    late = client.post(f"{path}/perbaikan", data={"versi": seen, **mine})
    assert late.status_code == 409
    assert "sudah berubah sejak Anda membukanya" in late.text
    assert "Nama siapa ini?" in late.text
    assert "Tersimpan sejak Anda membuka halaman ini:" in late.text
    assert re.search(r'name="nilai-siapa" value="ok" checked', late.text)
    rejected = {"versi": seen, "tolak-reason": "duplicate", "tolak-note": "Sudah punya toko lain."}
    late = client.post(f"{path}/penolakan", data=rejected)
    assert late.status_code == 409
    assert "Sudah punya toko lain." in late.text
    fresh = re.findall(r'name="versi" value="(\d+)"', late.text)[0]
    assert client.post(f"{path}/perbaikan", data={"versi": fresh, **first, **mine}).status_code == 303
    late = client.post(f"{path}/penerimaan", data={"versi": fresh, **first})
    assert late.status_code == 409
    assert "Nama siapa ini?" in late.text
    assert "Terima dan buka toko" not in late.text


def test_a_refused_page_stays_as_old_as_it_was(client: FlaskClient, yuli: Person) -> None:
    make.sign_in_client(client, yuli)
    client.post(HOME)
    path = f"{HOME}/siapa"
    old = re.findall(r'name="dasar" value="(\w+)"', client.get(path).text)[0]
    client.post(path, data={"name": "Yuli Nope", "phone": "081234567890", "dasar": old})
    wrong = client.post(path, data={"name": "Yulinda", "phone": "abc", "dasar": old})
    assert f'name="dasar" value="{old}"' in wrong.text


@pytest.mark.parametrize(
    ("paper", "typed", "status"),
    [
        ("nib", {"state": "held", "number": "12"}, 422),
        ("nib", {"state": "not_halal"}, 422),
        ("nib", {}, 422),
        ("brand", {"state": "not_yet"}, 404),
        ("apa-saja", {"state": "not_yet"}, 404),
    ],
)
def test_papers_that_cannot_be(
    client: FlaskClient, yuli: Person, paper: str, typed: dict[str, str], status: int
) -> None:
    make.sign_in_client(client, yuli)
    client.post(HOME)
    assert client.post(f"{HOME}/surat-surat/{paper}", data=typed).status_code == status


def test_what_was_asked_back_is_a_list_of_things_to_do(
    client: FlaskClient, db: SQLAlchemy, yuli: Person, ratna: Person
) -> None:
    application_id = sent(yuli)
    make.sign_in_client(client, ratna)
    path = f"/kurasi/toko/{application_id}/perbaikan"
    said = {"versi": application(db).version, "nilai-rekening": "perbaiki"}
    refused = client.post(path, data={**said, "catatan-rekening": "Nama lain"})
    assert refused.status_code == 422
    assert "Nama lain" in refused.text
    said |= {"alasan-rekening": "name_mismatch", "catatan-rekening": "Samakan nama"}
    assert client.post(path, data=said).status_code == 303
    assert client.post(path, data=said).status_code == 409  # a second click
    make.sign_in_client(client, yuli)
    assert "Samakan nama" in client.get(HOME).text
    assert client.get(f"{HOME}/siapa").status_code == 409
    assert "Siap diperiksa lagi" not in client.get(HOME).text
    client.post(f"{HOME}/perbaikan", data={"bagian": "rekening"})
    assert "Siap diperiksa lagi" in client.get(HOME).text
    client.post(f"{HOME}/kiriman")
    assert application(db).status is ApplicationStatus.WAITING


def test_guessed_ids_lead_nowhere(client: FlaskClient, db: SQLAlchemy, yuli: Person, ratna: Person) -> None:
    application_id = sent(yuli)
    paper_id = db.session.scalars(sa.select(ApplicationPaper.id)).first()
    make.sign_in_client(client, make.person("Tamu"))
    for path in (f"{HOME}/berkas/{paper_id}", f"{HOME}/ringkasan", "/kurasi/toko", f"/kurasi/toko/{application_id}"):
        assert client.get(path).status_code == 404
    with transaction():
        draft_id = make.application(db.session.scalars(sa.select(Person).where(Person.name == "Tamu")).one(), "B").id
    make.sign_in_client(client, ratna)
    assert client.get(f"/kurasi/toko/{draft_id}").status_code == 404


def test_a_shop_that_waits_is_nowhere_to_be_seen(client: FlaskClient, db: SQLAlchemy, yuli: Person) -> None:
    sent(yuli)
    store = db.session.scalars(sa.select(Store)).one()
    store_id, slug = store.id, store.slug
    with transaction():
        made = make.live(make.product(store_id, "Bakul Rahasia"))
    product = made.slug
    assert client.get(f"/toko/{slug}").status_code == 404
    assert client.get(f"/produk/{product}").status_code == 404
    for page in ("/", "/toko", "/cari?q=bakul", "/kategori/anyaman"):
        text = client.get(page).text
        assert "Bakul Rahasia" not in text
        assert "Kue Mama Yuli" not in text
    make.sign_in_client(client, yuli)
    assert "Menunggu dibuka" in client.get("/penjual/toko").text
    assert client.get("/penjual/produk").status_code == 200


def test_only_the_page_that_asks_for_the_place_may_ask_the_phone(client: FlaskClient, yuli: Person) -> None:
    make.sign_in_client(client, yuli)
    client.post(HOME)
    assert "geolocation=(self)" in client.get(f"{HOME}/di-mana").headers["Permissions-Policy"]
    assert "geolocation=()" in client.get(f"{HOME}/siapa").headers["Permissions-Policy"]


def test_forms_ask_for_their_token(strict_client: FlaskClient, yuli: Person) -> None:
    make.sign_in_client(strict_client, yuli)
    assert strict_client.post(HOME).status_code == 400


def test_withdrawn_and_begun_again(client: FlaskClient, yuli: Person) -> None:
    sent(yuli)
    make.sign_in_client(client, yuli)
    client.post(f"{HOME}/penarikan")
    assert "Mulai lagi" in client.get(HOME).text
    assert client.post(HOME).location == f"{HOME}/ringkasan"
