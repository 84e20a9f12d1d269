"""Cards by Stripe Checkout: the buyer pays on Stripe's page, and no card number comes near the market.

What is sent and what comes back is translated in `stripe_words`, notices in `stripe_notices`, failures in
`stripe_wire`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

import stripe
import structlog

from marketplace.core import settings
from marketplace.payments.adapters import stripe_notices as notices
from marketplace.payments.adapters import stripe_words as words
from marketplace.payments.adapters.provider import Limits
from marketplace.payments.adapters.stripe_wire import WatchedClient, is_missing, reading, writing
from marketplace.payments.rules import (
    AttemptRef,
    BalanceLine,
    Capability,
    Notice,
    PaymentMethod,
    RefundOrder,
    RefundSnapshot,
    Refused,
    Snapshot,
    Started,
    StartOrder,
)

API_VERSION = "2026-05-27.dahlia"  # pinned: what the library sends by itself changes with each of its releases
TIMEOUT_SECONDS = (5.0, 20.0)  # to connect, to answer; the library's own is 80
RETRIES = 2  # a client made without the argument does not try again
TEST_KEYS = ("sk_test_", "rk_test_")

UNFOLDED_INTENT = "latest_charge.balance_transaction"
UNFOLDED = f"payment_intent.{UNFOLDED_INTENT}"
PAGE = 100  # the most that one answer may hold
CLOCKS_DIFFER = timedelta(minutes=10)
SHORTEST_OPEN = timedelta(minutes=30)  # `expires_at` is refused when it is nearer
LONGEST_OPEN = timedelta(hours=24)  # a session lives no longer, so none of a try is made later than that

# Stripe's least is 0.50 in the currency of the account, so it moves with the rate: about Rp 8.500 in November 2026.
CARD_MINIMUM = settings.define(
    "payments.card_minimum",
    10_000,
    "Jumlah terkecil yang dapat dibayar dengan kartu, dalam rupiah",
    minimum=1_000,
    maximum=1_000_000,
)

log = structlog.get_logger()


class StripeCheckout:
    """One account with Stripe. Safe to share between threads."""

    method = PaymentMethod.CARD
    capabilities = frozenset(
        {Capability.REDIRECT, Capability.EXPIRE, Capability.REFUND, Capability.PARTIAL_REFUND},
    )

    def __init__(
        self, client: stripe.StripeClient, http: WatchedClient, webhook_secrets: tuple[str, ...], *, is_test: bool
    ) -> None:
        self.is_test = is_test
        self.takes_notices = bool(webhook_secrets)
        self._stripe = client.v1
        self._http = http
        self._webhook_secrets = webhook_secrets

    def limits(self) -> Limits:
        return Limits(CARD_MINIMUM.today(), words.MOST, SHORTEST_OPEN)

    # --- a try to pay ---

    def start(self, order: StartOrder) -> Started:
        with writing(self._http):
            made = self._stripe.checkout.sessions.create(
                words.session_params(order), options={"idempotency_key": order.key}
            )
            return words.started(made.to_dict())

    def read(self, attempt: AttemptRef) -> Snapshot | None:
        with reading(self._http):
            if attempt.provider_ref:
                return self._look_at_intent(attempt.provider_ref)
            session_ref = attempt.session_ref or self._find(attempt)
            return self._look_at(session_ref) if session_ref else None

    def expire(self, attempt: AttemptRef) -> Snapshot | None:
        with reading(self._http):
            session_ref = attempt.session_ref or self._find(attempt)
        if not session_ref:
            return None
        try:
            with writing(self._http):
                self._stripe.checkout.sessions.expire(session_ref)
        except Refused as error:  # it is not open any more: paid or expired, the reading tells
            log.info("stripe.not_open", session_ref=session_ref, said=str(error))
        with reading(self._http):
            return self._look_at(session_ref)

    def _find(self, attempt: AttemptRef) -> str:
        """The id of the session that was made for a try whose answer got lost; empty when there is none."""
        first = int((attempt.created_at - CLOCKS_DIFFER).timestamp())
        last = int((attempt.created_at + LONGEST_OPEN + CLOCKS_DIFFER).timestamp())
        made = self._stripe.checkout.sessions.list({"created": {"gte": first, "lte": last}, "limit": PAGE})
        for session in made.auto_paging_iter():
            if words.is_of(session.to_dict(), attempt):
                return session.id
        return ""

    def _look_at(self, session_ref: str) -> Snapshot | None:
        try:
            session = self._stripe.checkout.sessions.retrieve(session_ref, {"expand": [UNFOLDED]}).to_dict()
        except stripe.InvalidRequestError as error:
            if is_missing(error):
                log.warning("stripe.session_missing", session_ref=session_ref)
                return None
            raise
        intent = words.intent_of(session)
        if intent is None or not intent["amount_received"]:
            return words.snapshot(session)
        return words.snapshot(session, self._refunds(intent["id"]), self._disputes(intent))

    def _look_at_intent(self, intent_id: str) -> Snapshot | None:
        """A payment that came in past our own sessions."""
        try:
            intent = self._stripe.payment_intents.retrieve(intent_id, {"expand": [UNFOLDED_INTENT]}).to_dict()
        except stripe.InvalidRequestError as error:
            if is_missing(error):
                return None
            raise
        if not intent["amount_received"]:
            return words.intent_snapshot(intent)
        return words.intent_snapshot(intent, self._refunds(intent["id"]), self._disputes(intent))

    # --- money back ---

    def refund(self, order: RefundOrder) -> RefundSnapshot:
        with writing(self._http):
            made = self._stripe.refunds.create(words.refund_params(order), options={"idempotency_key": order.key})
            return words.refund_snapshot(made.to_dict())

    def find_refund(self, order: RefundOrder) -> RefundSnapshot | None:
        with reading(self._http):
            found = [words.refund_snapshot(refund) for refund in self._refunds(order.provider_ref)]
        return next((refund for refund in found if refund.reference == order.reference), None)

    def _refunds(self, intent_id: str) -> list[words.Object]:
        """All refunds of a payment, each time: a charge's own sum leaves out those that failed later."""
        found = self._stripe.refunds.list({"payment_intent": intent_id, "limit": PAGE})
        return [refund.to_dict() for refund in found.auto_paging_iter()]

    def _disputes(self, intent: words.Object) -> list[words.Object]:
        if not intent["latest_charge"]["disputed"]:
            return []
        found = self._stripe.disputes.list({"payment_intent": intent["id"], "limit": PAGE})
        return [dispute.to_dict() for dispute in found.auto_paging_iter()]

    # --- what Stripe tells by itself, and the account ---

    def parse_notice(self, headers: Mapping[str, str], raw: bytes) -> Notice:
        return notices.parse(headers, raw, self._webhook_secrets, is_live=not self.is_test)

    def movements(self, since: datetime, known: Collection[str] = ()) -> Iterable[BalanceLine]:
        with reading(self._http):
            found = self._stripe.balance_transactions.list(
                {"created": {"gte": int(since.timestamp())}, "expand": ["data.source"], "limit": PAGE}
            )
            return [words.balance_line(moved.to_dict()) for moved in found.auto_paging_iter()]


def stripe_provider(
    secret_key: str,
    webhook_secret: str,
    api_base: str,
    *,
    timeout: tuple[float, float] = TIMEOUT_SECONDS,
    retries: int = RETRIES,
) -> StripeCheckout:
    """Cards through the account of that key. `api_base` is where Stripe answers; empty: at its own address.

    `webhook_secret` may hold two secrets, separated by a comma; without one every notice is refused, and payments are
    followed by reading only.
    """
    webhook_secrets = notices.secrets_in(webhook_secret)
    if not webhook_secrets:
        log.warning("cards.no_notices", reason="STRIPE_WEBHOOK_SECRET is not set: payments are read, not announced")
    stripe.enable_telemetry = False
    http = WatchedClient(timeout)
    client = stripe.StripeClient(
        secret_key,
        stripe_version=API_VERSION,
        max_network_retries=retries,
        http_client=http,
        base_addresses={"api": api_base} if api_base else {},
    )
    return StripeCheckout(client, http, webhook_secrets, is_test=secret_key.startswith(TEST_KEYS))
