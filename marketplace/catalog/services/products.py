"""Products: put up, said anew, put live, hidden. Words go through the curators; prices and stock are free."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import (
    Category,
    Product,
    ProductRevision,
    RevisionCertificate,
    RevisionPicture,
)
from marketplace.catalog.policies import can_sell, can_take_off
from marketplace.catalog.queries.papers import good_of_shop, needs_for
from marketplace.catalog.rules import Draft, Level, ProductStatus, SupplyDraft, VariantDraft, unmet
from marketplace.catalog.services import checks, form_checks, movements, search, variants
from marketplace.catalog.services.slugs import free_slugs
from marketplace.catalog.services.supply import columns
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.stores.models import Store

AS_IT_LIES = SupplyDraft()


def create(
    actor: Actor,
    store_id: int,
    category_id: int,
    draft: Draft,
    variant_drafts: Sequence[VariantDraft],
    supply: SupplyDraft = AS_IT_LIES,
    *,
    is_draft: bool = False,
) -> Product:
    """Put a product up, as revision 1. It is public at once when goods like it need no papers; else it waits.

    With `is_draft` it is hidden, and neither public nor for the curators until its seller says more and shows it.
    A form's picture is one of the draft's. A refusal that is about one form has its number, from 1, as value `row`.

    Raises NotAllowed for a store the actor does not work for; Invalid, naming the field: catalog.category_unknown,
    catalog.blocked_goods and what `checks` says.
    """
    if not can_sell(actor, store_id):
        raise NotAllowed("catalog.not_yours")
    category = checks.leaf(category_id)
    checks.check_draft(actor, store_id, draft)
    draft = checks.answered(category.id, draft)
    form_checks.check_forms(variant_drafts, supply.axes)
    form_checks.check_pictures(variant_drafts, {media_id for media_id, _ in draft.picture_ids})
    product = Product(
        slug=free_slugs([draft.name])[0],
        store_id=store_id,
        category_id=category.id,
        status=ProductStatus.HIDDEN if is_draft else ProductStatus.ACTIVE,
        created_at=now(),
        **columns(supply),
        axis_1=supply.axes[0],
        axis_2=supply.axes[1],
    )
    form_checks.check_skus(product, variant_drafts)
    db.session.add(product)
    db.session.flush()
    variants.write_all(actor, product, variant_drafts)
    movements.open_shelf(actor, product.id)
    first = _write(actor, product, draft, category.id, number=1)
    audit.record(actor, "catalog.product_created", "product", product.id, name=draft.name, store_id=store_id)
    if not is_draft and _is_free(product, category, draft):
        _put_live(product, first.id, curated=False)
    return product


def revise(
    actor: Actor, product_id: int, draft: Draft, *, category_id: int | None = None, seen: int | None = None
) -> ProductRevision | None:
    """Say something else about a product, or None when nothing differs from its newest words.

    `category_id`: it lies there from now on, None for where its newest words put it. Like all words this shows once
    they are public; papers it claims stay claimed. Answers that the new category does not ask for are left out.

    Words that have passed the curators stay public until the new ones pass. Words that have not give way at once
    when goods like these need no papers; what was never public waits for its first picture all the same. `seen` is the
    id of the revision that the page with these words began from.

    Raises NotFound, NotAllowed, Invalid (what `create` says), and Stale (catalog.words_moved) when somebody else wrote
    meanwhile.
    """
    product = checks.own_product(actor, product_id)
    newest = _newest(product_id)
    if seen is not None and seen != newest.id:
        raise Stale("catalog.words_moved")
    checks.check_draft(actor, product.store_id, draft)
    category = _category(newest, category_id)
    draft = checks.answered(category.id, draft)
    changed = _differences(newest, draft) + (["category"] if category.id != newest.category_id else [])
    if not changed:
        return None
    written = _write(actor, product, draft, category.id, number=newest.number + 1)
    audit.record(actor, "catalog.product_revised", "product", product.id, number=written.number, fields=sorted(changed))
    waits_for_pictures = product.live_revision_id is None and not draft.picture_ids
    if product.live_revision_id is None:
        product.category_id = category.id
    if product.curated_at is None and _is_free(product, category, draft) and not waits_for_pictures:
        _put_live(product, written.id, curated=False)
    return written


def _category(newest: ProductRevision, category_id: int | None) -> Category:
    """Where the words after these belong; one that was switched off is kept, but not chosen anew. Raises Invalid."""
    if category_id is None or category_id == newest.category_id:
        return db.session.get_one(Category, newest.category_id)
    return checks.leaf(category_id)


def put_live(product_id: int, revision_id: int, *, curated: bool) -> None:
    """Let the public read exactly this revision; `curated` when a curator passed it. Raises NotFound."""
    product = lock_one(Product, product_id)
    belongs = sa.select(ProductRevision.id).where(
        ProductRevision.id == revision_id, ProductRevision.product_id == product_id
    )
    if db.session.scalar(belongs) is None:
        raise NotFound("catalog.revision_not_found")
    _put_live(product, revision_id, curated=curated)


def take_off(actor: Actor, product_id: int) -> None:
    """Take a product off sale until it is mended: whatever is said of it from now on, a curator passes first.

    Orders that hold it are not touched. Raises NotFound, NotAllowed; Stale when it is not on sale any more.
    """
    product = lock_one(Product, product_id)
    if not can_take_off(actor, product.store_id):
        raise NotAllowed("catalog.not_yours")
    if product.live_revision_id is None or product.status is ProductStatus.ARCHIVED:
        raise Stale("catalog.not_on_sale")
    product.live_revision_id = product.curated_at = None
    product.held_at = now()
    audit.record(actor, "catalog.product_taken_off", "product", product.id)
    revision.touch()


def hide(actor: Actor, product_id: int) -> None:
    """Take a product off the shelves until its seller shows it again. Raises NotFound, NotAllowed."""
    _set_status(actor, product_id, ProductStatus.HIDDEN, "catalog.product_hidden")


def show(actor: Actor, product_id: int) -> None:
    """Put a hidden product back on the shelves; one kept as a draft becomes public if it needs no papers.

    Raises NotFound, NotAllowed; Invalid (catalog.picture_needed) for a draft without a picture.
    """
    product = checks.own_product(actor, product_id)
    if product.status is ProductStatus.HIDDEN and product.live_revision_id is None:
        _first_showing(product)
    _set_status(actor, product_id, ProductStatus.ACTIVE, "catalog.product_shown")


def _first_showing(product: Product) -> None:
    newest = _newest(product.id)
    has_picture = sa.select(RevisionPicture.media_id).where(RevisionPicture.revision_id == newest.id).limit(1)
    if db.session.scalar(has_picture) is None:
        raise Invalid("catalog.picture_needed", field="pictures")
    if _is_free(product, db.session.get_one(Category, newest.category_id), newest):
        _put_live(product, newest.id, curated=False)


def archive(actor: Actor, product_id: int) -> None:
    """Take a product away for good; orders that hold it are not touched. Raises NotFound, NotAllowed."""
    _set_status(actor, product_id, ProductStatus.ARCHIVED, "catalog.product_archived")


def _set_status(actor: Actor, product_id: int, status: ProductStatus, action: str) -> None:
    product = checks.own_product(actor, product_id)
    if product.status is status:
        return
    product.status = status
    audit.record(actor, action, "product", product.id)
    revision.touch()


def _put_live(product: Product, revision_id: int, *, curated: bool) -> None:
    at = now()
    product.live_revision_id, product.held_at = revision_id, None
    product.category_id = db.session.get_one(ProductRevision, revision_id).category_id
    product.curated_at = at if curated else None
    product.published_at = product.published_at or at
    search.refresh_product(product.id)
    revision.touch()


def _is_free(product: Product, category: Category, words: Draft | ProductRevision) -> bool:
    """May these goods be public without a curator? They need no paper of their own, their shop lacks none, and no
    operator has taken them off sale.
    """
    if product.held_at is not None:
        return False
    shop = db.session.get_one(Store, product.store_id)
    needs = needs_for(
        (category.id, category.parent_id),
        is_perishable=words.is_perishable,
        is_not_halal=words.is_not_halal,
        shop_since=shop.created_at,
    )
    binding = [need for need in needs if need.level is Level.BLOCK]
    if any(need.category_id is not None for need in binding):
        return False
    return not binding or not unmet(binding, good_of_shop(shop))


def words_of(actor: Actor, draft: Draft, category_id: int, number: int) -> ProductRevision:
    """The row of these words, as yet without its product, pictures and papers."""
    return ProductRevision(
        category_id=category_id,
        number=number,
        name=draft.name,
        description=draft.description,
        composition=draft.composition,
        unit=draft.unit,
        is_not_halal=draft.is_not_halal,
        is_perishable=draft.is_perishable,
        origin_code=draft.origin_code,
        attributes=dict(draft.attributes),
        allergens=list(draft.allergens),
        created_at=now(),
        created_by=actor.person_id,
    )


def name_key(name: str) -> str:
    """The name as a product keeps it for being found and sorted by."""
    return rules.fold(name)[:160]


def _write(actor: Actor, product: Product, draft: Draft, category_id: int, *, number: int) -> ProductRevision:
    written = words_of(actor, draft, category_id, number)
    written.product_id = product.id
    product.name_key = name_key(draft.name)
    db.session.add(written)
    db.session.flush()
    db.session.add_all(
        RevisionPicture(revision_id=written.id, position=position, media_id=media_id, alt=alt)
        for position, (media_id, alt) in enumerate(draft.picture_ids)
    )
    db.session.add_all(
        RevisionCertificate(revision_id=written.id, certificate_id=certificate_id)
        for certificate_id in sorted(set(draft.certificate_ids))
    )
    db.session.flush()
    return written


def _newest(product_id: int) -> ProductRevision:
    query = sa.select(ProductRevision).where(ProductRevision.product_id == product_id)
    return db.session.scalars(query.order_by(ProductRevision.number.desc()).limit(1)).one()


WORDS = (
    "name",
    "description",
    "composition",
    "unit",
    "is_not_halal",
    "is_perishable",
    "origin_code",
    "attributes",
    "allergens",
)


def _differences(newest: ProductRevision, draft: Draft) -> list[str]:
    """The parts of the draft that the newest revision says otherwise."""
    changed = [word for word in WORDS if _plain(getattr(newest, word)) != _plain(getattr(draft, word))]
    pictures = db.session.execute(
        sa.select(RevisionPicture.media_id, RevisionPicture.alt)
        .where(RevisionPicture.revision_id == newest.id)
        .order_by(RevisionPicture.position)
    )
    if [tuple(row) for row in pictures] != list(draft.picture_ids):
        changed.append("pictures")
    claimed = sa.select(RevisionCertificate.certificate_id).where(RevisionCertificate.revision_id == newest.id)
    if set(db.session.scalars(claimed)) != set(draft.certificate_ids):
        changed.append("certificates")
    return changed


def _plain(said: object) -> object:
    """As it is compared: a list kept as JSON and a tuple say the same."""
    return list(said) if isinstance(said, tuple) else said
