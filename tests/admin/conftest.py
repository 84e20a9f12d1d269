"""The operator at her desk, and a provider of cards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from marketplace.accounts.models import Person
from tests import make


@pytest.fixture
def till(app: Flask) -> Iterator[make.Till]:
    made = make.Till()
    with make.plugged(app, made):
        yield made


@pytest.fixture
def operator(client: FlaskClient) -> Person:
    someone = make.person("Admin Pasar", roles=[make.OPERATOR])
    make.sign_in_client(client, someone)
    return someone
