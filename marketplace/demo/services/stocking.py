"""Shops show their papers and put their goods up; curators judge them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

import sqlalchemy as sa

from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Category
from marketplace.catalog.rules import Draft, Supply, VariantDraft
from marketplace.catalog.services import products, supply
from marketplace.certificates import services as certificates
from marketplace.core import clock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.curation import services as curation
from marketplace.curation.rules import CHECKS
from marketplace.demo.adapters.illustrations import illustration_for
from marketplace.demo.adapters.pictures import SECOND, Drawing, seed_of
from marketplace.demo.rules import papers
from marketplace.demo.rules.goods import Fate, Goods, fates, goods
from marketplace.demo.rules.shops import shops_by_slug
from marketplace.demo.services.world import World
from marketplace.media import services as media

VERIFIED = 0.8
SATURDAY = 5
RETURN_NOTE = "Mohon unggah foto label yang memperlihatkan berat bersih dan tanggal kedaluwarsa."
REJECT_NOTE = "Nomor izin pada label milik produk lain. Ajukan lagi dengan izin produk ini sendiri."
NEW_WORDS = " Kini dalam kemasan baru yang lebih kuat."
REWORDED = frozenset({"Sambal Lu'at Cabai Rawit 150 g", "Selendang Penyambutan Tamu Set 10"})


def drawings_of(item: Goods) -> list[Drawing]:
    """The pictures of a product: one, and for cloth and some others a second one."""
    illustration = illustration_for(item.name, item.subcategory, item.category)
    seed = seed_of(item.name)
    drawings = [Drawing(item.name, seed, illustration)]
    if illustration is None or item.number % 5 == 0:
        drawings.append(Drawing(item.name, seed + 1, illustration, size=SECOND))
    return drawings


def plan(world: World) -> None:
    """Put every product, and what the curators did with it, on the time line."""
    for item in goods():
        chance, fate = Random(item.name), fates()[item.number]
        oldest = min(shops_by_slug()[item.store].since_days - 1, 100)
        recent = (0.3, min(6, oldest))
        days = chance.uniform(*recent) if fate is Fate.WAITING else chance.uniform(min(9, oldest * 0.7), oldest)
        world.timeline.add(world.ago(days), partial(_put_up, world, item, fate, chance))
        if item.supply.supply is Supply.DAILY:
            for morning in _mornings(world):
                world.timeline.add(morning, partial(_bake, world, item))
        if item.name in REWORDED:
            world.timeline.add(world.ago(1.5), partial(_reword, world, item))


def _put_up(world: World, item: Goods, fate: Fate, chance: Random) -> None:
    owner, store_id = world.owner_of(item), world.stores[item.store]
    pictures = [media.keep(owner, world.pictures[drawing]).id for drawing in drawings_of(item)]
    draft = Draft(
        name=item.name,
        origin_code=item.origin_code,
        description=item.description,
        composition=item.composition,
        unit=item.unit,
        is_not_halal=item.is_not_halal,
        is_perishable=item.is_perishable,
        picture_ids=tuple((media_id, item.name) for media_id in pictures),
        certificate_ids=tuple(_paper(world, item, kind) for kind in item.kinds),
        attributes=item.answers,
        allergens=item.allergens,
    )
    forms = _with_pictures(item, pictures)
    product = products.create(owner, store_id, _category_id(item), draft, forms, item.supply)
    world.products[item.number], world.drafts[item.number] = product.id, draft
    if fate is Fate.NOT_SUBMITTED:
        return
    submission = curation.submit(owner, product.id, catalog.latest_revision_id(product.id))
    if fate is not Fate.WAITING:
        at = _office_hour(clock.now() + timedelta(days=chance.uniform(1, 4)), chance)
        world.timeline.add(at, partial(_judge, world, submission.id, fate, chance))


def _mornings(world: World) -> list[datetime]:
    """Seven o'clock of the day before the loading, and of its own day if that is over."""
    today = world.began.astimezone(clock.WITA).replace(hour=7, minute=0, second=0, microsecond=0)
    return [at for at in (today - timedelta(days=1), today) if at <= world.began]


def _bake(world: World, item: Goods) -> None:
    """The shop opens its day; what was left the day before is closed with it."""
    rows = catalog.variants(world.products[item.number])
    supply.open_day(world.owner_of(item), {row.id: 20 - 8 * number for number, row in enumerate(rows)})


def _with_pictures(item: Goods, pictures: list[int]) -> list[VariantDraft]:
    """Forms that differ by colour have a picture each, as far as there are some."""
    if item.axes[0] != "Warna" or len(pictures) < 2:
        return list(item.variants)
    colours = list(dict.fromkeys(form.options[0] for form in item.variants))
    own = dict(zip(colours, pictures, strict=False))
    return [replace(form, picture_id=own.get(form.options[0])) for form in item.variants]


def _judge(world: World, submission_id: int, fate: Fate, chance: Random) -> None:
    curator: Actor = world.people[chance.choice(("ratna", "ratna", "kris"))]
    if fate is Fate.PASSED:
        curation.pass_submission(curator, submission_id, dict.fromkeys(CHECKS, True))
    elif fate is Fate.RETURNED:
        curation.ask_changes(curator, submission_id, "label_incomplete", RETURN_NOTE)
    else:
        curation.reject(curator, submission_id, "number_mismatch", REJECT_NOTE)


def _reword(world: World, item: Goods) -> None:
    """A passed product says something else: the old words stay public, the new ones wait."""
    owner, product_id = world.owner_of(item), world.products[item.number]
    draft = replace(world.drafts[item.number], description=item.description + NEW_WORDS)
    revised = products.revise(owner, product_id, draft)
    if revised is not None:
        curation.submit(owner, product_id, revised.id)


def _paper(world: World, item: Goods, kind: str) -> int:
    """The shop's certificate of a kind, registered when its first product needs it; most are verified the same day."""
    store_id, served = world.stores[item.store], papers.serves(kind, item.name, item.store)
    key = (store_id, kind, served)
    if key not in world.papers:
        world.papers[key] = _register(world, item, kind, served)
    return world.papers[key]


def _register(world: World, item: Goods, kind: str, served: str) -> int:
    shop, owner = shops_by_slug()[item.store], world.owner_of(item)
    today = world.began.astimezone(clock.WITA).date()
    number = shop.profile.nib
    if kind != "nib":
        number = papers.number(kind, served, shop.regency_code, today, item.unit, item.subcategory)
    until = papers.valid_until(kind, served, today)
    made = certificates.register(owner, world.stores[item.store], kind, number, shop.owner, until)
    if Random(number).random() < VERIFIED:
        certificates.verify(world.people["ratna"], made.id)
    return made.id


def _category_id(item: Goods) -> int:
    found = sa.select(Category.id).where(Category.name == item.subcategory, Category.parent_id.is_not(None))
    return db.session.scalars(found).one()


def _office_hour(at: datetime, chance: Random) -> datetime:
    """That day, or the next working day, between 09.00 and 17.00 WITA."""
    at = at.replace(hour=chance.randint(1, 8))
    while at.astimezone(clock.WITA).weekday() >= SATURDAY:
        at += timedelta(days=1)
    return at
