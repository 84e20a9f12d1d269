"""Writing inside an order, reading, reporting. Who writes is the buyer or somebody of the shop (`policies`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.core import audit, outbox, settings
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale, TooMany
from marketplace.core.locks import lock_many, lock_one
from marketplace.core.once import insert_once
from marketplace.media import services as media
from marketplace.media.services import Prepared
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer
from marketplace.talks import queries, rules
from marketplace.talks.events import MessageSent
from marketplace.talks.models import MessagePicture, MessageReport, OrderMessage, ThreadSide
from marketplace.talks.policies import can_take_part
from marketplace.talks.queries import Talk
from marketplace.talks.rules import Side

HOURLY = settings.define(
    "talks.hourly_messages",
    30,
    "Pesan yang boleh dikirim satu pihak dalam satu pesanan per jam",
    minimum=1,
    maximum=500,
)


def check(text: str, has_pictures: bool) -> None:
    """Raises Invalid (field "text") for what is not passed on: nothing, too much, or what `rules.refusal_of` names."""
    if not text and not has_pictures:
        raise Invalid("talks.empty", field="text")
    if len(text) > rules.LONGEST_TEXT:
        raise Invalid("talks.too_long", field="text", most=rules.LONGEST_TEXT)
    refusal = rules.refusal_of(text)
    if refusal:
        raise Invalid(refusal, field="text")


def send(
    visitor: Buyer, side: Side, order_id: int, form_key: str, text: str, pictures: Sequence[Prepared] = ()
) -> OrderMessage | None:
    """Write a message to the other side; None when this form was sent before. `pictures` are private files.

    Telephone numbers are masked as `rules.hides_phones` says. Raises NotFound, NotAllowed; Invalid as `check` does, and
    for too many pictures; Stale when the talk is closed; TooMany.
    """
    check(text, bool(pictures))
    if len(pictures) > rules.MOST_PICTURES:
        raise Invalid("talks.too_many_pictures", field="pictures", most=rules.MOST_PICTURES)
    found = _open_talk(visitor, side, order_id)
    inbox = _locked_inbox(found, side.other)
    if found.hides_phones:
        text = rules.mask_phones(text)[: rules.LONGEST_TEXT]
    message_id = insert_once(
        OrderMessage,
        ("order_id", "side", "form_key"),
        order_id=order_id,
        side=side,
        person_id=visitor.actor.person_id,
        is_helped=visitor.actor.helping is not None and side is Side.SHOP,
        form_key=form_key,
        text=text,
        created_at=now(),
    )
    if message_id is None:
        return None
    _refuse_flood(order_id, side)
    for position, prepared in enumerate(pictures, 1):
        kept = media.keep(visitor.actor, prepared)
        db.session.add(MessagePicture(message_id=message_id, position=position, media_id=kept.id))
    inbox.inbox_id = message_id
    audit.record(visitor.actor, "talks.sent", "order", found.code, side=side.value, pictures=len(pictures))
    outbox.emit(MessageSent(order_id, side.other.value))
    return db.session.get_one(OrderMessage, message_id)


def mark_seen(visitor: Buyer, side: Side, order_id: int, message_id: int) -> None:
    """Note that a side has read up to a message; never backwards. Raises NotFound, NotAllowed."""
    _talk(visitor, side, order_id)
    db.session.execute(
        sa.update(ThreadSide)
        .where(ThreadSide.order_id == order_id, ThreadSide.side == side, ThreadSide.seen_id < message_id)
        .values(seen_id=message_id)
    )


def report(visitor: Buyer, side: Side, order_id: int, message_id: int, reason: str) -> None:
    """Ask the operator to look at a message of the other side; asked twice, it is asked once.

    Raises NotFound (also for one's own message), NotAllowed, Invalid (field "reason").
    """
    found = _talk(visitor, side, order_id)
    message = db.session.get(OrderMessage, message_id)
    if message is None or message.order_id != order_id or message.side is side:
        raise NotFound
    if not reason or len(reason) > rules.LONGEST_REASON:
        raise Invalid("talks.reason_missing", field="reason")
    values = {"message_id": message_id, "person_id": visitor.actor.person_id, "reason": reason, "created_at": now()}
    if insert_once(MessageReport, "message_id", **values) is not None:
        audit.record(visitor.actor, "talks.reported", "order", found.code, message=message_id, side=side.value)


def open_for_operator(actor: Actor, order_id: int, is_mediated: bool = False) -> Talk:
    """The talk, for an operator who has a reason to read it (`queries.operator_may_read`, or she is asked to decide
    between the two: `is_mediated`); the reading is audited.

    Raises NotFound, NotAllowed.
    """
    found = queries.talk(order_id)
    if found is None:
        raise NotFound
    if not actor.is_operator or not (is_mediated or queries.operator_may_read(order_id)):
        raise NotAllowed("talks.not_yours")
    audit.record(actor, "talks.read_by_operator", "order", found.code)
    return found


def close_report(actor: Actor, report_id: int, note: str) -> None:
    """Note that an operator has looked at a report, and what came of it.

    Raises NotFound, NotAllowed, Stale, Invalid.
    """
    if not actor.is_operator:
        raise NotAllowed("talks.not_yours")
    row = lock_one(MessageReport, report_id)
    if row.closed_at is not None:
        raise Stale("talks.report_closed")
    if not note or len(note) > rules.LONGEST_REASON:
        raise Invalid("talks.note_missing", field="note")
    row.closed_at, row.closed_by, row.note = now(), actor.person_id, note
    audit.record(actor, "talks.report_closed", "message_report", report_id)


def take_letter(order_id: int, side: Side) -> tuple[ThreadSide, list[str]] | None:
    """The words that a letter to a side is to tell now, noted as told; None: nothing, or too early."""
    wanted = sa.select(ThreadSide.id).where(ThreadSide.order_id == order_id, ThreadSide.side == side)
    row_id = db.session.scalar(wanted)
    row = lock_one(ThreadSide, row_id) if row_id is not None else None
    if row is None or row.inbox_id <= max(row.seen_id, row.told_id):
        return None
    if row.told_at is not None and now() < row.told_at + timedelta(minutes=queries.LETTER_MINUTES.today()):
        return None
    texts = queries.new_texts(row)
    row.told_id, row.told_at = row.inbox_id, now()
    return row, texts


def export(person_id: int) -> list[dict[str, Any]]:
    """What somebody wrote, for the copy of their own data. One statement."""
    pictures = sa.select(sa.func.count()).where(MessagePicture.message_id == OrderMessage.id)
    query = (
        sa.select(Order.code, OrderMessage.side, OrderMessage.text, OrderMessage.created_at, _scalar(pictures))
        .join(Order, Order.id == OrderMessage.order_id)
        .where(OrderMessage.person_id == person_id)
        .order_by(OrderMessage.id)
    )
    return [
        {"order": code, "side": side.value, "text": text, "written_at": at.isoformat(), "pictures": count}
        for code, side, text, at, count in db.session.execute(query)
    ]


def forget(leaving: Leaving) -> None:
    """Drop the pictures that somebody who goes has sent. The words stay with the order, without the name (its row is
    emptied) and without telephone numbers (`queries.messages`).
    """
    written = sa.select(OrderMessage.id).where(OrderMessage.person_id == leaving.person_id)
    db.session.execute(sa.delete(MessagePicture).where(MessagePicture.message_id.in_(written)))


def _scalar(query: sa.Select[Any]) -> sa.ScalarSelect[Any]:
    return query.correlate(OrderMessage).scalar_subquery()


def _talk(visitor: Buyer, side: Side, order_id: int) -> Talk:
    order = db.session.get(Order, order_id)
    found = queries.talk(order_id)
    if order is None or found is None:
        raise NotFound
    purchase = db.session.get_one(Purchase, order.purchase_id)
    if not can_take_part(visitor, side, order, purchase) or not found.was_shown:
        raise NotAllowed("talks.not_yours")
    return found


def _open_talk(visitor: Buyer, side: Side, order_id: int) -> Talk:
    found = _talk(visitor, side, order_id)
    if found.is_closed:
        raise Stale("talks.closed")
    return found


def _locked_inbox(found: Talk, side: Side) -> ThreadSide:
    """The row of the side that is written to, locked; both sides get theirs with the first message."""
    for each in (Side.BUYER, Side.SHOP):
        values = {"order_id": found.order_id, "store_id": found.store_id, "side": each}
        insert_once(ThreadSide, ("order_id", "side"), inbox_id=0, seen_id=0, told_id=0, **values)
    ids = db.session.scalars(
        sa.select(ThreadSide.id).where(ThreadSide.order_id == found.order_id, ThreadSide.side == side)
    )
    return lock_many(ThreadSide, ids)[0]


def _refuse_flood(order_id: int, side: Side) -> None:
    """Counted under the lock of the side that is written to, with the message at hand; the refusal takes it back."""
    recent = sa.select(sa.func.count()).where(
        OrderMessage.order_id == order_id,
        OrderMessage.side == side,
        OrderMessage.created_at > now() - timedelta(hours=1),
    )
    if (db.session.scalar(recent) or 0) > HOURLY.today():
        raise TooMany("talks.too_many", 3600)
