"""Who was told what about an order, and whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.accounts.queries import people_of_store
from marketplace.core.db import db
from marketplace.notifications.models import Message
from marketplace.orders.models import OrderShare
from marketplace.orders.rules import ShareKind, letter_key

TO_BUYER = (
    "order_accepted",
    "order_arrived",
    "order_arriving",
    "order_completed",
    "order_completes",
    "order_declined",
    "order_ended",
    "order_handed_over",
    "order_lapsed",
    "order_late",
    "order_not_fetched",
    "order_not_fetched_last",
    "order_ready",
)
TO_BUYER_OF_PURCHASE = ("purchase_placed", "purchase_paid", "purchase_cancelled")
TO_SHOP = (
    "shop_cancelled",
    "shop_completed",
    "shop_denied",
    "shop_ended",
    "shop_lapsed",
    "shop_late",
    "shop_new_order",
    "shop_not_fetched",
    "shop_reminder",
    "shop_unreported",
)


@dataclass(frozen=True)
class LetterState:
    """A letter about an order: what it says (its subject), to the buyer or the shop, and how far it has come."""

    subject: str
    is_to_buyer: bool
    written_at: datetime
    sent_at: datetime | None
    failures: int


@dataclass(frozen=True)
class Share:
    """A ready message that somebody of the shop passed on."""

    kind: ShareKind
    at: datetime
    by: str


def letters(order_id: int, purchase_id: int, store_id: int) -> list[LetterState]:
    """The letters to the buyer and to the people of the shop, the first first. Two statements."""
    to_buyer = [letter_key(template, order_id, "buyer") for template in TO_BUYER]
    to_buyer += [letter_key(template, purchase_id, "buyer") for template in TO_BUYER_OF_PURCHASE]
    people = people_of_store(store_id)
    to_shop = [letter_key(template, order_id, person.id) for template in TO_SHOP for person in people]
    query = (
        sa.select(Message.key, Message.subject, Message.created_at, Message.sent_at, Message.failures)
        .where(Message.key.in_(to_buyer + to_shop))
        .order_by(Message.id)
    )
    return [
        LetterState(row.subject, row.key in to_buyer, row.created_at, row.sent_at, row.failures)
        for row in db.session.execute(query)
    ]


def shares(order_id: int) -> dict[ShareKind, Share]:
    """The ready messages that were passed on. One statement."""
    query = (
        sa.select(OrderShare.kind, OrderShare.at, Person.name)
        .outerjoin(Person, Person.id == OrderShare.person_id)
        .where(OrderShare.order_id == order_id)
    )
    return {kind: Share(kind, at, name or "") for kind, at, name in db.session.execute(query)}
