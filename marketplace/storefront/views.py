"""Pages that everybody reads."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from marketplace.catalog.queries import category_by_slug
from marketplace.certificates.queries import CertificateRow
from marketplace.certificates.rules import HALAL
from marketplace.core.errors import NotFound
from marketplace.core.paging import Page
from marketplace.moderation.services import KEEP_DAYS
from marketplace.places.rules import FATULULI
from marketplace.shipping.queries import zones
from marketplace.storefront.forms import SORTS, SearchForm, sort_of
from marketplace.storefront.queries import choices as narrowing
from marketplace.storefront.queries import listings
from marketplace.storefront.queries import product as products
from marketplace.storefront.queries.product import ProductView
from marketplace.storefront.rules import COUNTED_UP_TO, Filters
from marketplace.stores import queries as stores
from marketplace.web.access import public
from marketplace.web.filters import wita_date
from marketplace.web.pagecache import cached_for_guests

bp = Blueprint("storefront", __name__)

PAGE = "halaman"
SHELF = 8
MAKERS = 6


@bp.get("/")
@public
@cached_for_guests
def home() -> str:
    """What the curators passed, what is made nearby, who has come new."""
    curated, nearby = listings.shelves([Filters(is_curated=True), Filters(village=FATULULI)], limit=SHELF)
    return render_template(
        "storefront/home.html",
        categories=narrowing.choices().categories,
        curated=curated,
        nearby=nearby,
        makers=stores.newest(MAKERS),
        village=FATULULI,
    )


@bp.get("/cari")
@public
@cached_for_guests
def search() -> str:
    """Words and filters, as they stand in the address."""
    offered = narrowing.choices()
    form = SearchForm(request.args)
    form.offer(offered)
    filters = form.filters(offered)
    page = listings.cards(filters, form.sort(), request.args.get(PAGE))
    return render_template(
        "storefront/search.html",
        form=form,
        page=page,
        found=_count(filters, page),
        most=COUNTED_UP_TO,
        categories=offered.categories,
        links=_page_links(page),
        narrowed=[(form.says(name), _address(**{name: None, PAGE: None})) for name in form.narrowing],
    )


@bp.get("/kategori/<string:slug>")
@public
@cached_for_guests
def category(slug: str) -> str:
    """A branch of the catalogue, a page at a time."""
    offered = narrowing.choices()
    chosen = offered.category(slug)
    if chosen is None:
        raise NotFound("catalog.category_not_found")
    top = next((found for found in offered.categories if found.id in (chosen.id, chosen.parent_id)), chosen)
    sort = sort_of(request.args.get("urut"))
    filters = Filters(category_id=chosen.id)
    page = listings.cards(filters, sort, request.args.get(PAGE))
    return render_template(
        "storefront/category.html",
        category=chosen,
        top=top,
        page=page,
        found=_count(filters, page),
        most=COUNTED_UP_TO,
        sorts=[(label, f"{chosen.url}?urut={value}", value == sort) for value, label in SORTS],
        links=_page_links(page),
    )


@bp.get("/produk/<string:slug>")
@public
@cached_for_guests
def product(slug: str) -> str:
    """One product: what it is, who makes it, what was checked, and how many are left."""
    found = products.product(slug, request.args.get("varian", type=_number))
    return render_template(
        "storefront/product.html",
        product=found,
        checks=_checks(found),
        more=[card for card in listings.cards(Filters(store_id=found.shop.id), limit=5).items if card.url != found.url][
            :4
        ],
    )


@bp.get("/toko", endpoint="stores")
@public
@cached_for_guests
def store_directory() -> str:
    """All open shops by name, of a region or of all NTT."""
    region = request.args.get("wilayah", "")
    page = stores.directory(region, request.args.get(PAGE))
    return render_template(
        "storefront/stores.html",
        page=page,
        region=region,
        regencies=narrowing.choices().regencies,
        village=FATULULI,
        links=_page_links(page),
    )


@bp.get("/toko/<string:slug>")
@public
@cached_for_guests
def store(slug: str) -> str:
    """A shop: its story, where and when to find it, what it sells."""
    found = stores.public_card(slug)
    asked = request.args.get("kategori", "")
    category_id = category_by_slug(asked).id if asked else None
    page = listings.cards(Filters(store_id=found.id, category_id=category_id), sort_of(None), request.args.get(PAGE))
    return render_template(
        "storefront/store.html",
        store=found,
        page=page,
        kinds=listings.kinds_of(found.id),
        kind=asked,
        zones=zones(found.id),
        planned=[closure for closure in stores.closures(found.id) if closure.last_day != found.closed_until][:2],
        links=_page_links(page),
    )


@bp.get("/bantuan", endpoint="help")
@public
@cached_for_guests
def help_page() -> str:
    """How buying, paying, selling and complaining work."""
    return render_template("storefront/help.html")


@bp.get("/privasi")
@public
@cached_for_guests
def privacy() -> str:
    """What is kept about people, why and how long, and what they may demand."""
    return render_template("storefront/privacy.html", report_days=KEEP_DAYS.today())


def _number(text: str) -> int:
    """A number that an id may be. Raises ValueError."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError(text)
    return int(text)


def _checks(product: ProductView) -> list[dict[str, str]]:
    """What was looked at, line by line: the curators' word, the halal statement, each certificate."""
    curated = {"state": "none", "text": _("Belum dikurasi"), "note": _("Disperindag belum memeriksa produk ini.")}
    if product.curated_at:
        since = _("Sejak %(date)s", date=wita_date(product.curated_at))
        curated = {"state": "ok", "text": _("Lolos kurasi Disperindag NTT"), "note": since}
    lines = [curated, *(_certificate(row) for row in product.certificates)]
    if product.is_not_halal:
        note = _("Pernyataan penjual: dibuat dari atau dengan bahan yang tidak halal.")
        lines.insert(1, {"state": "warn", "text": _("TIDAK HALAL"), "note": note})
    elif product.is_food and HALAL not in {row.kind for row in product.certificates}:
        lines.append({"state": "none", "text": _("Sertifikat halal belum dicantumkan"), "note": ""})
    return lines


def _certificate(row: CertificateRow) -> dict[str, str]:
    notes = [row.issuer]
    text = row.printed if row.printed.startswith(row.label) else f"{row.label}: {row.printed}"
    if row.valid_until:
        day = wita_date(row.valid_until)
        notes.append(
            _("berlaku sampai %(date)s", date=day) if row.is_good else _("habis masa berlakunya %(date)s", date=day)
        )
    if row.verified_at:
        notes.append(_("diperiksa %(date)s", date=wita_date(row.verified_at)))
    return {"state": "ok" if row.is_good else "warn", "text": text, "note": " · ".join(notes)}


def _count(filters: Filters, page: Page[listings.Card]) -> int:
    """How many there are in all; a list that fits on one page need not be counted again."""
    if page.prev is None and page.next is None:
        return len(page.items)
    return listings.count(filters)


def _page_links(page: Page[listings.Card] | Page[stores.StoreCard]) -> tuple[str | None, str | None]:
    """The addresses of the pages before and after this one."""
    before = _address(**{PAGE: page.prev}) if page.prev else None
    return before, _address(**{PAGE: page.next}) if page.next else None


def _address(**changes: str | None) -> str:
    """This page's address with other parameters; None takes one away."""
    args = MultiDict(request.args)
    for name, value in changes.items():
        args.pop(name, None)
        if value is not None:
            args[name] = value
    query = urlencode(list(args.items(multi=True)))
    return f"{request.path}?{query}" if query else request.path
