"""Vouchers for tests, given and used by the real services."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product
from marketplace.checkout import queries as carts
from marketplace.checkout import services
from marketplace.checkout.services import CheckoutSpec, Delivery
from marketplace.core.actor import GUEST, SYSTEM, Actor
from marketplace.core.clock import today
from marketplace.core.db import db
from marketplace.orders.models import Purchase
from marketplace.shipping.models import DeliveryZone
from marketplace.shipping.rules import DeliveryMethod
from marketplace.vouchers import queries
from marketplace.vouchers import services as vouchers
from marketplace.vouchers.models import Voucher, VoucherUse
from marketplace.vouchers.queries import BuyerMark
from marketplace.vouchers.rules import VoucherKind
from marketplace.vouchers.services import VoucherDraft
from tests.make.checkout import HOME, filled_cart, form_key, order_form

PHONE = "+6281234567890"
_guests = count(1)


def voucher(code: str = "HEMAT10", store_id: int | None = None, **more: Any) -> Voucher:
    """Ten percent off, the programme's with a budget, or of a shop; `more` is what is different."""
    base: dict[str, Any] = {
        "kind": VoucherKind.PERCENT,
        "value": 10,
        "first_day": today(),
        "last_day": today(),
        "budget": None if store_id else 10_000_000,
    }
    return vouchers.create(SYSTEM, VoucherDraft(code=code, store_id=store_id, **{**base, **more}))


def rupiah_off(value: int, code: str = "HEMAT", store_id: int | None = None, **more: Any) -> Voucher:
    """So many rupiah off."""
    return voucher(code, store_id, kind=VoucherKind.AMOUNT, value=value, **more)


def wanted(
    products: Sequence[Product], code: str, buyer: Person | None = None, *, quantity: int = 1, fee: int = 0, **more: Any
) -> tuple[Any, CheckoutSpec]:
    """A cart with these goods, and the order of somebody who saw what the voucher takes off it."""
    cart = filled_cart(buyer or f"tamu-voucher-{next(_guests)}", products, quantity)
    spec = order_form(cart, **more)
    if fee:
        spec = _brought(products, cart, fee, **more)
    goods = {shop.store_id: shop.total for shop in carts.cart_view(cart).shops}
    mark = BuyerMark.of(_actor(buyer), spec.phone)
    seen = queries.quote(code, mark, goods).discount
    return cart, CheckoutSpec(**{**vars(spec), "voucher_code": code, "seen_discount": seen})


def buy(products: Sequence[Product], code: str, buyer: Person | None = None, **more: Any) -> Purchase:
    """A purchase with a voucher, as its buyer saw it. Call it inside `transaction()`."""
    cart, spec = wanted(products, code, buyer, **more)
    return services.place(_actor(buyer), cart, form_key(), spec)


def use_of(purchase: Purchase) -> VoucherUse:
    """How a purchase used its voucher, as it is now."""
    query = sa.select(VoucherUse).where(VoucherUse.purchase_id == purchase.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def counters(found: Voucher) -> tuple[int, int]:
    """How often it is used, and the rupiah spent."""
    db.session.refresh(found)
    return found.used, found.spent


def _actor(buyer: Person | None) -> Actor:
    return Actor(buyer.id, buyer.name) if buyer else GUEST


def _brought(products: Sequence[Product], cart: Any, fee: int, **more: Any) -> CheckoutSpec:
    """Each shop brings its goods for this fee."""
    for store_id in {product.store_id for product in products}:
        zone = sa.select(DeliveryZone.id).where(DeliveryZone.store_id == store_id)
        if db.session.scalar(zone) is None:
            db.session.add(DeliveryZone(store_id=store_id, region_code=HOME.village_code, fee=fee))
    db.session.flush()
    ways = {product.store_id: Delivery(DeliveryMethod.OWN_DELIVERY, fee) for product in products}
    return order_form(cart, **{**more, "deliveries": ways, "destination": HOME})
