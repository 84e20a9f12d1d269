"""A stand-in for Stripe on loopback: the demo market pays through it, and so does every payment test.

It keeps what it is told, checks each request and each of its own answers against Stripe's published description, sends
signed webhooks and shows a payment page. No money moves and no card number is kept. It knows nothing of the market.
Amounts are integers in the smallest unit (IDR has two decimals: Rp 15.000 is 1500000), times are Unix seconds (UTC).
"""
