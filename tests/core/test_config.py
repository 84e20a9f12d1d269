"""The environment decides; what would be unsafe does not start."""

from __future__ import annotations

import pytest

from config import BadConfig, load


def test_defaults_serve_this_machine_on_sqlite() -> None:
    config = load({})
    assert config.is_local
    assert config.database_url.startswith("sqlite:///")
    assert config.site_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("secret", [None, "short"])
def test_a_public_site_needs_a_secret_of_its_own(secret: str | None) -> None:
    environ = {"SITE_URL": "https://belintt.example"} | ({"SECRET_KEY": secret} if secret else {})
    with pytest.raises(BadConfig, match="SECRET_KEY"):
        load(environ)


def test_a_public_site_on_https_gets_host_cookies() -> None:
    assert load({"SITE_URL": "https://belintt.example", "SECRET_KEY": "x" * 32}).is_https


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_postgresql_is_spoken_to_through_psycopg(url: str) -> None:
    assert load({"DATABASE_URL": url}).database_url == "postgresql+psycopg://u@h/d"
