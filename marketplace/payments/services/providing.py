"""Who takes the money: the ways to pay that are switched on, for the areas above."""

from marketplace.payments.adapters.provider import OnlineProvider, PaymentProvider, Providers

__all__ = ["OnlineProvider", "PaymentProvider", "Providers"]
