"""What is looked at before a product's words or forms are written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Category, Product, Variant
from marketplace.catalog.policies import can_sell
from marketplace.catalog.queries.pictures import usable_pictures
from marketplace.catalog.rules import Draft, ProductStatus, VariantDraft
from marketplace.certificates.models import Certificate
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one
from marketplace.places.models import Region

May = Callable[[Actor, int], bool]


def own_product(actor: Actor, product_id: int, may: May = can_sell) -> Product:
    """The product, locked, of a store where the actor may; an archived one is gone. Raises NotFound, NotAllowed.

    `may` is the policy of what is to be done (can_sell, can_price, can_count_stock).
    """
    product = lock_one(Product, product_id)
    if not may(actor, product.store_id):
        raise NotAllowed("catalog.not_yours")
    if product.status is ProductStatus.ARCHIVED:
        raise NotFound("catalog.product_not_found")
    return product


def own_variant(actor: Actor, variant_id: int, may: May = can_sell) -> Variant:
    """The variant, locked after its product, of a store where the actor may. Raises NotFound, NotAllowed."""
    product_id = db.session.scalar(sa.select(Variant.product_id).where(Variant.id == variant_id))
    if product_id is None:
        raise NotFound("catalog.product_not_found")
    own_product(actor, product_id, may)
    return lock_one(Variant, variant_id)


def demand(may: May, actor: Actor, store_id: int) -> None:
    """Raises NotAllowed unless the actor may."""
    if not may(actor, store_id):
        raise NotAllowed("catalog.not_yours")


def leaf(category_id: int) -> Category:
    """An active category that goods may lie in. Raises Invalid."""
    category = db.session.get(Category, category_id)
    child = sa.select(Category.id).where(Category.parent_id == category_id, Category.is_active).limit(1)
    if category is None or not category.is_active or db.session.scalar(child) is not None:
        raise Invalid("catalog.category_unknown", field="category_id")
    return category


def check_draft(actor: Actor, store_id: int, draft: Draft) -> None:
    """Raises Invalid, naming the field, for words, pictures or papers that cannot be."""
    if not rules.fold(draft.name):
        raise Invalid("catalog.name_needed", field="name")
    for field in ("name", "description", "composition"):
        word = rules.blocked_word(getattr(draft, field))
        if word:
            raise Invalid("catalog.blocked_goods", field=field, word=word)
    origin = db.session.get(Region, draft.origin_code)
    if origin is None or origin.parent_code is not None:
        raise Invalid("catalog.origin_unknown", field="origin_code")
    _check_pictures(actor, store_id, [media_id for media_id, _ in draft.picture_ids])
    _check_certificates(store_id, draft.certificate_ids)


def check_variants(drafts: Sequence[VariantDraft]) -> None:
    """Raises Invalid for no form at all, two of one name, or numbers out of bounds."""
    if not drafts:
        raise Invalid("catalog.variant_needed")
    if len({rules.fold(draft.name) for draft in drafts}) < len(drafts):
        raise Invalid("catalog.variant_name_taken", field="name")
    for draft in drafts:
        check_numbers(draft.price, draft.weight, draft.on_hand)
        check_variant_name(draft.name)


def check_numbers(price: int, weight: int, on_hand: int = 0) -> None:
    """Raises Invalid for a price, weight or stock out of bounds."""
    for field, value, lowest, highest in (
        ("price", price, 1, rules.HIGHEST_PRICE),
        ("weight", weight, 0, rules.HEAVIEST),
        ("on_hand", on_hand, 0, rules.MOST_STOCK),
    ):
        if not lowest <= value <= highest:
            raise Invalid("catalog.number_out_of_bounds", field=field, lowest=lowest, highest=highest)


def check_variant_name(name: str) -> None:
    """Raises Invalid for a name of goods that may not be sold."""
    word = rules.blocked_word(name)
    if word:
        raise Invalid("catalog.blocked_goods", field="name", word=word)


def _check_pictures(actor: Actor, store_id: int, media_ids: Sequence[int]) -> None:
    """Pictures must be the actor's own uploads, or be used by the store's goods already."""
    if len(media_ids) > rules.MOST_PICTURES:
        raise Invalid("catalog.too_many_pictures", field="pictures", most=rules.MOST_PICTURES)
    usable = usable_pictures(actor, [store_id], media_ids)
    if len(set(media_ids)) < len(media_ids) or set(usable) != set(media_ids):
        raise Invalid("catalog.picture_unknown", field="pictures")


def _check_certificates(store_id: int, certificate_ids: Sequence[int]) -> None:
    wanted = set(certificate_ids)
    held = sa.select(Certificate.id).where(Certificate.store_id == store_id, Certificate.id.in_(wanted))
    if wanted and set(db.session.scalars(held)) != wanted:
        raise Invalid("catalog.certificate_unknown", field="certificate_ids")
