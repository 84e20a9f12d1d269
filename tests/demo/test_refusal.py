"""The demo market, whose password everybody knows, stays on this machine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from config import Config
from marketplace.accounts import services as accounts
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.ports import Ports, port
from marketplace.demo.services import loading
from tests.databases import Market


@pytest.fixture
def app(live_database: Market) -> Flask:
    return live_database.app


def test_it_is_not_loaded_on_a_public_site(app: Flask) -> None:
    ports: Ports = app.extensions["ports"]
    with app.app_context():
        ports.provide(Config, replace(port(Config), site_url="https://belintt.example"))
        result = app.test_cli_runner().invoke(args=["demo", "load"])
        assert result.exit_code == 1
        assert "--force" in result.output
        assert loading.is_empty()


def test_if_empty_leaves_a_market_with_people_alone(app: Flask) -> None:
    with app.app_context(), transaction():
        accounts.create_person(SYSTEM, "Siti", "siti@example.com", None, "kopi pahit sore hari")
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["demo", "load", "--if-empty"])
        assert (result.exit_code, result.output.strip()[-10:]) == (0, "Not empty.")
        assert not loading.is_loaded()
