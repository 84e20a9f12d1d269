"""A way back in that the operator hands over: to somebody she has checked, recorded, good once and not for long."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts import services
from marketplace.accounts.models import Person
from marketplace.accounts.queries import sign_ins_of
from marketplace.core import outbox
from marketplace.core.actor import Role
from marketplace.core.audit import AuditEntry
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.notifications.models import Message
from tests import make

CHECKED = {"proof": "ktp", "words": "KTP asli cocok dengan nama dan foto"}
NEW = "jagung bose enak sekali"
START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HANDED_OVER = "accounts.reset_handed_over"


@pytest.fixture
def mince(db: SQLAlchemy) -> Person:
    return make.person("Mince Bere", email="mince@example.id")


def _hand_over(client: FlaskClient, person: Person, **more: str) -> str:
    """The path of the link that the operator is shown."""
    answer = client.post(f"/admin/orang/{person.id}/kata-sandi", data={**CHECKED, **more})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    found = re.search(r'value="http://localhost(/lupa-sandi/[^"]+)"', answer.text)
    assert found
    return found[1]


def _trail(db: SQLAlchemy) -> list[AuditEntry]:
    return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == HANDED_OVER)))


def test_the_link_is_good_once(client: FlaskClient, operator: Person, mince: Person) -> None:
    path = _hand_over(client, mince)
    lost = make.sign_in(mince)
    client.post("/keluar")
    assert client.get(path).status_code == 200
    assert client.post(path, data={"password": NEW}).status_code == 303
    assert client.get("/akun").status_code == 200
    assert len(sign_ins_of(mince.id)) == 1, "the sign-in of the lost phone holds no more"
    assert lost
    assert client.get(path).status_code == 410
    assert client.post(path, data={"password": "kata sandi yang lain"}).status_code == 410


def test_the_link_ends_after_half_an_hour(client: FlaskClient, operator: Person, mince: Person) -> None:
    with time_machine.travel(START, tick=False) as clock:
        make.sign_in_client(client, operator)
        path = _hand_over(client, mince)
        clock.shift(timedelta(minutes=29))
        assert client.get(path).status_code == 200
        clock.shift(timedelta(minutes=2))
        assert client.get(path).status_code == 410
        assert client.post(path, data={"password": NEW}).status_code == 410


def test_who_was_checked_and_how_is_recorded_and_told(
    client: FlaskClient, operator: Person, mince: Person, db: SQLAlchemy
) -> None:
    path = _hand_over(client, mince)
    (entry,) = _trail(db)
    assert (entry.person_id, entry.thing_type, entry.thing_id) == (operator.id, "person", str(mince.id))
    assert entry.details["proof"] == "ktp"
    assert entry.details["words"] == CHECKED["words"]
    assert path.rsplit("/", 1)[1] not in str(entry.details), "the trail holds no key"
    outbox.deliver_all()
    (letter,) = db.session.scalars(sa.select(Message))
    assert letter.recipient == "mince@example.id"
    assert path not in letter.body, "the link goes from hand to hand, not by mail"


@pytest.mark.parametrize("left_out", [{"proof": ""}, {"proof": "lain"}, {"words": ""}, {"words": "ok"}])
def test_nobody_unchecked_gets_one(
    client: FlaskClient, operator: Person, mince: Person, db: SQLAlchemy, left_out: dict[str, str]
) -> None:
    answer = client.post(f"/admin/orang/{mince.id}/kata-sandi", data={**CHECKED, **left_out})
    assert answer.status_code == 422
    assert "/lupa-sandi/" not in answer.text
    assert _trail(db) == []


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.CURATOR, Role.HEAD_CURATOR])
def test_never_into_an_account_that_judges_or_runs(
    client: FlaskClient, operator: Person, db: SQLAlchemy, role: Role
) -> None:
    other = make.person("Ratna Kale", roles=[role])
    assert client.post(f"/admin/orang/{other.id}/kata-sandi", data=CHECKED).status_code == 422
    assert client.post(f"/admin/orang/{operator.id}/kata-sandi", data=CHECKED).status_code == 422
    assert _trail(db) == []


def test_a_person_who_is_blocked_meanwhile_is_not_let_in(client: FlaskClient, operator: Person, mince: Person) -> None:
    path = _hand_over(client, mince)
    client.post(f"/admin/orang/{mince.id}/pemblokiran", data={"reason": "penipuan"})
    assert client.post(path, data={"password": NEW}).status_code == 410
    assert client.post(f"/admin/orang/{10**12}/kata-sandi", data=CHECKED).status_code == 404


def test_the_service_asks_for_the_proof_itself(operator: Person, mince: Person, db: SQLAlchemy) -> None:
    actor = make.actor_of(operator)
    for proof, words in (("lain", CHECKED["words"]), ("", CHECKED["words"]), ("ktp", "  ok  ")):
        with pytest.raises(Invalid), transaction():
            services.hand_over_reset(actor, mince.id, proof, words)
    with pytest.raises(NotAllowed), transaction():
        services.hand_over_reset(make.actor_of(mince), operator.id, **CHECKED)
    assert _trail(db) == []
