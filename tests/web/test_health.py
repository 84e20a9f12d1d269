"""Alive, and ready."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from marketplace.core import health


def test_the_process_is_alive(client: FlaskClient) -> None:
    assert client.get("/healthz").data == b"ok\n"


def test_it_is_ready_when_everything_answers(client: FlaskClient) -> None:
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json is not None
    assert set(response.json.values()) == {"ok"}


def test_it_says_what_is_down_and_not_why(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("secret address")

    monkeypatch.setitem(health._probes, "media", broken)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json is not None
    assert response.json["media"] == "down"
    assert b"secret" not in response.data


def test_every_answer_names_its_request(client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "abcdef-123456"}).headers["X-Request-Id"] == "abcdef-123456"
    forged = client.get("/healthz", headers={"X-Request-Id": 'x" level="error'}).headers["X-Request-Id"]
    assert len(forged) == 16
