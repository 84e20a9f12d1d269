"""Letters about an account: the way back in, and the word that it was used."""

from __future__ import annotations

import re

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts import services
from marketplace.core import outbox
from marketplace.core.db import transaction
from marketplace.notifications.models import Message
from tests import make


def _letters(db: SQLAlchemy) -> list[Message]:
    outbox.deliver_all()
    return list(db.session.scalars(sa.select(Message).order_by(Message.id)))


def test_the_link_in_the_letter_opens_the_account_of_its_reader(db: SQLAlchemy) -> None:
    budi = make.person("Budi", email="budi@example.id")
    with transaction():
        services.ask_reset("budi@example.id")
    (letter,) = _letters(db)
    assert letter.recipient == "budi@example.id"
    found = re.search(r"http://localhost/lupa-sandi/(\S+)", letter.body)
    assert found is not None
    with transaction():
        assert services.reset_password(found[1], "jagung-bose-hangat") == budi.id


def test_each_asking_gets_a_letter_of_its_own(db: SQLAlchemy) -> None:
    make.person("Budi", email="budi@example.id")
    for _ in range(2):
        with transaction():
            services.ask_reset("budi@example.id")
    assert len(_letters(db)) == 2


def test_nobody_is_written_to_where_there_is_no_account_or_no_address(db: SQLAlchemy) -> None:
    make.person("Dodi", phone="+6281111111111")
    with transaction():
        services.ask_reset("siapa@example.id")
        services.ask_reset("+6281111111111")
    assert _letters(db) == []


def test_a_changed_password_is_told(db: SQLAlchemy) -> None:
    budi = make.person("Budi", email="budi@example.id")
    with transaction():
        services.change_password(make.actor_of(budi), budi.id, "jagung-bose-hangat", "")
    (letter,) = _letters(db)
    assert letter.key.startswith(f"accounts.password_changed:{budi.id}:")
