"""One blueprint for each desk."""

from __future__ import annotations

from flask import Blueprint

from marketplace.desks.views import (
    albums,
    drafts,
    earnings,
    keeping,
    orders,
    overview,
    packing,
    printing,
    products,
    profile,
    purchases,
    shelf,
    standing,
    stock,
    store,
    times,
    today,
)

blueprints: tuple[Blueprint, ...] = (
    albums.bp,
    drafts.bp,
    earnings.bp,
    keeping.bp,
    orders.bp,
    overview.bp,
    packing.bp,
    printing.bp,
    products.bp,
    profile.bp,
    purchases.bp,
    shelf.bp,
    standing.bp,
    store.bp,
    times.bp,
)

__all__ = ["blueprints", "stock", "today"]
