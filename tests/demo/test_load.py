"""The demo market is whole, honest, and the same each time. Drawing is left out here: it is the adapter's own test."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image

from marketplace.accounts import queries as accounts
from marketplace.accounts.models import Person
from marketplace.accounts.services import check_password
from marketplace.catalog.models import Product, ProductRevision, Variant
from marketplace.catalog.rules import blocked_word
from marketplace.certificates.models import Certificate
from marketplace.certificates.queries import types
from marketplace.certificates.rules import check
from marketplace.core.actor import Role
from marketplace.core.audit import AuditEntry
from marketplace.core.db import db
from marketplace.core.outbox import OutboxRow
from marketplace.core.ports import port
from marketplace.curation.models import Submission
from marketplace.curation.rules import SubmissionStatus
from marketplace.demo.adapters.pictures import Drawing, Files, draw
from marketplace.demo.rules.goods import fates, goods
from marketplace.demo.rules.people import PASSWORD
from marketplace.demo.rules.shops import shops, shops_by_slug
from marketplace.demo.services import loading
from marketplace.ledger import queries as ledger
from marketplace.ledger.models import LedgerEntry
from marketplace.orders.models import Order, OrderEvent, OrderLine
from marketplace.orders.rules import OPEN, OrderStatus
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import PaymentAttempt, Refund
from marketplace.payments.rules import AttemptState, PaymentMethod
from marketplace.places.rules import FATULULI
from marketplace.shipping.queries import ways
from marketplace.shipping.rules import DeliveryMethod, Parcel
from marketplace.stores.models import Store
from marketplace.stores.rules import StoreStatus
from tests.databases import Source, build
from tests.standin import KEY
from tools.stripe_standin.server import StandIn


def blank(drawings: Iterable[Drawing]) -> Iterator[tuple[Drawing, Files]]:
    """Every drawing as one small empty picture."""
    paper = io.BytesIO()
    Image.new("RGB", (160, 160)).save(paper, "WEBP")
    return ((drawing, {160: (160, paper.getvalue())}) for drawing in drawings)


@pytest.fixture(scope="module")
def market(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with the whole demo market, on a database of its own."""
    stand_in = StandIn()
    stand_in.start()
    cards = {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": stand_in.webhooks.secret,
        "STRIPE_API_BASE": stand_in.url,
    }
    made = build(source.kind, source.fresh(), tmp_path_factory.mktemp("demo") / "instance", **cards)
    with made.app.app_context():
        loading.load(lambda words: None, blank)
    yield made.app
    made.close()
    stand_in.stop()
    assert stand_in.violations == []


@pytest.fixture(autouse=True)
def inside(market: Flask) -> Iterator[None]:
    with market.app_context():
        yield
        db.session.remove()


def number(statement: sa.Select[int]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(statement.subquery())) or 0


def test_all_goods_are_there_in_enough_shops() -> None:
    assert number(sa.select(Product.id)) == 203
    assert number(sa.select(Store.id)) >= 24
    assert number(sa.select(Store.id).where(Store.village_code == FATULULI)) >= 14
    opened = sa.select(Store).where(Store.status != StoreStatus.PENDING)
    assert {store.slug for store in db.session.scalars(opened)} == set(shops_by_slug())
    assert {item.store for item in goods()} == set(shops_by_slug())
    assert {"dapur-mama-ina", "tenun-mama-yuli"} <= set(shops_by_slug())


def test_about_seven_of_ten_are_curated_and_some_wait() -> None:
    assert 130 <= number(sa.select(Product.id).where(Product.curated_at.is_not(None))) <= 155
    waiting = sa.select(Submission.id).where(Submission.status == SubmissionStatus.WAITING)
    assert number(waiting) >= 15
    assert number(sa.select(Submission.id).where(Submission.status == SubmissionStatus.RETURNED)) >= 3
    later = sa.select(Product.id).where(
        Product.curated_at.is_not(None),
        Product.id.in_(sa.select(Submission.product_id).where(Submission.status == SubmissionStatus.WAITING)),
    )
    assert number(later) == 2, "passed goods whose newer words wait"


def test_the_promised_people_sign_in_and_hold_their_roles() -> None:
    for handle, role in (
        ("admin", Role.OPERATOR),
        ("ratna", Role.CURATOR),
        ("kris", Role.HEAD_CURATOR),
        ("ina", Role.STORE_OWNER),
        ("yuli", Role.STORE_OWNER),
        ("dodi", Role.STORE_STAFF),
        ("budi", None),
    ):
        person_id = check_password(f"{handle}@demo.belintt.id", PASSWORD)
        assert person_id is not None, handle
        roles = [grant.role for grant in accounts.grants_of(person_id)]
        assert roles == ([role] if role else []), handle
    ina = db.session.scalars(sa.select(Store).where(Store.slug == "dapur-mama-ina")).one()
    assert sorted(person.name for person in accounts.people_of_store(ina.id)) == ["Dodi Leba", "Maria Ina Leba"]


def test_orders_stand_in_every_state_over_thirty_days() -> None:
    found = db.session.execute(sa.select(Order.status, sa.func.count()).group_by(Order.status)).all()
    assert {status for status, _ in found} == set(OrderStatus)
    assert sum(count for _, count in found) >= 40
    oldest = db.session.scalars(sa.select(sa.func.min(Order.placed_at))).one()
    assert timedelta(days=20) <= datetime.now(UTC) - oldest <= timedelta(days=31)
    waiting = db.session.scalars(sa.select(Order).where(Order.status == OrderStatus.WAITING))
    assert all(order.answer_by > datetime.now(UTC) for order in waiting)


def test_goods_are_sent_by_post_and_by_ojek_and_wait_at_points() -> None:
    ina = db.session.scalars(sa.select(Store).where(Store.slug == "dapur-mama-ina")).one()
    found = ways({ina.id: Parcel(500)}, "53.71.05.1001")[ina.id]
    told = {(way.method, way.name, way.fee, way.days) for way in found if way.name}
    assert told == {
        (DeliveryMethod.POINT, "Kantor Kelurahan Fatululi", 0, ""),
        (DeliveryMethod.POINT, "NTT Mart Kupang", 0, ""),
        (DeliveryMethod.POST, "Pos Contoh", 8_000, "1–2"),
        (DeliveryMethod.LOCAL, "Ojek Contoh", 15_000, "0"),
    }


def test_stock_ledger_and_time_lines_agree_with_the_orders() -> None:
    held = dict(
        db.session.execute(
            sa.select(OrderLine.variant_id, sa.func.sum(OrderLine.quantity))
            .join(Order, Order.id == OrderLine.order_id)
            .where(Order.status.in_(OPEN))
            .group_by(OrderLine.variant_id)
        ).all()
    )
    reserved = dict(db.session.execute(sa.select(Variant.id, Variant.reserved).where(Variant.reserved > 0)).all())
    assert reserved == held
    assert db.session.scalar(sa.select(sa.func.sum(LedgerEntry.amount))) == 0
    done = {
        order.id: order.total for order in db.session.scalars(sa.select(Order).where(Order.status == OrderStatus.DONE))
    }
    assert {order_id: earning.sold for order_id, earning in ledger.earnings(done).items()} == done
    steps = db.session.execute(
        sa.select(OrderEvent.order_id, OrderEvent.at).order_by(OrderEvent.order_id, OrderEvent.id)
    )
    before: dict[int, datetime] = {}
    for order_id, at in steps:
        assert before.get(order_id, at) <= at <= datetime.now(UTC)
        before[order_id] = at


def test_cards_were_charged_and_refunded_where_they_say() -> None:
    cards = port(Providers).online(PaymentMethod.CARD)
    assert cards is not None
    moved = {line.provider_ref: line.amount for line in cards.movements(datetime.now(UTC) - timedelta(hours=1))}
    by_card = sa.and_(PaymentAttempt.state == AttemptState.PAID, PaymentAttempt.provider_ref.is_not(None))
    tries = db.session.scalars(sa.select(PaymentAttempt).where(by_card))
    paid = {attempt.provider_ref: attempt.received for attempt in tries}
    by_provider = sa.select(Refund).where(~Refund.by_bank)
    refunds = {refund.provider_ref: -refund.amount for refund in db.session.scalars(by_provider)}
    assert len(paid) >= 5
    assert refunds
    assert moved == {**paid, **refunds}


def test_the_trail_reads_in_the_order_in_which_it_happened() -> None:
    instants = list(db.session.scalars(sa.select(AuditEntry.at).order_by(AuditEntry.id)))
    assert instants == sorted(instants)
    assert number(sa.select(OutboxRow.id)) > 100
    assert number(sa.select(OutboxRow.id).where(OutboxRow.done_at.is_(None))) == 0, (
        "nobody is written to about the past"
    )


def test_every_number_on_paper_has_a_valid_format() -> None:
    today = datetime.now(UTC).date()
    papers = list(db.session.scalars(sa.select(Certificate)))
    assert len(papers) > 100
    assert [
        (paper.kind, paper.number) for paper in papers if not check(types()[paper.kind], paper.number, today).ok
    ] == []


def test_what_is_not_halal_says_so_and_nothing_blocked_is_sold() -> None:
    words = list(db.session.scalars(sa.select(ProductRevision)))
    assert {row.name for row in words if row.is_not_halal} == {"Se'i Babi Vakum 250 g"}
    assert [row.name for row in words if blocked_word(f"{row.name} {row.description}")] == []


def test_a_second_load_changes_nothing(market: Flask) -> None:
    before = number(sa.select(Person.id))
    for options in ([], ["--if-empty"]):
        result = market.test_cli_runner().invoke(args=["demo", "load", *options])
        assert result.exit_code == 0, result.output
        assert "nothing was changed" in result.output
    db.session.rollback()
    assert number(sa.select(Person.id)) == before


def test_the_rules_give_the_same_market_each_time() -> None:
    first = (dict(fates()), [shop.profile for shop in shops()], [item.variants for item in goods()])
    for remembered in (fates, shops, goods):
        remembered.cache_clear()
    assert (dict(fates()), [shop.profile for shop in shops()], [item.variants for item in goods()]) == first


def test_a_drawing_is_kept_in_all_widths_under_a_key_of_its_own() -> None:
    logo = Drawing("Dapur Mama Ina", 7, is_logo=True, size=320)
    files = draw(logo)
    assert {width: height for width, (height, _) in files.items()} == {160: 160, 320: 320}
    for width, (_, content) in files.items():
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.format == "WEBP"
            assert picture.size == (width, width)
    assert logo.key == Drawing("Dapur Mama Ina", 7, is_logo=True, size=320).key
    assert logo.key != Drawing("Dapur Mama Ina", 8, is_logo=True, size=320).key
