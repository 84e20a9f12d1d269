"""A draft as buyers would see it."""

from __future__ import annotations

from marketplace.catalog.queries import categories
from marketplace.catalog.rules import VariantDraft, allergen_names, facts_of
from marketplace.desks.views.screen import Screen
from marketplace.places.queries import regencies
from marketplace.storefront.queries.product import ProductView, Shop, VariantLine
from marketplace.stores.queries import StoreCard, stores_by_ids
from marketplace.stores.rules import short_region


class Preview(ProductView):
    """A product that cannot be bought yet."""

    @property
    def is_buyable(self) -> bool:
        return False


def view(screen: Screen) -> Preview:
    """What the screen says, as the public page takes it. What is not typed yet, or is wrong, is left out."""
    form = screen.form
    is_valid = form.validate()
    said = form.said(screen.pictures)
    forms = form.variants() if form.price.data and form.weight.data is not None else []
    origin = next((region.name for region in regencies() if region.code == said.origin_code), "")
    return Preview(
        id=0,
        revision_id=0,
        slug="pratinjau",
        name=said.name if form.name.data else "",
        description=said.description,
        composition=said.composition,
        unit=said.unit,
        is_not_halal=said.is_not_halal,
        is_perishable=said.is_perishable,
        is_food=bool(screen.category and screen.category.is_food),
        origin_code=said.origin_code,
        origin=short_region(origin) if origin else "",
        curated_at=None,
        crumbs=tuple((row.name, row.url) for row in categories().path(form.chosen_category)),
        shop=_shop(stores_by_ids([screen.store_id])[screen.store_id]),
        variants=[_line(number, one, screen.media_ids) for number, one in enumerate(forms, 1)],
        pictures=[item.picture for item in screen.album.pictures if item.picture],
        certificates=[],
        axes=form.axes,
        facts=facts_of(form.attributes, said.attributes) if is_valid else (),
        allergens=allergen_names(said.allergens),
    )


def _line(number: int, form: VariantDraft, media_ids: list[int]) -> VariantLine:
    return VariantLine(
        id=-number,
        name=" / ".join(option for option in form.options if option),
        options=form.options,
        price=form.price,
        weight=form.weight,
        left=max(form.on_hand, form.min_quantity),
        min_quantity=form.min_quantity,
        tiers=form.tiers,
        photo=media_ids.index(form.picture_id) + 1 if form.picture_id in media_ids else 0,
    )


def _shop(card: StoreCard) -> Shop:
    return Shop(
        id=card.id,
        slug=card.slug,
        name=card.name,
        place=card.place,
        phone=card.phone,
        is_open=True,
        closed_until=None,
        closure_note="",
        logo=card.logo,
    )
