"""What is read about stores, in one statement however many there are."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound
from marketplace.stores import queries, services
from marketplace.stores.rules import StoreStatus
from tests import make
from tests.counting import statements

WAINGAPU = "53.11.01.1001"


def test_a_card_says_where_the_store_is(db: SQLAlchemy) -> None:
    with transaction():
        store = make.store("Dapur Mama Ina")
    card = queries.stores_by_ids([store.id])[store.id]
    assert card.place == "Fatululi, Kota Kupang"
    assert card.region_names == "Fatululi, Oebobo, Kota Kupang"
    assert (card.url, card.is_open, card.logo) == ("/toko/dapur-mama-ina", True, None)


def test_the_public_does_not_find_a_suspended_store_and_reads_a_paused_one(db: SQLAlchemy) -> None:
    with transaction():
        gone, resting = make.store("Gudang Tutup"), make.store("Warung Libur")
        services.set_status(SYSTEM, gone.id, StoreStatus.SUSPENDED, "Izin palsu")
        services.set_status(SYSTEM, resting.id, StoreStatus.PAUSED)
    with pytest.raises(NotFound):
        queries.public_card("gudang-tutup")
    assert not queries.public_card("warung-libur").is_open
    assert queries.directory().items == []
    assert queries.store_by_slug("gudang-tutup").id == gone.id


def test_the_directory_is_read_by_region_page_by_page_in_one_statement(db: SQLAlchemy) -> None:
    with transaction():
        for number in range(60):
            make.store(f"Toko {number:02}", village_code=WAINGAPU if number % 3 == 0 else "53.71.04.1011")
    with statements(db) as sent:
        first = queries.directory(cursor=None, limit=25)
    assert len(sent) == 1
    second = queries.directory(cursor=first.next, limit=25)
    third = queries.directory(cursor=second.next, limit=25)
    names = [card.name for page in (first, second, third) for card in page.items]
    assert names == [f"Toko {number:02}" for number in range(60)]
    assert (first.prev, third.next) == (None, None)
    assert queries.directory(cursor=third.prev, limit=25) == second
    back = queries.directory(cursor=second.prev, limit=25)
    assert (back.items, back.prev, back.next) == (first.items, None, first.next)
    assert len(queries.directory("53.11", limit=100).items) == 20
    assert len(queries.directory("53.71.04.1011", limit=100).items) == 40
    assert queries.directory("53.7").items == []


@pytest.mark.parametrize("cursor", ["x", "n", "nAAAA", "n****", "pWzEsIDJd", "n" + "A" * 1000, "nWyJhIiwiYiJd"])
def test_a_cursor_that_cannot_be_read_gives_the_first_page(db: SQLAlchemy, cursor: str) -> None:
    with transaction():
        make.store("Toko Satu")
    assert [card.name for card in queries.directory(cursor=cursor).items] == ["Toko Satu"]
