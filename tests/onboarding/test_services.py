"""From a draft to an open shop: what each move promises, and who may make it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Person
from marketplace.accounts.services.closing import Leaving
from marketplace.certificates.queries import for_store
from marketplace.core import outbox
from marketplace.core.actor import SYSTEM, Role
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.notifications.models import Message
from marketplace.onboarding import queries, services
from marketplace.onboarding.models import Application, ApplicationMove
from marketplace.onboarding.rules import ApplicationStatus, PaperState, Step
from marketplace.onboarding.services import PaperAnswer
from marketplace.shipping import queries as shipping
from marketplace.stores import queries as stores
from marketplace.stores import services as store_services
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from marketplace.stores.services import banking
from tests import make
from tests.counting import statements


@pytest.fixture
def yuli(db: SQLAlchemy) -> Person:
    return make.person("Yuli Nope")


@pytest.fixture
def ratna(db: SQLAlchemy) -> Person:
    return make.person("Ratna Bria", roles=[Role.CURATOR])


def sent(someone: Person, name: str = "Kue Mama Yuli", category: str = "anyaman") -> Application:
    with transaction():
        return make.sent(someone, name, category)


def test_pressed_twice_begun_once(yuli: Person) -> None:
    with transaction():
        assert services.begin(make.actor_of(yuli)).id == services.begin(make.actor_of(yuli)).id


def test_the_database_keeps_one_open_application(db: SQLAlchemy, yuli: Person) -> None:
    made = sent(yuli)
    with pytest.raises(sa.exc.IntegrityError), transaction():
        db.session.add(Application(person_id=yuli.id, created_at=made.created_at, moved_at=made.moved_at))
        db.session.flush()


def test_nothing_public_before_it_is_sent_and_a_hidden_shop_after(yuli: Person, db: SQLAlchemy) -> None:
    with transaction():
        made = make.application(yuli)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Store)) == 0
    with transaction():
        services.submit(make.actor_of(yuli), made.id)
        services.submit(make.actor_of(yuli), made.id)
    store = db.session.scalars(sa.select(Store)).one()
    assert store.status is StoreStatus.PENDING
    assert make.actor_of(yuli).owns(store.id)
    with pytest.raises(NotFound):
        stores.public_card(store.slug)
    assert stores.directory().items == []


def test_nothing_is_sent_while_a_step_is_open(yuli: Person) -> None:
    with transaction():
        made = services.begin(make.actor_of(yuli))
    with pytest.raises(Invalid, match="steps_lacking"), transaction():
        services.submit(make.actor_of(yuli), made.id)


def test_the_owner_cannot_open_a_shop_that_waits(yuli: Person, ratna: Person) -> None:
    store_id = sent(yuli).store_id or 0
    for someone, status in ((yuli, StoreStatus.OPEN), (yuli, StoreStatus.PAUSED), (ratna, StoreStatus.SUSPENDED)):
        with pytest.raises(NotAllowed), transaction():
            store_services.set_status(make.actor_of(someone), store_id, status, "coba")


def test_acceptance_opens_the_shop_with_zones_and_papers(yuli: Person, ratna: Person) -> None:
    made = sent(yuli)
    with transaction():
        store_id = services.accept(make.actor_of(ratna), made.id, made.version, make.marks(made))
    store = stores.store(store_id)
    assert (store.status, store.nib, store.name) == (StoreStatus.OPEN, "1234567890123", "Kue Mama Yuli")
    assert [(zone.region_code, zone.fee) for zone in shipping.zones(store_id)] == [("53.71", 10_000)]
    assert [row.kind for row in for_store(store_id)] == ["nib"]
    account = banking.history(store_id)[0]
    assert (account.bank, account.masked, account.holder) == ("Bank NTT", "••••6789", "Yuli Nope")


def test_until_it_opens_the_shop_says_what_its_application_says(
    yuli: Person, ratna: Person, client: FlaskClient
) -> None:
    made, owner = sent(yuli), make.actor_of(yuli)
    store_id = made.store_id or 0
    with pytest.raises(Stale, match="follows_application"), transaction():
        store_services.update_profile(owner, store_id, make.profile("Lain"))
    make.sign_in_client(client, yuli)
    assert "mengikuti ajuan Anda" in client.get("/penjual/toko").text
    for page in ("/penjual", "/penjual/toko"):
        assert "/penjual/toko/profil" not in client.get(page).text
    for answer in (client.get("/penjual/toko/profil"), client.post("/penjual/toko/profil", data={"name": "Lain"})):
        assert answer.status_code == 409
        assert "mengikuti ajuannya" in answer.text
    with transaction():
        services.accept(make.actor_of(ratna), made.id, made.version, make.marks(made))
        store_services.update_profile(owner, store_id, make.profile("Lain"))
    assert stores.store(store_id).name == "Lain"
    assert client.get("/penjual/toko/profil").status_code == 200


def test_an_account_that_she_confirmed_herself_stays(yuli: Person, ratna: Person) -> None:
    made = sent(yuli)
    with transaction():
        banking.set_account(make.actor_of(yuli), made.store_id or 0, "bri", "5555544444", "Yuli Nope")
        services.accept(make.actor_of(ratna), made.id, made.version, make.marks(made))
    assert [row.masked for row in banking.history(made.store_id or 0)] == ["••••4444"]


@pytest.mark.parametrize("shows_pin", [True, False])
def test_acceptance_hands_over_where_she_is_and_where_things_are_fetched(
    yuli: Person, ratna: Person, shows_pin: bool
) -> None:
    with transaction():
        made, owner = make.application(yuli), make.actor_of(yuli)
        services.save_step(owner, made.id, Step.WHERE, {**made.answers["di-mana"], "shows_pin": shows_pin})
        answers = {"has_pickup": True, "where": "Pasar Kasih, los 12", "when": "Sabtu pagi"}
        services.save_step(owner, made.id, Step.PICKUP, answers)
        services.submit(owner, made.id)
    with transaction():
        store_id = services.accept(make.actor_of(ratna), made.id, made.version, make.marks(made))
    store = stores.store(store_id)
    assert (store.latitude, store.longitude, store.shows_pin) == (-10.15, 123.6, shows_pin)
    fetched = (store.landmark, store.pickup_place, store.pickup_hours)
    assert fetched == ("samping gereja", "Pasar Kasih, los 12", "Sabtu pagi")
    assert stores.public_card(store.slug).pin == ((-10.15, 123.6) if shows_pin else None)
    (pickup,) = shipping.options([store_id], None)[store_id]
    assert (pickup.place, pickup.note) == ("Pasar Kasih, los 12", "Sabtu pagi")


def test_missing_papers_do_not_block_the_opening(yuli: Person, ratna: Person) -> None:
    made = sent(yuli, category="camilan")
    with transaction():
        store_id = services.accept(make.actor_of(ratna), made.id, made.version, make.marks(made))
    assert stores.store(store_id).status is StoreStatus.OPEN


def test_accepting_needs_every_part(yuli: Person, ratna: Person) -> None:
    made = sent(yuli)
    some = make.marks(made)
    some.pop("rekening")
    with pytest.raises(Invalid, match="not_all_ok"), transaction():
        services.accept(make.actor_of(ratna), made.id, made.version, some)
    assert stores.store(made.store_id or 0).status is StoreStatus.PENDING


def test_what_is_asked_back_is_mended_and_the_place_in_the_queue_kept(yuli: Person, ratna: Person) -> None:
    made = sent(yuli)
    place, owner = made.queued_at, make.actor_of(yuli)
    asked = make.marks(made, rekening=("name_mismatch", "Nama di buku tabungan berbeda."))
    with transaction():
        services.ask_changes(make.actor_of(ratna), made.id, made.version, asked)
    assert made.status is ApplicationStatus.CHANGES
    with pytest.raises(Invalid, match="todo_open"), transaction():
        services.submit(owner, made.id)
    with pytest.raises(Stale), transaction():
        services.save_step(owner, made.id, Step.WHO, {"name": "Lain", "phone": "+6281"})
    with transaction():
        services.save_bank(owner, made.id, "bri", "99887766", "Yuli Nope")
        services.submit(owner, made.id)
    assert (made.status, made.queued_at, made.todo) == (ApplicationStatus.WAITING, place, {})
    assert "rekening" not in made.marks
    assert "siapa" in made.marks


def test_a_stale_page_decides_nothing(yuli: Person, ratna: Person) -> None:
    made = sent(yuli)
    seen = made.version
    with transaction():
        services.keep_marks(make.actor_of(ratna), made.id, seen, {})
    assert made.status is ApplicationStatus.CHECKING
    with pytest.raises(Stale), transaction():
        services.reject(make.actor_of(ratna), made.id, seen, "duplicate", "Sudah ada.")


def test_a_curator_never_judges_an_own_application(db: SQLAlchemy) -> None:
    curator = make.person("Ratna Bria", roles=[Role.CURATOR])
    made = sent(curator)
    assert queries.queue(make.actor_of(curator)).items == []
    with pytest.raises(NotFound), transaction():
        services.accept(make.actor_of(curator), made.id, made.version, make.marks(made))


def test_nobody_else_touches_an_application(yuli: Person) -> None:
    made, other = sent(yuli), make.actor_of(make.person("Tamu"))
    for act in (
        lambda: services.withdraw(other, made.id),
        lambda: services.submit(other, made.id),
        lambda: services.save_bank(other, made.id, "bri", "123456", "Y"),
        lambda: services.reject(other, made.id, made.version, "other", "x"),
    ):
        with pytest.raises(NotFound), transaction():
            act()


def test_withdrawn_and_begun_again_it_keeps_its_shop(yuli: Person) -> None:
    made = sent(yuli)
    with transaction():
        services.withdraw(make.actor_of(yuli), made.id)
    assert not make.actor_of(yuli).is_seller
    with transaction():
        again = services.begin(make.actor_of(yuli))
        services.submit(make.actor_of(yuli), again.id)
    assert (again.store_id, again.id != made.id) == (made.store_id, True)
    assert make.actor_of(yuli).owns(made.store_id or 0)


@pytest.mark.parametrize(
    ("name", "why"), [("Toko Uji", "name_taken"), ("toko uji", "name_taken"), ("Kios Moke", "blocked")]
)
def test_names_that_cannot_be(yuli: Person, name: str, why: str) -> None:
    with transaction():
        make.store("Toko Uji")
        made = services.begin(make.actor_of(yuli))
    with pytest.raises(Invalid, match=why), transaction():
        services.save_what(make.actor_of(yuli), made.id, name, "", [make.category_id()], [])


def test_a_file_of_somebody_else_is_no_paper(yuli: Person) -> None:
    budi = make.person("Budi")
    with transaction():
        made = make.application(yuli)
        (foreign, _), *_ = make.pictures(budi)
    answer = PaperAnswer(PaperState.HELD, "1234567890123", None, foreign)
    with pytest.raises(Invalid, match="unknown_file"), transaction():
        services.save_paper(make.actor_of(yuli), made.id, "nib", answer)


def test_moves_are_never_changed(db: SQLAlchemy, yuli: Person) -> None:
    sent(yuli)
    with pytest.raises(sa.exc.DBAPIError), transaction():
        db.session.execute(sa.update(ApplicationMove).values(note="lain"))


def test_each_move_is_told_once(yuli: Person, ratna: Person, db: SQLAlchemy) -> None:
    made = sent(yuli)
    with transaction():
        asked = make.marks(made, apa=("unclear", "Tulis bahan utamanya."))
        services.ask_changes(make.actor_of(ratna), made.id, made.version, asked)
    outbox.deliver_all()
    letters = list(db.session.scalars(sa.select(Message).where(Message.recipient == yuli.email).order_by(Message.id)))
    assert [letter.subject for letter in letters] == [
        "Ajuan toko Kue Mama Yuli sudah kami terima",
        "Ajuan toko Kue Mama Yuli perlu diperbaiki",
    ]
    assert "Tulis bahan utamanya." in letters[1].body


def test_the_copy_of_ones_data_tells_it_and_closing_empties_it(yuli: Person) -> None:
    with transaction():
        made = make.application(yuli)
    (told,) = services.export(yuli.id)
    assert (told["bank_number"], told["support"]["wants"]) == ("0123456789", ["packaging"])
    with transaction():
        services.forget(Leaving(yuli.id, yuli.email, None))
    assert (made.status, made.answers, made.bank_number) == (ApplicationStatus.WITHDRAWN, {}, "")
    assert queries.papers_of(made.id) == {}


def test_closing_empties_a_shop_that_never_opened_and_no_other(yuli: Person, ratna: Person) -> None:
    never = sent(yuli)
    with transaction():
        services.withdraw(make.actor_of(yuli), never.id)
        services.forget(Leaving(yuli.id, yuli.email, None))
    store = stores.store(never.store_id or 0)
    left = (store.name, store.slug, store.phone, store.street, store.landmark, store.story, store.nib, store.pin)
    assert left == (f"toko-{store.id}", f"toko-{store.id}", "", "", "", "", "", "")
    budi = make.person("Budi Nope")
    opened = sent(budi, "Kue Budi")
    with transaction():
        services.accept(make.actor_of(ratna), opened.id, opened.version, make.marks(opened))
        services.forget(Leaving(budi.id, budi.email, None))
    kept = stores.store(opened.store_id or 0)
    assert (kept.name, kept.street, kept.pin) == ("Kue Budi", "Jalan Kejora 3", "-10.15, 123.6")


def test_only_the_market_empties_a_shop(yuli: Person) -> None:
    made = sent(yuli)
    with pytest.raises(NotAllowed), transaction():
        store_services.empty(make.actor_of(yuli), made.store_id or 0)


def test_the_queue_costs_the_same_however_long_it_is(db: SQLAlchemy, ratna: Person) -> None:
    sent(make.person("Satu"), "Toko Satu")
    actor = make.actor_of(ratna)
    queries.queue(actor)  # the settings are read once
    with statements(db) as few:
        queries.queue(actor)
    for number in range(3):
        sent(make.person(f"Orang {number}"), f"Toko {number}")
    with statements(db) as many:
        assert len(queries.queue(actor).items) == 4
    assert len(many) == len(few)


def test_the_market_itself_has_no_application() -> None:
    with pytest.raises(NotAllowed):
        services.begin(SYSTEM)
