"""The curators' desk as it is met: who gets in, what stands there, what a decision does to the public page."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog import queries as queries_of_catalog
from marketplace.catalog.models import Product
from marketplace.catalog.queries import papers_of
from marketplace.catalog.rules import AttributeKind
from marketplace.catalog.services.attributes import AttributeDraft, save_attribute
from marketplace.core.actor import SYSTEM, Grant, Role
from marketplace.core.db import transaction
from marketplace.curation import queries, services
from marketplace.curation.rules import CHECKS, SubmissionStatus
from marketplace.stores.models import Store
from tests import make
from tests.counting import statements

NOTE = "Mohon unggah foto label yang terbaca."


@pytest.fixture
def shop(db: SQLAlchemy) -> Store:
    with transaction():
        return make.store("Dapur Mama Ina")


@pytest.fixture
def ratna(db: SQLAlchemy) -> Person:
    return make.person("Ratna Bria", roles=[Role.CURATOR])


def hand_in(shop: Store, name: str = "Sambal Lu’at", **more: object) -> int:
    with transaction():
        return make.submission(shop.id, name, **more).id  # type: ignore[arg-type]


def status(submission_id: int) -> SubmissionStatus:
    return queries.submission(submission_id).status


@pytest.mark.parametrize("path", ["/kurasi", "/kurasi/{id}"])
def test_only_curators_see_the_desk(client: FlaskClient, shop: Store, ratna: Person, path: str) -> None:
    address = path.format(id=hand_in(shop))
    assert client.get(address).status_code == 302
    for roles in ([], [Grant(Role.STORE_OWNER, shop.id)], [Role.OPERATOR]):
        make.sign_in_client(client, make.person("Tamu", roles=roles))
        assert client.get(address).status_code == 404
    make.sign_in_client(client, ratna)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("verb", ["kelulusan", "perbaikan", "penolakan"])
def test_nobody_else_and_nobody_with_a_stake_decides(client: FlaskClient, shop: Store, verb: str) -> None:
    submission_id = hand_in(shop)
    form = {f"{verb}-reason": "other", f"{verb}-note": NOTE}
    for roles in (
        [],
        [Grant(Role.STORE_OWNER, shop.id)],
        [Role.OPERATOR],
        [Grant(Role.CURATOR), Grant(Role.STORE_STAFF, shop.id)],
    ):
        make.sign_in_client(client, make.person("Tamu", roles=roles))
        assert client.post(f"/kurasi/{submission_id}/{verb}", data=form).status_code == 404
        assert status(submission_id) is SubmissionStatus.WAITING
    assert client.get("/kurasi/999999").status_code == 404


def test_a_curator_with_a_stake_is_told_why_there_are_no_buttons(client: FlaskClient, shop: Store) -> None:
    submission_id = hand_in(shop)
    make.sign_in_client(client, make.person("Kris", roles=[Grant(Role.CURATOR), Grant(Role.STORE_STAFF, shop.id)]))
    page = client.get(f"/kurasi/{submission_id}").text
    assert "Anda bekerja untuk toko ini" in page
    assert "kelulusan" not in page


def test_decisions_want_the_token(strict_client: FlaskClient, shop: Store, ratna: Person) -> None:
    submission_id = hand_in(shop)
    make.sign_in_client(strict_client, ratna)
    assert strict_client.post(f"/kurasi/{submission_id}/kelulusan").status_code == 400
    assert status(submission_id) is SubmissionStatus.WAITING


def test_the_queue_is_oldest_first_and_a_pass_leads_to_the_next(
    client: FlaskClient, db: SQLAlchemy, shop: Store, ratna: Person
) -> None:
    first, second = hand_in(shop, "Sambal Pertama"), hand_in(shop, "Abon Kedua")
    make.sign_in_client(client, ratna)
    page = client.get("/kurasi").text
    assert page.index("Sambal Pertama") < page.index("Abon Kedua")
    assert "Hari ke-1 dari 5" in page
    answer = client.post(f"/kurasi/{first}/kelulusan", data={"checks": ["pictures"]})
    assert (answer.status_code, answer.location) == (303, f"/kurasi/{second}")
    answer = client.post(f"/kurasi/{second}/kelulusan")
    assert answer.location == "/kurasi"
    assert "Antrean kosong" in client.get("/kurasi").text


def test_the_badge_is_on_the_public_page_at_once(
    client: FlaskClient, db: SQLAlchemy, shop: Store, ratna: Person
) -> None:
    with transaction():
        product = make.product(shop.id, "Bakul Lontar")
        submission_id, url = make.hand_in(product).id, f"/produk/{product.slug}"
    guest = client.application.test_client()
    assert "Terkurasi" not in guest.get(url).text
    make.sign_in_client(client, ratna)
    client.post(f"/kurasi/{submission_id}/kelulusan")
    assert "Terkurasi" in guest.get(url).text


def test_a_missing_paper_blocks_with_plain_words(client: FlaskClient, shop: Store, ratna: Person) -> None:
    submission_id = hand_in(shop, with_papers=False)
    make.sign_in_client(client, ratna)
    assert "P-IRT wajib, tetapi belum ada." in client.get(f"/kurasi/{submission_id}").text
    answer = client.post(f"/kurasi/{submission_id}/kelulusan")
    assert answer.status_code == 422
    assert status(submission_id) is SubmissionStatus.WAITING


def test_a_refused_form_keeps_what_was_typed(client: FlaskClient, shop: Store, ratna: Person) -> None:
    submission_id = hand_in(shop)
    make.sign_in_client(client, ratna)
    answer = client.post(f"/kurasi/{submission_id}/perbaikan", data={"perbaikan-reason": "", "perbaikan-note": NOTE})
    assert answer.status_code == 422
    assert NOTE in answer.text
    assert "Pilih alasannya." in answer.text
    answer = client.post(
        f"/kurasi/{submission_id}/perbaikan", data={"perbaikan-reason": "unclear_photo", "perbaikan-note": NOTE}
    )
    assert answer.status_code == 303
    assert status(submission_id) is SubmissionStatus.RETURNED


def test_the_second_of_two_curators_is_told_that_it_is_decided(client: FlaskClient, shop: Store, ratna: Person) -> None:
    submission_id = hand_in(shop)
    make.sign_in_client(client, ratna)
    form = {"penolakan-reason": "medical_claim", "penolakan-note": "Klaim menyembuhkan tidak boleh."}
    assert client.post(f"/kurasi/{submission_id}/penolakan", data=form).status_code == 303
    assert client.post(f"/kurasi/{submission_id}/kelulusan").status_code == 409
    assert status(submission_id) is SubmissionStatus.REJECTED
    assert "Klaim menyembuhkan tidak boleh." in client.get(f"/kurasi/{submission_id}").text


def test_a_register_look_is_noted_only_for_a_claimed_paper(
    client: FlaskClient, db: SQLAlchemy, shop: Store, ratna: Person
) -> None:
    submission_id = hand_in(shop)
    revision_id = queries.submission(submission_id).revision_id
    claimed = papers_of([revision_id])[revision_id].claimed[0].id
    with transaction():
        stranger = make.certificate(make.store().id).id
    make.sign_in_client(client, ratna)
    assert client.post(f"/kurasi/{submission_id}/sertifikat/{stranger}").status_code == 404
    assert client.get(f"/kurasi/{submission_id}/sertifikat/{stranger}/berkas").status_code == 404
    assert client.post(f"/kurasi/{submission_id}/sertifikat/{claimed}").status_code == 303
    assert "Dicocokkan di register oleh Ratna Bria" in client.get(f"/kurasi/{submission_id}").text


@pytest.mark.parametrize("count", [1, 30])
def test_the_queue_costs_four_statements_whatever_waits(
    client: FlaskClient, db: SQLAlchemy, shop: Store, ratna: Person, count: int
) -> None:
    for number in range(count):
        hand_in(shop, f"Sambal {number}", with_papers=False)
    make.sign_in_client(client, ratna)
    client.get("/kurasi")
    with statements(db) as sent:
        assert client.get("/kurasi").status_code == 200
    assert len(sent) <= 4, sent


def test_a_submission_costs_twelve_statements(client: FlaskClient, db: SQLAlchemy, shop: Store, ratna: Person) -> None:
    submission_id = hand_in(shop)
    with transaction():
        services.pass_submission(make.actor_of(ratna), submission_id, {})
    with transaction():
        product_id = queries.submission(submission_id).product_id
        from_words = make.draft("Sambal Lu’at Baru", certificate_ids=make.papers(shop.id))
        revised = make.revise(product_id, from_words)
        again = services.submit(SYSTEM, product_id, revised).id
    make.sign_in_client(client, ratna)
    client.get(f"/kurasi/{again}")
    with statements(db) as sent:
        page = client.get(f"/kurasi/{again}").text
    assert "Yang berubah dari versi 1" in page
    assert "<ins>" in page
    assert len(sent) <= 12, sent  # the types of papers and the rules about them among these
    assert db.session.get_one(Product, product_id).curated_at is not None


def test_what_goods_say_of_themselves_is_judged_by_label(client: FlaskClient, shop: Store, ratna: Person) -> None:
    with transaction():
        weight = make.question("makanan-olahan", "Isi kemasan", AttributeKind.NUMBER, unit="keping")
        first = make.submission(shop.id, attributes={"isi-kemasan": 12, "rasa": "Pedas"}, allergens=("fish",))
        services.pass_submission(make.actor_of(ratna), first.id, dict.fromkeys(CHECKS, True))
        words = {"attributes": {"isi-kemasan": 10, "rasa": "Pedas"}, "allergens": ("fish", "egg")}
        claims = tuple(claim.id for claim in make.newest_words(first.product_id).certificates)
        make.revise(first.product_id, make.draft("Sambal Lu’at", certificate_ids=claims, **words))
        second = services.submit(SYSTEM, first.product_id, queries_of_catalog.latest_revision_id(first.product_id)).id
        off = AttributeDraft("Isi kemasan", AttributeKind.NUMBER, "keping", is_active=False)
        save_attribute(SYSTEM, make.category_id("makanan-olahan"), off, weight.id)
    make.sign_in_client(client, ratna)
    page = BeautifulSoup(client.get(f"/kurasi/{second}").text, "html.parser")
    changed = page.select_one("#perubahan")
    assert changed is not None
    assert [tag.text for tag in changed.select("dt")] == ["Alergen", "Isi kemasan"]
    assert [tag.text for tag in changed.select("del")] == ["Ikan", "12 keping"]
    assert [tag.text for tag in changed.select("ins")] == ["Telur, Ikan", "10 keping"]
    assert "Telur; Ikan" in page.text
    assert "Pedas" in page.text
