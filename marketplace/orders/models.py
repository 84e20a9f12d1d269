"""Purchases and orders. What was bought is copied: names and prices stay as they were at the moment of buying."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.core.db import Base, Word, one_of
from marketplace.core.vault import Sealed
from marketplace.orders.rules import AcceptedBy, Cause, LinkAct, OrderStatus, ShareKind
from marketplace.payments.rules import PaymentMethod
from marketplace.shipping.rules import DeliveryMethod


class Purchase(Base):
    """What a buyer ordered in one go: one payment, an order for each shop. A guest's purchase is opened by its key.

    `goods_total` is what she pays for the goods; `discount` rupiah more they cost without her voucher.
    """

    __tablename__ = "purchases"
    __table_args__ = (
        one_of("payment_method", PaymentMethod),
        sa.CheckConstraint("total = goods_total + delivery_total", name="total_adds_up"),
        sa.CheckConstraint("discount >= 0", name="discount_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    form_key: Mapped[str] = mapped_column(sa.String(43), unique=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), index=True)
    buyer_name: Mapped[str] = mapped_column(sa.String(120))
    buyer_email: Mapped[str] = mapped_column(sa.String(254), default="")
    buyer_phone: Mapped[str] = mapped_column(sa.String(20), index=True)
    street: Mapped[str] = mapped_column(sa.String(200), default="")
    rt_rw: Mapped[str] = mapped_column(sa.String(20), default="")
    village_code: Mapped[str | None] = mapped_column(sa.ForeignKey("regions.code"))
    region_names: Mapped[str] = mapped_column(sa.String(300), default="")
    postcode: Mapped[str] = mapped_column(sa.String(5), default="")
    landmark: Mapped[str] = mapped_column(sa.String(200), default="")
    language: Mapped[str] = mapped_column(sa.String(2), default="id")
    payment_method: Mapped[PaymentMethod] = mapped_column(Word(PaymentMethod))
    goods_total: Mapped[int]
    delivery_total: Mapped[int]
    total: Mapped[int]
    discount: Mapped[int] = mapped_column(default=0)
    placed_at: Mapped[datetime] = mapped_column(index=True)

    orders: Mapped[list[Order]] = relationship(lazy="raise", order_by="Order.id", viewonly=True)


class Order(Base):
    """One shop's part of a purchase. The buyer shows `handover_code` when she receives the goods (and pays in cash).

    `commission` (rupiah) and `bears_fee` follow the rules of the day it was placed, whatever is changed later.
    `done_at` is when it was handed over.
    The code lies sealed in the database. The shop searches in `search_text`: names of buyer and goods, folded.
    `ready_by` is the day the buyer was told for goods made to order. `has_changes`: a change was asked for or a part
    sent on its own, which `changes` knows more of; of all others nothing needs to be looked up.

    `goods_total` is what the buyer pays for the goods, after the voucher `voucher_code`: they cost her `shop_discount`
    or `programme_discount` less, whichever of the two bears it. The shop earns the programme's part as well, as far as
    the goods are kept (`orders.services.bearing`).

    `contested_by` is the claim (by its id, above) that is open since `contested_at`: the `contested` rupiah of goods,
    delivery and commission lie aside (`orders.services.contesting`), and nothing completes the order by itself.

    The clock of the state it is in: since when it is (`state_since`), the first reminder (`remind_at`), from when the
    other side may end it (`may_end_at`, where that is), when the state ends by itself (`ends_at`), and how many of the
    two reminders were sent (`reminded`). It is wound by every move, by the settings of that day.

    What the buyer was told about delivery stays: `delivery_name` and `delivery_place` are the pick-up point and its
    address, or the name of the courier service; `delivery_days` how long that takes, `delivery_weight` the grams that
    are charged, `tracking_url` its page about a parcel. `tracking_number` is what the shop wrote down.
    """

    __tablename__ = "orders"
    __table_args__ = (
        one_of("status", OrderStatus),
        one_of("delivery_method", DeliveryMethod),
        sa.CheckConstraint("total = goods_total + delivery_fee", name="total_adds_up"),
        sa.CheckConstraint("commission >= 0 AND commission <= goods_total", name="commission_of_goods"),
        sa.CheckConstraint("shop_discount >= 0 AND programme_discount >= 0", name="discounts_not_negative"),
        sa.CheckConstraint("shop_discount = 0 OR programme_discount = 0", name="one_bears_the_discount"),
        sa.CheckConstraint(
            "shop_discount + programme_discount = 0 OR voucher_code <> ''", name="discount_by_a_voucher"
        ),
        sa.CheckConstraint("refunded_goods >= 0 AND refunded_goods <= goods_total", name="goods_refunded_of_sold"),
        sa.CheckConstraint(
            "refunded_delivery >= 0 AND refunded_delivery <= delivery_fee", name="delivery_refunded_of_sold"
        ),
        sa.CheckConstraint(
            "refunded_commission >= 0 AND refunded_commission <= commission", name="commission_refunded_of_taken"
        ),
        sa.CheckConstraint(
            "contested_goods >= 0 AND contested_goods + refunded_goods <= goods_total", name="goods_contested_of_left"
        ),
        sa.CheckConstraint(
            "contested_delivery >= 0 AND contested_delivery + refunded_delivery <= delivery_fee",
            name="delivery_contested_of_left",
        ),
        sa.CheckConstraint(
            "contested_commission >= 0 AND contested_commission + refunded_commission <= commission",
            name="commission_contested_of_left",
        ),
        sa.CheckConstraint("(contested_by IS NULL) = (contested_at IS NULL)", name="contested_by_a_claim"),
        sa.CheckConstraint("status <> 'done' OR done_at IS NOT NULL", name="done_has_its_time"),
        sa.CheckConstraint(
            "status NOT IN ('processing', 'ready', 'on_the_way', 'arrived') OR ends_at IS NOT NULL", name="has_a_clock"
        ),
        sa.UniqueConstraint("purchase_id", "store_id"),
        sa.Index("ix_orders_clock", "status", "ends_at"),
        sa.Index("ix_orders_store_done", "store_id", "done_at"),
        sa.Index("ix_orders_store_placed", "store_id", "placed_at", "id"),
        sa.Index("ix_orders_store_status", "store_id", "status", "placed_at"),
        sa.Index("ix_orders_answer_by", "status", "answer_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(12), unique=True)
    purchase_id: Mapped[int] = mapped_column(sa.ForeignKey("purchases.id"), index=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("stores.id"))
    status: Mapped[OrderStatus] = mapped_column(Word(OrderStatus), default=OrderStatus.WAITING)
    delivery_method: Mapped[DeliveryMethod] = mapped_column(Word(DeliveryMethod))
    goods_total: Mapped[int]
    delivery_fee: Mapped[int]
    total: Mapped[int]
    commission: Mapped[int] = mapped_column(default=0)
    bears_fee: Mapped[bool] = mapped_column(default=False)
    voucher_code: Mapped[str] = mapped_column(sa.String(20), default="")
    shop_discount: Mapped[int] = mapped_column(default=0)
    programme_discount: Mapped[int] = mapped_column(default=0)
    refunded_goods: Mapped[int] = mapped_column(default=0)
    refunded_delivery: Mapped[int] = mapped_column(default=0)
    refunded_commission: Mapped[int] = mapped_column(default=0)
    contested_goods: Mapped[int] = mapped_column(default=0)
    contested_delivery: Mapped[int] = mapped_column(default=0)
    contested_commission: Mapped[int] = mapped_column(default=0)
    contested_by: Mapped[int | None]
    contested_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    reason: Mapped[str] = mapped_column(sa.String(300), default="")
    delivery_name: Mapped[str] = mapped_column(sa.String(120), default="")
    delivery_place: Mapped[str] = mapped_column(sa.String(300), default="")
    delivery_days: Mapped[str] = mapped_column(sa.String(10), default="")
    delivery_weight: Mapped[int] = mapped_column(default=0)
    tracking_url: Mapped[str] = mapped_column(sa.String(200), default="")
    tracking_number: Mapped[str] = mapped_column(sa.String(40), default="")
    handover_code: Mapped[str] = mapped_column("handover_sealed", Sealed())
    handover_tries: Mapped[int] = mapped_column(default=0)
    handover_locked_until: Mapped[datetime | None]
    placed_at: Mapped[datetime]
    answer_by: Mapped[datetime]
    done_at: Mapped[datetime | None]
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    ready_by: Mapped[date | None]
    state_since: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    may_end_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    reminded: Mapped[int] = mapped_column(default=0)
    has_changes: Mapped[bool] = mapped_column(default=False)

    lines: Mapped[list[OrderLine]] = relationship(lazy="raise", order_by="OrderLine.id", viewonly=True)
    events: Mapped[list[OrderEvent]] = relationship(lazy="raise", order_by="OrderEvent.id", viewonly=True)

    @property
    def discount(self) -> int:
        """How much less the goods cost the buyer (rupiah), whoever bears it."""
        return self.shop_discount + self.programme_discount


class OrderLine(Base):
    """One variant in an order, as it was called and priced when it was bought (rupiah, grams).

    `allergens` are the codes that the product's words named then: what the buyer was told.

    `ordered_quantity` and `ordered_price` stay as they were bought; where buyer and shop agreed on a change,
    `quantity`, `unit_price` and `total` say what is to be delivered now: 0 pieces of what is left out. What came
    instead of something was never ordered (0 pieces).

    `discount` is this line's part of the order's voucher: what is paid for it is `total` less that.

    `claimed` of its pieces are in a claim that was not withdrawn; `refunded` is what went back for this very line
    (`RefundLine`).
    """

    __tablename__ = "order_lines"
    __table_args__ = (
        sa.CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        sa.CheckConstraint("ordered_quantity >= 0 AND ordered_price >= 0", name="ordered_not_negative"),
        sa.CheckConstraint("total = unit_price * quantity", name="total_adds_up"),
        sa.CheckConstraint("claimed >= 0 AND claimed <= quantity", name="claimed_of_bought"),
        sa.CheckConstraint("discount >= 0 AND discount <= total", name="discount_of_total"),
        sa.CheckConstraint("refunded >= 0 AND refunded <= total - discount", name="refunded_of_paid"),
        sa.UniqueConstraint("order_id", "variant_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    variant_id: Mapped[int] = mapped_column(sa.ForeignKey("variants.id"), index=True)
    product_name: Mapped[str] = mapped_column(sa.String(140))
    variant_name: Mapped[str] = mapped_column(sa.String(130), default="")
    picture_key: Mapped[str] = mapped_column(sa.String(40), default="")
    is_not_halal: Mapped[bool] = mapped_column(default=False)
    unit_price: Mapped[int]
    quantity: Mapped[int]
    total: Mapped[int]
    discount: Mapped[int] = mapped_column(default=0)
    ordered_quantity: Mapped[int]
    ordered_price: Mapped[int]
    weight: Mapped[int] = mapped_column(default=0)
    allergens: Mapped[list[str]] = mapped_column(default=list)
    claimed: Mapped[int] = mapped_column(default=0)
    refunded: Mapped[int] = mapped_column(default=0)

    @property
    def paid(self) -> int:
        """What the buyer pays for it (rupiah)."""
        return self.total - self.discount


class OrderEvent(Base):
    """A step in an order's time line, which buyer and seller both read. Only ever added."""

    __tablename__ = "order_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), index=True)
    status: Mapped[OrderStatus] = mapped_column(Word(OrderStatus))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    note: Mapped[str] = mapped_column(sa.String(300), default="")
    cause: Mapped[Cause] = mapped_column(Word(Cause), default=Cause.NONE)


class OrderAcceptance(Base):
    """Who took the goods of an order, in her own words. Written once with the step that ends the order; never changed.

    `signature` is a drawn name as an SVG path on a field of 600 by 200, '' without one.
    """

    __tablename__ = "order_acceptances"
    __table_args__ = (
        one_of("accepted_by", AcceptedBy),
        sa.CheckConstraint("length(name) > 0", name="has_a_name"),
    )

    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), primary_key=True)
    at: Mapped[datetime]
    name: Mapped[str] = mapped_column(sa.String(120))
    accepted_by: Mapped[AcceptedBy] = mapped_column(Word(AcceptedBy))
    remark: Mapped[str] = mapped_column(sa.String(300), default="")
    signature: Mapped[str] = mapped_column(sa.Text, default="")


class OrderShare(Base):
    """A ready message about an order that somebody of the shop passed on by hand, e.g. by WhatsApp."""

    __tablename__ = "order_shares"
    __table_args__ = (one_of("kind", ShareKind),)

    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), primary_key=True)
    kind: Mapped[ShareKind] = mapped_column(Word(ShareKind), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]


class OrderLink(Base):
    """A link in a letter by which one person of the shop does one thing with an order, without signing in.

    `occasion` names the letter, so that it holds one link however often it is written; `sent_to` is a keyed hash of
    the address it went to. The link itself is not kept: it follows from the id and the market's secret.
    """

    __tablename__ = "order_links"
    __table_args__ = (
        one_of("act", LinkAct),
        sa.CheckConstraint("(act IS NULL) = (used_at IS NULL)", name="used_for_something"),
        sa.CheckConstraint("expires_at > made_at", name="ends_after_it_begins"),
        sa.UniqueConstraint("order_id", "person_id", "occasion"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    occasion: Mapped[str] = mapped_column(sa.String(40))
    sent_to: Mapped[str] = mapped_column(sa.String(64))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    act: Mapped[LinkAct | None] = mapped_column(Word(LinkAct))
    used_at: Mapped[datetime | None]


class RefundPart(Base):
    """What a refund takes from one order (rupiah). A refund of money that belongs to no order has no part."""

    __tablename__ = "refund_parts"
    __table_args__ = (
        sa.CheckConstraint("goods >= 0 AND delivery >= 0 AND goods + delivery > 0", name="something"),
        sa.CheckConstraint("commission >= 0", name="commission_not_negative"),
    )

    refund_id: Mapped[int] = mapped_column(sa.ForeignKey("refunds.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), primary_key=True, index=True)
    goods: Mapped[int]
    delivery: Mapped[int]
    commission: Mapped[int]


class RefundLine(Base):
    """What of a refund is for one line of an order (rupiah, pieces). The lines of a part add up to its goods at most:
    a refund that names no lines has none.
    """

    __tablename__ = "refund_lines"
    __table_args__ = (sa.CheckConstraint("amount > 0 AND quantity >= 0", name="something"),)

    refund_id: Mapped[int] = mapped_column(sa.ForeignKey("refunds.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("order_lines.id"), primary_key=True, index=True)
    quantity: Mapped[int]
    amount: Mapped[int]


class DisputePart(Base):
    """What a dispute sets aside of one order (rupiah), until it is decided; `goods` of it are for its goods."""

    __tablename__ = "dispute_parts"
    __table_args__ = (
        sa.CheckConstraint("total > 0 AND commission >= 0 AND commission <= total", name="commission_of_total"),
        sa.CheckConstraint("goods >= 0 AND goods <= total", name="goods_of_total"),
    )

    dispute_id: Mapped[int] = mapped_column(sa.ForeignKey("disputes.id"), primary_key=True)
    order_id: Mapped[int] = mapped_column(sa.ForeignKey("orders.id"), primary_key=True, index=True)
    total: Mapped[int]
    commission: Mapped[int]
    goods: Mapped[int] = mapped_column(default=0)


class PurchasePayment(Base):
    """Which payment pays which purchase."""

    __tablename__ = "purchase_payments"

    purchase_id: Mapped[int] = mapped_column(sa.ForeignKey("purchases.id"), primary_key=True)
    payment_id: Mapped[int] = mapped_column(sa.ForeignKey("payments.id"), primary_key=True, unique=True)
