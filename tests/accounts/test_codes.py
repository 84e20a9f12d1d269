"""One-time codes of an app: right, once, and not for ever."""

from __future__ import annotations

import pyotp
import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.accounts.models import Authenticator
from marketplace.accounts.services import codes
from marketplace.accounts.services.codes import Purpose
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.errors import Invalid, TooMany
from marketplace.core.vault import unseal
from tests import make


def _app(db: SQLAlchemy) -> tuple[Actor, pyotp.TOTP]:
    actor = make.actor_of(make.person("Ina Rohi"))
    codes.begin_app(actor)
    row = db.session.get_one(Authenticator, actor.person_id)
    return actor, pyotp.TOTP(unseal(row.secret))


def test_a_code_of_the_app_is_good_once(db: SQLAlchemy) -> None:
    actor, totp = _app(db)
    step = int(clock.now().timestamp()) // codes.STEP
    assert not isinstance(codes.confirm_app(actor, totp.generate_otp(step)), Invalid)
    following = totp.generate_otp(step + 1)
    assert codes.use(actor, Purpose.BANK, "x", following) is None
    assert isinstance(codes.use(actor, Purpose.BANK, "x", following), Invalid)


def test_a_recovery_code_is_good_once(db: SQLAlchemy) -> None:
    actor, totp = _app(db)
    made = codes.confirm_app(actor, totp.generate_otp(int(clock.now().timestamp()) // codes.STEP))
    assert not isinstance(made, Invalid)
    assert codes.use(actor, Purpose.BANK, "x", made[0]) is None
    assert isinstance(codes.use(actor, Purpose.BANK, "x", made[0]), Invalid)


def test_nobody_guesses_for_long(db: SQLAlchemy) -> None:
    actor, _ = _app(db)
    for _try in range(5):
        assert isinstance(codes.use(actor, Purpose.BANK, "x", "000"), Invalid)
    with pytest.raises(TooMany):
        codes.use(actor, Purpose.BANK, "x", "000")
