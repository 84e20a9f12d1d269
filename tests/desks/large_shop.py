"""A full market, and the pages of the desk that list what a shop has."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

import sqlalchemy as sa
from flask.testing import FlaskClient

from marketplace.accounts.models import Person
from marketplace.catalog.models import Variant
from marketplace.catalog.queries import seller_products, stock_rows
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.queries import OrderFilter, sold, store_orders
from marketplace.orders.rules import OrderStatus
from tests import make
from tests.databases import Market
from tests.make.bulk import Crowd, crowd

OTHERS = {"sqlite": (2_000, 4_000), "postgres": (20_000, 80_000)}
"""Goods and orders of the fifty. PostgreSQL rightly reads a whole table for a third of it, so it gets more of them."""


@dataclass(frozen=True)
class Full:
    """A market with a small shop, a large one and fifty between."""

    market: Market
    small: Crowd
    large: Crowd


def fill(market: Market) -> Full:
    """Put all of it into an empty market."""
    with market.app.app_context():
        small = crowd(10, 10, still_open=4)
        crowd(*OTHERS[market.kind], stores=50, still_open=10)
        large = crowd(2_000, 20_000)
    return Full(market, small, large)


def enter(full: Full, shop: Crowd) -> FlaskClient:
    """A client that is signed in as the owner. Call it inside an app context."""
    client = full.market.app.test_client()
    make.sign_in_client(client, db.session.get_one(Person, shop.owner_id))
    client.get("/penjual")  # notes the visit
    return client


def pages_of(shop: Crowd) -> dict[str, str]:
    """The pages that list what a shop has, by name: the same for a small one and a large one."""
    stores = [shop.store_id]
    codes = list(
        db.session.scalars(
            sa.select(Order.code)
            .where(Order.store_id == shop.store_id, Order.status == OrderStatus.WAITING)
            .order_by(Order.id)
        )
    )[:50]
    variant_id = db.session.scalar(sa.select(sa.func.min(Variant.id)).where(Variant.store_id == shop.store_id))
    orders = "/penjual/pesanan"
    late = {
        "orders": store_orders(stores, OrderFilter(), limit=shop.orders - 3).next,
        "goods": seller_products(stores, limit=shop.products - 3).next,
        "stock": stock_rows(stores, limit=shop.products * 9 // 10 - 3).next,
        "sold": sold(stores, limit=shop.orders // 2).next if shop.orders > 100 else sold(stores, limit=3).next,
    }
    assert all(late.values()), late
    asked = {
        **{
            f"orders {state}": {"keadaan": state} for state in ("baru", "diproses", "siap", "selesai", "batal", "semua")
        },
        "orders by a word": {"q": "budi"},
        "orders by words of two": {"q": "budi tenun"},
        "orders by a code": {"q": codes[-1]},
        "orders by nothing found": {"q": "zzzz"},
        "orders delivered": {"cara": "own_delivery"},
        "orders in cash": {"bayar": "cash"},
        "orders of some days": {"dari": "2026-11-01", "sampai": "2026-11-30"},
        "orders of all that": {"keadaan": "selesai", "q": "budi", "cara": "pickup", "bayar": "cash"},
        "orders, the last page": {"keadaan": "semua", "setelah": late["orders"]},
    }
    goods = {
        "goods": {},
        "goods by a word": {"cari": "tenun"},
        "goods by the shop's number": {"cari": "K-5"},
        "goods in public": {"keadaan": "publik"},
        "goods that wait": {"keadaan": "menunggu"},
        "goods hidden": {"keadaan": "tersembunyi"},
        "goods with the badge": {"kurasi": "ya"},
        "goods archived": {"keadaan": "arsip"},
        "goods few left": {"stok": "menipis"},
        "goods none left": {"stok": "habis"},
        **{f"goods by {sort}": {"urut": sort} for sort in ("nama", "stok", "harga")},
        "goods, the last page": {"setelah": late["goods"]},
    }
    return {
        "overview": "/penjual",
        "overview of 7 days": "/penjual?rentang=7",
        "overview of 90 days": "/penjual?rentang=90",
        "order desk": orders,
        "order count": f"{orders}/jumlah",
        "an order": f"{orders}/{codes[-1]}",
        **{name: f"{orders}?{urlencode(words)}" for name, words in asked.items()},
        **{name: f"/penjual/produk?{urlencode(words)}" for name, words in goods.items()},
        "stock": "/penjual/stok",
        "stock by a word": "/penjual/stok?cari=tenun",
        "stock, few left": "/penjual/stok?hanya=menipis",
        "stock, the last page": f"/penjual/stok?{urlencode({'setelah': late['stock']})}",
        "stock, to print": "/penjual/stok/lembar",
        "stock, today": "/penjual/stok/hari-ini",
        "history of a shelf": f"/penjual/stok/{variant_id}",
        "slips": f"{orders}/cetak/slip?{urlencode([('kode', code) for code in codes])}",
        "pick list": f"{orders}/cetak/daftar-ambil?{urlencode([('kode', code) for code in codes])}",
        "balance": "/penjual/saldo",
        "balance, a late page": f"/penjual/saldo?{urlencode({'setelah': late['sold']})}",
        "tags": "/penjual/toko/label",
        "curation": "/penjual/kurasi",
        "prices that wait": "/penjual/harga-menunggu",
        "shop": "/penjual/toko",
    }
