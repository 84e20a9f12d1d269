"""The desk of certificate types: who may, what is refused, what it changes for the shops."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import CertificateNeed, Product
from marketplace.catalog.queries import papers as needs
from marketplace.certificates.models import CertificateType
from marketplace.certificates.queries import TYPES, type_of
from marketplace.certificates.services import register
from marketplace.core import clock
from marketplace.core.actor import SYSTEM, Role
from marketplace.core.db import transaction
from tests import make

TODAY_ISO = clock.today().isoformat()
TYPE = {
    "label": "Izin Garam",
    "issuer": "Dinas Perindustrian",
    "scope": "product",
    "validity": "date",
    "years": "5",
    "warn_days": "60",
    "example": "GRM-53.2026.001",
    "pattern": "GRM-##.#{4}.###",
    "form_words": "GRM dan 9 angka",
    "prefixes": "Nomor, No",
    "register": "https://garam.example.go.id/",
    "how_to_get": "Datang ke dinas.",
    "is_public": "y",
    "is_active": "y",
}
NEED = {
    "category_id": "0",
    "goods": "all",
    "level": "block",
    "from_day": TODAY_ISO,
    "grace_days": "0",
    "basis": "Perda",
}


def signed_in(client: FlaskClient, *roles: Role) -> Person:
    person = make.person("Kris Banunaek", roles=roles)
    make.sign_in_client(client, person)
    return person


@pytest.fixture
def kris(client: FlaskClient, db: SQLAlchemy) -> Person:
    return signed_in(client, Role.HEAD_CURATOR)


def forget(db: SQLAlchemy) -> None:
    """What the session remembers; another request would have its own."""
    for key in (TYPES, needs.NEEDS):
        db.session.info.pop(key, None)
    db.session.expire_all()


def test_a_new_type_can_be_registered_at_once(client: FlaskClient, kris: Person, db: SQLAlchemy) -> None:
    answer = client.post("/kurasi/sertifikat/baru", data=TYPE)
    assert (answer.status_code, answer.location) == (303, "/kurasi/sertifikat/izin_garam")
    forget(db)
    about = type_of("izin_garam")
    assert (about.register, about.prefixes, about.years) == ("garam.example.go.id", ("Nomor", "No"), 5)
    assert about.printed("GRM532026001") == "GRM-53.2026.001"
    ina = make.person("Ina")
    with transaction():
        store = make.store(owner=ina)
        until = clock.today() + timedelta(days=30)
        made = register(SYSTEM, store.id, "izin_garam", "nomor grm 53 2026 001", "", until)
        assert made.number == "GRM532026001"
    page = client.get("/kurasi/sertifikat/izin_garam").text
    assert "Jenis surat disimpan" in page
    assert "Kris Banunaek" in page


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"label": ""}, "Isi namanya."),
        ({"label": "nib"}, "sudah ada"),
        ({"pattern": "(a+)+$"}, "tidak bisa dibaca"),
        ({"pattern": "#{1-60}#{1-60}"}, "tidak bisa dibaca"),
        ({"example": "123"}, "tidak cocok dengan bentuknya"),
        ({"form_words": ""}, "Tulis bentuknya dalam kata"),
        ({"years": "99"}, "error"),
        ({"warn_days": "-1"}, "error"),
    ],
)
def test_a_wrong_type_is_refused_and_stays_typed(
    client: FlaskClient, kris: Person, db: SQLAlchemy, wrong: dict[str, str], words: str
) -> None:
    answer = client.post("/kurasi/sertifikat/baru", data={**TYPE, **wrong})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select(".field-error, .form-errors")
    assert words in answer.text
    assert page.select_one("input[name=issuer]")["value"] == TYPE["issuer"]  # type: ignore[index]
    assert db.session.get(CertificateType, "izin_garam") is None


def test_an_older_page_does_not_overwrite_a_newer_word(client: FlaskClient, kris: Person, db: SQLAlchemy) -> None:
    page = BeautifulSoup(client.get("/kurasi/sertifikat/slhs").text, "html.parser")
    seen = page.select_one("input[name=version]")["value"]  # type: ignore[index]
    data = {**TYPE, "label": "SLHS", "example": "440/1", "pattern": "", "version": seen}
    assert client.post("/kurasi/sertifikat/slhs", data={**data, "issuer": "Dinas A"}).status_code == 303
    forget(db)
    late = client.post("/kurasi/sertifikat/slhs", data={**data, "issuer": "Dinas B"})
    assert late.status_code == 409
    assert "Penerbit: Dinas A" in late.text
    form = BeautifulSoup(late.text, "html.parser")
    assert form.select_one("input[name=issuer]")["value"] == "Dinas B"  # type: ignore[index]
    forget(db)
    assert type_of("slhs").issuer == "Dinas A"
    now_seen = form.select_one("input[name=version]")["value"]  # type: ignore[index]
    assert (
        client.post("/kurasi/sertifikat/slhs", data={**data, "issuer": "Dinas B", "version": now_seen}).status_code
        == 303
    )


def test_a_changed_form_tells_how_many_numbers_it_leaves_out(client: FlaskClient, kris: Person, db: SQLAlchemy) -> None:
    with transaction():
        make.certificate(make.store(), "pirt")
    about = {**TYPE, "label": "P-IRT", "pattern": "#{16}", "example": "1" * 16, "version": "1"}
    page = client.post("/kurasi/sertifikat/pirt", data=about, follow_redirects=True).text
    assert "1 nomor yang sudah terdaftar tidak cocok" in page


# --- who needs what --------------------------------------------------------------------------------------------------


def test_a_rule_keeps_goods_waiting_from_its_day_on(client: FlaskClient, kris: Person, db: SQLAlchemy) -> None:
    category_id = make.category_id("anyaman")
    with transaction():
        free = make.product()
    assert db.session.get_one(Product, free.id).live_revision_id is not None
    data = {**NEED, "category_id": str(category_id)}
    assert client.post("/kurasi/sertifikat/sni/aturan", data=data).status_code == 303
    forget(db)
    with transaction():
        bound = make.product(name="Tikar")
    assert db.session.get_one(Product, bound.id).live_revision_id is None
    assert make.newest_words(bound.id).missing == ("sni",)
    (rule,) = [need for need in catalog.all_needs() if need.category_id == category_id]
    last = (clock.today() - timedelta(days=1)).isoformat()
    assert client.post(f"/kurasi/sertifikat/sni/aturan/{rule.id}/akhir", data={"until_day": last}).status_code == 303
    forget(db)
    with transaction():
        again = make.product(name="Nyiru")
    assert db.session.get_one(Product, again.id).live_revision_id is not None


def test_goods_that_need_a_paper_are_looked_at_first_even_when_it_is_there(
    client: FlaskClient, kris: Person, db: SQLAlchemy
) -> None:
    client.post("/kurasi/sertifikat/nib/aturan", data={**NEED, "category_id": str(make.category_id("anyaman"))})
    forget(db)
    with transaction():
        made = make.product(name="Tikar")
    assert make.newest_words(made.id).missing == (), "the number is in the profile of the shop"
    assert db.session.get_one(Product, made.id).live_revision_id is None


def test_what_is_only_told_keeps_nothing_back(client: FlaskClient, kris: Person, db: SQLAlchemy) -> None:
    data = {**NEED, "category_id": str(make.category_id("anyaman")), "level": "warn"}
    client.post("/kurasi/sertifikat/sni/aturan", data=data)
    forget(db)
    with transaction():
        made = make.product(name="Tikar")
    assert db.session.get_one(Product, made.id).live_revision_id is not None
    assert "sni" in make.newest_words(made.id).advised


def test_a_new_rule_ends_the_one_before_it_and_rewrites_nothing(
    client: FlaskClient, kris: Person, db: SQLAlchemy
) -> None:
    category_id = make.category_id("makanan-olahan")
    tomorrow = clock.today() + timedelta(days=1)
    data = {
        **NEED,
        "category_id": str(category_id),
        "goods": "lasting",
        "level": "warn",
        "from_day": tomorrow.isoformat(),
    }
    assert client.post("/kurasi/sertifikat/pirt/aturan", data=data).status_code == 303
    rules = sa.select(CertificateNeed).where(
        CertificateNeed.kind == "pirt", CertificateNeed.category_id == category_id, CertificateNeed.goods == "lasting"
    )
    old, new = db.session.scalars(rules.order_by(CertificateNeed.from_day))
    assert (old.from_day, old.until_day) == (date(2026, 1, 1), clock.today())
    assert (new.from_day, new.until_day, new.level) == (tomorrow, None, "warn")
    again = client.post("/kurasi/sertifikat/pirt/aturan", data=data)
    assert again.status_code == 422, "a rule that begins on the same day is there already"
    longer = {"until_day": (tomorrow + timedelta(days=9)).isoformat()}
    assert client.post(f"/kurasi/sertifikat/pirt/aturan/{old.id}/akhir", data=longer).status_code == 422
    db.session.refresh(old)
    assert old.until_day == clock.today(), "the next rule has begun"


@pytest.mark.parametrize(
    "wrong",
    [
        {"from_day": "2020-01-01"},
        {"from_day": ""},
        {"category_id": "999999"},
        {"goods": "some"},
        {"level": "maybe"},
        {"grace_days": "-1"},
        {"also": ["pirt"]},
        {"also": ["no-such"]},
    ],
)
def test_a_wrong_rule_is_refused(client: FlaskClient, kris: Person, db: SQLAlchemy, wrong: dict[str, object]) -> None:
    before = len(catalog.all_needs())
    answer = client.post("/kurasi/sertifikat/pirt/aturan", data={**NEED, **wrong})
    assert answer.status_code == 422
    forget(db)
    assert len(catalog.all_needs()) == before


def test_what_is_over_stays_over(client: FlaskClient, kris: Person, db: SQLAlchemy) -> None:
    with transaction():
        over = CertificateNeed(
            kind="sni", goods="all", level="warn", from_day=date(2025, 1, 1), until_day=date(2025, 2, 1), grace_days=0
        )
        db.session.add(over)
        db.session.flush()
        need_id = over.id
    forget(db)
    path = f"/kurasi/sertifikat/sni/aturan/{need_id}/akhir"
    assert client.post(path, data={"until_day": TODAY_ISO}).status_code == 409
    assert (
        client.post(f"/kurasi/sertifikat/pirt/aturan/{need_id}/akhir", data={"until_day": TODAY_ISO}).status_code == 404
    )


def test_a_type_out_of_use_is_neither_asked_nor_offered(client: FlaskClient, kris: Person, db: SQLAlchemy) -> None:
    data = {**TYPE, "label": "P-IRT", "pattern": "", "example": "206537101000129", "version": "1"}
    del data["is_active"]
    assert client.post("/kurasi/sertifikat/pirt", data=data).status_code == 303
    forget(db)
    owner = make.person("Ina")
    with transaction():
        made = make.product(make.store(owner=owner), category="camilan")
    assert "pirt" not in make.newest_words(made.id).needed
    make.sign_in_client(client, owner)
    assert 'value="pirt"' not in client.get("/penjual/toko/sertifikat").text


# --- who may ---------------------------------------------------------------------------------------------------------

READS = ("/kurasi/sertifikat", "/kurasi/sertifikat/pirt")
WRITES = ("/kurasi/sertifikat/baru", "/kurasi/sertifikat/pirt", "/kurasi/sertifikat/pirt/aturan")


def test_a_curator_reads_and_changes_nothing(client: FlaskClient, db: SQLAlchemy) -> None:
    signed_in(client, Role.CURATOR)
    for path in READS:
        page = client.get(path)
        assert page.status_code == 200
        assert not BeautifulSoup(page.text, "html.parser").select("main form")
    assert client.get("/kurasi/sertifikat/baru").status_code == 404
    for path in WRITES:
        assert client.post(path, data={**TYPE, **NEED}).status_code == 404


def test_the_operator_may_too(client: FlaskClient, db: SQLAlchemy) -> None:
    signed_in(client, Role.OPERATOR)
    assert client.get("/kurasi/sertifikat/baru").status_code == 200
    assert client.post("/kurasi/sertifikat/baru", data=TYPE).status_code == 303


def test_nobody_else_sees_the_desk(client: FlaskClient, db: SQLAlchemy) -> None:
    owner = make.person("Ina")
    with transaction():
        make.store(owner=owner)
    assert client.get("/kurasi/sertifikat").status_code == 302
    make.sign_in_client(client, owner)
    for path in READS:
        assert client.get(path).status_code == 404
    for path in WRITES:
        assert client.post(path, data={**TYPE, **NEED}).status_code == 404
    assert client.get("/kurasi/sertifikat/tidak-ada").status_code == 404
