"""Questions about the talks of orders. None of them is for the public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.core import settings
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.paging import Page, Row, fetch
from marketplace.orders.models import Order, OrderEvent, Purchase, PurchasePayment
from marketplace.orders.queries.finding import was_shown
from marketplace.orders.rules import ENDED_EARLY, OPEN, OrderStatus
from marketplace.payments.models import Dispute
from marketplace.stores.models import Store
from marketplace.talks import rules
from marketplace.talks.models import MessagePicture, MessageReport, OrderMessage, ThreadSide
from marketplace.talks.rules import Side

CLOSE_DAYS = settings.define(
    "talks.close_days", 30, "Hari sesudah pesanan berakhir sampai percakapannya ditutup", minimum=1, maximum=365
)
LETTER_MINUTES = settings.define(
    "talks.letter_minutes", 15, "Menit antara dua surel tentang pesan baru dalam satu pesanan", minimum=1, maximum=1440
)
PAGE_SIZE = 30
MESSAGES, REPORTS = OrderMessage.__table__.c, MessageReport.__table__.c


@dataclass(frozen=True)
class Talk:
    """The talk about an order: what it is about, and until when it is open (None: as long as the order is)."""

    order_id: int
    code: str
    store_id: int
    store_name: str
    buyer_name: str
    status: OrderStatus
    closes_at: datetime | None
    was_shown: bool

    @property
    def is_closed(self) -> bool:
        return self.closes_at is not None and self.closes_at <= now()

    @property
    def hides_phones(self) -> bool:
        return rules.hides_phones(self.status)


@dataclass(frozen=True)
class Said:
    """One message as it is shown. `author` is '' for a guest and for an account that was closed."""

    id: int
    side: Side
    author: str
    is_helped: bool
    text: str
    at: datetime
    pictures: tuple[int, ...]
    is_reported: bool


@dataclass(frozen=True)
class Unread:
    """A talk in which a shop has something new to read."""

    code: str
    buyer_name: str
    at: datetime


@dataclass(frozen=True)
class ReportRow:
    """A message that somebody reported, for the operator's list; the message itself is read in its talk."""

    id: int
    code: str
    store_name: str
    by: Side
    reason: str
    created_at: datetime


def talk(order_id: int) -> Talk | None:
    """What the talk of an order is about. One statement (and the settings')."""
    ended = sa.select(sa.func.max(OrderEvent.at)).where(
        OrderEvent.order_id == Order.id, OrderEvent.status.in_([OrderStatus.DONE, *ENDED_EARLY])
    )
    query = (
        sa.select(Order, Store.name, Purchase.buyer_name, ended.correlate(Order).scalar_subquery(), was_shown())
        .join(Store, Store.id == Order.store_id)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Order.id == order_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    order, store_name, buyer_name, ended_at, shown = row
    closes = None if order.status in OPEN else rules.closes_at(ended_at, CLOSE_DAYS.today())
    return Talk(order.id, order.code, order.store_id, store_name, buyer_name, order.status, closes, bool(shown))


def messages(order_id: int, after: str | None = None, limit: int = PAGE_SIZE) -> Page[Said]:
    """The messages of an order, the newest page first, each page in the order of writing. Two statements.

    Who has closed their account has no name any more, and no telephone number in what they wrote.
    """
    reported = sa.exists().where(MessageReport.message_id == OrderMessage.id).correlate(OrderMessage)
    query = (
        sa.select(OrderMessage, Person.name, Person.closed_at, reported.label("is_reported"))
        .outerjoin(Person, Person.id == OrderMessage.person_id)
        .where(OrderMessage.order_id == order_id)
    )
    page = fetch(query, [MESSAGES.id], cursor=after, limit=limit, descending=True)
    pictures: dict[int, list[int]] = {}
    places = sa.select(MessagePicture.message_id, MessagePicture.position).where(
        MessagePicture.message_id.in_([row[0].id for row in page.items])
    )
    for message_id, position in db.session.execute(places.order_by(MessagePicture.position)):
        pictures.setdefault(message_id, []).append(position)
    found = [_said(row, tuple(pictures.get(row[0].id, ()))) for row in reversed(page.items)]
    return Page(found, page.prev, page.next)


def _said(row: Row, pictures: tuple[int, ...]) -> Said:
    message, name, closed_at, is_reported = tuple(row)[:4]
    text = rules.mask_phones(message.text) if closed_at is not None else message.text
    author = str(name or "")
    return Said(
        message.id, message.side, author, message.is_helped, text, message.created_at, pictures, bool(is_reported)
    )


def picture_file(order_id: int, message_id: int, position: int) -> int | None:
    """The private file of a picture in an order's talk."""
    query = (
        sa.select(MessagePicture.media_id)
        .join(OrderMessage, OrderMessage.id == MessagePicture.message_id)
        .where(OrderMessage.order_id == order_id, OrderMessage.id == message_id, MessagePicture.position == position)
    )
    return db.session.scalar(query)


def has_unread(order_id: int, side: Side) -> bool:
    """Is there something that this side has not seen?"""
    query = sa.select(ThreadSide.id).where(ThreadSide.order_id == order_id, ThreadSide.side == side, _is_unread())
    return db.session.scalar(query) is not None


def unread_of_shop(store_ids: Iterable[int], limit: int = 20) -> list[Unread]:
    """What these shops have not read yet, the longest waiting first. One statement over the unread talks only."""
    query = (
        sa.select(Order.code, Purchase.buyer_name, OrderMessage.created_at)
        .join(ThreadSide, ThreadSide.order_id == Order.id)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .join(OrderMessage, OrderMessage.id == ThreadSide.inbox_id)
        .where(ThreadSide.store_id.in_(list(store_ids)), ThreadSide.side == Side.SHOP, _is_unread())
        .order_by(OrderMessage.id)
        .limit(limit)
    )
    return [Unread(*row) for row in db.session.execute(query)]


def unread_of_purchases(purchase_ids: Iterable[int]) -> dict[int, list[str]]:
    """The codes of the orders with something new for the buyer, by purchase. One statement."""
    query = (
        sa.select(Order.purchase_id, Order.code)
        .join(ThreadSide, ThreadSide.order_id == Order.id)
        .where(Order.purchase_id.in_(list(purchase_ids)), ThreadSide.side == Side.BUYER, _is_unread())
        .order_by(Order.id)
    )
    found: dict[int, list[str]] = {}
    for purchase_id, code in db.session.execute(query):
        found.setdefault(purchase_id, []).append(code)
    return found


def to_tell() -> list[tuple[int, Side]]:
    """The sides that wait for a letter and may get one by now."""
    since = now() - timedelta(minutes=LETTER_MINUTES.today())
    query = sa.select(ThreadSide.order_id, ThreadSide.side).where(
        _is_unread(),
        ThreadSide.inbox_id > ThreadSide.told_id,
        sa.or_(ThreadSide.told_at.is_(None), ThreadSide.told_at <= since),
    )
    return [(order_id, side) for order_id, side in db.session.execute(query.order_by(ThreadSide.id).limit(200))]


def new_texts(row: ThreadSide) -> list[str]:
    """The latest words that a side has neither seen nor been told of, in the order of writing."""
    query = (
        sa.select(OrderMessage.text)
        .where(
            OrderMessage.order_id == row.order_id,
            OrderMessage.side == row.side.other,
            OrderMessage.id > max(row.seen_id, row.told_id),
        )
        .order_by(OrderMessage.id.desc())
        .limit(rules.MOST_IN_A_LETTER)
    )
    return list(reversed(db.session.scalars(query).all()))


def open_reports(after: str | None = None) -> Page[ReportRow]:
    """What was reported and not looked at yet, the oldest first. One statement."""
    query = (
        sa.select(REPORTS.id, Order.code, Store.name, OrderMessage.side, MessageReport.reason, MessageReport.created_at)
        .join(OrderMessage, OrderMessage.id == MessageReport.message_id)
        .join(Order, Order.id == OrderMessage.order_id)
        .join(Store, Store.id == Order.store_id)
        .where(MessageReport.closed_at.is_(None))
    )
    page = fetch(query, [REPORTS.id], cursor=after, limit=PAGE_SIZE)
    return page.map(lambda row: ReportRow(row[0], row[1], row[2], row[3].other, row[4], row[5]))


def operator_may_read(order_id: int) -> bool:
    """Is there a reason to read what two people wrote: an open report, or a dispute that is not decided?"""
    report = (
        sa.select(MessageReport.id)
        .join(OrderMessage, OrderMessage.id == MessageReport.message_id)
        .where(OrderMessage.order_id == order_id, MessageReport.closed_at.is_(None))
    )
    dispute = (
        sa.select(Dispute.id)
        .join(PurchasePayment, PurchasePayment.payment_id == Dispute.payment_id)
        .join(Order, Order.purchase_id == PurchasePayment.purchase_id)
        .where(Order.id == order_id, Dispute.closed_at.is_(None))
    )
    return bool(db.session.scalar(sa.select(sa.or_(report.exists(), dispute.exists()))))


def _is_unread() -> sa.ColumnElement[bool]:
    return ThreadSide.inbox_id > ThreadSide.seen_id
