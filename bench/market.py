"""A demo market to measure: on a database of its own, served as for real, and open to be looked into."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from bench.load import HOST
from config import ROOT, load
from marketplace.app import create_app
from marketplace.catalog.models import Category, Product
from marketplace.core.db import db
from marketplace.demo.adapters.pictures import Drawing, Files
from marketplace.demo.services import loading
from marketplace.media.rules import widths_for
from marketplace.stores.models import Store
from tests import postgres
from tests.databases import environ
from tests.serving import granian
from tests.smtp import free_port

WORKERS = 2


@dataclass(frozen=True)
class Market:
    """The served market's port, an application on the same database, and one address of each kind of page."""

    app: Flask
    port: int
    products: int
    category: str
    product: str
    store: str


@dataclass(frozen=True)
class Place:
    """Where a market to be measured lies: its database, its folder, and the port it will be served on."""

    kind: str
    url: str
    folder: Path
    port: int

    @property
    def settings(self) -> dict[str, str]:
        """Its environment. The visitors' addresses are told by a proxy, which is the load generator."""
        return environ(self.url, self.folder, SITE_URL=f"http://{HOST}:{self.port}", TRUSTED_PROXIES="1")


@contextlib.contextmanager
def place(kind: str, folder: Path) -> Iterator[Place]:
    """A place with an empty database of this kind. PostgreSQL writes through to the disk, as it does for real.

    Raises RuntimeError, ImportError or OSError when there is no PostgreSQL.
    """
    if kind == "sqlite":
        yield Place(kind, f"sqlite:///{folder / 'bench.db'}", folder, free_port())
        return
    server = postgres.start(fast=False)
    name = f"belintt_bench_{os.getpid()}"
    try:
        yield Place(kind, server.create(name), folder, free_port())
    finally:
        server.drop(name)
        server.close()


def fill(places: Iterable[Place]) -> None:
    """Migrate all databases and load the demo market into each, at the same time in processes of their own."""
    wanted = list(places)
    with ProcessPoolExecutor(len(wanted), multiprocessing.get_context("spawn")) as pool:
        list(pool.map(fill_one, wanted))


def fill_one(place: Place) -> None:
    """Bring a database up to date, load it, and let it count its rows, as the years would."""
    app = create_app(load(place.settings))
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        loading.load(lambda words: None, unpainted)
        db.session.remove()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))


@contextlib.contextmanager
def served(place: Place) -> Iterator[Market]:
    """The market on a filled database, until the block ends."""
    app = create_app(load(place.settings))
    try:
        with granian("wsgi:app", place.port, place.folder / "server.log", place.settings, WORKERS):
            yield _described(app, place.port)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@contextlib.contextmanager
def bare_page(folder: Path) -> Iterator[int]:
    """The reference, served in the same way; its port."""
    port = free_port()
    with granian("bench.reference:app", port, folder / "reference.log", {}, WORKERS):
        yield port


def unpainted(drawings: Iterable[Drawing]) -> Iterator[tuple[Drawing, Files]]:
    """Every drawing in all its widths, with nothing on it: the pages are the same, and nobody waits for the brush."""
    paper = io.BytesIO()
    Image.new("RGB", (1, 1)).save(paper, "WEBP")
    return ((drawing, {width: (width, paper.getvalue()) for width in widths_for(drawing.size)}) for drawing in drawings)


def _described(app: Flask, port: int) -> Market:
    busiest = sa.select(Product.category_id).group_by(Product.category_id).order_by(sa.func.count().desc()).limit(1)
    with app.app_context():
        return Market(
            app=app,
            port=port,
            products=db.session.scalar(sa.select(sa.func.count()).select_from(Product)) or 0,
            category=db.session.scalars(sa.select(Category.slug).where(Category.id == busiest.scalar_subquery())).one(),
            product=db.session.scalars(
                sa.select(Product.slug).where(Product.curated_at.is_not(None)).order_by(Product.id).limit(1)
            ).one(),
            store=db.session.scalars(sa.select(Store.slug).order_by(Store.id).limit(1)).one(),
        )
