"""From a cart to a purchase, in one transaction: what the buyer saw is what she gets, or nothing happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.catalog.queries import Offer, offers
from marketplace.catalog.services import stock
from marketplace.checkout.models import CartLine
from marketplace.checkout.queries import bags, parcels
from marketplace.checkout.rules import CartOwner, SeenLine
from marketplace.checkout.services.carts import lock_cart, take_out
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale
from marketplace.orders import services as orders
from marketplace.orders.models import Purchase
from marketplace.orders.queries import purchase_by_form_key
from marketplace.orders.services import NewLine, NewOrder, NewPurchase
from marketplace.payments.rules import PaymentMethod
from marketplace.places.queries import names
from marketplace.rounds import services as rounds
from marketplace.rounds.queries.offers import offers as round_offers
from marketplace.rounds.rules import round_of, shared_fees
from marketplace.shipping.queries import DeliveryOption, ways
from marketplace.shipping.rules import BY_COURIER, DeliveryMethod, way_key
from marketplace.vouchers import services as vouchers
from marketplace.vouchers.queries import BuyerMark, Quote, quote
from marketplace.vouchers.rules import over_lines


@dataclass(frozen=True)
class Destination:
    """Where goods are brought: an address in a village."""

    street: str
    village_code: str
    rt_rw: str = ""
    postcode: str = ""
    landmark: str = ""


@dataclass(frozen=True)
class Delivery:
    """How one shop's goods reach the buyer, the fee (rupiah) she saw for it, and her note to the shop.

    `ref` is the pick-up point, the postal rate or the fee of a local courier.
    """

    method: DeliveryMethod
    seen_fee: int = 0
    note: str = ""
    ref: int | None = None

    @property
    def key(self) -> str:
        """The way and the fee that was seen, as a form names them."""
        return f"{way_key(self.method, self.ref)}@{self.seen_fee}"


@dataclass(frozen=True)
class CheckoutSpec:
    """What a buyer ordered, as she saw it. `deliveries` is by shop; `destination` is None when all is fetched.

    `voucher_code` is as she typed it, `seen_discount` the rupiah that she saw taken off.
    """

    name: str
    phone: str
    deliveries: Mapping[int, Delivery]
    seen: tuple[SeenLine, ...]
    destination: Destination | None = None
    email: str = ""
    language: str = "id"
    payment_method: PaymentMethod = PaymentMethod.CASH
    voucher_code: str = ""
    seen_discount: int = 0


def place(actor: Actor, owner: CartOwner, form_key: str, spec: CheckoutSpec) -> Purchase:
    """Turn what the buyer saw into a purchase. The same form key again gives the same purchase.

    Raises Stale when a price, a fee, a discount or a shop is no longer as she saw it, or the goods left her cart
    (VoucherGone when her voucher takes off nothing any more); OutOfStock when there are too few pieces; Invalid when a
    shop has no way chosen that it offers, a courier would go unpaid, or a code is no voucher for her.
    """
    cart_id = lock_cart(owner)
    placed = purchase_by_form_key(form_key)
    if placed is not None:
        return placed
    wanted = {line.variant_id: line.quantity for line in spec.seen}
    if cart_id is None or not wanted:
        raise Stale("checkout.cart_changed")
    held = _held(cart_id, wanted)
    if any(held.get(variant_id, NOTHING).quantity < number for variant_id, number in wanted.items()):
        raise Stale("checkout.cart_changed")
    workshops = {variant_id: held[variant_id].product_id for variant_id in wanted if held[variant_id].is_to_order}
    stock.reserve(wanted, workshops)  # from here on nobody changes these variants until we are done
    found = offers(wanted)
    for line in spec.seen:
        _check_offer(line, found.get(line.variant_id))
    agreed = _check_deliveries(spec, found)
    buyer = BuyerMark.of(actor, spec.phone)
    quoted = _check_voucher(spec, buyer, found)
    purchase = orders.create(actor, _new_purchase(actor, form_key, spec, found, agreed, quoted))
    by_round = {store_id: round_of(way.ref or 0) for store_id, way in agreed.items() if _is_round(way)}
    if by_round:
        rounds.book(purchase.id, by_round)
    if quoted is not None:
        vouchers.redeem(quoted, buyer, purchase)
    take_out(cart_id, sorted(wanted))
    return purchase


class _Held(NamedTuple):
    quantity: int
    product_id: int = 0
    is_to_order: bool = False


NOTHING = _Held(0)


def _held(cart_id: int, wanted: Mapping[int, int]) -> dict[int, _Held]:
    """What the cart holds of this, and what of it is made to order."""
    rows = db.session.execute(
        sa.select(CartLine.variant_id, CartLine.quantity, Variant.product_id, Variant.is_to_order)
        .join(Variant, Variant.id == CartLine.variant_id)
        .where(CartLine.cart_id == cart_id, CartLine.variant_id.in_(sorted(wanted)))
    )
    return {row.variant_id: _Held(row.quantity, row.product_id, row.is_to_order) for row in rows}


def _check_offer(line: SeenLine, offer: Offer | None) -> None:
    if offer is None or not offer.is_buyable or offer.price_for(line.quantity) != line.price:
        raise Stale("checkout.changed")
    if line.quantity < offer.min_quantity:
        raise Stale("checkout.below_minimum", name=offer.product_name, least=offer.min_quantity)


def _check_deliveries(spec: CheckoutSpec, found: Mapping[int, Offer]) -> dict[int, DeliveryOption]:
    """Each shop has a way chosen that it offers, for the fee that was seen: by shop."""
    stores = {offer.store_id: offer.store_name for offer in found.values()}
    chosen = {store_id: spec.deliveries[store_id] for store_id in stores if store_id in spec.deliveries}
    if any(each.method in BY_COURIER for each in chosen.values()):
        _check_paid_before(spec)
    village = spec.destination.village_code if spec.destination else None
    pieces = [(found[line.variant_id], line.quantity) for line in spec.seen]
    offered = ways(parcels(pieces), village, {key: (each.method, each.ref) for key, each in chosen.items()})
    for store_id, runs in _runs(chosen, found, village).items():
        offered.setdefault(store_id, []).extend(runs)
    agreed = {}
    for store_id, name in stores.items():
        if store_id not in chosen:
            raise Invalid("checkout.choose_delivery", store=name)
        same = [way for way in offered.get(store_id, []) if way.key == chosen[store_id].key]
        if not same:
            raise Stale("checkout.delivery_changed", store=name)
        agreed[store_id] = same[0]
    return _share_fees(agreed)


def _runs(
    chosen: Mapping[int, Delivery], found: Mapping[int, Offer], village: str | None
) -> dict[int, list[DeliveryOption]]:
    """What rounds offer, their places counted while nobody else can take one; nothing when none is chosen."""
    refs = [each.ref for each in chosen.values() if each.method is DeliveryMethod.ROUND and each.ref is not None]
    if not refs:
        return {}
    rounds.lock_rounds(refs)
    return round_offers(bags((offer, offer.ready_on()) for offer in found.values()), village)


def _share_fees(agreed: dict[int, DeliveryOption]) -> dict[int, DeliveryOption]:
    """Shops that share a run make one parcel, whose fee is paid once."""
    fees = shared_fees({key: (way.ref if _is_round(way) else None, way.fee) for key, way in agreed.items()})
    return {store_id: replace(way, fee=fees[store_id]) for store_id, way in agreed.items()}


def _is_round(way: DeliveryOption) -> bool:
    return way.method is DeliveryMethod.ROUND


def _check_voucher(spec: CheckoutSpec, buyer: BuyerMark, found: Mapping[int, Offer]) -> Quote | None:
    """What her voucher takes off, if that is what she saw. One that she saw and that ended meanwhile is VoucherGone."""
    if not spec.voucher_code:
        if spec.seen_discount:
            raise Stale("checkout.voucher_removed")
        return None
    goods: dict[int, int] = {}
    for line in spec.seen:
        store_id = found[line.variant_id].store_id
        goods[store_id] = goods.get(store_id, 0) + line.quantity * line.price
    try:
        quoted = quote(spec.voucher_code, buyer, goods)
    except Invalid as refusal:
        if not spec.seen_discount:
            raise
        raise vouchers.VoucherGone(refusal.message_id, **refusal.values) from refusal
    if quoted.discount != spec.seen_discount:
        raise Stale("checkout.voucher_changed", code=quoted.code, amount=quoted.discount)
    return quoted


def _check_paid_before(spec: CheckoutSpec) -> None:
    """A courier takes no money at the door."""
    if spec.payment_method is PaymentMethod.CASH:
        raise Invalid("checkout.courier_is_paid_before", field="payment")


def _new_purchase(
    actor: Actor,
    form_key: str,
    spec: CheckoutSpec,
    found: Mapping[int, Offer],
    agreed: Mapping[int, DeliveryOption],
    quoted: Quote | None,
) -> NewPurchase:
    lines: dict[int, list[NewLine]] = {}
    ready_by: dict[int, date] = {}
    for seen in spec.seen:
        offer = found[seen.variant_id]
        lines.setdefault(offer.store_id, []).append(_new_line(offer, seen.quantity))
        ready_on = offer.ready_on()  # what is ordered here is promised, and so among the open pieces
        if ready_on is not None:
            ready_by[offer.store_id] = max(ready_on, ready_by.get(offer.store_id, ready_on))
    placed = tuple(
        _new_order(
            store_id,
            agreed[store_id],
            spec.deliveries[store_id].note,
            _discounted(group, quoted.shares.get(store_id, 0) if quoted else 0),
            ready_by.get(store_id),
            quoted,
        )
        for store_id, group in lines.items()
    )
    where = spec.destination
    return NewPurchase(
        form_key=form_key,
        person_id=actor.person_id,
        buyer_name=spec.name,
        buyer_phone=spec.phone,
        buyer_email=spec.email,
        orders=placed,
        language=spec.language,
        payment_method=spec.payment_method,
        **(_address(where) if where else {}),
    )


def _address(where: Destination) -> dict[str, str]:
    region_names = names([where.village_code]).get(where.village_code, "")
    return {**vars(where), "region_names": region_names}


def _discounted(lines: Sequence[NewLine], discount: int) -> tuple[NewLine, ...]:
    """The lines of one shop with its share of the voucher."""
    parts = over_lines(discount, [line.total for line in lines])
    return tuple(replace(line, discount=part) for line, part in zip(lines, parts, strict=True))


def _new_order(
    store_id: int,
    way: DeliveryOption,
    note: str,
    lines: tuple[NewLine, ...],
    ready_by: date | None,
    quoted: Quote | None,
) -> NewOrder:
    has_place = way.method in (DeliveryMethod.POINT, DeliveryMethod.ROUND)
    return NewOrder(
        store_id,
        way.method,
        way.fee,
        lines,
        note,
        ready_by,
        delivery_name=way.name,
        delivery_place=" · ".join(filter(None, (way.place, way.note))) if has_place else "",
        delivery_days=way.days,
        delivery_weight=way.weight,
        tracking_url=way.tracking_url,
        voucher_code=quoted.code if quoted else "",
        is_programmes=quoted is not None and quoted.is_programmes,
    )


def _new_line(offer: Offer, quantity: int) -> NewLine:
    return NewLine(
        variant_id=offer.variant_id,
        product_name=offer.product_name,
        variant_name=offer.variant_name,
        picture_key=offer.picture.key if offer.picture else "",
        is_not_halal=offer.is_not_halal,
        unit_price=offer.price_for(quantity),
        quantity=quantity,
        weight=offer.weight,
        allergens=offer.allergens,
    )
