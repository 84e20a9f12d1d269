"""Amounts: integers in the smallest unit of the currency."""

from __future__ import annotations

from tools.stripe_standin.errors import Refusal

# The least a session may ask for: USD 0.50 after conversion (docs.stripe.com/currencies, minimum charge amounts); IDR
# has no line of its own there, at about Rp 17.000 to the dollar it is Rp 8.500. IDR has two decimals
# (github.com/stripe/stripe-ios/pull/3756: one rupiah is amount=100).
SMALLEST_IDR = 8_500_00
# docs.stripe.com/currencies: twelve digits for IDR.
LARGEST_IDR = 999_999_999_999
# A card payment of 2.9 % and a fixed part; figures of this stand-in, Stripe's depend on the country of the account.
FEE_PER_MILLE = 29
FEE_FIXED_IDR = 3_000_00
DISPUTE_FEE_IDR = 240_000_00  # about USD 15 (stripe.com/pricing); a figure of this stand-in


def fee(amount: int) -> int:
    """What Stripe keeps of a payment, rounded half up."""
    return (amount * FEE_PER_MILLE + 500) // 1000 + FEE_FIXED_IDR


def rupiah(amount: int) -> str:
    """As an Indonesian reads it: Rp15.000 or, with sen, Rp15.000,50."""
    whole, sen = divmod(amount, 100)
    text = f"Rp{whole:,}".replace(",", ".")
    return f"{text},{sen:02}" if sen else text


def english(amount: int) -> str:
    """As Stripe's error messages write it."""
    return f"Rp{amount / 100:,.2f}"


def check_total(amount: int, currency: str) -> None:
    """Raises Refusal for a total below or above what a card can pay."""
    if currency != "idr":
        raise Refusal(f"Invalid currency: {currency}. This stand-in knows only idr.", param="currency")
    if amount < SMALLEST_IDR:
        words = "The Checkout Session's total amount must convert to at least 50 cents. "
        raise Refusal(f"{words}{english(amount)} converts to less.", code="amount_too_small")
    if amount > LARGEST_IDR:
        raise Refusal(f"Amount must be no more than {english(LARGEST_IDR)}", code="amount_too_large")
