"""A demo market to measure, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import flask_migrate
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from config import ROOT, load
from marketplace.app import create_app
from marketplace.catalog.models import Category, Product
from marketplace.core.db import db
from marketplace.stores.models import Store
from tests import postgres


@dataclass(frozen=True)
class Market:
    """An application with the demo market, and the addresses of one page of each kind."""

    app: Flask
    kind: str
    products: int
    category: str
    product: str
    store: str

    def signed_in(self, email: str, password: str) -> FlaskClient:
        client = self.app.test_client()
        self.app.config["WTF_CSRF_ENABLED"] = False
        response = client.post("/masuk", data={"email": email, "password": password})
        if response.status_code != 303:
            raise SystemExit(f"{email} could not sign in: {response.status_code}")
        return client


@contextmanager
def demo_market(folder: Path, is_postgres: bool) -> Iterator[Market]:
    """Migrate, load and hand over; the throwaway PostgreSQL ends with it."""
    server = postgres.start() if is_postgres else None
    url = server.create("bench", "template0") if server else f"sqlite:///{folder / 'bench.db'}"
    environ = {"DATABASE_URL": url, "INSTANCE_PATH": str(folder), "SITE_URL": "http://localhost"}
    app = create_app(load(environ))
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        app.test_cli_runner().invoke(args=["demo", "load"], catch_exceptions=False)
        busiest = sa.select(Product.category_id).group_by(Product.category_id).order_by(sa.func.count().desc()).limit(1)
        market = Market(
            app=app,
            kind=db.engine.dialect.name,
            products=db.session.scalar(sa.select(sa.func.count()).select_from(Product)) or 0,
            category=db.session.scalars(sa.select(Category.slug).where(Category.id == busiest.scalar_subquery())).one(),
            product=db.session.scalars(sa.select(Product.slug).where(Product.curated_at.is_not(None)).limit(1)).one(),
            store=db.session.scalars(sa.select(Store.slug).order_by(Store.id).limit(1)).one(),
        )
    yield market
    with app.app_context():
        db.engine.dispose()
    if server:
        server.close()
