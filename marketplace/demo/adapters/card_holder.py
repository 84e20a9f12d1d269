"""Somebody with a test card, or an app for QRIS, before the payment page of a stand-in."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode, urlsplit

TEST_CARD = "4242424242424242"
TIMEOUT_SECONDS = 10


def pay(url: str) -> None:
    """Press 'Bayar' on a page that takes test cards. Raises OSError when it was not taken."""
    _press(url, card=TEST_CARD)


def pay_in_app(url: str, way: str) -> None:
    """Choose a way on Midtrans's page, and pay in the app. Raises OSError when it was not taken."""
    _press(url, step=way)
    _press(url, step="pay")


def _press(url: str, **values: str) -> None:
    page = urlsplit(url)
    connection = http.client.HTTPConnection(page.hostname or "", page.port, timeout=TIMEOUT_SECONDS)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", page.path, urlencode(values), headers)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    if answer.status != http.client.SEE_OTHER:
        raise OSError(f"the payment page answered {answer.status}")
