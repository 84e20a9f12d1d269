"""A stand-in for Midtrans Snap on this machine: a page to pay on, a Core API to read, end and refund, and notices.

Each rule of behaviour names where it comes from. `docs` is docs.midtrans.com as the market's notes quote it; what is
marked "not verified" is from memory of Midtrans's API reference, and nothing here was tried against Midtrans itself.
"""
