"""One blueprint for each desk."""

from __future__ import annotations

from flask import Blueprint

from marketplace.desks.views import (
    albums,
    answering,
    banking,
    changing,
    consenting,
    drafts,
    earnings,
    facilitator,
    keeping,
    messages,
    orders,
    overview,
    packing,
    printing,
    products,
    profile,
    purchases,
    sending,
    shelf,
    standing,
    stock,
    store,
    table,
    team,
    times,
    today,
    waiting_prices,
)

blueprints: tuple[Blueprint, ...] = (
    albums.bp,
    answering.bp,
    banking.bp,
    changing.bp,
    consenting.bp,
    drafts.bp,
    earnings.bp,
    facilitator.bp,
    keeping.bp,
    messages.buyer_bp,
    messages.seller_bp,
    orders.bp,
    overview.bp,
    packing.bp,
    printing.bp,
    products.bp,
    profile.bp,
    purchases.bp,
    sending.bp,
    shelf.bp,
    standing.bp,
    store.bp,
    team.bp,
    team.invitation_bp,
    times.bp,
    waiting_prices.bp,
)

__all__ = ["blueprints", "stock", "table", "today"]
