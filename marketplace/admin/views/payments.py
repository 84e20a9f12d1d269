"""Online payments: which of them need a person, all of them, and each one whole."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from marketplace.admin import queries, services, words
from marketplace.admin.acts import OF_MONEY
from marketplace.admin.forms import ReasonForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.bank import queries as bank
from marketplace.checkout.services import settling
from marketplace.core.clock import now
from marketplace.core.db import transaction
from marketplace.core.errors import NotFound, Refusal, Stale
from marketplace.orders import queries as orders
from marketplace.orders import services as order_services
from marketplace.payments import queries as payments
from marketplace.payments.models import Payment
from marketplace.payments.queries import NeedRow
from marketplace.payments.rules import BY_HAND, Need, PaymentState, ProviderTrouble, RefundState
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain

Page = tuple[str, int] | Response
ACTS_SHOWN = 30
STATES = {state.value: state for state in PaymentState}
log = structlog.get_logger()


@dataclass(frozen=True)
class Group:
    """What needs a person for the same reason: in words, how many, and those that wait longest."""

    need: Need
    title: str
    hint: str
    count: int
    rows: list[NeedRow]


@bp.get("/pembayaran")
@requires(is_operator)
def payments_list() -> tuple[str, int]:
    """What needs a person, and all online payments."""
    return list_page()


def list_page(notice_id: int = 0, form: ReasonForm | None = None, status: int = 200, said: str = "") -> tuple[str, int]:
    """The list, perhaps with a refused form at one of its notices, or with words why something was not done."""
    args, at = request.args, now()
    asked = {"q": args.get("q", "").strip()[:120], "keadaan": args.get("keadaan", "")}
    page = queries.online_payments(asked["q"], STATES.get(asked["keadaan"]), args.get("halaman"))
    groups = _groups(payments.need_counts(at), payments.needs(at))
    rows = [row for group in groups for row in group.rows]
    forms = {row.thing_id: reason_form(row.thing_id, is_blank=True) for row in rows if row.need is Need.NOTICE}
    if form is not None:
        forms[notice_id] = form
    kept = {key: value for key, value in asked.items() if value}

    def address(cursor: str | None) -> str | None:
        return f"{url_for('admin.payments_list')}?{urlencode({**kept, 'halaman': cursor})}" if cursor else None

    shown = show(
        "payments",
        page=page,
        asked=asked,
        groups=groups,
        codes=orders.purchase_codes(row.payment_id for row in rows if row.payment_id is not None),
        forms=forms,
        said=said,
        words=words,
        prev_url=address(page.prev),
        next_url=address(page.next),
    )
    return shown, status


def reason_form(number: int, *, is_blank: bool = False) -> ReasonForm:
    """One of several forms for a reason on a page: each has an id of its own, and only one was sent."""
    form = ReasonForm(formdata=None) if is_blank else ReasonForm()
    form.reason.id = f"alasan-{number}"
    return form


@bp.get("/pembayaran/<string:reference>")
@requires(is_operator)
def payment(reference: str) -> tuple[str, int]:
    """A payment with all that happened to it."""
    return payment_page(reference)


@bp.post("/pembayaran/<string:reference>/pembacaan")
@requires(is_operator)
def read_payment(reference: str) -> Page:
    """Ask the provider how it stands. A payment whose time is over is closed there first, as the routine does."""
    found = find_payment(reference)
    payment_id, is_over = found.id, found.state is PaymentState.PENDING and _is_over(found)
    try:
        readings = settling.close(payment_id) if is_over else settling.read(payment_id)
        with transaction():
            services.book(current_actor(), reference, readings)
    except ProviderTrouble as trouble:
        return provider_away(reference, trouble)
    except Refusal as refusal:
        return payment_page(reference, 409, explain(refusal))
    if is_over:
        _expire(payment_id)
    flash(_("Sudah dibaca lagi dari penyedia. Yang tampil di sini adalah keadaan terakhir."), "success")
    return back(reference)


@bp.post("/pembayaran/<string:reference>/penerimaan")
@requires(is_operator)
def complete_payment(reference: str) -> Page:
    """Take a sum that was not what was asked as the payment: what is too much goes back, the market adds the rest."""
    payment_id = find_payment(reference).id
    try:
        with transaction():
            order_services.paying.complete(current_actor(), payment_id)
    except Stale as refusal:
        return payment_page(reference, 409, explain(refusal))
    flash(_("Pembayaran diterima. Toko sudah diberi tahu."), "success")
    return back(reference)


@bp.post("/pembayaran/<string:reference>/pembatalan")
@requires(is_operator)
def send_back_payment(reference: str) -> Page:
    """Send a sum back that was not what was asked; the orders end."""
    payment_id = find_payment(reference).id
    try:
        with transaction():
            order_services.refunds.refund_mismatch(current_actor(), payment_id)
    except Stale as refusal:
        return payment_page(reference, 409, explain(refusal))
    flash(_("Uangnya dikembalikan ke pembeli, dan pesanannya dibatalkan."), "success")
    return back(reference)


def find_payment(reference: str) -> Payment:
    """A payment that came or comes in. Raises NotFound; cash has a page once it has changed hands."""
    found = payments.payment_by_reference(reference)
    if found is None or (found.hold_until is None and not found.received):
        raise NotFound
    return found


def provider_away(reference: str, trouble: ProviderTrouble) -> tuple[str, int]:
    """The page of a payment whose provider could not be read."""
    log.warning("admin.provider_away", reference=reference, why=str(trouble))
    return payment_page(reference, 503, _("Penyedia tidak menjawab, jadi tidak ada yang diubah. Coba lagi sebentar."))


def back(reference: str) -> Response:
    """To the page of a payment."""
    return redirect(url_for("admin.payment", reference=reference), 303)  # type: ignore[return-value]


def payment_page(
    reference: str, status: int = 200, said: str = "", forms: dict[str, ReasonForm] | None = None
) -> tuple[str, int]:
    """A payment whole, as it is now; perhaps with words why something was not done, or with a refused form."""
    found = find_payment(reference)
    attempts, refunds = payments.attempts_of(found.id), payments.refunds_of(found.id)
    disputes, its_orders = payments.disputes_of(found.id), orders.money_of_orders(found.id)
    refs = [ref for attempt in attempts for ref in (attempt.session_ref, attempt.provider_ref) if ref]
    things = [("payment", reference), *(("refund", refund.reference) for refund in refunds)]
    is_by_hand = found.method in BY_HAND
    lines = bank.lines_of(found.id) if is_by_hand else []
    things += [("bank_line", str(line.id)) for line in lines]
    things += [("order", order.code) for order in its_orders]
    open_failures = [refund for refund in refunds if refund.state is RefundState.FAILED and not refund.handled_at]
    shown = show(
        "payment",
        payment=found,
        code=orders.purchase_codes([found.id])[found.id],
        attempts=attempts,
        refunds=refunds,
        disputes=disputes,
        is_disputed=any(dispute.closed_at is None for dispute in disputes),
        orders=its_orders,
        notices=payments.notices_of(reference, refs),
        bookings=orders.bookings_of_payment(found, its_orders, attempts, refunds, disputes),
        lines=lines,
        proofs=bank.proofs_of([found.id]).get(found.id, []) if is_by_hand else [],
        is_by_hand=is_by_hand,
        acts=queries.acts_about(things, OF_MONEY, limit=ACTS_SHOWN),
        forms={refund.reference: reason_form(refund.id, is_blank=True) for refund in open_failures} | (forms or {}),
        is_over=found.state is PaymentState.PENDING and _is_over(found),
        said=said,
        words=words,
    )
    return shown, status


def _is_over(found: Payment) -> bool:
    """Is its time over, with no proof that asks an operator first?"""
    return found.proof_at is None and found.hold_until is not None and found.hold_until <= now()


def _expire(payment_id: int) -> None:
    purchase_id = orders.purchase_of_payment(payment_id).id
    try:
        with transaction():
            order_services.paying.expire(purchase_id)
    except Stale:  # it was paid at the last moment, or the routine was quicker
        log.info("admin.hold_settled", payment_id=payment_id)


def _groups(counts: dict[Need, int], rows: list[NeedRow]) -> list[Group]:
    return [
        Group(need, str(title), str(hint), counts[need], [row for row in rows if row.need is need])
        for need, (title, hint) in words.NEEDS.items()
        if counts[need]
    ]
