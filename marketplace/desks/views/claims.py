"""Claims on both sides of the counter: saying what is wrong, answering, taking what is offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from marketplace.claims import queries, services
from marketplace.claims.policies import can_give_money
from marketplace.claims.queries import ClaimView
from marketplace.claims.rules import MOST_PICTURES, Act, Party, Reason, Remedy
from marketplace.claims.services import Said
from marketplace.core.actor import Actor, Right
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.desks.claims import picture_answer, picture_urls
from marketplace.desks.forms.claims import OfferForm, OpenForm, StepForm, open_form
from marketplace.desks.pictures import prepared
from marketplace.desks.views.buying import bought_order, link_key, private
from marketplace.orders import queries as orders
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer
from marketplace.orders.queries import OrderView
from marketplace.web.access import current_actor, public, requires_right
from marketplace.web.language import explain
from marketplace.web.limits import limiter

buyer_bp = Blueprint("buyer_claims", __name__, url_prefix="/pesanan/<string:code>/komplain")
seller_bp = Blueprint("seller_claims", __name__, url_prefix="/penjual/pesanan/<string:code>/komplain")
SENDS = "100 per hour"
BuyersAct = Callable[[Buyer, int, Said], None]
BUYERS: dict[str, tuple[Act, BuyersAct]] = {
    "terima": (Act.ACCEPT, services.accept),
    "putusan": (Act.ESCALATE, services.escalate),
    "kirim-balik": (Act.SEND_BACK, services.send_back),
    "baik": (Act.CONFIRM, services.confirm),
    "keberatan": (Act.APPEAL, services.appeal),
    "cabut": (Act.WITHDRAW, services.withdraw),
}
"""What the buyer can send from her page, by the name in the address."""
SHOPS: dict[str, Act] = {
    "setuju": Act.AGREE,
    "tawar": Act.OFFER,
    "tolak": Act.OFFER,
    "terima-kembali": Act.RECEIVE,
    "bantah": Act.ESCALATE,
    "kirim-ganti": Act.SEND_SWAP,
    "keberatan": Act.APPEAL,
}
"""The same for the shop."""


@dataclass(frozen=True)
class Standing:
    """Who stands before the claims of which order, at which side; `key` is what a guest's links carry on."""

    visitor: Buyer
    side: Party
    order: OrderView
    purchase: Purchase
    key: str | None = None

    def url(self, endpoint: str, **values: object) -> str:
        """The address of a view of this side's."""
        desk = "buyer_claims" if self.side is Party.BUYER else "seller_claims"
        return url_for(f"{desk}.{endpoint}", code=self.order.code, kunci=self.key, **values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Shown:
    """What a refused page says: words above it, and the forms as they were typed, by act ('' opens a claim)."""

    words: str = ""
    forms: Mapping[str, StepForm] = field(default_factory=dict)
    status: int = 200


# --- the buyer's side --------------------------------------------------------


@buyer_bp.get("")
@public
def claim(code: str) -> Response:
    """What was claimed of an order, or the form to do so. A guest opens it with the key of the purchase."""
    found = _bought(code)
    return found if isinstance(found, Response) else _show(found)


@buyer_bp.post("")
@public
@limiter.limit(SENDS)
def open_claim(code: str) -> Response:
    """Say what is wrong."""
    found = _bought(code)
    if isinstance(found, Response):
        return found
    form = open_form(queries.window(found.order.id))
    said_key = form.form_key()
    if not form.validate():
        return _show(found, Shown(forms={"": form}, status=422))
    try:
        _check_pictures(form)
        services.check(Said(said_key, form.text.data or ""))
        with prepared(form.files()) as pictures, transaction():
            said = Said(said_key, form.text.data or "", pictures)
            services.open_claim(found.visitor, found.order.id, form.new_claim(), said)
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(found, Shown(forms={"": form}, status=422))
    except Stale as refusal:
        return _show(found, Shown(explain(refusal), {"": form}, 409))
    flash(_("Komplain Anda sudah sampai ke toko. Uangnya kami sisihkan sampai ada penyelesaian."), "success")
    return redirect(found.url("claim"), 303)  # type: ignore[return-value]


@buyer_bp.post("/<int:claim_id>/<string:step>")
@public
@limiter.limit(SENDS)
def take_step(code: str, claim_id: int, step: str) -> Response:
    """Answer an offer, send the goods back, ask for a decision, appeal, take the claim back."""
    found = _bought(code)
    if isinstance(found, Response):
        return found
    if step not in BUYERS:
        raise NotFound
    form = StepForm(prefix=f"{step}-")
    _act, service = BUYERS[step]
    return _step(found, claim_id, step, form, lambda said: service(found.visitor, claim_id, said))


@buyer_bp.get("/foto/<int:step_id>/<int:position>")
@public
def picture(code: str, step_id: int, position: int) -> Response:
    """A picture of a claim."""
    found = _bought(code)
    return found if isinstance(found, Response) else picture_answer(found.order.id, step_id, position)


def _bought(code: str) -> Standing | Response:
    """The buyer before her order; else where she is sent to. Raises NotFound."""
    found = bought_order(code)
    if isinstance(found, Response):
        return found
    if not found.order.was_shown:
        raise NotFound("orders.not_found")
    return Standing(found.visitor, Party.BUYER, found.order, found.purchase, link_key(found.key))


# --- the shop's side -----------------------------------------------------------


@seller_bp.get("", endpoint="claim")
@requires_right(Right.ORDERS)
def seller_claim(code: str) -> Response:
    """What the buyer claims, and what may be answered."""
    return _show(_sold(code))


@seller_bp.post("/<int:claim_id>/<string:step>", endpoint="take_step")
@requires_right(Right.ORDERS)
@limiter.limit(SENDS)
def seller_step(code: str, claim_id: int, step: str) -> Response:
    """Agree, offer something else, refuse, take goods back, send others, appeal."""
    found = _sold(code)
    if step not in SHOPS:
        raise NotFound
    form = _offer_form(found, f"{step}-") if step == "tawar" else StepForm(prefix=f"{step}-")
    return _step(
        found, claim_id, step, form, lambda said: _act_for_shop(found.visitor.actor, claim_id, step, form, said)
    )


@seller_bp.get("/foto/<int:step_id>/<int:position>", endpoint="picture")
@requires_right(Right.ORDERS)
def seller_picture(code: str, step_id: int, position: int) -> Response:
    """A picture of a claim."""
    found: Response = picture_answer(_sold(code).order.id, step_id, position)
    return found


def _act_for_shop(actor: Actor, claim_id: int, step: str, form: StepForm, said: Said) -> None:
    if isinstance(form, OfferForm):
        services.offer(actor, claim_id, Remedy(form.remedy.data), form.goods.data or 0, form.delivery.data or 0, said)
    elif step == "tolak":
        services.offer(actor, claim_id, Remedy.NOTHING, 0, 0, said)
    else:
        plain = {
            "setuju": services.agree,
            "terima-kembali": services.receive,
            "bantah": services.dispute_return,
            "kirim-ganti": services.send_swap,
            "keberatan": services.appeal_for_shop,
        }
        plain[step](actor, claim_id, said)


def _sold(code: str) -> Standing:
    actor = current_actor()
    order_id = orders.order_id_by_code(code, actor.stores_with(Right.ORDERS))
    found = orders.order_view(order_id) if order_id is not None else None
    if found is None:
        raise NotFound("orders.not_found")
    return Standing(Buyer(actor), Party.SHOP, *found)


def _offer_form(standing: Standing, prefix: str, **given: object) -> OfferForm:
    claim = next((each for each in queries.claims_of(standing.order.id) if each.is_open), None)
    form = OfferForm(prefix=prefix, **given)
    is_late = claim is not None and claim.reason is Reason.NEVER_CAME
    form.offer(can_give_money(standing.visitor.actor, standing.order.store_id), is_late)
    return form


# --- what both share -------------------------------------------------------------


def _step(standing: Standing, claim_id: int, step: str, form: StepForm, act: Callable[[Said], None]) -> Response:
    """Take one step with a claim of this order; what is refused stays as it was typed."""
    if claim_id not in {each.id for each in queries.claims_of(standing.order.id)}:
        raise NotFound("claims.not_found")
    key = form.form_key()
    if not form.validate():
        return _show(standing, Shown(forms={step: form}, status=422))
    try:
        _check_pictures(form)
        with prepared(form.files()) as pictures, transaction():
            act(Said(key, form.text.data or "", pictures))
    except Invalid as refusal:
        form.refuse(refusal)
        return _show(standing, Shown(forms={step: form}, status=422))
    except Stale as refusal:
        return _show(standing, Shown(explain(refusal), {step: form}, 409))
    flash(_("Tersimpan. Pihak lain sudah kami kabari."), "success")
    return redirect(standing.url("claim"), 303)  # type: ignore[return-value]


def _check_pictures(form: StepForm) -> None:
    if len(form.files()) > MOST_PICTURES:
        raise Invalid("claims.too_many_pictures", field="pictures", most=MOST_PICTURES)


def _show(standing: Standing, shown: Shown | None = None) -> Response:
    shown = shown or Shown()
    claims = queries.claims_of(standing.order.id)
    is_buyer = standing.side is Party.BUYER
    running = next((each for each in claims if each.is_open), None)
    window = queries.window(standing.order.id) if is_buyer and running is None else None
    page = render_template(
        f"desks/{'buyer' if is_buyer else 'seller'}_claim.html",
        order=standing.order,
        purchase=standing.purchase,
        side=standing.side,
        url=standing.url,
        key=standing.key,
        claims=claims,
        running=running,
        window=window,
        refusal=explain(Stale(window.refusal)) if window is not None and window.refusal else "",
        form=_fresh_open_form(shown, window),
        forms=_forms(standing, running, shown),
        pictures=picture_urls(claims, lambda **values: standing.url("picture", **values)),
        may_give_money=not is_buyer and can_give_money(standing.visitor.actor, standing.order.store_id),
        words=shown.words,
        was_refused=set(shown.forms),
    )
    return private(page, shown.status)


def _fresh_open_form(shown: Shown, window: queries.Window | None) -> OpenForm | None:
    if window is None or not window.is_open:
        return None
    typed = shown.forms.get("")
    if isinstance(typed, OpenForm):
        return typed
    form = open_form(window, formdata=None)
    form.form_key()
    return form


def _forms(standing: Standing, current: ClaimView | None, shown: Shown) -> dict[str, StepForm]:
    """A form for each act that this side may do now; what was refused as it was typed."""
    if current is None:
        return {}
    may = current.acts_of(standing.side)
    names = BUYERS_ACTS if standing.side is Party.BUYER else SHOPS
    forms: dict[str, StepForm] = {}
    for name, act in names.items():
        if act not in may:
            continue
        typed = shown.forms.get(name)
        fresh = _offer_form(standing, f"{name}-", formdata=None) if name == "tawar" else None
        forms[name] = typed or fresh or StepForm(prefix=f"{name}-", formdata=None)
        forms[name].form_key()
    return forms


BUYERS_ACTS = {name: act for name, (act, _service) in BUYERS.items()}
