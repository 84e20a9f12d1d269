"""At the counter: the cart is filled and the checkout form sent, as a browser would."""

from __future__ import annotations

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from marketplace.catalog.models import Product
from tests import make

HERE = {"Sec-Fetch-Site": "same-origin"}


def put(client: FlaskClient, product: Product, quantity: object = 1, **headers: str) -> TestResponse:
    fields = {"variant_id": make.variant(product).id, "quantity": quantity}
    return client.post("/keranjang", data=fields, headers=headers or HERE)


def form_of(response: TestResponse) -> dict[str, str]:
    """What the checkout form would send if the buyer touched nothing."""
    form = BeautifulSoup(response.text, "html.parser").select_one("form[data-checkout]")
    assert form is not None
    sent = {}
    for field in form.select("input[name]"):
        if field["type"] not in ("radio", "checkbox") or field.has_attr("checked"):
            sent[str(field["name"])] = str(field.get("value", ""))
    for select in form.select("select[name]"):
        chosen = select.select_one("option[selected]")
        sent[str(select["name"])] = str(chosen["value"]) if chosen else ""
    return sent


def words_of(response: TestResponse) -> str:
    return BeautifulSoup(response.text, "html.parser").get_text(" ", strip=True)


def filled(client: FlaskClient, goods: tuple[Product, Product], **more: str) -> dict[str, str]:
    """The form of somebody with both goods in the cart, who typed a name and a number."""
    for product in goods:
        put(client, product)
    return {**form_of(client.get("/checkout")), "name": "Tamu Lestari", "phone": "0812-3456-7890", **more}
