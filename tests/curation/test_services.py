"""What happens at the curators' desk: who may, when, and what it leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.catalog.services import products
from marketplace.certificates import services as certificates
from marketplace.certificates.models import Certificate
from marketplace.core import clock, outbox, revision
from marketplace.core.actor import SYSTEM, Actor, Grant, Role
from marketplace.core.audit import AuditEntry
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.curation import queries, services
from marketplace.curation.models import Decision, Submission
from marketplace.curation.rules import SubmissionStatus
from marketplace.notifications.models import Message
from tests import make

S = SubmissionStatus
NOTE = "Mohon unggah foto label yang terbaca."


@pytest.fixture
def ratna(db: SQLAlchemy) -> Actor:
    return make.actor_of(make.person("Ratna Bria", roles=[Role.CURATOR]))


def waiting(**more: Any) -> int:
    with transaction():
        return make.submission(**more).id


def status(db: SQLAlchemy, submission_id: int) -> SubmissionStatus:
    return db.session.get_one(Submission, submission_id, populate_existing=True).status


def decisions(db: SQLAlchemy) -> list[Decision]:
    return list(db.session.scalars(sa.select(Decision).order_by(Decision.id)))


def test_a_pass_puts_the_judged_words_live_with_the_badge_at_once(db: SQLAlchemy, ratna: Actor) -> None:
    submission_id, before = waiting(), revision.current()
    with transaction():
        passed = services.pass_submission(ratna, submission_id, {"pictures": True, "label": False, "unheard": True})
        product_id, revision_id = passed.product_id, passed.revision_id
    product = db.session.get_one(Product, product_id)
    assert product.live_revision_id == revision_id
    assert product.curated_at is not None
    assert status(db, submission_id) is S.PASSED
    (decision,) = decisions(db)
    assert (decision.curator_id, decision.checks) == (ratna.person_id, {"pictures": True, "label": False})
    assert revision.current() > before
    acts = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.thing_type == "submission"))
    assert set(acts) == {"curation.submitted", "curation.passed"}


def test_nothing_passes_while_a_mandatory_paper_is_missing(db: SQLAlchemy, ratna: Actor) -> None:
    submission_id = waiting(with_papers=False)
    with pytest.raises(Invalid) as refusal, transaction():
        services.pass_submission(ratna, submission_id, {})
    assert refusal.value.message_id == "curation.certificates_lacking"
    assert refusal.value.values == {"kinds": "P-IRT, Sertifikat halal"}
    assert (status(db, submission_id), decisions(db)) == (S.WAITING, [])


@pytest.mark.parametrize(
    "spoiled", [{"number": "215537100000121"}, {"number": "12"}, {"valid_until": clock.today() - timedelta(days=1)}]
)
def test_nothing_passes_on_an_expired_or_ill_formed_paper(db: SQLAlchemy, ratna: Actor, spoiled: Any) -> None:
    submission_id = waiting()
    with transaction():
        db.session.execute(sa.update(Certificate).where(Certificate.kind == "pirt").values(**spoiled))
    with pytest.raises(Invalid, match=r"curation\.certificates_lacking"), transaction():
        services.pass_submission(ratna, submission_id, {})
    assert status(db, submission_id) is S.WAITING


def test_asking_for_changes_and_rejecting_carry_a_reason_and_words(db: SQLAlchemy, ratna: Actor) -> None:
    first, second = waiting(name="Sambal"), waiting(name="Abon")
    with transaction():
        services.ask_changes(ratna, first, "unclear_photo", NOTE)
        services.reject(ratna, second, "medical_claim", "Klaim menyembuhkan tidak boleh.")
    assert (status(db, first), status(db, second)) == (S.RETURNED, S.REJECTED)
    assert [decision.reason for decision in decisions(db)] == ["unclear_photo", "medical_claim"]


@pytest.mark.parametrize(
    ("reason", "note", "field"), [("", NOTE, "reason"), ("mood", NOTE, "reason"), ("other", " ok ", "note")]
)
def test_a_refusal_without_reason_or_words_is_not_taken(
    db: SQLAlchemy, ratna: Actor, reason: str, note: str, field: str
) -> None:
    submission_id = waiting()
    for act in (services.ask_changes, services.reject):
        with pytest.raises(Invalid) as refusal, transaction():
            act(ratna, submission_id, reason, note)
        assert refusal.value.field == field
    assert (status(db, submission_id), decisions(db)) == (S.WAITING, [])


def test_a_second_decision_comes_too_late(db: SQLAlchemy, ratna: Actor) -> None:
    submission_id = waiting()
    with transaction():
        services.ask_changes(ratna, submission_id, "unclear_photo", NOTE)
    with pytest.raises(Stale, match=r"curation\.already_decided"), transaction():
        services.pass_submission(ratna, submission_id, {})
    assert len(decisions(db)) == 1


def test_nobody_decides_for_a_shop_they_work_for(db: SQLAlchemy) -> None:
    with transaction():
        shop = make.store()
        submission_id = make.submission(shop).id
    for role in (Role.STORE_OWNER, Role.STORE_STAFF):
        both = make.actor_of(make.person("Ratna", roles=[Grant(Role.CURATOR), Grant(role, shop.id)]))
        with pytest.raises(NotAllowed), transaction():
            services.pass_submission(both, submission_id, {})
        with pytest.raises(NotAllowed), transaction():
            services.reject(both, submission_id, "other", NOTE)
    assert (status(db, submission_id), decisions(db)) == (S.WAITING, [])


@pytest.mark.parametrize("roles", [[], [Role.OPERATOR], [Grant(Role.STORE_OWNER, 999)]])
def test_nobody_but_curators_decides(db: SQLAlchemy, roles: list[Any]) -> None:
    submission_id = waiting()
    someone = make.actor_of(make.person("Tamu", roles=roles))
    with pytest.raises(NotAllowed), transaction():
        services.pass_submission(someone, submission_id, {})
    assert status(db, submission_id) is S.WAITING


def test_what_does_not_exist_is_not_found(db: SQLAlchemy, ratna: Actor) -> None:
    with pytest.raises(NotFound), transaction():
        services.pass_submission(ratna, 999_999, {})


def test_a_newer_revision_takes_the_place_of_the_waiting_one(db: SQLAlchemy, ratna: Actor) -> None:
    first = waiting()
    with transaction():
        product_id = queries.submission(first).product_id
        store_id = queries.submission(first).store_id
        draft = make.draft("Sambal Baru", certificate_ids=make.papers(store_id))
        newer = products.revise(SYSTEM, product_id, draft)
        assert newer is not None
        second = services.submit(SYSTEM, product_id, newer.id).id
    assert (status(db, first), status(db, second)) == (S.REPLACED, S.WAITING)
    with pytest.raises(Stale, match=r"curation\.replaced"), transaction():
        services.pass_submission(ratna, first, {})
    assert db.session.get_one(Product, product_id).live_revision_id is None


def test_handing_in_twice_is_once_and_only_the_newest_words_are_taken(db: SQLAlchemy) -> None:
    first = waiting()
    with transaction():
        held = queries.submission(first)
        assert services.submit(SYSTEM, held.product_id, held.revision_id).id == first
        old, product_id = held.revision_id, held.product_id
        newer = products.revise(SYSTEM, product_id, make.draft("Sambal Baru"))
        assert newer is not None
    with pytest.raises(Stale, match=r"curation\.not_newest"), transaction():
        services.submit(SYSTEM, product_id, old)


def test_returned_words_may_be_handed_in_again_as_they_are(db: SQLAlchemy, ratna: Actor) -> None:
    submission_id = waiting()
    with transaction():
        services.ask_changes(ratna, submission_id, "certificate_missing", "Isi NIB toko dulu.")
        held = queries.submission(submission_id)
        product_id, revision_id = held.product_id, held.revision_id
    with transaction():
        services.submit(SYSTEM, product_id, revision_id)
    assert status(db, submission_id) is S.WAITING
    with transaction():
        services.reject(ratna, submission_id, "other", NOTE)
    with pytest.raises(Stale), transaction():
        services.submit(SYSTEM, product_id, revision_id)
    assert [decision.outcome.value for decision in decisions(db)] == ["ask_changes", "reject"]


def test_only_the_shops_own_people_hand_in(db: SQLAlchemy) -> None:
    with transaction():
        shop, other = make.store(), make.store()
        product = make.product(shop, category="camilan")
        product_id, revision_id = product.id, make.newest_revision_id(product)
    ina = make.actor_of(make.person("Ina", roles=[Grant(Role.STORE_STAFF, shop.id)]))
    yuli = make.actor_of(make.person("Yuli", roles=[Grant(Role.STORE_OWNER, other.id)]))
    with pytest.raises(NotAllowed), transaction():
        services.submit(yuli, product_id, revision_id)
    with transaction():
        assert services.submit(ina, product_id, revision_id).status is S.WAITING


def test_a_product_taken_away_leaves_the_queue(db: SQLAlchemy, ratna: Actor) -> None:
    submission_id = waiting()
    with transaction():
        products.archive(SYSTEM, queries.submission(submission_id).product_id)
    assert queries.queue().waiting == 0
    with pytest.raises(Stale, match=r"curation\.product_gone"), transaction():
        services.pass_submission(ratna, submission_id, {})


@pytest.mark.parametrize("change", ["UPDATE decisions SET note = 'x'", "DELETE FROM decisions"])
def test_the_database_keeps_decisions_as_they_were(db: SQLAlchemy, ratna: Actor, change: str) -> None:
    submission_id = waiting()
    with transaction():
        services.ask_changes(ratna, submission_id, "other", NOTE)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        db.session.execute(sa.text(change))
    assert [decision.note for decision in decisions(db)] == [NOTE]


def test_each_decision_writes_once_to_the_people_of_the_shop(db: SQLAlchemy, ratna: Actor) -> None:
    ina: Person = make.person("Ina Rohi", email="ina@example.id")
    with transaction():
        shop = make.store("Dapur Mama Ina", owner=ina)
        one, two, three = (make.submission(shop, name).id for name in ("Sambal", "Abon", "Keripik"))
    with transaction():
        services.pass_submission(ratna, one, {})
        services.ask_changes(ratna, two, "unclear_photo", NOTE)
        services.reject(ratna, three, "medical_claim", "Klaim menyembuhkan tidak boleh.")
    outbox.deliver_all()
    letters = {row.subject: row for row in db.session.scalars(sa.select(Message))}
    assert {row.recipient for row in letters.values()} == {"ina@example.id"}
    assert len(letters) == 3
    returned = next(row for subject, row in letters.items() if "Abon" in subject)
    assert NOTE in returned.body
    assert "Foto produk kurang jelas" in returned.body
    assert "/penjual/kurasi" in returned.body


def test_a_curator_notes_a_look_into_the_register(db: SQLAlchemy, ratna: Actor) -> None:
    with transaction():
        shop = make.store()
        certificate_id = make.certificate(shop).id
    both = make.actor_of(make.person("Kris", roles=[Grant(Role.CURATOR), Grant(Role.STORE_STAFF, shop.id)]))
    with pytest.raises(NotAllowed), transaction():
        certificates.verify(both, certificate_id)
    with transaction():
        certificates.verify(ratna, certificate_id)
    kept = db.session.get_one(Certificate, certificate_id)
    assert (kept.verified_by, kept.verified_at is not None) == (ratna.person_id, True)
