"""The link in a letter to a shop: it shows one person one order, and lets her do one thing with it.

It is signed and holds no more than its own number: whose it is, for which order and until when stands in the
database, and what she may in the shop is asked anew each time. Looking at it changes nothing, because mail scanners
open links.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeSerializer

from config import Config
from marketplace.accounts.queries import PersonContact, actor_of, contact
from marketplace.core import audit, outbox, settings
from marketplace.core.actor import Actor, Grant, Right, Role
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotFound, Refusal, Stale, TooMany
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.core.ports import port
from marketplace.core.vault import keyed_hash
from marketplace.orders import events, rules
from marketplace.orders.models import Order, OrderLink
from marketplace.orders.rules import LinkAct, OrderStatus
from marketplace.orders.services import moves, overtime
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus

LINK_HOURS = settings.define(
    "orders.link_hours", 48, "Jam berlakunya tautan pesanan dalam surel kepada toko", minimum=1, maximum=168
)
RENEWALS_PER_HOUR = 3


@dataclass(frozen=True)
class Said:
    """What an act wants to be told: the buyer's four digits, or why the order is declined."""

    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Opened:
    """A link that is somebody's: who acts by it (in that shop, with its orders), and whether it still does anything."""

    link: OrderLink
    actor: Actor
    language: str

    @property
    def is_used(self) -> bool:
        return self.link.used_at is not None

    @property
    def is_expired(self) -> bool:
        return self.link.expires_at <= now()

    @property
    def is_live(self) -> bool:
        return not self.is_used and not self.is_expired


def issue(order_id: int, person: PersonContact, occasion: str) -> str:
    """The token of the link for one letter about an order, always the same one. '' for whom no e-mail reaches.

    It is good until the shop's time to answer is over; for an order that was answered, for `orders.link_hours` hours.
    """
    if not person.email:
        return ""
    about = (OrderLink.order_id == order_id, OrderLink.person_id == person.id, OrderLink.occasion == occasion)
    _insert(db.session.get_one(Order, order_id), person, occasion)
    return token_of(db.session.scalars(sa.select(OrderLink.id).where(*about)).one())


def token_of(link_id: int) -> str:
    """What the address of a link carries."""
    return str(_signer().dumps(link_id))


def open_link(token: str) -> Opened:
    """Whose link it is, also when it has acted or is too old.

    Raises NotFound when it is forged, its person is gone, has another address or no right to the shop's orders any
    more, or the shop is not open.
    """
    return _open(db.session.get(OrderLink, _number(token)))


def act(token: str, what: LinkAct, said: Said | None = None) -> Refusal | None:
    """Do one thing with the order; then the link is used up, and by two clicks at once it is used by one.

    A wrong code is returned as `hand_over` does it, and leaves the link as it was. Raises NotFound (see `open_link`),
    Stale when the link has acted, is too old, or the order has moved on, Invalid (field reason), TooMany.
    """
    order = lock_one(Order, open_link(token).link.order_id)
    opened = _open(lock_one(OrderLink, _number(token)))  # looked at again, now that no one else can use it
    _demand_live(opened)
    refusal = _STEPS[what](opened.actor, order.id, said or Said())
    if refusal is None:
        _use_up(opened.link, what)
    return refusal


def renew(token: str) -> None:
    """Have a new link sent to the person whose link has acted or is too old, at the address she has had.

    Raises NotFound (see `open_link`), Stale when nothing is left to do, TooMany above three an hour.
    """
    order = lock_one(Order, open_link(token).link.order_id)
    opened = open_link(token)
    if opened.is_live or order.status not in rules.OPEN_FOR_SHOP:
        raise Stale("orders.moved_on")
    lately = sa.select(sa.func.count()).where(
        OrderLink.order_id == order.id,
        OrderLink.person_id == opened.link.person_id,
        OrderLink.made_at > now() - timedelta(hours=1),
        OrderLink.occasion.startswith("renewed:"),
    )
    if (db.session.scalar(lately) or 0) >= RENEWALS_PER_HOUR:
        raise TooMany("orders.too_many_links", 3600)
    person = contact(opened.link.person_id)
    made = _insert(order, person, f"renewed:{secrets.token_hex(8)}") if person else None
    if made is None:
        raise NotFound
    audit.record(opened.actor, "orders.link_renewed", "order", order.code)
    outbox.emit(events.LinkRenewed(made))


def _insert(order: Order, person: PersonContact, occasion: str) -> int | None:
    at = now()
    until = at + timedelta(hours=LINK_HOURS.today())
    if order.status is OrderStatus.WAITING and order.answer_by > at:
        until = order.answer_by
    values = {"order_id": order.id, "person_id": person.id, "occasion": occasion, "sent_to": _address(person)}
    return insert_once(
        OrderLink, ("order_id", "person_id", "occasion"), made_at=at, expires_at=until, act=None, used_at=None, **values
    )


def _open(link: OrderLink | None) -> Opened:
    if link is None:
        raise NotFound
    store = db.session.scalars(
        sa.select(Store).join(Order, Order.store_id == Store.id).where(Order.id == link.order_id)
    ).one()
    person, whole = contact(link.person_id), actor_of(link.person_id)
    if person is None or whole is None or _address(person) != link.sent_to:
        raise NotFound
    if store.status is not StoreStatus.OPEN or not whole.may(Right.ORDERS, store.id):
        raise NotFound
    grants = frozenset({Grant(Role.STORE_STAFF, store.id, frozenset({Right.ORDERS}))})
    return Opened(link, Actor(person.id, person.name, grants, via=rules.BY_LINK), person.language)


def _demand_live(opened: Opened) -> None:
    if opened.is_used:
        raise Stale("orders.link_used")
    if opened.is_expired:
        raise Stale("orders.link_expired")


def _use_up(link: OrderLink, what: LinkAct) -> None:
    unused = sa.update(OrderLink).where(OrderLink.id == link.id, OrderLink.used_at.is_(None))
    used = db.session.execute(unused.values(act=what, used_at=now()).returning(OrderLink.id)).scalar_one_or_none()
    if used is None:
        raise Stale("orders.link_used")


def _accept(actor: Actor, order_id: int, said: Said) -> None:
    moves.accept(actor, order_id)


def _decline(actor: Actor, order_id: int, said: Said) -> None:
    moves.decline(actor, order_id, said.reason)


def _ready(actor: Actor, order_id: int, said: Said) -> None:
    moves.mark_ready(actor, order_id)


def _arrive(actor: Actor, order_id: int, said: Said) -> None:
    overtime.arrive(actor, order_id)


def _hand_over(actor: Actor, order_id: int, said: Said) -> Refusal | None:
    return moves.hand_over(actor, order_id, said.code)


_STEPS: dict[LinkAct, Callable[[Actor, int, Said], Refusal | None]] = {
    LinkAct.ACCEPT: _accept,
    LinkAct.DECLINE: _decline,
    LinkAct.READY: _ready,
    LinkAct.ARRIVE: _arrive,
    LinkAct.HAND_OVER: _hand_over,
}


def _address(person: PersonContact) -> str:
    return keyed_hash(f"orders.link:{person.email or ''}")


def _number(token: str) -> int:
    """The number that a token carries. Raises NotFound for any that the market did not sign."""
    try:
        found = _signer().loads(token)
    except BadSignature as error:
        raise NotFound from error
    return int(found)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(port(Config).secret_key, salt="orders.link")
