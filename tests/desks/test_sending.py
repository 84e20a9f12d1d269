"""How a shop sends: pick-up points, local couriers and postal services on one page."""

from __future__ import annotations

import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.actor import Grant, Role
from marketplace.core.db import transaction
from marketplace.shipping.models import StoreCourier
from tests import make
from tests.make import delivery

PAGE = "/penjual/toko/kiriman"


def test_local_couriers_and_the_post_are_chosen_on_one_page(client: FlaskClient, db: SQLAlchemy) -> None:
    with transaction():
        store, post, ojek = make.store(), delivery.courier(), delivery.ojek()
        elsewhere = delivery.ojek("Ojek Waingapu")
        delivery.fee(ojek.id)
        delivery.fee(elsewhere.id, from_code="53.11", to_code="53.11.01")
    make.sign_in_client(client, make.person("Ina", roles=[Grant(Role.STORE_OWNER, store.id)]))
    page = BeautifulSoup(client.get(f"{PAGE}?toko={store.id}").text, "html.parser")
    offered = [box["value"] for box in page.select("input[name=layanan]")]
    assert offered == [str(ojek.id), str(post.id)], "local ones first, and none from elsewhere"
    ticked = {"toko": str(store.id), "layanan": [str(ojek.id), str(elsewhere.id)]}
    assert client.post(PAGE, data=ticked).status_code == 303
    assert list(db.session.scalars(sa.select(StoreCourier.courier_id))) == [ojek.id]
    page = BeautifulSoup(client.get(f"{PAGE}?toko={store.id}").text, "html.parser")
    assert [box["value"] for box in page.select("input[name=layanan][checked]")] == [str(ojek.id)]
    assert "Ojek Oebobo" in client.get(f"/penjual/toko?toko={store.id}").text
