"""Which papers goods need today, what their shop holds of them, and the list of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import CertificateNeed, Product, ProductRevision, RevisionCertificate
from marketplace.catalog.queries.categories import CategoryRow, categories
from marketplace.catalog.queries.selling import newest_revision
from marketplace.catalog.rules import Goods, Level, Need, ProductStatus, Subject, needs_of
from marketplace.certificates.models import Certificate, CertificateType
from marketplace.certificates.queries import CertificateRow, for_store, listed, to_row, types
from marketplace.certificates.rules import HALAL, NIB, About, Scope, Standing, standing
from marketplace.core import clock
from marketplace.core.db import db
from marketplace.stores.models import Store

NEEDS = "certificate_needs"
SOON_DAYS = 180
"""Rules that begin within these days are told of beforehand."""


def all_needs() -> tuple[Need, ...]:
    """Every rule there is, was or will be, of the types in use, in their order. One statement a session."""
    info = db.session.info
    if NEEDS not in info:
        query = (
            sa.select(CertificateNeed.__table__)
            .join(CertificateType, CertificateType.code == CertificateNeed.kind)
            .where(CertificateType.is_active)
            .order_by(CertificateType.position, CertificateNeed.category_id, CertificateNeed.from_day)
        )
        info[NEEDS] = tuple(_need(row) for row in db.session.execute(query))
    return info[NEEDS]  # type: ignore[no-any-return]


def needs_for(
    category_ids: Iterable[int | None], *, is_perishable: bool, is_not_halal: bool, shop_since: datetime
) -> tuple[Need, ...]:
    """What goods of a category (given with the one above it) need today, from a shop that opened at `shop_since`."""
    subject = Subject(
        frozenset(each for each in category_ids if each is not None),
        is_perishable=is_perishable,
        is_not_halal=is_not_halal,
        shop_since=shop_since.astimezone(clock.WITA).date(),
    )
    return needs_of(all_needs(), subject, clock.today())


def asks_composition(category: CategoryRow | None) -> bool:
    """Must lasting goods of the category say what they are made of? Those that need a paper of their own."""
    if category is None:
        return False
    ids, today = {category.id, category.parent_id}, clock.today()
    return any(
        need.category_id in ids and need.goods is not Goods.PERISHABLE and need.holds_on(today)
        for need in all_needs()
        if need.category_id is not None
    )


@dataclass(frozen=True)
class Papers:
    """The certificates behind a revision: those it claims, and those that its shop holds for the whole business."""

    claimed: tuple[CertificateRow, ...] = ()
    of_shop: tuple[CertificateRow, ...] = ()

    def standings(self, nib: str) -> list[tuple[str, Standing]]:
        """The type of each with how it stands; `nib` is the number in the shop's profile, which counts as well."""
        held = [(row.kind, row.standing) for row in (*self.claimed, *self.of_shop)]
        about = types().get(NIB)
        return [*held, (NIB, standing(about, nib, None, clock.today()))] if nib and about else held


def papers_of(revision_ids: Iterable[int]) -> dict[int, Papers]:
    """The certificates behind each revision. One statement."""
    rows: dict[int, tuple[list[CertificateRow], list[CertificateRow]]] = {each: ([], []) for each in revision_ids}
    claim = RevisionCertificate
    query = (
        listed()
        .add_columns(ProductRevision.id.label("revision_id"), claim.certificate_id.label("claimed"))
        .join(Product, Product.store_id == Certificate.store_id)
        .join(ProductRevision, ProductRevision.product_id == Product.id)
        .outerjoin(claim, sa.and_(claim.revision_id == ProductRevision.id, claim.certificate_id == Certificate.id))
        .where(ProductRevision.id.in_(list(rows)))
        .where(sa.or_(claim.certificate_id.is_not(None), CertificateType.scope == Scope.BUSINESS))
    )
    for row in db.session.execute(query):
        rows[row.revision_id][row.claimed is None].append(to_row(row))
    return {each: Papers(tuple(claimed), tuple(of_shop)) for each, (claimed, of_shop) in rows.items()}


def good_of_shop(store: Store) -> set[str]:
    """The types of papers that a shop holds in good order for its whole business. One statement."""
    rows = db.session.execute(listed().where(Certificate.store_id == store.id, CertificateType.scope == Scope.BUSINESS))
    held = Papers(of_shop=tuple(map(to_row, rows))).standings(store.nib)
    return {kind for kind, stands in held if stands.is_good}


# --- the list of a shop --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GoodsKind:
    """Goods of a category, as far as papers care; None where that is not known yet."""

    category_id: int
    is_perishable: bool | None = None
    is_not_halal: bool = False


@dataclass(frozen=True)
class ChecklistItem:
    """A paper that a shop or its goods need, or will need soon, with what the shop holds of it.

    `categories` are the names of those whose goods need it, none when every shop does; `also` the labels of what stands
    in for it. `begins` is the day of a rule to come, `grace_until` the last day on which the shop is only told.
    `number` and `standing` are those of what is held, the best there is; None for nothing.
    """

    about: About
    level: Level
    goods: Goods
    categories: tuple[str, ...]
    also: tuple[str, ...]
    begins: date | None
    grace_until: date | None
    basis: str
    number: str
    standing: Standing | None
    is_verified: bool

    @property
    def is_met(self) -> bool:
        return self.standing is not None and self.standing.is_good

    @property
    def is_urgent(self) -> bool:
        """Does it keep goods from being public today?"""
        return not self.is_met and self.level is Level.BLOCK and self.begins is None

    @property
    def is_halal(self) -> bool:
        """Does it fall away for goods that say TIDAK HALAL?"""
        return self.about.code == HALAL


def checklist(goods: Iterable[GoodsKind], store: Store | None = None) -> list[ChecklistItem]:
    """The papers that such goods and their shop need, in the order of the types.

    Without a store it is the list of somebody who is about to open one. At most four statements.
    """
    today, tree = clock.today(), categories().by_id
    since = store.created_at.astimezone(clock.WITA).date() if store else today
    chosen = [(kind, tree[kind.category_id]) for kind in goods if kind.category_id in tree]
    held = for_store(store.id) if store else []
    found: dict[str, list[Need]] = {}
    for need in all_needs():
        if _is_near(need, today) and (need.category_id is None or _names(need, chosen)):
            found.setdefault(need.kind, []).append(need)
    items = [_item(types()[kind], needs, chosen, held, since) for kind, needs in found.items()]
    return [_with_profile(item, store.nib) for item in items] if store else items


def shop_goods(store_id: int) -> list[GoodsKind]:
    """What kinds of goods a shop has that are not archived, by their newest words. One statement."""
    query = (
        sa.select(ProductRevision.category_id, ProductRevision.is_perishable, ProductRevision.is_not_halal)
        .select_from(Product)
        .join(ProductRevision, ProductRevision.id == newest_revision())
        .where(Product.store_id == store_id, Product.status != ProductStatus.ARCHIVED)
        .distinct()
        .order_by(ProductRevision.category_id, ProductRevision.is_perishable, ProductRevision.is_not_halal)
    )
    return [GoodsKind(*row) for row in db.session.execute(query)]


def _is_near(need: Need, today: date) -> bool:
    is_over = need.until_day is not None and need.until_day < today
    return need.from_day <= today + timedelta(days=SOON_DAYS) and not is_over


def _names(need: Need, chosen: list[tuple[GoodsKind, CategoryRow]]) -> list[str]:
    """The categories whose goods a rule concerns."""
    found = [row.name for kind, row in chosen if need.category_id in (row.id, row.parent_id) and _asks(need, kind)]
    return list(dict.fromkeys(found))


def _asks(need: Need, kind: GoodsKind) -> bool:
    if need.kind == HALAL and kind.is_not_halal:
        return False
    return kind.is_perishable is None or need.goods in (
        Goods.ALL,
        Goods.PERISHABLE if kind.is_perishable else Goods.LASTING,
    )


def _item(
    about: About,
    needs: list[Need],
    chosen: list[tuple[GoodsKind, CategoryRow]],
    held: list[CertificateRow],
    since: date,
) -> ChecklistItem:
    """One line out of all rules about a paper: today's before those to come, the stricter first."""
    today = clock.today()
    first = min(needs, key=lambda need: (need.from_day > today, need.level is Level.WARN, need.from_day))
    goods = {need.goods for need in needs}
    names = list(dict.fromkeys(name for need in needs for name in _names(need, chosen)))
    grace = first.grace_until(since)
    is_grace = grace is not None and today <= grace
    also = list(dict.fromkeys(code for need in needs for code in need.also))
    mine = [row for row in held if row.kind in (about.code, *also)]
    best = min(mine, key=lambda row: (not row.is_good, row.kind != about.code, row.verified_at is None), default=None)
    return ChecklistItem(
        about=about,
        level=Level.WARN if is_grace else first.level,
        goods=first.goods if len(goods) == 1 else Goods.ALL,
        categories=() if any(need.category_id is None for need in needs) else tuple(names),
        also=tuple(types()[code].label for code in also),
        begins=first.from_day if first.from_day > today else None,
        grace_until=grace if is_grace else None,
        basis=first.basis,
        number=best.printed if best else "",
        standing=best.standing if best else None,
        is_verified=best is not None and best.verified_at is not None,
    )


def _with_profile(item: ChecklistItem, nib: str) -> ChecklistItem:
    """The business number in the shop's profile counts like one that was registered with its paper."""
    if item.about.code != NIB or item.standing is not None or not nib:
        return item
    return replace(item, number=nib, standing=standing(item.about, nib, None, clock.today()))


def _need(row: sa.Row[Any]) -> Need:
    values = dict(row._mapping)
    values["goods"], values["level"] = Goods(values["goods"]), Level(values["level"])
    return Need(**{**values, "also": tuple(values["also"])})
