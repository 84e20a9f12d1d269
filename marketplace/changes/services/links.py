"""The link in a letter to a buyer, by which she answers one proposal without signing in.

It is signed and holds the proposal's number and a keyed hash of the address that it went to. A proposal is answered
once, so the link does one thing. Looking at it changes nothing, because mail scanners open links.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from config import Config
from marketplace.changes.models import OrderChange
from marketplace.changes.rules import BY_LINK, Side
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.ports import port
from marketplace.core.vault import keyed_hash
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, guest_key


@dataclass(frozen=True)
class Opened:
    """A link that is a buyer's: the proposal, and who answers it by this link."""

    change: OrderChange
    buyer: Buyer
    language: str


def token_of(change_id: int, address: str) -> str:
    """What the link in the letter to this address carries. '' for whom no e-mail reaches."""
    return str(_signer().dumps([change_id, _mark(address)])) if address else ""


def open_link(token: str) -> Opened:
    """Whose link it is, also when the proposal is settled.

    Raises NotFound when it is forged, or the purchase is no longer reached at the address it went to.
    """
    try:
        change_id, mark = _signer().loads(token)
    except (BadSignature, TypeError, ValueError) as error:
        raise NotFound from error
    change = db.session.get(OrderChange, change_id)
    if change is None or change.side is not Side.SHOP:
        raise NotFound
    order = db.session.get_one(Order, change.order_id)
    purchase = db.session.get_one(Purchase, order.purchase_id)
    if not purchase.buyer_email or not hmac.compare_digest(_mark(purchase.buyer_email), str(mark)):
        raise NotFound
    key = guest_key(purchase.code) if purchase.person_id is None else ""
    return Opened(change, Buyer(Actor(purchase.person_id, via=BY_LINK), key), purchase.language)


def _mark(address: str) -> str:
    return keyed_hash(f"changes.link:{address}")[:22]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(port(Config).secret_key, salt="changes.link")
