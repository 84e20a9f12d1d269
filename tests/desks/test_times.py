"""The page of a shop's hours and closures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import Grant, Role
from marketplace.core.clock import today
from marketplace.core.db import transaction
from marketplace.stores import queries
from tests import make

PATH = "/penjual/toko/jam"


@pytest.fixture
def store_id(db: SQLAlchemy, client: FlaskClient) -> int:
    """Ina's shop; the client is hers."""
    with transaction():
        made = make.store("Dapur Mama Ina").id
    make.sign_in_client(client, make.person("Ina Bere", roles=[Grant(Role.STORE_OWNER, made)]))
    return made


def _hours(**more: str) -> dict[str, str]:
    return {
        f"{edge}-{day}-0": time for day in range(5) for edge, time in (("buka", "08:00"), ("tutup", "17:00"))
    } | more


def test_hours_are_saved_and_shown_again(client: FlaskClient, store_id: int) -> None:
    answer = client.post(PATH, data=_hours(**{"buka-0-1": "18:00", "tutup-0-1": "00:00", "note": "Ketuk pintu"}))
    assert answer.status_code == 303
    week = queries.stores_by_ids([store_id])[store_id].week
    assert week[0] == ((480, 1020), (1080, 1440))
    assert week[6] == ()
    page = client.get(PATH).text
    assert 'name="buka-0-1" value="18:00"' in page
    assert 'name="tutup-0-1" value="00:00"' in page
    assert "Ketuk pintu" in page


def test_monday_is_copied_to_all_days_and_not_saved_yet(client: FlaskClient, store_id: int) -> None:
    page = client.post(PATH, data={"buka-0-0": "07:30", "tutup-0-0": "16:00", "sama": "1"}).text
    assert page.count('value="07:30"') == 7
    assert queries.stores_by_ids([store_id])[store_id].week == ()


@pytest.mark.parametrize(
    "wrong",
    [{"buka-0-0": "17:00", "tutup-0-0": "08:00"}, {"buka-0-0": "08:00"}, {"tutup-2-0": "25:99"}, {"buka-0-0": "<b>"}],
)
def test_what_was_typed_stays_when_it_cannot_be(client: FlaskClient, store_id: int, wrong: dict[str, str]) -> None:
    blank = {"tutup-0-0": ""} if len(wrong) == 1 and "buka-0-0" in wrong else {}
    answer = client.post(PATH, data=_hours(**(blank | wrong)))
    assert answer.status_code == 422
    assert 'value="08:00"' in answer.text
    assert queries.stores_by_ids([store_id])[store_id].week == ()


def test_a_closure_is_planned_and_cancelled(client: FlaskClient, store_id: int) -> None:
    days = {"first_day": today().isoformat(), "last_day": (today() + timedelta(days=3)).isoformat(), "note": "Panen"}
    assert client.post(f"{PATH}/libur", data=days).status_code == 303
    assert "Panen" in client.get(PATH).text
    again = client.post(f"{PATH}/libur", data=days)
    assert again.status_code == 422
    assert "Panen" in again.text
    (closure,) = queries.closures(store_id)
    assert client.post(f"{PATH}/libur/{closure.id}/pembatalan").status_code == 303
    assert queries.closures(store_id) == []
    assert client.post(f"{PATH}/libur/{closure.id}/pembatalan").status_code == 404


def test_days_that_are_none_are_refused(client: FlaskClient, store_id: int) -> None:
    answer = client.post(f"{PATH}/libur", data={"first_day": "besok", "last_day": "", "note": "Panen"})
    assert answer.status_code == 422
    assert "Panen" in answer.text


def test_another_shop_and_staff_are_told_nothing(client: FlaskClient, store_id: int) -> None:
    with transaction():
        other = make.store("Toko Lain").id
    assert client.get(f"{PATH}?toko={other}").status_code == 404
    assert client.post(PATH, data={"toko": str(other)}).status_code == 404
    make.sign_in_client(client, make.person("Dodi", roles=[Grant(Role.STORE_STAFF, store_id)]))
    assert client.get(PATH).status_code == 404
    assert client.post(f"{PATH}/libur", data={"first_day": today().isoformat()}).status_code == 404
