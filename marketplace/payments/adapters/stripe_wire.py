"""How a call to Stripe ends when it does not end well, in the market's three words.

The library tries again by itself and shows the last try only. A call whose first try was cut off and whose second was
refused the connection may have done its work, so every try is watched.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import stripe
import structlog
from urllib3.exceptions import ConnectTimeoutError

from marketplace.payments.rules import OutcomeUnknown, ProviderTrouble, Refused, Trouble, Unavailable

log = structlog.get_logger()

NOT_ALLOWED = (stripe.AuthenticationError, stripe.PermissionError)
NOTHING_DONE = (*NOT_ALLOWED, stripe.RateLimitError, stripe.APIConnectionError)
SAID_NO = (stripe.CardError, stripe.InvalidRequestError)
MALFORMED = (AttributeError, KeyError, TypeError, ValueError)  # JSON that is not what Stripe's documents promise


class WatchedClient(stripe.RequestsClient):
    """The library's HTTP client; knows whether a try of this thread's call may have been carried out unanswered."""

    def __init__(self, timeout: tuple[float, float]) -> None:
        super().__init__(timeout=timeout)
        self._call = threading.local()

    @property
    def is_unsure(self) -> bool:
        """Some try of the call may have been carried out, and no answer told of it."""
        return bool(self._call.is_unsure)

    def begin(self) -> None:
        """Another call begins."""
        self._call.is_unsure = False

    def request(  # type: ignore[override]  # as the library's own subclass has it
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """One try."""
        try:
            body, status, more = super().request(method, url, headers, post_data)
        except stripe.APIConnectionError as error:
            self._call.is_unsure = self.is_unsure or not _never_left(error)
            raise
        self._call.is_unsure = self.is_unsure or status == 409 or status >= 500
        return body, status, more


def _never_left(error: stripe.APIConnectionError) -> bool:
    """No connection came about, so nothing was sent. A refusal and an unknown name are kinds of ConnectTimeoutError."""
    cause = error.__cause__
    reason = getattr(cause.args[0], "reason", None) if cause and cause.args else None
    return isinstance(reason, ConnectTimeoutError)


@contextmanager
def writing(http: WatchedClient) -> Iterator[None]:
    """A call that changes something. Raises Refused, Unavailable or OutcomeUnknown for what Stripe's library raises."""
    http.begin()
    try:
        yield
    except stripe.StripeError as error:
        raise _trouble_of(error, is_unsure=http.is_unsure) from error
    except MALFORMED as error:
        raise OutcomeUnknown(f"Stripe's answer makes no sense: {error!r}") from error


@contextmanager
def reading(http: WatchedClient) -> Iterator[None]:
    """Calls that change nothing: what cannot be read is Unavailable."""
    http.begin()
    try:
        yield
    except stripe.StripeError as error:
        _be_loud(error)
        raise Unavailable(_said(error)) from error
    except MALFORMED as error:
        raise Unavailable(f"Stripe's answer makes no sense: {error!r}") from error


def is_missing(error: stripe.InvalidRequestError) -> bool:
    """Stripe knows no such thing."""
    return error.http_status == 404 and error.code == "resource_missing"


def _trouble_of(error: stripe.StripeError, *, is_unsure: bool) -> ProviderTrouble:
    """What became of a call that changes something."""
    _be_loud(error)
    if isinstance(error, SAID_NO):
        return Refused(_said(error), Trouble.TOO_SMALL if error.code == "amount_too_small" else Trouble.OTHER)
    if isinstance(error, NOTHING_DONE) and not is_unsure:
        return Unavailable(_said(error))
    return OutcomeUnknown(_said(error))


def _be_loud(error: stripe.StripeError) -> None:
    """Mistakes of ours that no repeating mends: a wrong key, or one idempotency key for two different orders."""
    if isinstance(error, (*NOT_ALLOWED, stripe.IdempotencyError)):
        log.error("stripe.misused", said=_said(error))


def _said(error: stripe.StripeError) -> str:
    """Stripe's answer without its prose, which may repeat what a buyer typed. The Dashboard knows the request's id."""
    param = getattr(error, "param", None)
    return f"{type(error).__name__} {error.http_status} code={error.code} param={param} request={error.request_id}"
