"""The operator's work on the tree of categories: two levels and an order."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from slugify import slugify

from marketplace.catalog.models import Category, Product, ProductRevision
from marketplace.catalog.policies import can_manage_categories
from marketplace.catalog.services import search
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.core.locks import lock_many, lock_one, lock_words

LONGEST_SLUG = 80


@dataclass(frozen=True)
class CategoryDraft:
    """What is said about a category."""

    name: str
    parent_id: int | None = None
    is_food: bool = False
    is_active: bool = True


def save_category(actor: Actor, draft: CategoryDraft, category_id: int | None = None) -> Category:
    """Make a category, last among its siblings, or change one; its address on the site stays.

    Raises NotAllowed, NotFound, and Invalid for a missing name, a third level, or a top category that holds goods or
    children and should go below another.
    """
    if not can_manage_categories(actor):
        raise NotAllowed("catalog.not_yours")
    name = " ".join(draft.name.split())
    if not name or len(name) > 120:
        raise Invalid("catalog.category_name", field="name")
    lock_words(["categories"])
    category = lock_one(Category, category_id) if category_id else _new(name)
    if draft.parent_id != category.parent_id or not category_id:
        _put_below(category, draft.parent_id)
    category.name, category.is_food, category.is_active = name, draft.is_food, draft.is_active
    db.session.add(category)
    db.session.flush()
    if category_id:
        search.refresh_category(category.id)
    audit.record(actor, "catalog.category_saved", "category", category.id, name=name, is_active=draft.is_active)
    revision.touch()
    return category


def move_category(actor: Actor, category_id: int, step: int) -> None:
    """Let a category change places with the sibling before (-1) or after it (1); nothing at the end of the row.

    Raises NotAllowed, NotFound.
    """
    if not can_manage_categories(actor):
        raise NotAllowed("catalog.not_yours")
    lock_words(["categories"])
    category = lock_one(Category, category_id)
    siblings = list(db.session.scalars(_siblings(category.parent_id)))
    here = siblings.index(category)
    there = here + step
    if not 0 <= there < len(siblings):
        return
    siblings[here], siblings[there] = siblings[there], siblings[here]
    lock_many(Category, [sibling.id for sibling in siblings])
    for position, sibling in enumerate(siblings, 1):
        sibling.position = position
    audit.record(actor, "catalog.category_moved", "category", category_id, step=step)
    revision.touch()


def _siblings(parent_id: int | None) -> sa.Select[Category]:
    below = Category.parent_id.is_(None) if parent_id is None else Category.parent_id == parent_id
    return sa.select(Category).where(below).order_by(Category.position, Category.id)


def _put_below(category: Category, parent_id: int | None) -> None:
    """Give the category its place, last in the row."""
    if parent_id is not None:
        parent = db.session.get(Category, parent_id)
        if parent is None or parent.parent_id is not None or parent.id == category.id:
            raise Invalid("catalog.category_parent", field="parent_id")
        if category.id and _has_children(category.id):
            raise Invalid("catalog.category_parent", field="parent_id")
        if _holds_goods(parent_id):
            raise Invalid("catalog.category_holds_goods", field="parent_id")
    last = [sibling.position for sibling in db.session.scalars(_siblings(parent_id))]
    category.parent_id, category.position = parent_id, max(last, default=0) + 1


def _has_children(category_id: int) -> bool:
    return db.session.scalar(sa.select(sa.exists().where(Category.parent_id == category_id))) or False


def _holds_goods(category_id: int) -> bool:
    """Goods lie in leaves; a category that holds some, or that words not yet public name, cannot become a branch."""
    lies, named = Product.category_id == category_id, ProductRevision.category_id == category_id
    return db.session.scalar(sa.select(sa.or_(sa.exists().where(lies), sa.exists().where(named)))) or False


def _new(name: str) -> Category:
    base = slugify(name, max_length=LONGEST_SLUG - 5) or "kategori"
    taken = set(db.session.scalars(sa.select(Category.slug).where(Category.slug.startswith(base, autoescape=True))))
    free = (
        slug
        for number in range(1, len(taken) + 2)
        if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )
    return Category(slug=next(free), parent_id=None)
