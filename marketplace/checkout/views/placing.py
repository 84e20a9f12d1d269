"""Checkout: one page that asks who, where to and how, and shows what it costs before anything is promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, make_response, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from marketplace.accounts.queries import AddressRow, addresses_of, contact
from marketplace.checkout import queries, services
from marketplace.checkout.forms import NEW_ADDRESS, CheckoutForm, chosen_deliveries, note_for
from marketplace.checkout.queries import CartView, ShopPart, bags, parcels
from marketplace.checkout.rules import Difference, SeenLine, differences, read_seen, write_seen
from marketplace.checkout.services import Destination
from marketplace.checkout.views.paying import go_and_pay
from marketplace.checkout.views.visitor import bp, cart_owner, tell_count
from marketplace.checkout.words import METHODS as WAYS_TO_PAY
from marketplace.checkout.words import TEST_NOTE
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, Stale
from marketplace.core.ports import port
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import online_payment
from marketplace.payments.rules import PaymentMethod
from marketplace.payments.services import Providers
from marketplace.places.rules import FATULULI
from marketplace.rounds.queries.offers import offers as round_offers
from marketplace.rounds.rules import shared_fees
from marketplace.shipping.queries import DeliveryOption, ways
from marketplace.shipping.rules import BY_COURIER, GRAMS, DeliveryMethod
from marketplace.vouchers.queries import BuyerMark, Quote, quote
from marketplace.vouchers.services import VoucherGone
from marketplace.web.access import current_actor, public
from marketplace.web.filters import rupiah, travel_days, wita_day
from marketplace.web.language import current_language, explain
from marketplace.web.limits import may_guess, note_wrong
from marketplace.web.remembered import remember_purchase

WRONG_CODES = "30 per hour"
"""So many codes that do not exist may be tried from one address."""
METHODS = {
    DeliveryMethod.PICKUP: lazy_gettext("Ambil sendiri"),
    DeliveryMethod.OWN_DELIVERY: lazy_gettext("Diantar toko"),
    DeliveryMethod.POINT: lazy_gettext("Titik ambil"),
    DeliveryMethod.POST: lazy_gettext("Lewat pos"),
    DeliveryMethod.ROUND: lazy_gettext("Putaran"),
    DeliveryMethod.LOCAL: lazy_gettext("Kurir lokal"),
}


@dataclass(frozen=True)
class ShopChoice:
    """One shop's goods, the ways it offers to the buyer's village, and the one that is chosen."""

    part: ShopPart
    options: list[DeliveryOption]
    chosen: DeliveryOption | None
    note: str

    @property
    def fee(self) -> int:
        """Rupiah for the chosen way."""
        return self.chosen.fee if self.chosen else 0

    @property
    def choices(self) -> list[dict[str, object]]:
        """The ways as radio buttons; the value carries the fee that stands beside it."""
        return [
            {
                "value": way.key,
                "label": _label(way),
                "note": _about(way),
                "price_text": rupiah(way.fee) if way.fee else gettext("gratis"),
                "data": {"fee": way.fee, "run": way.ref if way.method is DeliveryMethod.ROUND else ""},
            }
            for way in self.options
        ]

    @property
    def choice(self) -> str:
        """The value of the chosen radio button."""
        return self.chosen.key if self.chosen else ""


def _label(way: DeliveryOption) -> str:
    """What a way is called; a run by its round's own name and its day."""
    if way.method is DeliveryMethod.ROUND:
        return f"{way.name}, {wita_day(date.fromisoformat(way.days))}"
    return f"{METHODS[way.method]}: {way.name}" if way.name else str(METHODS[way.method])


def _about(way: DeliveryOption) -> str:
    """What stands below a way: where and when to fetch, or how long a courier takes and what it weighs."""
    said = [way.place, way.note]
    if way.method is DeliveryMethod.POST:
        said = [
            travel_days(way.days),
            gettext("%(kg)s kg dengan bungkus", kg=way.weight // GRAMS),
            gettext("dibayar dulu"),
        ]
    if way.method is DeliveryMethod.LOCAL:
        said = [travel_days(way.days), gettext("dibayar dulu")]
    if way.method is DeliveryMethod.ROUND:
        said = [
            gettext("pukul %(hours)s WITA", hours=way.note),
            gettext("satu ongkos untuk semua toko yang memilih putaran ini"),
        ]
    return " · ".join(filter(None, said))


@dataclass(frozen=True)
class Change:
    """A difference in the buyer's words: the goods it is about."""

    name: str
    difference: Difference


@bp.get("/checkout")
@public
def checkout() -> Response:
    """The form, with all that is known of the buyer filled in."""
    form, addresses = _form()
    _prefill(form, addresses)
    return _page(form, addresses)


@bp.post("/checkout")
@public
def place() -> Response:
    """Place the order, or show the page again with what has to be mended."""
    form, addresses = _form()
    if form.is_step():
        return _page(form, addresses)
    if not form.validate_on_submit():
        return _page(form, addresses, 422)
    spec = form.spec(_destination(form, addresses), current_language())
    try:
        _check_guesses(form)
        with transaction():
            purchase = services.place(current_actor(), cart_owner(), form.form_key.data or "", spec)
            code, is_guests = purchase.code, purchase.person_id is None
            to_pay = online_payment(purchase)
            left = queries.count(cart_owner()) if is_guests else 0
    except Invalid as refusal:
        _refuse(form, refusal)
        return _page(form, addresses, 422)
    except VoucherGone as refusal:
        form.voucher.data = ""
        return _page(form, addresses, 409, explain(refusal))
    except Stale as refusal:
        return _page(form, addresses, 409, explain(refusal))
    if is_guests:
        remember_purchase(code)
    if to_pay is not None:
        return tell_count(go_and_pay(to_pay), left)
    key = guest_key(code) if is_guests else None
    return tell_count(make_response(redirect(url_for("purchases.purchase", code=code, kunci=key), 303)), left)


def _form() -> tuple[CheckoutForm, list[AddressRow]]:
    """The form with its lists, and the buyer's saved addresses."""
    person_id = current_actor().person_id
    addresses = addresses_of(person_id) if person_id is not None else []
    form = CheckoutForm()
    form.offer_addresses([(each.id, f"{each.street}, {each.place}") for each in addresses])
    form.choose_regions(FATULULI)
    form.drop_voucher()
    return form, addresses


def _prefill(form: CheckoutForm, addresses: list[AddressRow]) -> None:
    actor = current_actor()
    person = contact(actor.person_id) if actor.person_id is not None else None
    if person is not None:
        form.name.data, form.phone.data, form.email.data = person.name, person.phone, person.email
    if addresses:
        form.address.data = str(addresses[0].id)
        form.phone.data = form.phone.data or addresses[0].phone


def _address_choices(addresses: list[AddressRow]) -> list[dict[str, str]]:
    saved = [{"value": str(each.id), "label": each.street, "note": each.place} for each in addresses]
    return [*saved, {"value": NEW_ADDRESS, "label": gettext("Alamat lain")}]


def _ways_to_pay() -> list[dict[str, str]]:
    """What is switched on, as radio buttons."""
    ways = []
    for provider in port(Providers).offered():
        icon, label, note = WAYS_TO_PAY[provider.method]
        words = f"{note} {TEST_NOTE}" if provider.is_test else str(note)
        ways.append({"value": provider.method.value, "icon": icon, "label": str(label), "note": words})
    return ways


def _chosen_address(form: CheckoutForm, addresses: list[AddressRow]) -> AddressRow | None:
    return next((each for each in addresses if each.id == form.address_id), None)


def _village(form: CheckoutForm, addresses: list[AddressRow]) -> str | None:
    """The village that fees are shown for."""
    saved = _chosen_address(form, addresses)
    return saved.village_code if saved else form.village_code.data or None


def _destination(form: CheckoutForm, addresses: list[AddressRow]) -> Destination | None:
    """Where the goods go; nothing is kept of an address when all is fetched."""
    if not form.needs_address():
        return None
    saved = _chosen_address(form, addresses)
    if saved is None:
        return form.written_address()
    return Destination(saved.street, saved.village_code, saved.rt_rw, saved.postcode, saved.landmark)


def _page(form: CheckoutForm, addresses: list[AddressRow], status: int = 200, words: str = "") -> Response:
    """The checkout page as things stand now: prices, stock and fees are read afresh, what was typed stays."""
    cart = queries.cart_view(cart_owner())
    before, basket = read_seen(form.seen.data or ""), cart.orderable
    form.seen.data = write_seen(basket.seen)
    shops = _shops(basket, _village(form, addresses))
    voucher = _voucher(form, basket)
    discount = voucher.discount if voucher else 0
    form.seen_discount.data = str(discount)
    response = make_response(
        render_template(
            "checkout/checkout.html",
            form=form,
            addresses=addresses,
            address_choices=_address_choices(addresses),
            payment_choices=_ways_to_pay(),
            shops=shops,
            left_out=[line for line in cart.lines if line.orderable < line.quantity],
            changes=_changes(before, basket.seen, cart),
            words=words,
            voucher=voucher,
            goods_total=basket.total,
            discount=discount,
            delivery_total=_delivery_total(shops),
            parcel_count=_parcel_count(shops),
        ),
        status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _voucher(form: CheckoutForm, basket: CartView) -> Quote | None:
    """What the code in the form takes off now; why it takes off nothing is said at its field."""
    typed = form.voucher.data or ""
    if not typed or form.voucher.errors or not basket.shops:
        return None
    try:
        _check_guesses(form)
        buyer = BuyerMark.of(current_actor(), form.known_phone)
        return quote(typed, buyer, {part.store_id: part.total for part in basket.shops})
    except Invalid as refusal:
        _refuse(form, refusal)
        return None


def _check_guesses(form: CheckoutForm) -> None:
    """Raises Invalid (field voucher) after too many codes that do not exist."""
    if form.voucher.data and not may_guess("voucher", WRONG_CODES):
        raise Invalid("vouchers.too_many_guesses", field="voucher")


def _refuse(form: CheckoutForm, refusal: Invalid) -> None:
    """Say why at its field; a code that does not exist counts as a guess."""
    if refusal.message_id == "vouchers.unknown":
        note_wrong("voucher", WRONG_CODES)
    form.refuse(refusal)


def _shops(basket: CartView, village: str | None) -> list[ShopChoice]:
    """Each shop with its ways of delivery: the one chosen before if it is still there, else the first."""
    pieces = parcels((line.offer, line.orderable) for line in basket.lines)
    offered = ways(pieces, village) if basket.shops else {}
    for store_id, runs in round_offers(bags((line.offer, line.ready_on) for line in basket.lines), village).items():
        offered.setdefault(store_id, []).extend(runs)
    wanted, has_card = chosen_deliveries(), _has_card()
    found = []
    for part in basket.shops:
        here = [way for way in offered.get(part.store_id, []) if has_card or way.method not in BY_COURIER]
        before = wanted.get(part.store_id)
        same = [way for way in here if before is not None and way.method is before.method]
        same.sort(key=lambda way, ref=before.ref if before else None: way.ref != ref)  # type: ignore[misc]
        found.append(ShopChoice(part, here, next(iter([*same, *here]), None), note_for(part.store_id)))
    return found


def _run(shop: ShopChoice) -> int | None:
    """The run that was chosen for a shop; None for other ways."""
    return shop.chosen.ref if shop.chosen and shop.chosen.method is DeliveryMethod.ROUND else None


def _delivery_total(shops: Sequence[ShopChoice]) -> int:
    """Rupiah for all parcels: shops that share a run pay its fee once."""
    return sum(shared_fees({shop.part.store_id: (_run(shop), shop.fee) for shop in shops}).values())


def _parcel_count(shops: Sequence[ShopChoice]) -> int:
    """How many parcels reach the buyer: one from each shop, shops that share a run as one."""
    return len({_run(shop) or -shop.part.store_id for shop in shops})


def _has_card() -> bool:
    """Can a purchase be paid before it is sent? What goes by courier must be."""
    return any(provider.method is not PaymentMethod.CASH for provider in port(Providers).offered())


def _changes(before: tuple[SeenLine, ...], now: tuple[SeenLine, ...], cart: CartView) -> list[Change]:
    """What is different from what the buyer saw, by the name of the goods where the cart still knows it."""
    names = {line.variant_id: line.offer.product_name for line in cart.lines}
    return [Change(names.get(each.variant_id, ""), each) for each in differences(before, now)]
