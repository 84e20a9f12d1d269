"""Accounts from the command line: how a fresh market gets its first operator."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.db import transaction
from tests import make

PASSWORD = "tenun-ikat-kupang-77"


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["user", *words])
    return result.exit_code, result.output


def create(app: Flask, email: str, password: str = PASSWORD) -> tuple[int, str]:
    return run(app, "create", "--name", "Ana", "--email", email, "--phone", "", "--password", password)


def test_the_first_operator_comes_from_the_command_line(app: Flask, client: FlaskClient, db: SQLAlchemy) -> None:
    assert create(app, "ana@example.id")[0] == 0
    assert run(app, "grant", "ana@example.id", "operator")[0] == 0
    client.post("/masuk", data={"email": "ana@example.id", "password": PASSWORD})
    assert client.get("/admin").status_code == 200


def test_a_role_in_a_shop_names_the_shop(app: Flask, client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        slug = make.store().slug
    create(app, "ana@example.id")
    assert run(app, "grant", "ana@example.id", "store_owner")[0] == 1
    assert run(app, "grant", "ana@example.id", "store_owner", "--store", "no-such-shop")[0] == 1
    assert run(app, "grant", "ana@example.id", "store_owner", "--store", slug)[0] == 0
    client.post("/masuk", data={"email": "ana@example.id", "password": PASSWORD})
    assert client.get("/penjual/produk").status_code == 200


def test_what_cannot_be_is_said_in_words(app: Flask, db: SQLAlchemy) -> None:
    code, output = create(app, "ana@example.id", "12345678")
    assert code == 1
    assert "accounts." not in output
    assert "Traceback" not in output
    assert run(app, "grant", "nobody@example.id", "operator")[0] == 1
