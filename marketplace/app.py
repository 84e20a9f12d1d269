"""The composition root: the only module that knows all areas, and where each registers what others must run."""

from __future__ import annotations

import hashlib
from pathlib import Path

import structlog
from flask import Flask, current_app
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, BadConfig, Config
from marketplace import cli
from marketplace.accounts import events as account_events
from marketplace.accounts import handlers as accounts_handlers
from marketplace.accounts import views as accounts_views
from marketplace.accounts.services import closing, exports
from marketplace.admin import views as admin_views
from marketplace.bank import handlers as bank_handlers
from marketplace.bank.events import StatementStored
from marketplace.bank.rules import qris
from marketplace.bank.services import proofs as bank_proofs
from marketplace.catalog import handlers as catalog_handlers
from marketplace.catalog.events import PriceWaits
from marketplace.changes import events as change_events
from marketplace.changes import handlers as changes_handlers
from marketplace.changes import services as changes_services
from marketplace.checkout import handlers as checkout_handlers
from marketplace.checkout import services as checkout_services
from marketplace.checkout import views as checkout_views
from marketplace.claims import handlers as claims_handlers
from marketplace.claims import services as claims_services
from marketplace.claims.events import ClaimMoved
from marketplace.core import health, jobs, outbox, ports
from marketplace.core.db import db, prepare_engine
from marketplace.curation import events as curation_events
from marketplace.curation import handlers as curation_handlers
from marketplace.curation import views as curation_views
from marketplace.demo import commands as demo_commands
from marketplace.desks import claim_words, telling
from marketplace.desks import views as desks_views
from marketplace.imports import handlers as imports_handlers
from marketplace.imports import views as imports_views
from marketplace.imports.events import ImportMoved
from marketplace.media import views as media_views
from marketplace.media.adapters.store import FolderStore, MediaStore
from marketplace.media.events import UploadReceived
from marketplace.moderation import events as moderation_events
from marketplace.moderation import handlers as moderation_handlers
from marketplace.moderation import services as moderation_services
from marketplace.moderation import views as moderation_views
from marketplace.notifications import handlers as notifications_handlers
from marketplace.notifications import services as notifications_services
from marketplace.notifications.adapters.mail import MailTransport, transport_for
from marketplace.notifications.events import MessageWritten
from marketplace.notifications.services import LetterRenderer
from marketplace.onboarding import events as onboarding_events
from marketplace.onboarding import handlers as onboarding_handlers
from marketplace.onboarding import services as onboarding_services
from marketplace.onboarding import views as onboarding_views
from marketplace.orders import events as order_events
from marketplace.orders import handlers as orders_handlers
from marketplace.orders import services as orders_services
from marketplace.payments import views as payments_views
from marketplace.payments.adapters.by_hand import ByHand
from marketplace.payments.adapters.cash import Cash
from marketplace.payments.adapters.midtrans_snap import midtrans_provider
from marketplace.payments.adapters.provider import PaymentProvider, Providers
from marketplace.payments.adapters.stripe_checkout import stripe_provider
from marketplace.payments.events import NoticeReceived, RefundRequested
from marketplace.payments.rules import PaymentMethod
from marketplace.payouts import events as payout_events
from marketplace.payouts import handlers as payouts_handlers
from marketplace.payouts import services as payouts_services
from marketplace.places import views as places_views
from marketplace.receipts import handlers as receipts_handlers
from marketplace.receipts import services as receipts_services
from marketplace.reconciliation import handlers as reconciliation_handlers
from marketplace.reconciliation.events import ReconciliationAsked
from marketplace.rounds import events as round_events
from marketplace.rounds import handlers as rounds_handlers
from marketplace.rounds import views as rounds_views
from marketplace.storefront import views as storefront_views
from marketplace.stores import handlers as stores_handlers
from marketplace.stores.events import BankAccountChanged, InvitationMade, StoreChanged
from marketplace.stores.queries import store
from marketplace.talks import handlers as talks_handlers
from marketplace.talks import services as talks_services
from marketplace.talks.events import MessageSent
from marketplace.vouchers import handlers as vouchers_handlers
from marketplace.vouchers import services as vouchers_services
from marketplace.web import assets, chrome, converters, errors, filters, language, letters, limits, log, qr, security
from marketplace.web import views as web_views
from marketplace.web.access import login_manager

BLUEPRINTS = (
    web_views.bp,
    places_views.bp,
    accounts_views.bp,
    media_views.bp,
    storefront_views.bp,
    checkout_views.bp,
    payments_views.bp,
    rounds_views.bp,
    *curation_views.blueprints,
    imports_views.bp,
    moderation_views.bp,
    *onboarding_views.blueprints,
    *desks_views.blueprints,
    admin_views.bp,
)


ROUTINES = (
    jobs.Routine(stores_handlers.turn_the_day, daily_hour_wita=0),
    jobs.Routine(outbox.sweep, daily_hour_wita=3),
    jobs.Routine(catalog_handlers.keep_times, every_minutes=1),
    jobs.Routine(imports_handlers.forget_old, daily_hour_wita=3),
    jobs.Routine(bank_handlers.free_sums, daily_hour_wita=3),
    jobs.Routine(changes_handlers.end_overdue, every_minutes=1),
    jobs.Routine(orders_handlers.lapse_unanswered, every_minutes=5),
    jobs.Routine(orders_handlers.remind_shops, every_minutes=5),
    jobs.Routine(orders_handlers.remind_of_clocks, every_minutes=5),
    jobs.Routine(orders_handlers.run_out_clocks, every_minutes=5),
    jobs.Routine(catalog_handlers.close_days, every_minutes=1),
    jobs.Routine(catalog_handlers.warn_of_low_stock, every_minutes=5),
    jobs.Routine(checkout_handlers.end_holds, every_minutes=1),
    jobs.Routine(checkout_handlers.sweep_payments, every_minutes=5),
    jobs.Routine(checkout_handlers.sweep_fees, every_minutes=30),
    jobs.Routine(checkout_handlers.sweep_notices, every_minutes=1),
    jobs.Routine(orders_handlers.sweep_refunds, every_minutes=5),
    jobs.Routine(payouts_handlers.remind_buyers, daily_hour_wita=9),
    jobs.Routine(claims_handlers.run_clocks, every_minutes=5),
    jobs.Routine(claims_handlers.remind, every_minutes=5),
    jobs.Routine(talks_handlers.tell_later, every_minutes=1),
    jobs.Routine(catalog_handlers.sweep_uploads, every_minutes=1),
    jobs.Routine(catalog_handlers.forget_unused_pictures, daily_hour_wita=2),
    jobs.Routine(checkout_handlers.forget_guest_carts, daily_hour_wita=3),
    jobs.Routine(accounts_handlers.forget_old_sign_ins, daily_hour_wita=3),
    jobs.Routine(moderation_handlers.forget_old, daily_hour_wita=3),
    jobs.Routine(notifications_handlers.empty_sent_messages, daily_hour_wita=3),
    jobs.Routine(reconciliation_handlers.reconcile_nightly, daily_hour_wita=4),
)
"""What is done again and again."""


def create_app(config: Config) -> Flask:
    """One application for one configuration. Nothing outside is touched but the database's folder."""
    log.configure()
    app = Flask("marketplace", root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config.database_url),
        TESTING=config.testing,
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        BUILD=_build(),
    )
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    converters.register(app)
    _plug(app, config)
    _open_database(app, config)
    log.register(app)
    limits.register(app)
    login_manager.init_app(app)
    security.register(app, config)
    language.register(app)
    filters.register(app)
    claim_words.register(app)
    telling.register(app)
    qr.register(app)
    errors.register(app)
    app.extensions["assets"] = assets.register(app)
    chrome.register(app, config)
    chrome.count_cart_with(checkout_views.count_cart)
    chrome.name_store_with(lambda store_id: store(store_id).name)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.register(app)
    app.cli.add_command(demo_commands.demo_group)
    _follow_orders()
    _follow_changes()
    _follow_money()
    _follow_vouchers()
    _follow_goods()
    for routine in ROUTINES:
        jobs.schedule(routine)
    _know_people()
    return app


def _plug(app: Flask, config: Config) -> None:
    """Give the areas below the views what they may ask for by `ports.port`."""
    parts = ports.Ports()
    parts.provide(Config, config)
    parts.provide(MediaStore, FolderStore(Path(config.media_url)))
    health.probe("media", lambda: ports.port(MediaStore).check())
    parts.provide(MailTransport, transport_for(config.smtp_url))
    parts.provide(LetterRenderer, letters.Letters(app))
    parts.provide(Providers, Providers(_ways_to_pay(config)))
    app.extensions["ports"] = parts
    ports.connect(lambda: current_app.extensions["ports"])


def _ways_to_pay(config: Config) -> list[PaymentProvider]:
    """Cash always; transfers and QRIS when it is known where to; cards and Midtrans's ways when there is a key."""
    ways: list[PaymentProvider] = [Cash(), *_ways_by_hand(config)]
    if config.stripe_secret_key:
        ways.append(
            stripe_provider(config.stripe_secret_key, config.stripe_webhook_secret, config.stripe_api_base),
        )
    else:
        structlog.get_logger().info("cards.off", reason="STRIPE_SECRET_KEY is not set: only cash is taken")
    if config.midtrans_server_key:
        bases = (config.midtrans_api_base, config.midtrans_snap_base)
        ways.append(midtrans_provider(config.midtrans_server_key, config.midtrans_signature_key, *bases))
    else:
        structlog.get_logger().info("snap.off", reason="MIDTRANS_SERVER_KEY is not set")
    return ways


def _ways_by_hand(config: Config) -> list[PaymentProvider]:
    """Paid to the market's own account. A QRIS payload that is none stops the start: it would mislead buyers."""
    ways: list[PaymentProvider] = []
    if config.takes_transfers:
        ways.append(ByHand(PaymentMethod.TRANSFER, is_test=config.is_local))
    if config.qris_payload:
        try:
            qris.parse(config.qris_payload)
        except qris.BadQris as trouble:
            raise BadConfig(f"QRIS_PAYLOAD is no QRIS code: {trouble}") from trouble
        ways.append(ByHand(PaymentMethod.QRIS, is_test=config.is_local))
    if not ways:
        structlog.get_logger().info("by_hand.off", reason="BANK_NAME, BANK_ACCOUNT, BANK_HOLDER, QRIS_PAYLOAD not set")
    return ways


def _follow_orders() -> None:
    """What follows the steps of an order."""
    outbox.subscribe(order_events.PurchasePlaced, orders_handlers.tell_of_purchase)
    outbox.subscribe(order_events.PurchasePaid, orders_handlers.tell_of_payment)
    outbox.subscribe(order_events.PurchaseExpired, orders_handlers.tell_of_expiry)
    outbox.subscribe(order_events.PurchaseKept, orders_handlers.tell_of_keeping)
    outbox.subscribe(order_events.RefundSettled, orders_handlers.tell_of_refund)
    outbox.subscribe(order_events.PurchaseCancelled, orders_handlers.tell_of_cancellation)
    outbox.subscribe(order_events.OrderAccepted, orders_handlers.tell_of_acceptance)
    outbox.subscribe(order_events.OrderDeclined, orders_handlers.tell_of_decline)
    outbox.subscribe(order_events.OrderReady, orders_handlers.tell_of_readiness)
    outbox.subscribe(order_events.OrderCollected, orders_handlers.tell_of_collection)
    outbox.subscribe(round_events.OrderPutOff, rounds_handlers.tell_of_delay)
    outbox.subscribe(order_events.OrderHandedOver, orders_handlers.tell_of_hand_over)
    outbox.subscribe(order_events.OrderLapsed, orders_handlers.tell_of_lapse)
    outbox.subscribe(order_events.OrderArrived, orders_handlers.tell_of_arrival)
    outbox.subscribe(order_events.ArrivalDenied, orders_handlers.tell_of_denial)
    outbox.subscribe(order_events.OrderCompleted, orders_handlers.tell_of_completion)
    outbox.subscribe(order_events.OrderEnded, orders_handlers.tell_of_ending)
    outbox.subscribe(order_events.LinkRenewed, orders_handlers.tell_of_link)
    outbox.subscribe(order_events.ClaimOvertaken, claims_handlers.follow_bank)
    outbox.subscribe(MessageSent, talks_handlers.tell_of_message)


def _follow_changes() -> None:
    """What follows a change of an order, and what a change follows itself."""
    outbox.subscribe(change_events.ChangeAsked, changes_handlers.tell_of_request)
    outbox.subscribe(change_events.ChangeSettled, changes_handlers.tell_of_outcome)
    outbox.subscribe(change_events.ParcelSent, changes_handlers.tell_of_parcel)
    outbox.subscribe(order_events.OrderDeclined, changes_handlers.follow_end)
    outbox.subscribe(order_events.OrderLapsed, changes_handlers.follow_end)
    outbox.subscribe(order_events.OrderReady, changes_handlers.follow_end)
    outbox.subscribe(order_events.OrderHandedOver, changes_handlers.follow_end)
    outbox.subscribe(order_events.OrderEnded, changes_handlers.follow_end)
    outbox.subscribe(order_events.PurchaseCancelled, changes_handlers.follow_cancellation)


def _follow_money() -> None:
    """What follows money: in, back and out."""
    outbox.subscribe(order_events.TransferAwaited, bank_handlers.tell_how_to_pay)
    outbox.subscribe(StatementStored, bank_handlers.match_statement)
    outbox.subscribe(NoticeReceived, checkout_handlers.follow_notice)
    outbox.subscribe(RefundRequested, orders_handlers.send_refund)
    outbox.subscribe(RefundRequested, payouts_handlers.ask_for_account)
    outbox.subscribe(payout_events.AccountAsked, payouts_handlers.tell_buyer)
    outbox.subscribe(payout_events.HoldMoved, payouts_handlers.tell_of_hold)
    outbox.subscribe(payout_events.LineSettled, payouts_handlers.tell_of_line)
    outbox.subscribe(order_events.PurchasePaid, receipts_handlers.follow_payment)
    outbox.subscribe(order_events.OrderHandedOver, receipts_handlers.follow_hand_over)
    outbox.subscribe(order_events.RefundSettled, receipts_handlers.follow_refund)
    outbox.subscribe(ClaimMoved, claims_handlers.tell_of_step)
    outbox.subscribe(ReconciliationAsked, reconciliation_handlers.follow_request)


def _follow_vouchers() -> None:
    """What becomes of a voucher with the orders that it made cheaper."""
    outbox.subscribe(order_events.OrderDeclined, vouchers_handlers.follow_order)
    outbox.subscribe(order_events.OrderLapsed, vouchers_handlers.follow_order)
    outbox.subscribe(order_events.OrderEnded, vouchers_handlers.follow_order)
    outbox.subscribe(order_events.PurchaseCancelled, vouchers_handlers.follow_purchase)
    outbox.subscribe(order_events.PurchaseExpired, vouchers_handlers.follow_purchase)
    outbox.subscribe(order_events.PurchasePaid, vouchers_handlers.follow_purchase)
    outbox.subscribe(order_events.RefundSettled, vouchers_handlers.follow_refund)
    outbox.subscribe(change_events.ChangeSettled, vouchers_handlers.follow_change)


def _follow_goods() -> None:
    """What follows acts of people, shops and curators."""
    outbox.subscribe(MessageWritten, notifications_handlers.send_message)
    outbox.subscribe(account_events.PasswordResetAsked, notifications_handlers.tell_of_reset)
    outbox.subscribe(account_events.PasswordChanged, notifications_handlers.tell_of_new_password)
    outbox.subscribe(PriceWaits, catalog_handlers.tell_of_price)
    outbox.subscribe(UploadReceived, catalog_handlers.take_pictures)
    outbox.subscribe(account_events.ResetHandedOver, notifications_handlers.tell_of_hand_over)
    outbox.subscribe(account_events.CodeAsked, notifications_handlers.tell_of_code)
    outbox.subscribe(BankAccountChanged, stores_handlers.tell_of_bank_account)
    outbox.subscribe(InvitationMade, stores_handlers.tell_of_invitation)
    outbox.subscribe(StoreChanged, catalog_handlers.refresh_search)
    outbox.subscribe(ImportMoved, imports_handlers.go_on)
    outbox.subscribe(curation_events.SubmissionPassed, curation_handlers.tell_of_pass)
    outbox.subscribe(curation_events.SubmissionReturned, curation_handlers.tell_of_return)
    outbox.subscribe(curation_events.SubmissionRejected, curation_handlers.tell_of_rejection)
    outbox.subscribe(curation_events.ProductTakenOff, curation_handlers.tell_of_taking_off)
    outbox.subscribe(moderation_events.ReportClosed, moderation_handlers.tell_reporter)
    outbox.subscribe(moderation_events.ThingJudged, moderation_handlers.tell_shop)
    outbox.subscribe(moderation_events.StoreReopened, moderation_handlers.tell_of_reopening)
    outbox.subscribe(onboarding_events.ApplicationMoved, onboarding_handlers.tell_of_move)


def _know_people() -> None:
    """What the areas above accounts know of a person: told in the copy of one's own data, dropped when one goes."""
    exports.register("purchases", orders_services.export_purchases)
    exports.register("changes", changes_services.export)
    exports.register("letters", notifications_services.export)
    exports.register("messages", talks_services.export)
    exports.register("claims", claims_services.export)
    exports.register("reports", moderation_services.export)
    exports.register("vouchers", vouchers_services.export)
    exports.register("applications", onboarding_services.export)
    for forget in (
        onboarding_services.forget,
        moderation_services.forget,
        orders_services.forget_buyer,
        payouts_services.forget,
        changes_services.forget,
        receipts_services.forget,
        vouchers_services.forget,
        bank_proofs.forget,
        talks_services.forget,
        claims_services.forget,
        checkout_services.forget,
        notifications_services.forget,
    ):
        closing.register(forget)


def _open_database(app: Flask, config: Config) -> None:
    if config.database_url.startswith("sqlite:///"):
        Path(config.database_url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    with app.app_context():
        prepare_engine(db.engine)


def _engine_options(url: str) -> dict[str, object]:
    if url.startswith("sqlite"):
        return {}
    return {
        "pool_size": 4,
        "max_overflow": 8,
        "pool_pre_ping": True,
        "connect_args": {"options": "-c lock_timeout=5000"},
    }


def _build() -> str:
    """A mark of the templates at work, so that a new release never serves an old page."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "templates").rglob("*.html")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
