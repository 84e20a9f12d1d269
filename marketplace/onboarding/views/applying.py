"""Opening a shop, a short step at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from wtforms import StringField, TextAreaField

from marketplace.accounts.queries import person
from marketplace.catalog.queries import categories
from marketplace.catalog.rules import GOODS_WORDS
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.media import services as media
from marketplace.onboarding import queries, services
from marketplace.onboarding.forms import BankForm, PaperForm, PickupForm, WhatForm, WhereForm, WhoForm
from marketplace.onboarding.models import Application
from marketplace.onboarding.rules import (
    OPEN,
    REASONS,
    STAMP_LENGTH,
    STATUS_WORDS,
    STEP_WORDS,
    STEPS,
    ApplicationStatus,
    Step,
    paper_item,
)
from marketplace.places.rules import FATULULI, pin_text
from marketplace.shipping.forms import ZoneForm
from marketplace.web.access import current_actor, is_signed_in, public, requires
from marketplace.web.forms import BaseForm
from marketplace.web.language import explain
from marketplace.web.limits import limiter
from marketplace.web.private import private_file
from marketplace.web.security import let_the_phone_say_where

bp = Blueprint("onboarding", __name__, url_prefix="/penjual/daftar")
Page = str | Response | tuple[str, int]
UPLOADS = "60 per hour"
FORMS: dict[str, type[BaseForm]] = {
    Step.WHO.value: WhoForm,
    Step.WHAT.value: WhatForm,
    Step.WHERE.value: WhereForm,
    Step.PICKUP.value: PickupForm,
    Step.ZONES.value: ZoneForm,
    Step.BANK.value: BankForm,
}
STEP = "<any('siapa', 'apa', 'di-mana', 'pengambilan', 'wilayah-antar', 'rekening', 'surat-surat'):slug>"


@bp.after_request
def let_one_step_ask_where(response: Response) -> Response:
    """Only the page that asks for the place may ask the phone for it."""
    return let_the_phone_say_where(response) if request.path.endswith(f"/{Step.WHERE.value}") else response


@bp.get("")
@public
def index() -> str:
    """Where the application stands, and what to do next; for a guest, what it takes and the way to an account."""
    if not current_actor().is_signed_in:
        return render_template(
            "onboarding/door.html", here=url_for("onboarding.index"), days=queries.REVIEW_DAYS.today()
        )
    return _show_home()


@bp.errorhandler(Stale)
def show_moved_on(refusal: Stale) -> Page:
    """The application stands elsewhere since the page was made: where, and what was typed, to be copied."""
    return _show_home(refusal=explain(refusal), typed=_typed()), 409


@bp.post("")
@requires(is_signed_in)
def begin() -> Page:
    """Begin, or go on."""
    with transaction():
        application = services.begin(current_actor())
        status, lacking = application.status, queries.lacking(application)
    if status is not ApplicationStatus.DRAFT:
        return _to("onboarding.index")
    return _to("onboarding.step", slug=lacking[0].value) if lacking else _to("onboarding.summary")


@bp.get("/ringkasan")
@requires(is_signed_in)
def summary() -> str:
    """All that was answered."""
    return _show("summary", view=queries.view(_current()))


@bp.post("/kiriman")
@requires(is_signed_in)
def submit() -> Page:
    """Hand it to the curators."""
    application_id = _current().id
    try:
        with transaction():
            services.submit(current_actor(), application_id)
    except Invalid as refusal:
        return _show("summary", view=queries.view(_current()), refusal=explain(refusal)), 422
    flash(_("Terkirim. Kurator memeriksa ajuan Anda."), "success")
    return _to("onboarding.index")


@bp.post("/penarikan")
@requires(is_signed_in)
def withdraw() -> Page:
    """Take it back."""
    application_id = _current().id
    with transaction():
        services.withdraw(current_actor(), application_id)
    flash(_("Ajuan ditarik. Anda bisa memulai lagi kapan saja."), "success")
    return _to("onboarding.index")


@bp.post("/perbaikan")
@requires(is_signed_in)
def mark_done() -> Page:
    """Say of a part asked back that it is right."""
    application_id, item = _current().id, request.form.get("bagian", "")[:60]
    with transaction():
        services.mark_done(current_actor(), application_id, item)
    return _to("onboarding.index")


# --- the steps -------------------------------------------------------------


@bp.get(f"/{STEP}")
@requires(is_signed_in)
def step(slug: str) -> str:
    """One step, with what was answered before."""
    return _show_step(Step(slug), _form(Step(slug), _editable(slug), sent=False))


@bp.post(f"/{STEP}")
@requires(is_signed_in)
def save_step(slug: str) -> Page:
    """Keep what was answered, and go on."""
    wanted, application_id = Step(slug), _editable(slug).id
    adds_one = wanted is Step.ZONES and request.form.get("langkah") != "selesai"
    if wanted is Step.ZONES and not adds_one and not _has_typed_a_zone():
        with transaction():
            services.keep_zones(current_actor(), application_id)
        return _onwards(wanted)
    form = _form(wanted, _editable(slug), sent=True)
    if form is None:
        raise NotFound
    if isinstance(form, WhereForm | ZoneForm) and form.is_region_step():
        return _show_step(wanted, form)
    if not form.validate():
        return _show_step(wanted, form), 422
    refused = _keep(wanted, form, application_id)
    if refused is not None:
        return refused
    return _to("onboarding.step", slug=slug) if adds_one else _onwards(wanted)


def _show_home(refusal: str = "", typed: list[tuple[str, str]] | None = None) -> str:
    application = queries.latest(current_actor().person_id or 0)
    view = queries.view(application) if application else None
    moves = queries.moves(application.id) if application else []
    return _show("index", view=view, moves=moves, refusal=refusal, typed=typed or [])


def _typed() -> list[tuple[str, str]]:
    """What was written into the step that was sent, with the names of its fields."""
    maker = FORMS.get((request.view_args or {}).get("slug", ""))
    if request.method != "POST" or maker is None:
        return []
    written = (StringField, TextAreaField)
    return [(field.label.text, field.data) for field in maker() if isinstance(field, written) and field.data]


def _has_typed_a_zone() -> bool:
    """Did she fill the zone in, and then go on without pressing the button that adds it?"""
    return any(request.form.get(name, "").strip() for name in ("fee", "note"))


def _keep(step: Step, form: BaseForm, application_id: int) -> Page | None:
    """Keep what a valid form says; the page again when it cannot be kept."""
    try:
        with transaction():
            _saver(step, form)(application_id)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show_step(step, form), 422
    except Stale as refusal:
        if refusal.message_id != "onboarding.saved_elsewhere":
            raise
        return _show_step(step, form, elsewhere=explain(refusal)), 409
    return None


@bp.post("/wilayah-antar/hapus")
@requires(is_signed_in)
def remove_zone() -> Page:
    """Do not bring goods there after all."""
    application_id = _current().id
    with transaction():
        services.remove_zone(current_actor(), application_id, request.form.get("region_code", "")[:13])
    return _to("onboarding.step", slug=Step.ZONES.value)


@bp.get("/surat-surat/<string:kind>")
@requires(is_signed_in)
def paper(kind: str) -> str:
    """One paper: she has it, or how to get it."""
    row = _paper(kind)
    form = PaperForm(formdata=None, obj=row.answer)
    form.state.data = row.answer.state.value if row.answer else None
    form.offer(row.kind)
    return _show("paper", row=row, form=form)


@bp.post("/surat-surat/<string:kind>")
@requires(is_signed_in)
@limiter.limit(UPLOADS)
def save_paper(kind: str) -> Page:
    """Keep the answer; the file is taken in outside the transaction, after the rest is known to be right."""
    row, application_id, form = _paper(kind), _current().id, PaperForm()
    form.offer(row.kind)
    if not form.validate():
        return _show("paper", row=row, form=form), 422
    try:
        services.check_answer(row.kind, form.answer())
        prepared = _prepared(form)
        with transaction():
            file_id = media.keep(current_actor(), prepared).id if prepared else None
            services.save_paper(current_actor(), application_id, row.kind, form.answer(file_id))
    except Invalid as refusal:
        form.refuse(refusal)
        return _show("paper", row=_paper(kind), form=form), 422
    return _onwards(Step.PAPERS)


@bp.post("/surat-surat")
@requires(is_signed_in)
def have_no_more_papers() -> Page:
    """The papers not answered yet are not there, in one tap."""
    with transaction():
        services.have_no_more(current_actor(), _current().id)
    return _to("onboarding.summary")


@bp.get("/berkas/<int:paper_id>")
@requires(is_signed_in)
def paper_file(paper_id: int) -> Response:
    """The private paper, for who brought it."""
    content, kind = media.document(queries.paper_file(current_actor(), paper_id))
    return private_file(content, kind, f"surat-{paper_id}")


# --- what all share --------------------------------------------------------


def _current() -> Application:
    """The visitor's latest application. Raises NotFound when there is none."""
    found = queries.latest(current_actor().person_id or 0)
    if found is None:
        raise NotFound
    return found


def _editable(item: str) -> Application:
    """The same, while this part of it may be changed. Raises Stale."""
    application = _current()
    is_asked = application.status is ApplicationStatus.CHANGES and (item in application.todo or item == Step.PAPERS)
    if application.status is not ApplicationStatus.DRAFT and not is_asked:
        raise Stale("onboarding.not_now")
    return application


def _paper(kind: str) -> queries.PaperRow:
    """The paper that her goods ask for. Raises NotFound, Stale."""
    view = queries.view(_current())
    row = next((row for row in view.papers if row.kind == kind), None)
    if row is None:
        raise NotFound
    if view.application.status is ApplicationStatus.CHANGES and row.answer is None:
        return row  # goods asked back brought a new paper along
    _editable(paper_item(kind))
    return row


def _form(step: Step, application: Application, *, sent: bool) -> BaseForm | None:
    """The form of a step, as it was sent or as it was answered before; None for the list of papers."""
    maker = FORMS.get(step.value)
    if maker is None:
        return None
    form: BaseForm = maker() if sent else maker(formdata=None, data=_before(step, application))
    if isinstance(form, WhatForm):
        form.offer(categories())
    if isinstance(form, WhereForm | ZoneForm):
        form.choose_regions(FATULULI)
    return form


def _before(step: Step, application: Application) -> dict[str, Any]:
    """What the form of a step shows first."""
    said = dict(application.answers.get(step.value, {}))
    if step is Step.WHO and not said:
        found = person(application.person_id)
        return {"name": found.name, "phone": found.phone} if found else {}
    if step is Step.WHAT:
        said["support"] = application.support.get("wants", [])
    elif step is Step.WHERE and said.get("pin"):
        said["pin"] = pin_text(said["pin"])
    elif step is Step.PICKUP and said:
        said["has_pickup"] = "ya" if said["has_pickup"] else "tidak"
    elif step is Step.BANK:
        said["number"] = application.bank_number
    return said


def _saver(step: Step, form: BaseForm) -> Callable[[int], None]:
    """How a valid form is kept."""
    actor, seen = current_actor(), _seen()
    if isinstance(form, WhatForm):
        words = (str(form.name.data), form.story.data or "", form.categories.data or [], form.support.data or [])
        return lambda application_id: services.save_what(actor, application_id, *words, seen)
    if isinstance(form, BankForm):
        bank = (str(form.bank.data), str(form.number.data), str(form.holder.data))
        return lambda application_id: services.save_bank(actor, application_id, *bank, seen)
    if isinstance(form, ZoneForm):
        zone = (form.region_code(), form.fee.data or 0, form.note.data or "")
        return lambda application_id: services.add_zone(actor, application_id, *zone)
    answers: dict[str, Any] = form.answers()  # type: ignore[attr-defined]
    return lambda application_id: services.save_step(actor, application_id, step, answers, seen)


def _prepared(form: PaperForm) -> media.Prepared | None:
    upload = form.file.data
    if not upload or not upload.filename:
        return None
    try:
        return media.prepare_document(upload.stream)
    except Invalid as refusal:
        raise Invalid(refusal.message_id, field="file", **refusal.values) from refusal


def _seen() -> str:
    """What the step said when the page was made that is sent now."""
    return request.form.get("dasar", "")[:STAMP_LENGTH]


def _show_step(step: Step, form: BaseForm | None, elsewhere: str = "") -> str:
    """The page of a step. A refused one keeps the stamp it came with; `elsewhere` shows what was saved meanwhile."""
    view = queries.view(_current())
    is_fresh = request.method == "GET" or elsewhere
    values = {
        "stamp": queries.step_stamp(view.application, step) if is_fresh else _seen(),
        "elsewhere": elsewhere,
        "bank_number": view.application.bank_number,
    }
    return _show(f"step_{step.name.lower()}", view=view, step=step, form=form, **values)


def _show(page: str, **values: Any) -> str:
    words = {
        "steps": STEPS,
        "step_words": STEP_WORDS,
        "status_words": STATUS_WORDS,
        "reasons": REASONS,
        "part_words": queries.part_words,
        "goods_words": GOODS_WORDS,
        "open_statuses": OPEN,
    }
    return render_template(f"onboarding/{page}.html", **words, **values)


def _onwards(step: Step) -> Page:
    """To the next step; from a part that was asked back, to the list of them; after the last, to the summary."""
    if _current().status is ApplicationStatus.CHANGES:
        flash(_("Tersimpan."), "success")
        return _to("onboarding.index")
    if step is Step.PAPERS:
        return _to("onboarding.step", slug=step.value)
    return _to("onboarding.step", slug=STEPS[STEPS.index(step) + 1].value)


def _to(endpoint: str, **values: Any) -> Page:
    return redirect(url_for(endpoint, **values), 303)  # type: ignore[return-value]
