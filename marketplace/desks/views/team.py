"""The owner's team: people and rights, invitations, help asked of a facilitator."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from config import Config
from marketplace.accounts import queries as accounts
from marketplace.accounts.services import helping
from marketplace.accounts.services import team as members
from marketplace.core import audit, clock
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.ports import port
from marketplace.desks.forms.team import RIGHTS, HelpForm, InviteForm, RightsForm
from marketplace.desks.words import ACTS
from marketplace.stores.models import Store
from marketplace.stores.queries import store as store_of
from marketplace.stores.queries import stores_by_ids
from marketplace.stores.services import team
from marketplace.web.access import current_actor, is_seller, owner_only, public, requires, signed_in
from marketplace.web.language import explain
from marketplace.web.limits import limiter

bp = Blueprint("seller_team", __name__, url_prefix="/penjual/tim")
invitation_bp = Blueprint("invitation", __name__, url_prefix="/undangan")
Page = str | Response | tuple[str, int]
ACTS_SHOWN = 30


def owned_store() -> Store:
    """The shop asked for by `?toko=`, else the first the visitor owns. Raises NotFound for anybody else's."""
    own = current_actor().owned_store_ids
    wanted = request.values.get("toko", type=int) or (own[0] if own else 0)
    if wanted not in own:
        raise NotFound("stores.not_found")
    return store_of(wanted)


@bp.get("")
@owner_only
def index() -> str:
    """Who works here, who was asked, who helps and what the helpers did."""
    return _show(owned_store())


@bp.post("/undangan")
@owner_only
@limiter.limit("30 per hour")
def invite() -> Page:
    """Ask somebody into the team."""
    store = owned_store()
    store_id, form = store.id, InviteForm()
    if not form.validate():
        return _show(store, invite_form=form), 422
    try:
        with transaction():
            team.invite(current_actor(), store_id, form.contact.data or "", form.chosen())
    except Invalid as refusal:
        form.refuse(Invalid(refusal.message_id, field="contact", **refusal.values))
        return _show(store_of(store_id), invite_form=form), 422
    flash(_("Undangan sudah dibuat. Salin tautannya atau kirim lewat WhatsApp."), "success")
    return _back(store_id)


@bp.post("/undangan/<int:invitation_id>/penarikan")
@owner_only
def withdraw(invitation_id: int) -> Page:
    """Take an invitation back."""
    store_id = owned_store().id
    with transaction():
        team.withdraw(current_actor(), store_id, invitation_id)
    flash(_("Undangan ditarik. Tautannya tidak berlaku lagi."), "success")
    return _back(store_id)


@bp.post("/anggota/<int:grant_id>/hak")
@owner_only
def change_rights(grant_id: int) -> Page:
    """Let somebody do other things."""
    store = owned_store()
    store_id, form = store.id, RightsForm()
    if not form.validate():
        flash(_("Pilih setidaknya satu hak, atau akhiri keanggotaannya."), "error")
        return _back(store_id)
    with transaction():
        members.change_rights(current_actor(), store_id, grant_id, form.chosen())
    flash(_("Hak tersimpan dan berlaku sekarang juga."), "success")
    return _back(store_id)


@bp.post("/anggota/<int:grant_id>/pengakhiran")
@owner_only
def end(grant_id: int) -> Page:
    """End somebody's work here, at once."""
    store_id = owned_store().id
    try:
        with transaction():
            members.end(current_actor(), store_id, grant_id)
    except Invalid:
        flash(_("Toko harus punya setidaknya satu pemilik."), "error")
        return _back(store_id)
    flash(_("Keanggotaan berakhir."), "success")
    return redirect(url_for("accounts.home"), 303) if not _still_owns(store_id) else _back(store_id)  # type: ignore[return-value]


@bp.post("/keluar")
@requires(is_seller)
def leave() -> Page:
    """Leave a team oneself."""
    actor = current_actor()
    store_id = request.form.get("toko", type=int) or 0
    mine = next((row for row in accounts.team_of(store_id) if row.person_id == actor.person_id), None)
    if mine is None or not actor.works_for(store_id):
        raise NotFound
    try:
        with transaction():
            members.end(actor, store_id, mine.grant_id)
    except Invalid:
        flash(_("Toko harus punya setidaknya satu pemilik."), "error")
        return _back(store_id)
    flash(_("Anda sudah keluar dari tim."), "success")
    return redirect(url_for("accounts.home"), 303)  # type: ignore[return-value]


@bp.post("/bantuan")
@owner_only
def ask_help() -> Page:
    """Ask a facilitator of the village for help."""
    store = owned_store()
    store_id, village = store.id, store.village_code
    form = _help_form(store)
    if not form.validate():
        return _show(store, help_form=form), 422
    try:
        with transaction():
            helping.ask(
                current_actor(), store_id, village, form.facilitator.data, form.days.data, form.purpose.data or ""
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(store_of(store_id), help_form=form), 422
    flash(_("Permintaan bantuan tersimpan. Pendamping bisa mulai membantu."), "success")
    return _back(store_id)


@bp.post("/bantuan/<int:assistance_id>/pengakhiran")
@owner_only
def end_help(assistance_id: int) -> Page:
    """End help at once."""
    store_id = owned_store().id
    with transaction():
        helping.end(current_actor(), assistance_id)
    flash(_("Bantuan berakhir."), "success")
    return _back(store_id)


# --- the invited -----------------------------------------------------------


@invitation_bp.get("/<string:token>")
@public
def invitation(token: str) -> Page:
    """What one is asked to do; signing in or up comes first."""
    try:
        found = team.of_link(token)
    except Invalid:
        return render_template("desks/invitation_dead.html"), 410
    page = render_template(
        "desks/invitation.html",
        store=store_of(found.store_id),
        by=accounts.names_of([found.made_by]).get(found.made_by, ""),
        rights=[words for right, words in RIGHTS.items() if right.value in found.rights],
        expires_at=found.expires_at,
        contact=found.contact,
        is_mine=team.is_for(current_actor(), found),
    )
    response = Response(page)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@invitation_bp.post("/<string:token>")
@signed_in
def accept(token: str) -> Page:
    """Join the team."""
    if current_actor().helping:
        raise NotFound
    try:
        with transaction():
            team.accept(current_actor(), token)
    except Invalid as refusal:
        if refusal.message_id == "team.there_already":
            flash(_("Anda sudah anggota tim toko ini."), "info")
            return redirect(url_for("seller_overview.index"), 303)  # type: ignore[return-value]
        if refusal.message_id == "team.for_another":
            flash(explain(refusal), "error")
            return redirect(url_for("invitation.invitation", token=token), 303)  # type: ignore[return-value]
        return render_template("desks/invitation_dead.html"), 410
    flash(_("Selamat bergabung dengan tim."), "success")
    return redirect(url_for("seller_overview.index"), 303)  # type: ignore[return-value]


# --- what all share --------------------------------------------------------


def _still_owns(store_id: int) -> bool:
    person_id = current_actor().person_id
    return any(row.person_id == person_id and row.is_owner for row in accounts.team_of(store_id))


def _help_form(store: Store, *, empty: bool = False) -> HelpForm:
    form = HelpForm(formdata=None) if empty else HelpForm()
    mine = current_actor().person_id
    form.facilitator.choices = [
        (row.id, row.name) for row in accounts.facilitators_of(store.village_code) if row.id != mine
    ]
    form.days.choices = [(days, _("%(days)d hari", days=days)) for days in helping.choices()]
    return form


def _show(store: Store, invite_form: InviteForm | None = None, help_form: HelpForm | None = None) -> str:
    people, helps = accounts.team_of(store.id), helping.of_store(store.id)
    acts = audit.helped(store.id, ACTS_SHOWN)
    ids = {row.facilitator_id for row in helps} | {act.person_id or 0 for act in acts}
    return render_template(
        "desks/team.html",
        store=store,
        stores=stores_by_ids(current_actor().owned_store_ids).values(),
        people=people,
        right_words=RIGHTS,
        invitations=[(row, *_links(store, team.path_of(row.id))) for row in team.pending(store.id)],
        helps=helps,
        acts=acts,
        act_words=ACTS,
        names=accounts.names_of(ids),
        now=clock.now(),
        invite_form=invite_form or InviteForm(formdata=None, rights=["orders", "products", "prices", "stock"]),
        help_form=help_form or _help_form(store, empty=True),
    )


def _links(store: Store, path: str) -> tuple[str, str]:
    """The link, and the address that opens WhatsApp with it."""
    link = port(Config).site_url + path
    words = _("Saya mengajak Anda membantu %(store)s di BeliNTT: %(link)s", store=store.name, link=link)
    return link, f"https://wa.me/?text={quote(words)}"


def _back(store_id: int) -> Response:
    return redirect(url_for("seller_team.index", toko=store_id), 303)  # type: ignore[return-value]
