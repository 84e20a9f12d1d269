"""What is looked at before a product's words are written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Category, Product, Variant
from marketplace.catalog.policies import can_sell
from marketplace.catalog.queries.attributes import attributes_of
from marketplace.catalog.queries.pictures import usable_pictures
from marketplace.catalog.rules import Attribute, AttributeValue, Draft, ProductStatus, Unanswerable
from marketplace.certificates.models import Certificate
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one
from marketplace.places.models import Region

May = Callable[[Actor, int], bool]


def own_product(actor: Actor, product_id: int, may: May = can_sell) -> Product:
    """The product, locked, of a store where the actor may; an archived one is gone. Raises NotFound, NotAllowed.

    `may` is the policy of what is to be done (can_sell, can_price, can_keep_stock).
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
    check_words(draft)
    origin = db.session.get(Region, draft.origin_code)
    if origin is None or origin.parent_code is not None:
        raise Invalid("catalog.origin_unknown", field="origin_code")
    _check_pictures(actor, store_id, [media_id for media_id, _ in draft.picture_ids])
    _check_certificates(store_id, draft.certificate_ids)


def check_words(draft: Draft) -> None:
    """Raises Invalid, naming the field, for a name that says nothing and for goods that may not be sold."""
    if not rules.fold(draft.name):
        raise Invalid("catalog.name_needed", field="name")
    for field in ("name", "description", "composition"):
        word = rules.blocked_word(getattr(draft, field))
        if word:
            raise Invalid("catalog.blocked_goods", field=field, word=word)


def answered(category_id: int, draft: Draft) -> Draft:
    """The draft with its attributes and allergens as they are kept; answers to what is not asked are left out.

    Raises Invalid, naming the field (`attr-<code>`, allergens), for an answer that does not fit, a needed one that is
    missing, and an allergen nobody knows.
    """
    unknown = set(draft.allergens) - set(rules.ALLERGENS)
    if unknown:
        raise Invalid("catalog.allergen_unknown", field="allergens")
    kept: dict[str, AttributeValue] = {}
    for attribute in attributes_of(category_id):
        answer = _answer(attribute, draft.attributes.get(attribute.code))
        if answer is not None:
            kept[attribute.code] = answer
    allergens = tuple(code for code in rules.ALLERGENS if code in draft.allergens)
    return replace(draft, attributes=kept, allergens=allergens)


def _answer(attribute: Attribute, said: AttributeValue | None) -> AttributeValue | None:
    try:
        answer = rules.answer_of(attribute, said)
    except Unanswerable as trouble:
        raise Invalid(trouble.message_id, field=attribute.field, label=attribute.label, **trouble.values) from trouble
    if answer is None and attribute.is_required:
        raise Invalid("catalog.attribute_needed", field=attribute.field, label=attribute.label)
    word = rules.blocked_word(answer) if isinstance(answer, str) else None
    if word:
        raise Invalid("catalog.blocked_goods", field=attribute.field, word=word)
    return answer


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
