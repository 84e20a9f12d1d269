"""Which ways to pay are on, and that no test can reach real money."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask_sqlalchemy import SQLAlchemy

from config import load
from marketplace.app import create_app
from marketplace.payments.adapters.provider import OnlineProvider, Providers
from marketplace.payments.adapters.stripe_checkout import CARD_MINIMUM, StripeCheckout, stripe_provider
from marketplace.payments.rules import Capability, PaymentMethod
from tests import conftest
from tests.databases import environ

KEY = {"STRIPE_SECRET_KEY": "sk_test_standin_x", "STRIPE_API_BASE": "http://127.0.0.1:9"}


Start = Callable[..., tuple[Providers, str]]


@pytest.fixture
def start(tmp_path: Path, logged: Callable[[], str]) -> Start:
    """Starts an application with more settings; gives its ways to pay and what it logs."""

    def build(**more: str) -> tuple[Providers, str]:
        settings = environ(f"sqlite:///{tmp_path / 'belintt.db'}", tmp_path, **more)
        app = create_app(load(settings))
        return app.extensions["ports"].get(Providers), logged()

    return build


def test_without_a_key_only_cash_is_taken_and_the_log_says_so(start: Start) -> None:
    providers, said = start()
    assert [way.method for way in providers.offered()] == [PaymentMethod.CASH]
    assert providers.online(PaymentMethod.CARD) is None
    assert "cards.off" in said


def test_with_a_key_cards_come_after_cash(start: Start) -> None:
    providers, said = start(**KEY, STRIPE_WEBHOOK_SECRET="whsec_x")
    assert [way.method for way in providers.offered()] == [PaymentMethod.CASH, PaymentMethod.CARD]
    assert isinstance(providers.online(PaymentMethod.CARD), StripeCheckout)
    assert "cards." not in said


def test_without_a_webhook_secret_cards_work_and_the_log_says_what_does_not(start: Start) -> None:
    providers, said = start(**KEY)
    assert providers.online(PaymentMethod.CARD) is not None
    assert "cards.no_notices" in said


@pytest.mark.parametrize(
    ("key", "is_test"), [("sk_test_x", True), ("rk_test_x", True), ("sk_live_x", False), ("rk_live_x", False)]
)
def test_pages_can_tell_play_money_from_real(key: str, is_test: bool) -> None:
    assert stripe_provider(key, "", "").is_test is is_test


def test_cards_keep_the_promises_of_an_online_provider(db: SQLAlchemy) -> None:
    cards = stripe_provider("sk_test_x", "", "")
    assert isinstance(cards, OnlineProvider)
    assert {Capability.REDIRECT, Capability.EXPIRE, Capability.REFUND, Capability.PARTIAL_REFUND} == cards.capabilities
    assert (cards.limits().least, cards.limits().most) == (CARD_MINIMUM.default, 9_999_999_999)


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_TEST_KEY", "STRIPE_OF_SOMEBODY"])
@pytest.mark.parametrize("key", ["sk_live_x", "rk_live_x"])
def test_no_test_runs_beside_a_live_key(name: str, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, key)
    with pytest.raises(pytest.exit.Exception, match=f"{name}: a live key"):
        conftest.pytest_configure()


def test_no_key_of_a_local_env_file_gets_into_an_application_under_test(tmp_path: Path) -> None:
    """Its other processes read the file too, but never over a setting that is there."""
    settings = environ("sqlite://", tmp_path)
    assert {settings[name] for name in ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE")} == {""}
