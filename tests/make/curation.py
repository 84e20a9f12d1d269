"""Certificates and submissions for tests."""

from __future__ import annotations

import secrets
from itertools import count
from typing import Any

from marketplace.accounts.models import Person
from marketplace.catalog import queries
from marketplace.catalog.models import Product
from marketplace.catalog.queries import RevisionView
from marketplace.catalog.rules import Draft
from marketplace.catalog.services import products
from marketplace.certificates import services as certificates
from marketplace.certificates.models import Certificate
from marketplace.core.actor import SYSTEM
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.curation import services
from marketplace.curation.models import Submission
from marketplace.media.models import MediaFile
from marketplace.media.rules import FileKind
from marketplace.stores.models import Store
from tests.make.catalog import HOME_FOOD, newest_revision_id
from tests.make.catalog import product as make_product
from tests.make.stores import store as make_store

_numbers = count(1)


def certificate(store: Store | int, kind: str = "pirt", number: str = "") -> Certificate:
    """A certificate in good order; another number each time."""
    serial = next(_numbers)
    numbers = {
        "pirt": f"2155371{serial:06d}30",
        "halal": f"ID5311{serial:013d}",
    }
    store_id = store if isinstance(store, int) else store.id
    return certificates.register(SYSTEM, store_id, kind, number or numbers.get(kind, f"{serial:04d}/2026"))


def papers(store: Store | int) -> tuple[int, ...]:
    """The ids of a P-IRT and a halal certificate: what home-made food needs."""
    return tuple(certificate(store, kind).id for kind in ("pirt", "halal"))


def submission(
    store: Store | int | None = None, name: str = "Sambal Lu’at", *, with_papers: bool = True, **words: Any
) -> Submission:
    """Home-made food that waits for a curator, its papers in order. Call it inside `transaction()`."""
    shop = store or make_store()
    if with_papers:
        words["certificate_ids"] = papers(shop)
    made = make_product(shop, name, category=words.pop("category", HOME_FOOD), **words)
    return hand_in(made)


def hand_in(made: Product) -> Submission:
    """Ask the curators about a product's newest words."""
    return services.submit(SYSTEM, made.id, newest_revision_id(made))


def revise(product_id: int, draft: Draft) -> int:
    """Say something else about a product; the id of the new revision."""
    written = products.revise(SYSTEM, product_id, draft)
    assert written is not None
    return written.id


def newest_words(product_id: int) -> RevisionView:
    """The newest words of a product."""
    return queries.revision(queries.latest_revision_id(product_id))


def pictures(owner: Person, count: int = 1) -> tuple[tuple[int, str], ...]:
    """Pictures that somebody brought: rows only, no files."""
    rows = [
        MediaFile(
            key=secrets.token_hex(16),
            kind=FileKind.PICTURE,
            width=640,
            height=640,
            size=1000,
            owner_id=owner.id,
            created_at=now(),
        )
        for _ in range(count)
    ]
    db.session.add_all(rows)
    db.session.flush()
    return tuple((row.id, "foto") for row in rows)
