"""Addresses of products that no other has."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Product
from marketplace.core.db import db
from marketplace.core.locks import lock_words

FIRST_LOOK = 16


def free_slugs(names: Sequence[str]) -> list[str]:
    """An address for each name, in their order: the name, or the name and the next free number.

    One transaction at a time gives out those of a name. Asks by the unique key, never for all that begin alike: two
    statements, and some more for names that many products have.
    """
    bases = [rules.slug_of(name) for name in names]
    lock_words(f"product {base}" for base in sorted(set(bases)))
    taken = _taken(set(bases))
    given = []
    for base in bases:
        slug = base if base not in taken else _numbered(base, taken)
        taken.add(slug)
        given.append(slug)
    return given


def _numbered(base: str, given: set[str]) -> str:
    """The first free number behind the name, looked for in windows that double."""
    first, width = 2, FIRST_LOOK
    while True:
        window = [f"{base}-{number}" for number in range(first, first + width)]
        taken = _taken(window) | given
        free = next((slug for slug in window if slug not in taken), None)
        if free is not None:
            return free
        first, width = first + width, min(width * 2, 4096)


def _taken(slugs: Sequence[str] | set[str]) -> set[str]:
    return set(db.session.scalars(sa.select(Product.slug).where(Product.slug.in_(sorted(slugs)))))
