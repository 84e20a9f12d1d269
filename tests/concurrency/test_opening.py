"""Applications at the same moment: sent once, decided once, and a name belongs to one shop."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from marketplace.core import outbox
from marketplace.core.actor import Actor, Role
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.notifications.models import Message
from marketplace.onboarding import services
from marketplace.onboarding.models import Application, ApplicationMove
from marketplace.onboarding.rules import ApplicationStatus
from marketplace.stores.models import Store
from marketplace.stores.queries import is_name_taken
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.concurrency.crowd import Meeting, together
from tests.databases import Market

pytestmark = pytest.mark.race
DECIDED = (ApplicationStatus.ACCEPTED, ApplicationStatus.REJECTED, ApplicationStatus.CHANGES)


def applied(name: str = "Kue Mama Yuli", shop: str = "Kue Mama Yuli") -> tuple[Actor, int]:
    """Somebody whose application is filled in, and its id."""
    someone = make.person(name)
    with transaction():
        return make.actor_of(someone), make.application(someone, shop).id


def count(model: type[Application | ApplicationMove | Store | Message], *where: sa.ColumnElement[bool]) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def letters() -> int:
    return count(Message, Message.key.startswith("onboarding.moved:"))


def status_of(application_id: int) -> ApplicationStatus:
    db.session.rollback()
    return db.session.scalars(sa.select(Application.status).where(Application.id == application_id)).one()


def test_begun_ten_times_at_once_there_is_one(live_database: Market) -> None:
    with live_database.app.app_context():
        yuli = make.actor_of(make.person("Yuli Nope"))

    def begin() -> int:
        with transaction():
            return services.begin(yuli).id

    done = together(live_database.app, [begin] * 10)
    assert len({str(result) for result in done}) == 1
    with live_database.app.app_context():
        assert count(Application) == 1


def test_taken_back_and_accepted_at_once_one_counts(live_database: Market) -> None:
    for number in range(4):
        with live_database.app.app_context():
            ratna = make.actor_of(make.person(f"Ratna {number}", roles=[Role.CURATOR]))
            yuli, application_id = applied(f"Yuli {number}", f"Kue {number}")
            with transaction():
                made = services.submit(yuli, application_id)
                seen, marks, store_id = made.version, make.marks(made), made.store_id

        def accept(
            who: Actor = ratna, application_id: int = application_id, seen: int = seen, marks: services.Marks = marks
        ) -> None:
            with transaction():
                services.accept(who, application_id, seen, marks)

        def withdraw(who: Actor = yuli, application_id: int = application_id) -> None:
            with transaction():
                services.withdraw(who, application_id)

        done = together(live_database.app, [accept, withdraw])
        losers = [result for result in done if isinstance(result, Exception)]
        assert [type(error) for error in losers] == [Stale]
        with live_database.app.app_context():
            is_open = status_of(application_id) is ApplicationStatus.ACCEPTED
            assert count(Store, Store.id == store_id, Store.status == StoreStatus.OPEN) == int(is_open)


def test_sent_ten_times_at_once_it_waits_once(live_database: Market) -> None:
    with live_database.app.app_context():
        yuli, application_id = applied()

    def send() -> ApplicationStatus:
        with transaction():
            return services.submit(yuli, application_id).status

    done = together(live_database.app, [send] * 10)
    assert done == [ApplicationStatus.WAITING] * 10
    with live_database.app.app_context():
        outbox.deliver_all()
        assert count(ApplicationMove) == 1
        assert count(Store) == 1
        assert letters() == 1


def test_two_curators_at_once_one_decision_one_letter_one_shop(live_database: Market) -> None:
    for number in range(6):
        with live_database.app.app_context():
            curators = [
                make.actor_of(make.person(f"{name} {number}", roles=[Role.CURATOR])) for name in ("Ratna", "Kris")
            ]
            yuli, application_id = applied(f"Yuli {number}", f"Kue {number}")
            with transaction():
                made = services.submit(yuli, application_id)
                seen, marks, store_id = made.version, make.marks(made), made.store_id

        def accept(
            who: Actor = curators[0],
            application_id: int = application_id,
            seen: int = seen,
            marks: services.Marks = marks,
        ) -> None:
            with transaction():
                services.accept(who, application_id, seen, marks)

        def refuse(who: Actor = curators[1], application_id: int = application_id, seen: int = seen) -> None:
            with transaction():
                services.reject(who, application_id, seen, "duplicate", "Sudah ada.")

        second: Callable[[], None] = refuse if number % 2 else lambda accept=accept, who=curators[1]: accept(who)
        done = together(live_database.app, [accept, second])
        losers = [result for result in done if isinstance(result, Exception)]
        assert [type(error) for error in losers] == [Stale]
        with live_database.app.app_context():
            outbox.deliver_all()
            assert (
                count(
                    ApplicationMove,
                    ApplicationMove.application_id == application_id,
                    ApplicationMove.status.in_(DECIDED),
                )
                == 1
            )
            is_open = status_of(application_id) is ApplicationStatus.ACCEPTED
            assert count(Store, Store.id == store_id, Store.status == StoreStatus.OPEN) == int(is_open)
            assert letters() == 2 * (number + 1)  # one that it waits, one that it is decided


def test_looking_at_the_version_first_lets_both_decide(live_database: Market) -> None:
    """The control: both curators see an application that waits, and both decide."""
    with live_database.app.app_context():
        yuli, application_id = applied()
        with transaction():
            services.submit(yuli, application_id)
    meeting = Meeting(2)

    def naive(to: ApplicationStatus) -> bool:
        seen = status_of(application_id)
        db.session.rollback()
        meeting.wait()
        with transaction():
            db.session.execute(sa.update(Application).where(Application.id == application_id).values(status=to))
        return seen is ApplicationStatus.WAITING

    jobs = [lambda: naive(ApplicationStatus.ACCEPTED), lambda: naive(ApplicationStatus.REJECTED)]
    assert together(live_database.app, jobs) == [True, True]


def test_two_who_send_the_same_name_at_once_one_has_it(live_database: Market) -> None:
    for number in range(4):
        name = f"Kue {number}"
        with live_database.app.app_context():
            both = [applied(f"{who} {number}", name) for who in ("Yuli", "Ina")]

        def send(who: Actor, application_id: int) -> None:
            with transaction():
                services.submit(who, application_id)

        done = together(live_database.app, [lambda one=one: send(*one) for one in both])
        losers = [result for result in done if isinstance(result, Exception)]
        assert [(type(error), str(error)) for error in losers] == [(Invalid, "onboarding.name_taken")]
        with live_database.app.app_context():
            assert count(Store, Store.name == name) == 1


def test_asking_for_the_name_first_gives_it_to_both(live_database: Market) -> None:
    """The control: both ask before either has written the shop down."""
    meeting = Meeting(2)

    def naive() -> bool:
        is_taken = is_name_taken("Kue Mama Yuli")
        db.session.rollback()
        meeting.wait()
        with transaction():
            make.store("Kue Mama Yuli")
        return is_taken

    assert together(live_database.app, [naive, naive]) == [False, False]
