"""One shop's money, and the holds on it: put, renewed, lifted, and appeals answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _

from marketplace.accounts.queries import names_of
from marketplace.admin.forms.payouts import AnswerForm, HoldForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.admin.words import HOLD_KINDS, LINE_STATES
from marketplace.core.clock import now, today
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.ledger import queries as ledger
from marketplace.payouts import queries, services
from marketplace.payouts.services import clocks
from marketplace.stores.queries import store_by_slug
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain

Page = tuple[str, int] | Response
A_WEEK = timedelta(days=7)


@bp.get("/pencairan/toko/<string:slug>")
@requires(is_operator)
def payout_store(slug: str) -> tuple[str, int]:
    """A shop's money, what holds it back, and what was sent."""
    return _page(slug)


@bp.post("/pencairan/toko/<string:slug>/penahanan")
@requires(is_operator)
def hold_store(slug: str) -> Page:
    """Hold it back, or longer."""
    store_id, form = store_by_slug(slug).id, HoldForm(prefix="tahan")
    if not form.validate_on_submit():
        return _page(slug, 422, hold_form=form)
    is_held = queries.standing_hold(store_id) is not None
    act = services.holds.renew if is_held else services.holds.put

    def do() -> None:
        act(current_actor(), store_id, form.reason.data or "", form.last_day.data)

    return _do(slug, do, _("Penahanan tercatat, dan toko diberi tahu."), hold_form=form)


@bp.post("/pencairan/toko/<string:slug>/pembukaan")
@requires(is_operator)
def lift_hold(slug: str) -> Page:
    """The money is free again."""
    store_id = store_by_slug(slug).id
    return _do(slug, lambda: services.holds.lift(current_actor(), store_id), _("Penahanan dibuka."))


@bp.post("/pencairan/toko/<string:slug>/jawaban")
@requires(is_operator)
def answer_appeal(slug: str) -> Page:
    """Answer the appeal that waits."""
    store_id, form = store_by_slug(slug).id, AnswerForm(prefix="jawab")
    if not form.validate_on_submit():
        return _page(slug, 422, answer_form=form)
    waiting = [hold.id for hold in queries.holds_of([store_id]) if hold.appealed_at and not hold.answered_at]
    hold_id = waiting[0] if waiting else 0

    def do() -> None:
        services.holds.answer(current_actor(), hold_id, form.reason.data or "", form.lifts.data)

    return _do(slug, do, _("Jawaban terkirim."), answer_form=form)


def _do(
    slug: str,
    act: Callable[[], None],
    done: str,
    hold_form: HoldForm | None = None,
    answer_form: AnswerForm | None = None,
) -> Page:
    """Do it in a transaction; a refusal shows the page again with what was typed."""
    try:
        with transaction():
            act()
    except Invalid as refusal:
        form = hold_form or answer_form
        if form is not None:
            form.refuse(refusal)
        return _page(slug, 422, hold_form=hold_form, answer_form=answer_form)
    except Stale as refusal:
        return _page(slug, 409, explain(refusal))
    flash(done, "success")
    return redirect(url_for("admin.payout_store", slug=slug), 303)  # type: ignore[return-value]


def _page(
    slug: str,
    status: int = 200,
    said: str = "",
    hold_form: HoldForm | None = None,
    answer_form: AnswerForm | None = None,
) -> tuple[str, int]:
    store = store_by_slug(slug)
    holds = queries.holds_of([store.id])
    shown = show(
        "payout_store",
        store=store,
        due=queries.due_of(store.id, clocks.free_from(today()), clocks.ACCOUNT_HOURS.today()),
        balance=ledger.store_summary(store.id),
        account=queries.account_of(store.id),
        holds=holds,
        standing=queries.standing_hold(store.id),
        waiting=next((hold for hold in holds if hold.appealed_at and not hold.answered_at), None),
        names=names_of(person for hold in holds for person in (hold.made_by, hold.answered_by) if person),
        lines=queries.lines_of_store([store.id]).items,
        line_states=LINE_STATES,
        kinds=HOLD_KINDS,
        at=now(),
        hold_form=hold_form or HoldForm(formdata=None, prefix="tahan", last_day=today() + A_WEEK),
        answer_form=answer_form or AnswerForm(formdata=None, prefix="jawab"),
        longest=clocks.LONGEST_HOLD_DAYS.today(),
        said=said,
    )
    return shown, status
