"""What all parts share: the store, the switches, and how objects begin and events leave."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tools.stripe_standin.contract import VERSION, examples
from tools.stripe_standin.store import Json, Store, new_id, now


@dataclass
class Switches:
    """How this Stripe behaves where the real one may do either.

    late_fee         the balance transaction of a charge comes later, by charge.updated (charge.balance_transaction and
                     refund.balance_transaction are nullable in the OpenAPI document)
    pending_refunds  refunds begin as pending (docs.stripe.com/refunds: status depends on the payment method)
    delayed_method   the buyer pays by a method whose result comes later
                     (docs.stripe.com/payments/checkout/fulfill-orders)
    """

    late_fee: bool = False
    pending_refunds: bool = False
    delayed_method: bool = False


@dataclass
class World:
    """One account at the stand-in."""

    store: Store
    send: Callable[[Json], None]  # hands an event to the webhooks
    url: str = ""  # where the stand-in itself answers
    switches: Switches = field(default_factory=Switches)
    asked: threading.local = field(default_factory=threading.local)  # the request at work, for the events it causes

    def begin(self, kind: str, **fields: Any) -> Json:
        """A new object: a copy of Stripe's example, so that every required field is there, with these fields."""
        body = copy.deepcopy(examples()[kind])
        body.update({"id": new_id(kind), "created": now(), **fields})
        return body

    def emit(self, kind: str, body: Json) -> None:
        """Record an event about an object as it is now, and send it once the work is safe."""
        event = self.begin(
            "event",
            type=kind,
            api_version=VERSION,
            data={"object": copy.deepcopy(body)},
            pending_webhooks=1,
            request=getattr(self.asked, "request", None) or {"id": None, "idempotency_key": None},
        )
        self.store.put(event)
        self.store.afterwards(lambda: self.send(event))
