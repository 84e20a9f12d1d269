"""The market's account: the bank's file is taken in, and what its lines could not tell by themselves is decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

import structlog
from flask import Response, flash, redirect, request, url_for
from flask_babel import gettext as _

from config import Config
from marketplace.admin import words
from marketplace.admin.forms import ReasonForm
from marketplace.admin.forms.bank import AsideForm, CodeForm, ColumnsForm, StatementForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.bank import queries, services
from marketplace.bank.queries import LineRow
from marketplace.bank.rules import BAD_ROWS_SHOWN, AsideKind, Candidate, LineState, masked
from marketplace.core.db import db, transaction
from marketplace.core.errors import Invalid, NotFound, Refusal, Stale
from marketplace.core.ports import port
from marketplace.orders import services as orders
from marketplace.payments.queries import payment_by_reference
from marketplace.web.access import current_actor, is_operator, requires
from marketplace.web.language import explain
from marketplace.web.private import private_file

Page = tuple[str, int] | Response
TABS = {"": LineState.OPEN, "dibukukan": LineState.BOOKED, "disisihkan": LineState.ASIDE, "keluar": LineState.OUT}
LINES_SHOWN = 25
Form = TypeVar("Form", CodeForm, AsideForm, ReasonForm)
log = structlog.get_logger()


@dataclass
class Desk:
    """The forms of a line that is to be decided; one of them may have been refused."""

    line: LineRow
    candidates: list[Candidate]
    code: CodeForm
    aside: AsideForm


@bp.get("/bank")
@requires(is_operator)
def bank() -> tuple[str, int]:
    """What came in and waits for a decision, what buyers show, and the files that were handed in."""
    return _desk_page()


@bp.post("/bank")
@requires(is_operator)
def hand_in_statement() -> Page:
    """Take a file in; what it holds is shown before anything is kept."""
    form = StatementForm()
    if not form.validate():
        return _desk_page(422, form=form)
    try:
        prepared = services.statements.prepare(*form.upload())
    except Invalid as refusal:
        form.refuse(refusal)
        return _desk_page(422, form=form)
    with transaction():
        statement_id = services.statements.keep(current_actor(), prepared).id
    return redirect(url_for("admin.bank_statement", statement_id=statement_id), 303)  # type: ignore[return-value]


@bp.get("/bank/mutasi/<int:statement_id>")
@requires(is_operator)
def bank_statement(statement_id: int) -> tuple[str, int]:
    """A file as it would be taken in."""
    return _statement_page(statement_id)


@bp.post("/bank/mutasi/<int:statement_id>/kolom")
@requires(is_operator)
def choose_bank_columns(statement_id: int) -> Page:
    """Say which column is what, and look again."""
    form = _columns_form(statement_id)
    if not form.validate():
        return _statement_page(statement_id, 422, form)
    try:
        with transaction():
            services.statements.choose_columns(current_actor(), statement_id, form.header_row.data or 0, form.roles)
    except Invalid as refusal:
        form.refuse(refusal)
        return _statement_page(statement_id, 422, form)
    except Stale as refusal:
        return _statement_page(statement_id, 409, said=explain(refusal))
    return redirect(url_for("admin.bank_statement", statement_id=statement_id), 303)  # type: ignore[return-value]


@bp.post("/bank/mutasi/<int:statement_id>")
@requires(is_operator)
def store_bank_statement(statement_id: int) -> Page:
    """Keep the lines, and book those whose payment is certain."""
    found = services.statements.dry_run(queries.statement(statement_id))
    db.session.rollback()
    try:
        with transaction():
            row = services.statements.store(current_actor(), statement_id, found.parsed)
            new, known = row.new_lines, row.known_lines
    except (Invalid, Stale) as refusal:
        return _statement_page(statement_id, 409 if isinstance(refusal, Stale) else 422, said=explain(refusal))
    booked = _match()
    flash(
        _(
            "%(new)s baris baru disimpan, %(known)s sudah ada. %(booked)s pembayaran langsung cocok.",
            new=new,
            known=known,
            booked=booked,
        ),
        "success",
    )
    return redirect(url_for("admin.bank"), 303)  # type: ignore[return-value]


@bp.post("/bank/baris/<int:line_id>/pembayaran")
@requires(is_operator)
def assign_line(line_id: int) -> Page:
    """A line pays this purchase: one of those that are offered, or one that is named by its code."""
    form = CodeForm()
    if not form.validate():
        return _desk_page(422, line_id=line_id, code=form)
    try:
        payment_id = services.lines.payment_by_code(form.code.data or "")
        with transaction():
            outcome = services.lines.assign(current_actor(), line_id, payment_id)
    except Invalid as refusal:
        form.refuse(refusal)
        return _desk_page(422, line_id=line_id, code=form)
    except Stale as refusal:
        return _desk_page(409, said=explain(refusal))
    flash(str(words.LINE_OUTCOMES[outcome]), "success")
    return _back()


@bp.post("/bank/baris/<int:line_id>/sisihkan")
@requires(is_operator)
def set_line_aside(line_id: int) -> Page:
    """A line is no payment."""
    form = AsideForm()
    if not form.validate():
        return _desk_page(422, line_id=line_id, aside=form)
    try:
        with transaction():
            services.lines.set_aside(current_actor(), line_id, AsideKind(form.kind.data), form.reason.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return _desk_page(422, line_id=line_id, aside=form)
    except Stale as refusal:
        return _desk_page(409, said=explain(refusal))
    flash(_("Baris itu disisihkan."), "success")
    return _back()


@bp.post("/bank/baris/<int:line_id>/buka")
@requires(is_operator)
def reopen_line(line_id: int) -> Page:
    """It was set aside by mistake."""
    try:
        with transaction():
            services.lines.reopen(current_actor(), line_id)
    except Stale as refusal:
        return _desk_page(409, said=explain(refusal))
    flash(_("Baris itu dibuka lagi."), "success")
    return _back()


@bp.get("/bank/bukti/<int:proof_id>")
@requires(is_operator)
def payment_proof(proof_id: int) -> Response:
    """What a buyer showed; each reading is on the trail."""
    with transaction():
        content = services.proofs.read(current_actor(), proof_id)
    return private_file(*content, f"bukti-{proof_id}")


@bp.post("/bank/pembayaran/<string:reference>/akhiri")
@requires(is_operator)
def give_up_payment(reference: str) -> Page:
    """The money did not come: the orders end, and the goods are free."""
    found, form = payment_by_reference(reference), ReasonForm()
    if found is None:
        raise NotFound
    payment_id = found.id
    if not form.validate():
        return _desk_page(422, reference=reference, reason=form)
    try:
        with transaction():
            orders.paying.give_up(current_actor(), payment_id, form.reason.data or "")
    except Invalid as refusal:
        form.refuse(refusal)
        return _desk_page(422, reference=reference, reason=form)
    except Stale as refusal:
        return _desk_page(409, said=explain(refusal))
    flash(_("Pembayaran itu diakhiri, dan barangnya dilepaskan."), "success")
    return _back()


def _match() -> int:
    """Book what is certain at once; the worker does the same, should this process end before."""
    pairs = queries.certain()
    db.session.rollback()
    booked = 0
    for line_id, payment_id in pairs:
        try:
            with transaction():
                booked += services.lines.match(line_id, payment_id) is not None
        except Refusal as refusal:  # it is for the operator then
            log.warning("bank.not_matched", line_id=line_id, payment_id=payment_id, why=str(refusal))
    return booked


def _back() -> Response:
    return redirect(url_for("admin.bank"), 303)  # type: ignore[return-value]


def _desk_page(
    status: int = 200,
    *,
    said: str = "",
    form: StatementForm | None = None,
    line_id: int = 0,
    code: CodeForm | None = None,
    aside: AsideForm | None = None,
    reference: str = "",
    reason: ReasonForm | None = None,
) -> tuple[str, int]:
    """The desk, perhaps with a refused form at one of its lines, or with words why something was not done."""
    tab = request.args.get("keadaan", "")
    state = TABS.get(tab, LineState.OPEN)
    page = queries.lines(state, request.args.get("halaman"), LINES_SHOWN)
    rows = page.items if state is LineState.OPEN else []
    candidates = queries.candidates_for(rows)
    waiting = queries.waiting()

    def address(cursor: str | None) -> str | None:
        kept = {"keadaan": tab} if tab else {}
        return f"{url_for('admin.bank')}?{urlencode({**kept, 'halaman': cursor})}" if cursor else None

    desks = [
        Desk(
            row,
            candidates.get(row.id, []),
            _named(code if code and row.id == line_id else CodeForm(formdata=None), row.id),
            _named(aside if aside and row.id == line_id else AsideForm(formdata=None), row.id),
        )
        for row in page.items
    ]
    reasons = {row.reference: _named(ReasonForm(formdata=None), row.payment_id) for row in waiting}
    if reason is not None and reference in reasons:
        reasons[reference] = _named(reason, next(row.payment_id for row in waiting if row.reference == reference))
    shown = show(
        "bank",
        desks=desks,
        state=state,
        states=LineState,
        tabs=TABS,
        counts=queries.line_counts(),
        prev_url=address(page.prev),
        next_url=address(page.next),
        waiting=waiting,
        proofs=queries.proofs_of(row.payment_id for row in waiting),
        reasons=reasons,
        statements=queries.latest_statements(),
        crooked=queries.unlined_money() + queries.crooked_lines(),
        account=port(Config).bank_account and masked(port(Config).bank_account),
        form=form or StatementForm(formdata=None),
        kept={key: value for key, value in (("keadaan", tab), ("halaman", request.args.get("halaman"))) if value},
        said=said,
        words=words,
    )
    return shown, status


def _named(form: Form, number: int) -> Form:
    """One of several of its kind on a page: its fields have ids of their own."""
    for field in form:
        field.id = f"{field.name}-{number}"
    return form


def _columns_form(statement_id: int) -> ColumnsForm:
    form = ColumnsForm()
    form.offer(_column_names(services.statements.dry_run(queries.statement(statement_id))))
    return form


def _column_names(found: services.statements.DryRun) -> list[str]:
    samples = found.samples[0] if found.samples else []
    width = max(len(found.header), len(samples))
    names = []
    for index in range(width):
        name = found.header[index] if index < len(found.header) else ""
        sample = samples[index] if index < len(samples) else ""
        said = " · ".join(filter(None, (name, sample)))
        names.append(_("Kolom %(number)s", number=index + 1) + (f": {said}" if said else ""))
    return names


def _statement_page(
    statement_id: int, status: int = 200, form: ColumnsForm | None = None, said: str = ""
) -> tuple[str, int]:
    row = queries.statement(statement_id)
    found = services.statements.dry_run(row)
    if form is None:
        form = ColumnsForm(formdata=None)
        form.offer(_column_names(found))
        form.tell(row.header_row, services.statements.roles_of(row))
    shown = show(
        "bank_statement",
        statement=row,
        found=found,
        new=found.new,
        shown=found.parsed.lines[:BAD_ROWS_SHOWN],
        bad=[(each, explain(Invalid(each.why))) for each in found.parsed.bad[:BAD_ROWS_SHOWN]],
        form=form,
        said=said,
        words=words,
    )
    return shown, status
