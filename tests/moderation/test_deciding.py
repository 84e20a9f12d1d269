"""An operator reads what was reported and decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.catalog.services import products
from marketplace.core import outbox
from marketplace.core.actor import GUEST, Actor, Grant, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.db import transaction
from marketplace.core.errors import NotAllowed, NotFound, Stale
from marketplace.curation import services as curation
from marketplace.curation.models import Decision, Submission
from marketplace.curation.rules import SubmissionStatus
from marketplace.moderation import services
from marketplace.moderation.models import ListingReport
from marketplace.moderation.rules import Outcome, Reason, Said, Thing, Verdict
from marketplace.notifications.models import Message
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.counting import statements

LIST = "/admin/laporan-produk"


@dataclass
class Desk:
    """A product and its shop, each with two reports, and an operator who is signed in."""

    goods: Product
    owner: Person
    operator: Person
    client: FlaskClient

    @property
    def product(self) -> Thing:
        return Thing(self.goods.store_id, self.goods.id)

    @property
    def shop(self) -> Thing:
        return Thing(self.goods.store_id)

    def page(self, thing: Thing | None = None) -> str:
        thing = thing or self.product
        return f"{LIST}/{thing.kind.value}/{thing.id}"

    def judge(self, outcome: str, note: str = "Foto lama, bukan barang ini.", reason: str = "") -> int:
        thing = self.shop if outcome == "suspended" else self.product
        sent = {"outcome": outcome, "seen": "999999999", f"{outcome}-note": note, f"{outcome}-reason": reason}
        return self.client.post(self.page(thing), data=sent).status_code


@pytest.fixture
def desk(client: FlaskClient, db: SQLAlchemy) -> Desk:
    owner, operator = make.person("Ina Rohi"), make.person("Andreas", roles=[make.OPERATOR])
    with transaction():
        photos = make.pictures(owner)
        goods = make.product(make.store("Dapur Mama Ina", owner), "Sambal Lu’at", picture_ids=photos)
        for thing in (Thing(goods.store_id, goods.id), Thing(goods.store_id)):
            report(thing, "satu", Reason.UNSAFE_FOOD, contact="tamu@example.id")
            report(thing, "dua", Reason.OTHER, "Fotonya bukan ini", "0812 3456 7890")
    make.sign_in_client(client, operator)
    return Desk(goods, owner, operator, client)


def report(
    thing: Thing, browser: str, reason: Reason, words: str = "", contact: str = "", actor: Actor = GUEST
) -> None:
    services.report(actor, browser, thing, Said(reason, words, contact))


def letters(db: SQLAlchemy) -> dict[str, str]:
    """Who is written to, and what."""
    outbox.deliver_all()
    return {row.recipient: f"{row.subject}\n{row.body}" for row in db.session.scalars(sa.select(Message))}


def outcomes(db: SQLAlchemy, thing: Thing) -> list[Outcome | None]:
    query = sa.select(ListingReport.outcome).where(ListingReport.product_id.is_not_distinct_from(thing.product_id))
    return list(db.session.scalars(query.where(ListingReport.store_id == thing.store_id)))


def acts(db: SQLAlchemy) -> list[str]:
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def test_the_list_tells_what_and_how_often_and_only_operators_read_it(desk: Desk) -> None:
    page = desk.client.get(LIST).text
    assert "Sambal Lu’at" in page
    assert "2 laporan" in page
    assert "Makanan atau minuman yang tidak aman · Hal lain" in page
    assert page.index(desk.page()) < page.index(desk.page(desk.shop)), "the oldest first"
    overview = desk.client.get("/admin").text
    assert f'<a href="{LIST}">Produk dan toko dilaporkan</a></p>' in overview
    for someone in (desk.owner, make.person("Budi"), make.person("Ratna", roles=[Role.CURATOR])):
        make.sign_in_client(desk.client, someone)
        assert [desk.client.get(path).status_code for path in (LIST, desk.page())] == [404, 404]
        assert desk.judge("set_aside") == 404


def test_nothing_wrong_closes_all_of_it_and_tells_who_left_an_address(desk: Desk, db: SQLAlchemy) -> None:
    page = desk.client.get(desk.page()).text
    assert "Fotonya bukan ini" in page
    assert "kontak: 0812 3456 7890" in page
    assert desk.judge("set_aside") == 303
    assert outcomes(db, desk.product) == [Outcome.SET_ASIDE] * 2
    assert outcomes(db, desk.shop) == [None] * 2, "of another thing"
    assert desk.client.get(f"/produk/{desk.goods.slug}").status_code == 200
    told = letters(db)
    assert set(told) == {"tamu@example.id"}
    assert "tidak menemukan yang melanggar aturan" in told["tamu@example.id"]
    assert "moderation.set_aside" in acts(db)
    later = desk.client.get(desk.page()).text
    assert "Foto lama, bukan barang ini." in later
    assert "2 laporan" in later, "closed together"


def test_a_letter_goes_to_the_shop_without_a_word_of_who_reported(desk: Desk, db: SQLAlchemy) -> None:
    assert desk.judge("letter", "Mohon ganti foto pertama.") == 303
    told = letters(db)
    to_shop = told[desk.owner.email or ""]
    assert "Mohon ganti foto pertama." in to_shop
    assert "tamu@example.id" not in to_shop
    assert "Fotonya bukan ini" not in to_shop
    assert "sudah kami surati" in told["tamu@example.id"]
    assert desk.client.get(f"/produk/{desk.goods.slug}").status_code == 200


def test_what_is_taken_off_is_mended_and_passed_before_it_is_sold_again(desk: Desk, db: SQLAlchemy) -> None:
    assert desk.judge("taken_off", "Ganti fotonya.", "unclear_photo") == 303
    assert outcomes(db, desk.product) == [Outcome.TAKEN_OFF] * 2
    assert desk.client.get(f"/produk/{desk.goods.slug}").status_code == 404
    told = letters(db)
    assert "tidak dijual dulu" in told[desk.owner.email or ""]
    assert "Ganti fotonya." in told[desk.owner.email or ""]
    assert "tidak dijual sampai diperbaiki" in told["tamu@example.id"]

    ina = make.actor_of(desk.owner)
    make.sign_in_client(desk.client, desk.owner)
    mine = desk.client.get(f"/penjual/produk/{desk.goods.id}").text
    assert "Pengelola menurunkan produk ini: Foto produk kurang jelas" in mine
    assert "Ganti fotonya." in mine
    assert "Ganti fotonya." in desk.client.get("/penjual/kurasi").text
    with transaction():
        products.hide(ina, desk.goods.id)
        products.show(ina, desk.goods.id)
        photos = make.pictures(desk.owner)
        written = products.revise(ina, desk.goods.id, make.draft("Sambal Lu’at Baru", picture_ids=photos))
        assert written is not None
        again = curation.submit(ina, desk.goods.id, written.id)
    assert desk.client.get(f"/produk/{desk.goods.slug}").status_code == 404, "goods like these need no curator else"
    ratna = make.actor_of(make.person("Ratna", roles=[Role.CURATOR]))
    with transaction():
        curation.pass_submission(ratna, again.id, {})
    assert "Sambal Lu’at Baru" in desk.client.get(f"/produk/{desk.goods.slug}").text
    with transaction():
        assert products.revise(ina, desk.goods.id, make.draft("Sambal Lu’at")) is not None
    assert db.session.get_one(Product, desk.goods.id).held_at is None


@pytest.mark.parametrize("before", ["waiting", "rejected", "passed"])
def test_whatever_the_curators_said_the_seller_reads_the_new_reason(desk: Desk, db: SQLAlchemy, before: str) -> None:
    ratna = make.actor_of(make.person("Ratna", roles=[Role.CURATOR]))
    with transaction():
        held = make.hand_in(desk.goods)
        if before == "rejected":
            curation.reject(ratna, held.id, "other", "Tidak lolos")
        elif before == "passed":
            curation.pass_submission(ratna, held.id, {})
    assert desk.judge("taken_off", "Ganti fotonya.", "unclear_photo") == 303
    now_is = SubmissionStatus.REJECTED if before == "rejected" else SubmissionStatus.RETURNED
    assert db.session.get_one(Submission, held.id).status is now_is
    last = db.session.scalars(sa.select(Decision).order_by(Decision.id.desc()).limit(1)).one()
    assert (last.note, last.curator_id) == ("Ganti fotonya.", desk.operator.id)
    make.sign_in_client(desk.client, desk.owner)
    assert "Ganti fotonya." in desk.client.get("/penjual/kurasi").text


def test_a_shop_is_suspended_and_let_in_again(desk: Desk, db: SQLAlchemy) -> None:
    shop = db.session.get_one(Store, desk.goods.store_id)
    assert desk.judge("suspended", "Menjual barang terlarang.") == 303
    assert db.session.get_one(Store, shop.id).status is StoreStatus.SUSPENDED
    assert desk.client.get(f"/toko/{shop.slug}").status_code == 404
    assert "Menjual barang terlarang." in letters(db)[desk.owner.email or ""]
    assert "Menjual barang terlarang." in desk.client.get(LIST).text
    make.sign_in_client(desk.client, desk.owner)
    assert "ditangguhkan pengelola" in desk.client.get("/penjual").text
    assert desk.client.post(f"{LIST}/toko/{shop.id}/pembukaan").status_code == 404
    make.sign_in_client(desk.client, desk.operator)
    assert desk.client.post(f"{LIST}/toko/{shop.id}/pembukaan").status_code == 303
    assert desk.client.get(f"/toko/{shop.slug}").status_code == 200
    assert desk.client.post(f"{LIST}/toko/{shop.id}/pembukaan").status_code == 409
    outbox.deliver_all()
    query = sa.select(Message.subject).where(Message.key.startswith("moderation.reopened:"))
    assert list(db.session.scalars(query)) == ["Toko Dapur Mama Ina dibuka lagi"]


def test_a_second_tab_is_told_that_it_is_stale(desk: Desk, db: SQLAlchemy) -> None:
    assert desk.judge("set_aside") == 303
    answer = desk.client.post(
        desk.page(), data={"outcome": "letter", "seen": "99", "letter-note": "Mohon ganti fotonya."}
    )
    assert answer.status_code == 409
    assert "sudah ditutup sementara halaman ini terbuka" in answer.text
    assert outcomes(db, desk.product) == [Outcome.SET_ASIDE] * 2


def test_what_came_meanwhile_is_read_before_it_is_closed(desk: Desk, db: SQLAlchemy) -> None:
    seen = db.session.scalar(sa.select(sa.func.max(ListingReport.id)).where(ListingReport.product_id.is_not(None)))
    with transaction():
        report(desk.product, "tiga", Reason.STOLEN_PICTURE, "Foto ini milik saya")
    answer = desk.client.post(
        desk.page(), data={"outcome": "set_aside", "seen": str(seen), "set_aside-note": "Sudah dilihat, baik."}
    )
    assert answer.status_code == 409
    assert "Foto ini milik saya" in answer.text
    assert "Sudah dilihat, baik." in answer.text, "what was typed is kept"
    assert outcomes(db, desk.product) == [None] * 3


def test_each_act_says_why(desk: Desk, db: SQLAlchemy) -> None:
    assert desk.judge("set_aside", "") == 422
    assert desk.judge("letter", "abc") == 422
    assert desk.judge("taken_off", "Ganti fotonya.") == 422, "a reason of the list is needed"
    assert desk.judge("suspended", "") == 422
    assert outcomes(db, desk.product) == [None] * 2


def test_what_does_not_fit_the_thing_is_refused(desk: Desk, db: SQLAlchemy) -> None:
    assert desk.client.post(desk.page(desk.shop), data={"outcome": "taken_off", "seen": "99"}).status_code == 404
    assert desk.client.get(f"{LIST}/barang/{desk.goods.id}").status_code == 404
    assert desk.client.get(f"{LIST}/produk/999999").status_code == 404
    operator = make.actor_of(desk.operator)
    with pytest.raises(NotFound), transaction():
        services.decide(operator, desk.product, Verdict(Outcome.SUSPENDED, "Karena itu."), 10**9)
    with transaction():
        products.hide(make.actor_of(desk.owner), desk.goods.id)
    page = desk.client.get(desk.page()).text
    assert "Turunkan sampai diperbaiki" not in page, "it is not shown anyway"
    assert "Tidak tampil" in page


def test_what_is_not_on_sale_any_more_is_not_taken_off(desk: Desk, db: SQLAlchemy) -> None:
    with transaction():
        products.archive(make.actor_of(desk.owner), desk.goods.id)
    verdict = Verdict(Outcome.TAKEN_OFF, "Ganti fotonya.", "unclear_photo")
    with pytest.raises(Stale, match=r"catalog\.not_on_sale"), transaction():
        services.decide(make.actor_of(desk.operator), desk.product, verdict, 10**9)
    assert outcomes(db, desk.product) == [None] * 2


def test_nobody_decides_about_a_shop_they_work_for(desk: Desk, db: SQLAlchemy) -> None:
    both = make.person("Ganda", roles=[make.OPERATOR, Grant(Role.STORE_STAFF, desk.goods.store_id)])
    make.sign_in_client(desk.client, both)
    page = desk.client.get(desk.page()).text
    assert "diputuskan pengelola lain" in page
    assert "Tidak ada yang salah" not in page
    assert desk.judge("set_aside") == 404
    with pytest.raises(NotAllowed), transaction():
        products.take_off(make.actor_of(both), desk.goods.id)
    with pytest.raises(NotAllowed), transaction():
        products.take_off(make.actor_of(desk.owner), desk.goods.id)


def test_list_and_page_ask_the_same_however_much_was_reported(desk: Desk, db: SQLAlchemy) -> None:
    def asked(path: str) -> int:
        desk.client.get(path)
        with statements(db) as seen:
            assert desk.client.get(path).status_code == 200
        return len(seen)

    few = [asked(LIST), asked(desk.page()), asked("/admin")]
    with transaction():
        for number in range(6):
            other = make.product(make.store(), f"Kain {number}")
            for thing in (desk.product, Thing(other.store_id, other.id), Thing(other.store_id)):
                for browser in ("a", "b"):
                    report(thing, f"{browser}{number}", Reason.OTHER, "Hal lain")
    assert [asked(LIST), asked(desk.page()), asked("/admin")] == few
    assert few[0] <= 7
    assert few[1] <= 7


def test_the_database_keeps_its_promises(desk: Desk, db: SQLAlchemy) -> None:
    refused: list[dict[str, Any]] = [
        {"outcome": Outcome.SUSPENDED, "closed_at": sa.func.now(), "open_key": None, "note": "x", "closed_by": 1},
        {"outcome": Outcome.SET_ASIDE, "closed_at": None},
        {"reason": Reason.OTHER, "words": ""},
        {"open_key": None},
    ]
    for values in refused:
        with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
            change = sa.update(ListingReport).where(ListingReport.product_id == desk.goods.id)
            db.session.execute(change.values(**values))
    with pytest.raises(sa.exc.IntegrityError), db.session.begin_nested():
        db.session.execute(sa.update(Product).where(Product.id == desk.goods.id).values(held_at=sa.func.now()))
