"""A market full of goods and orders, made in a few seconds: one real row of each kind, multiplied by the database.

What is copied was written by the real services, so that a column that comes later is filled in here as well.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, RevisionPicture, StockMovement, Variant
from marketplace.catalog.rules import Supply
from marketplace.core.clock import now
from marketplace.core.db import Base, db, transaction
from marketplace.curation.models import Submission
from marketplace.ledger.models import LedgerEntry, LedgerTransaction
from marketplace.orders.models import Order, OrderEvent, OrderLine, Purchase, PurchasePayment
from marketplace.orders.rules import CODE_PREFIX, OrderStatus
from marketplace.payments.models import Payment
from marketplace.stores.models import Store
from tests.make.accounts import person as make_person
from tests.make.catalog import live
from tests.make.catalog import product as make_product
from tests.make.curation import pictures
from tests.make.orders import orders_of
from tests.make.orders import purchase as make_purchase
from tests.make.stores import store as make_store

SPAN = 600_000
"""Minutes (417 days) over which a shop's orders lie."""
EVERY_TENTH = 10
FIRST_CODE = 20_000_000
Sql = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Crowd:
    """A shop with many goods and orders, and who owns it."""

    store_id: int
    owner_id: int
    products: int
    orders: int


def crowd(products: int, orders: int, *, stores: int = 1, still_open: int = 120) -> Crowd:
    """A shop with so many goods and cash orders, or several that share them out evenly (the owner's is the first).

    Every order but the newest `still_open` of a shop is over: nine of ten were handed over, booked and taken from the
    shelf; they lie evenly over the last 417 days. Commits. `products` is a multiple of `stores`.
    """
    owner = make_person("Ina Ramai")
    with transaction():
        store = make_store(f"Toko Ramai {stores}", owner)
        goods = live(make_product(store, "Kain Tenun Ikat 0", on_hand=900, picture_ids=pictures(owner)))
        done = orders_of(make_purchase([goods], up_to=OrderStatus.DONE))[0]
        shape = _Shape(store.id, goods.id, done.id, Numbers(stores, products, orders, still_open))
    with transaction():
        _trust_the_copies()
        shape.fill()
        if db.engine.dialect.name == "postgresql":  # before the commit, whose checks of the books must not plan blindly
            db.session.execute(sa.text("ANALYZE"))
    return Crowd(store.id, owner.id, products, orders)


def _trust_the_copies() -> None:
    """Look up no foreign key a hundred thousand times, where PostgreSQL lets this user say so."""
    if db.engine.dialect.name == "postgresql":
        with contextlib.suppress(sa.exc.ProgrammingError), db.session.begin_nested():
            db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))


@dataclass(frozen=True)
class Numbers:
    """How many of what; `still_open` orders of each shop."""

    stores: int
    products: int
    orders: int
    still_open: int


class _Shape:
    """The rows to be copied, and where their copies begin."""

    def __init__(self, store_id: int, product_id: int, order_id: int, wanted: Numbers) -> None:
        self.stores, self.products, self.orders = wanted.stores, wanted.products, wanted.orders
        self.still_open = wanted.still_open
        self.store = db.session.get_one(Store, store_id)
        self.product = db.session.get_one(Product, product_id)
        self.variant = self._one(Variant, Variant.product_id == product_id)
        self.revision = self._one(ProductRevision, ProductRevision.product_id == product_id)
        self.received = self._one(StockMovement, StockMovement.variant_id == self.variant.id, first=True)
        self.order = db.session.get_one(Order, order_id)
        self.purchase = db.session.get_one(Purchase, self.order.purchase_id)
        self.line = self._one(OrderLine, OrderLine.order_id == order_id)
        self.paid = self._one(PurchasePayment, PurchasePayment.purchase_id == self.purchase.id)
        self.tag = str(order_id)

    @staticmethod
    def _one(model: type[Any], *which: Sql, first: bool = False) -> Any:
        rows = db.session.scalars(sa.select(model).where(*which).order_by(*model.__table__.primary_key)).all()
        assert first or len(rows) == 1, f"one row of {model.__tablename__} was expected"
        return rows[0]

    def fill(self) -> None:
        """Multiply all of it."""
        if self.stores > 1:
            self._copy(Store, self.store.id, self.stores - 1, lambda n: {"slug": self.text("ramai", n)})
        self._goods()
        self._orders()
        if self.stores == 1:
            self._books()

    # --- the parts ---------------------------------------------------------

    def _goods(self) -> None:
        last = self.products - 1
        name = lambda n: sa.literal("Kain Tenun Ikat ") + self.word(n)  # noqa: E731
        self._copy(
            Product,
            self.product.id,
            last,
            lambda n: {
                "slug": self.text("kain", n),
                "store_id": self.store_of(n),
                "live_revision_id": sa.null(),
                "name_key": sa.literal("kain tenun ikat ") + self.word(n),
                "price_from": 50_000 + n,
                "price_to": 50_000 + n,
                "supply": sa.case((n % EVERY_TENTH == 1, Supply.TO_ORDER.value), else_=Supply.READY.value),
                "lead_days": sa.case((n % EVERY_TENTH == 1, 7), else_=0),
                "curated_at": sa.case((n % 3 == 0, self.ago(n)), else_=sa.null()),
            },
        )
        self._copy(
            ProductRevision,
            self.revision.id,
            last,
            lambda n: {"product_id": self.product.id + n, "name": name(n), "created_at": self.ago(n)},
        )
        behind = self.revision.id - self.product.id
        db.session.execute(
            sa.update(Product)
            .where(Product.id.between(self.product.id + 1, self.product.id + last), Product.id % EVERY_TENTH != 0)
            .values(live_revision_id=Product.id + behind)
        )
        picture = self._one(RevisionPicture, RevisionPicture.revision_id == self.revision.id)
        self._insert(
            RevisionPicture, sa.true(), picture.revision_id, last, lambda n: {"revision_id": picture.revision_id + n}
        )
        self._copy(
            Variant,
            self.variant.id,
            last,
            lambda n: {
                "product_id": self.product.id + n,
                "store_id": self.store_of(n),
                "sku": sa.literal("K-") + self.word(n),
                "price": 50_000 + n,
                "on_hand": sa.case((n % 40 == 0, 2), else_=self.variant.on_hand),
                "is_to_order": n % EVERY_TENTH == 1,
            },
        )
        self._copy(StockMovement, self.received.id, last, lambda n: {"variant_id": self.variant.id + n})
        self._copy(
            Submission,
            self._submission(),
            last // EVERY_TENTH,
            lambda n: {
                "product_id": self.product.id + n * EVERY_TENTH,
                "revision_id": self.revision.id + n * EVERY_TENTH,
                "store_id": self.store_of(n * EVERY_TENTH),
            },
        )

    def _submission(self) -> int:
        made = Submission(
            product_id=self.product.id, revision_id=self.revision.id, store_id=self.store.id, submitted_at=now()
        )
        db.session.add(made)
        db.session.flush()
        return made.id

    def _orders(self) -> None:
        placed = lambda n: {"placed_at": self.ago(n)}  # noqa: E731
        code = lambda n: sa.literal(CODE_PREFIX) + self.word(FIRST_CODE + self.order.id + n)  # noqa: E731
        self._copy(
            Purchase,
            self.purchase.id,
            self.orders,
            lambda n: {
                "code": code(n),
                "form_key": self.text("ramai", n),
                "buyer_name": sa.literal("Budi ") + self.word(n % 500),
                **placed(n),
            },
        )
        self._copy(Payment, self.paid.payment_id, self.orders, lambda n: {"reference": self.text("ramai", n)})
        self._insert(
            PurchasePayment,
            PurchasePayment.purchase_id == self.purchase.id,
            None,
            self.orders,
            lambda n: {"purchase_id": self.purchase.id + n, "payment_id": self.paid.payment_id + n},
        )
        self._copy(
            Order,
            self.order.id,
            self.orders,
            lambda n: {
                "code": code(n),
                "purchase_id": self.purchase.id + n,
                "store_id": self.store_of(n),
                "status": self.status(n),
                "done_at": sa.case((self.is_done(n), self.ago(n)), else_=sa.null()),
                "answer_by": self.ago(n),
                "ends_at": self.ago(n),
                "search_text": sa.literal("budi ") + self.word(n % 500) + " kain tenun ikat " + self.word(self.good(n)),
                "delivery_method": sa.case((n % 4 == 0, "own_delivery"), else_="pickup"),
                **placed(n),
            },
        )
        lines = lambda n: {  # noqa: E731
            "order_id": self.order.id + n,
            "variant_id": self.variant.id + self.good(n),
            "product_name": sa.literal("Kain Tenun Ikat ") + self.word(self.good(n)),
        }
        self._copy(OrderLine, self.line.id, self.orders, lines)
        events = db.session.scalars(
            sa.select(OrderEvent.id).where(OrderEvent.order_id == self.order.id).order_by(OrderEvent.id)
        ).all()
        for event_id in events[:2]:
            self._copy(
                OrderEvent,
                event_id,
                self.orders,
                lambda n: {"order_id": self.order.id + n, "at": self.ago(n)},
            )
        gone = self._one(StockMovement, StockMovement.about == f"order:{self.order.id}")
        self._copy(
            StockMovement,
            gone.id,
            self.orders,
            lambda n: {
                "variant_id": self.variant.id + self.good(n),
                "about": sa.literal("order:") + self.word(self.order.id + n),
                "at": self.ago(n),
            },
        )

    def _books(self) -> None:
        about = LedgerEntry.about == f"order:{self.order.id}"
        booked = self._one(
            LedgerTransaction, LedgerTransaction.id.in_(sa.select(LedgerEntry.transaction_id).where(about))
        )
        self._copy(LedgerTransaction, booked.id, self.orders, lambda n: {"key": self.text("ramai", n)})
        first = db.session.scalar(sa.select(sa.func.min(LedgerEntry.id)).where(about)) or 0
        width = db.session.scalar(sa.select(sa.func.count()).where(about)) or 0
        self._insert(
            LedgerEntry,
            about,
            None,
            self.orders,
            lambda n: {
                "id": LedgerEntry.id + n * width,
                "transaction_id": booked.id + n,
                "about": sa.literal("order:") + self.word(self.order.id + n),
            },
        )
        assert first
        self._go_on(LedgerEntry)

    # --- in the words of both databases ------------------------------------

    def store_of(self, n: Sql) -> Sql:
        """Whose the n-th good or order is."""
        return self.store.id + n % self.stores

    def good(self, n: Sql) -> Sql:
        """Which good of the same shop the n-th order is for."""
        each = self.products // self.stores
        return (n * 7 % each) * self.stores + n % self.stores

    def status(self, n: Sql) -> Sql:
        """The newest orders are open, in turns; one in ten of the others ended early."""
        s = OrderStatus
        fresh = n <= self.still_open * self.stores
        turns = [(fresh & (n % 4 == turn), each.value) for turn, each in enumerate((s.WAITING, s.PROCESSING, s.READY))]
        return sa.case(
            *turns,
            (fresh, s.ON_THE_WAY.value),
            (n % EVERY_TENTH == 0, s.DECLINED.value),
            else_=s.DONE.value,
        )

    def is_done(self, n: Sql) -> Sql:
        return self.status(n) == OrderStatus.DONE.value

    def word(self, n: Sql) -> Sql:
        return sa.cast(n, sa.String)

    def text(self, what: str, n: Sql) -> Sql:
        """A text that is there once."""
        return sa.literal(f"{what}-{self.tag}-") + self.word(n)

    def ago(self, n: Sql) -> Sql:
        """When the n-th was made: the first one now."""
        minutes = n // self.stores * (SPAN * self.stores // max(self.orders, self.stores))
        if db.engine.dialect.name == "sqlite":
            base = now().strftime("%Y-%m-%d %H:%M:%S")
            return sa.func.strftime("%Y-%m-%d %H:%M:%S.000000", base, sa.literal("-") + self.word(minutes) + " minutes")
        return sa.literal(now()) - minutes * sa.text("interval '1 minute'")

    def _copy(self, model: type[Base], row_id: int, times: int, change: Any) -> None:
        """Copies of a row with the ids that follow the last one there (its own, where others name the copies)."""
        column = model.__table__.c.id
        last = db.session.scalar(sa.select(sa.func.max(column))) or 0
        self._insert(model, column == row_id, row_id, times, lambda n: {"id": last + n, **change(n)})
        self._go_on(model)

    def _insert(self, model: type[Base], which: Sql, first: int | None, times: int, change: Any) -> None:
        if times < 1:
            return
        table = model.__table__
        series = sa.select(sa.literal(1).label("n")).cte("series", recursive=True)
        series = series.union_all(sa.select(series.c.n + 1).where(series.c.n < times))
        said: Mapping[str, Any] = change(series.c.n)
        columns = [said.get(column.name, column) for column in table.c]
        if first is not None and which is sa.true():
            which = next(iter(table.primary_key)) == first
        rows = sa.select(*columns).select_from(sa.join(table, series, sa.true())).where(which)
        db.session.execute(sa.insert(table).from_select([column.name for column in table.c], rows))

    @staticmethod
    def _go_on(model: type[Base]) -> None:
        """PostgreSQL counts ids by itself: let it go on behind the copies."""
        if db.engine.dialect.name == "postgresql":
            table = model.__table__.name
            counter = sa.func.pg_get_serial_sequence(table, "id")
            db.session.execute(
                sa.select(
                    sa.func.setval(
                        counter, sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(table)).scalar_subquery()
                    )
                )
            )
