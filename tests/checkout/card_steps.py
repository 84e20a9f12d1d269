"""What a buyer does on the way to paying by card."""

from __future__ import annotations

import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.test import TestResponse

from marketplace.catalog.models import Product
from marketplace.core.db import transaction
from marketplace.orders.models import Purchase
from marketplace.orders.queries import payment_of_purchase
from marketplace.orders.rules import OrderStatus
from tests import make

HERE = {"Sec-Fetch-Site": "same-origin"}


def words_of(response: TestResponse) -> str:
    return " ".join(BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True).split())


def order(client: FlaskClient, wares: tuple[Product, Product]) -> TestResponse:
    """Fill the cart and order all by card, to be fetched."""
    for product in wares:
        client.post("/keranjang", data={"variant_id": make.variant(product).id, "quantity": 1}, headers=HERE)
    form = BeautifulSoup(client.get("/checkout").text, "html.parser").select_one("form[data-checkout]")
    assert form is not None
    sent = {
        str(field["name"]): str(field.get("value", ""))
        for field in form.select("input[name]")
        if field["type"] != "radio" or field.has_attr("checked")
    }
    return client.post("/checkout", data={**sent, "name": "Tamu Lestari", "phone": "081234567890", "payment": "card"})


def purchase_of(db: SQLAlchemy) -> Purchase:
    return db.session.scalars(sa.select(Purchase)).one()


def path_of(purchase: Purchase, more: str = "") -> str:
    return f"/bayar/{payment_of_purchase(purchase.id).reference}{more}"


def bought(wares: tuple[Product, Product], up_to: OrderStatus = OrderStatus.UNPAID) -> Purchase:
    """A guest's purchase by card, placed in another browser."""
    with transaction():
        return make.purchase(list(wares), up_to=up_to, quantity=1)
