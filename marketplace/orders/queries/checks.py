"""Do orders, payments and ledger say the same? Each is one statement over everything there is (rupiah)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.ledger.models import LedgerAccount, LedgerEntry, LedgerTransaction
from marketplace.ledger.rules import BANK, COMMISSION, REFUNDS_ON_THE_WAY, VOUCHERS, Kind
from marketplace.orders.models import DisputePart, Order, OrderLine, PurchasePayment, RefundLine, RefundPart
from marketplace.orders.queries.vouchers import programme_part
from marketplace.orders.rules import COMPLETION_UNDONE, OrderStatus
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, Refund
from marketplace.payments.queries import Crooked
from marketplace.payments.rules import PAID, DisputeState, PaymentMethod, RefundState

Sum = sa.SQLColumnExpression[Any]
Figures = Mapping[str, tuple[Sum, Sum]]
"""By name: what is kept, and what the rows add up to."""
Statement = sa.Select[*tuple[Any, ...]]


def crooked_parts() -> list[Crooked]:
    """Orders whose refunded sums are not those of the refunds' parts, refunds that failed left out."""
    parts = (
        sa.select(
            RefundPart.order_id,
            sa.func.sum(RefundPart.goods).label("goods"),
            sa.func.sum(RefundPart.delivery).label("delivery"),
            sa.func.sum(RefundPart.commission).label("commission"),
        )
        .join(Refund, Refund.id == RefundPart.refund_id)
        .where(Refund.state != RefundState.FAILED)
        .group_by(RefundPart.order_id)
        .subquery()
    )
    figures: Figures = {
        "refunded goods": (Order.refunded_goods, _zero(parts.c.goods)),
        "refunded delivery": (Order.refunded_delivery, _zero(parts.c.delivery)),
        "refunded commission": (Order.refunded_commission, _zero(parts.c.commission)),
    }
    query = sa.select(Order.code).join(parts, parts.c.order_id == Order.id, isouter=True).order_by(Order.id)
    return _differing(query, figures)


def crooked_lines() -> list[Crooked]:
    """Lines whose refunded sum is not that of the refunds that name them, refunds that failed left out."""
    named = (
        sa.select(RefundLine.line_id, sa.func.sum(RefundLine.amount).label("amount"))
        .join(Refund, Refund.id == RefundLine.refund_id)
        .where(Refund.state != RefundState.FAILED)
        .group_by(RefundLine.line_id)
        .subquery()
    )
    query = (
        sa.select(Order.code)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(named, named.c.line_id == OrderLine.id, isouter=True)
        .order_by(OrderLine.id)
    )
    return _differing(query, {"refunded of a line": (OrderLine.refunded, _zero(named.c.amount))})


def unbooked_attempts() -> list[Crooked]:
    """Tries whose money or fee is not what the ledger has of it with the provider. Cash lies with none."""
    sales, credits_, fees = _by_key(Kind.ONLINE_SALE), _by_key(Kind.CREDIT), _by_key(Kind.PROVIDER_FEE)
    query = (
        sa.select(Payment.reference)
        .select_from(PaymentAttempt)
        .join(Payment, Payment.id == PaymentAttempt.payment_id)
        .join(sales, sales.c.key == _key("pay:", PaymentAttempt.id), isouter=True)
        .join(credits_, credits_.c.key == _key("credit:", PaymentAttempt.id), isouter=True)
        .join(fees, fees.c.key == _key("provider_fee:", PaymentAttempt.id), isouter=True)
        .where(Payment.method != PaymentMethod.CASH)
        .order_by(PaymentAttempt.id)
    )
    figures: Figures = {
        "received, in the ledger": (PaymentAttempt.received, _zero(sales.c.clearing) + _zero(credits_.c.clearing)),
        "fee, in the ledger": (_zero(PaymentAttempt.fee), -_zero(fees.c.clearing)),
    }
    return _differing(query, figures)


def unbooked_refunds() -> list[Crooked]:
    """Refunds that are not on their way by the ledger while they are open, or not sent where they were."""
    promised, sent = _by_key(Kind.REFUND), _by_key(Kind.REFUND_SENT)
    failed, returned = _by_key(Kind.REFUND_FAILED), _by_key(Kind.REFUND_FAILED)
    booked = {"refund:": promised, "refund_sent:": sent, "refund_failed:": failed, "refund_returned:": returned}
    query = sa.select(Refund.reference).order_by(Refund.id)
    for name, found in booked.items():
        query = query.join(found, found.c.key == _key(name, Refund.id), isouter=True)
    is_open = Refund.state.notin_((RefundState.SUCCEEDED, RefundState.FAILED))
    figures: Figures = {
        "refund on its way, in the ledger": (
            sa.case((is_open, Refund.amount), else_=0),
            -_total(found.c.transit for found in booked.values()),
        ),
        "refund sent, in the ledger": (
            sa.case((Refund.state == RefundState.SUCCEEDED, Refund.amount), else_=0),
            -_total(found.c.clearing for found in booked.values()),
        ),
    }
    return _differing(query, figures)


def unbooked_disputes() -> list[Crooked]:
    """Disputes of which the ledger has another sum lying with the bank, or another fee."""

    def booked(kind: Kind, name: str) -> Sum:
        found = _by_key(kind)
        mine = sa.select(_total([sa.func.sum(found.c.clearing)]))
        return mine.where(found.c.key.like(_key(name, Dispute.id) + ":%")).scalar_subquery()

    figures: Figures = {
        "withdrawn by the bank, in the ledger": (Dispute.withdrawn, -booked(Kind.DISPUTE_MONEY, "dispute_money:")),
        "fee of the dispute, in the ledger": (Dispute.fee, -booked(Kind.DISPUTE_FEE, "dispute_fee:")),
    }
    return _differing(sa.select(Dispute.provider_ref).order_by(Dispute.id), figures)


def crooked_orders() -> list[Crooked]:
    """Orders whose entries in the ledger are not what was sold, refunded, contested and disputed of them.

    The shop's own part lies as pending until the buyer has the goods, and is owed to it from then on. What a provider
    took out of it is believed here (`unbooked_attempts` looks after fees), and what the programme added
    (`crooked_vouchers`).
    """
    booked, disputed = _by_order(), _disputed()
    is_done, is_cash = Order.status == OrderStatus.DONE, Payment.method == PaymentMethod.CASH
    is_sold = sa.or_(sa.and_(is_cash, is_done), sa.and_(~is_cash, Payment.state.in_(PAID)))
    refunded = Order.refunded_goods + Order.refunded_delivery
    contested = Order.contested_goods + Order.contested_delivery
    commission = (
        Order.commission
        - Order.refunded_commission
        - Order.contested_commission
        - _zero(disputed.c.commission)
        - _zero(booked.c.undone_commission)
    )
    back = refunded + contested + _zero(booked.c.undone) + _zero(disputed.c.taken)
    own = Order.total - back - commission - _zero(booked.c.fee)

    def if_sold(amount: Sum) -> Sum:
        return sa.case((is_sold, amount), else_=0)

    figures: Figures = {
        "commission, in the ledger": (if_sold(commission), -_zero(booked.c.commission)),
        "pending for the shop": (sa.case((is_done, 0), else_=if_sold(own)), -_zero(booked.c.pending)),
        "owed to the shop": (
            sa.case((is_done, if_sold(own)), else_=0) + _zero(booked.c.voucher),
            -_zero(booked.c.payable),
        ),
        "disputed": (_zero(disputed.c.open) + contested, -_zero(booked.c.disputed)),
        "cash in the shop's hand": (sa.case((sa.and_(is_cash, is_done), Order.total), else_=0), _zero(booked.c.cash)),
    }
    query = (
        sa.select(Order.code)
        .join(PurchasePayment, PurchasePayment.purchase_id == Order.purchase_id)
        .join(Payment, Payment.id == PurchasePayment.payment_id)
        .join(booked, booked.c.about == _key("order:", Order.id), isouter=True)
        .join(disputed, disputed.c.order_id == Order.id, isouter=True)
        .order_by(Order.id)
    )
    return _differing(query, figures)


def crooked_vouchers() -> list[Crooked]:
    """Orders for which the programme has paid another sum by the ledger than it owes, and lines that do not add up.

    An order that was paid before and then changed keeps its discount as it was sold: its lines have less.
    """
    booked, disputed = _by_order(), _disputed()
    gone = Order.refunded_goods + Order.contested_goods + _zero(disputed.c.goods)
    kept = sa.case((gone < Order.goods_total, Order.goods_total - gone), else_=0)
    of_lines = (
        sa.select(_zero(sa.func.sum(OrderLine.discount)))
        .where(OrderLine.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    discount = Order.shop_discount + Order.programme_discount
    figures: Figures = {
        "borne by the programme": (
            sa.case((Order.status == OrderStatus.DONE, programme_part(kept)), else_=0),
            _zero(booked.c.voucher),
        ),
        "discount of its lines": (sa.case((Order.has_changes, of_lines), else_=discount), of_lines),
    }
    query = (
        sa.select(Order.code)
        .join(booked, booked.c.about == _key("order:", Order.id), isouter=True)
        .join(disputed, disputed.c.order_id == Order.id, isouter=True)
        .where(sa.or_(discount > 0, _zero(booked.c.voucher) != 0))
        .order_by(Order.id)
    )
    return _differing(query, figures)


def _by_order() -> sa.Subquery:
    """What is booked about each order, by kind of account, and what of it is a provider's fee that its shop bears.

    `undone`: of what its price was, the market had added this itself, and took it back when the order ended.
    """

    def on(which: Sum) -> Sum:
        return sa.func.sum(sa.case((which, LedgerEntry.amount), else_=0))

    is_undone = LedgerTransaction.key.like(f"{COMPLETION_UNDONE}%")
    return (
        sa.select(
            LedgerEntry.about,
            on(is_undone).label("undone"),
            on(sa.and_(is_undone, LedgerAccount.code == COMMISSION)).label("undone_commission"),
            on(LedgerAccount.code == COMMISSION).label("commission"),
            on(LedgerTransaction.kind == Kind.PROVIDER_FEE).label("fee"),
            on(LedgerAccount.code == VOUCHERS).label("voucher"),
            *(
                on(LedgerAccount.code.like(f"{kind}:store:%")).label(kind)
                for kind in ("pending", "payable", "disputed", "cash")
            ),
        )
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .join(LedgerTransaction, LedgerTransaction.id == LedgerEntry.transaction_id)
        .where(LedgerEntry.about != "")
        .group_by(LedgerEntry.about)
        .subquery()
    )


def _disputed() -> sa.Subquery:
    """What disputes took from each order: `taken`, with its `commission`, by those not won; `open` is not decided."""
    is_open = Dispute.state == DisputeState.OPEN
    return (
        sa.select(
            DisputePart.order_id,
            sa.func.sum(DisputePart.total).label("taken"),
            sa.func.sum(DisputePart.commission).label("commission"),
            sa.func.sum(DisputePart.goods).label("goods"),
            sa.func.sum(sa.case((is_open, DisputePart.total), else_=0)).label("open"),
        )
        .join(Dispute, Dispute.id == DisputePart.dispute_id)
        .where(Dispute.state != DisputeState.WON)
        .group_by(DisputePart.order_id)
        .subquery()
    )


def _by_key(kind: Kind) -> sa.Subquery:
    """What transactions of a kind moved, by key: with providers or our bank, and on its way back (debit positive)."""
    is_clearing = sa.or_(LedgerAccount.code.like("clearing:%"), LedgerAccount.code == BANK)
    return (
        sa.select(
            LedgerTransaction.key,
            sa.func.sum(sa.case((is_clearing, LedgerEntry.amount), else_=0)).label("clearing"),
            sa.func.sum(sa.case((LedgerAccount.code == REFUNDS_ON_THE_WAY, LedgerEntry.amount), else_=0)).label(
                "transit"
            ),
        )
        .join(LedgerEntry, LedgerEntry.transaction_id == LedgerTransaction.id)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerTransaction.kind == kind)
        .group_by(LedgerTransaction.key)
        .subquery()
    )


def _key(name: str, number: Any) -> Sum:
    """The key under which a service booked what happened to a row."""
    return sa.literal(name) + sa.cast(number, sa.String)


def _zero(amount: Any) -> Sum:
    return sa.func.coalesce(amount, 0)


def _total(amounts: Iterable[Sum]) -> Sum:
    first, *others = (_zero(amount) for amount in amounts)
    return sum(others, start=first)


def _differing(query: Statement, figures: Figures) -> list[Crooked]:
    """The rows of a statement that gives a reference, where one of the figures differs. One statement."""
    pairs = [column for pair in figures.values() for column in pair]
    query = query.add_columns(*pairs).where(sa.or_(*(kept != found for kept, found in figures.values())))
    crooked = []
    for reference, *values in db.session.execute(query):
        for figure, kept, found in zip(figures, values[0::2], values[1::2], strict=True):
            if kept != found:
                crooked.append(Crooked(reference, figure, int(kept), int(found)))
    return crooked
