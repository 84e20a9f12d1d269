"""The same words at Midtrans itself; needs a sandbox key.

MIDTRANS_TEST_KEY=SB-Mid-server-… pytest -m real_midtrans --allow-hosts=127.0.0.1,<the two sandbox hosts> tests/payments
"""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from config import MIDTRANS_SANDBOX
from marketplace.payments.adapters.midtrans_snap import midtrans_provider
from marketplace.payments.rules import AttemptRef, StartOrder


@pytest.mark.real_midtrans
@pytest.mark.skipif(not os.environ.get("MIDTRANS_TEST_KEY"), reason="needs MIDTRANS_TEST_KEY")
def test_a_page_opens_and_is_not_known_before_something_is_chosen(app: Flask) -> None:
    snap = midtrans_provider(os.environ["MIDTRANS_TEST_KEY"], "", *MIDTRANS_SANDBOX)
    reference, at = str(uuid.uuid4()), datetime.now(UTC).replace(microsecond=0)
    ends, back = at + timedelta(minutes=30), "https://example.com"
    order = StartOrder(reference, 1, "", 15_000, "BeliNTT uji", at, ends, "", "id", back, back)
    started = snap.start(order)
    assert started.url.startswith("https://app.sandbox.midtrans.com/")
    assert snap.read(AttemptRef(reference, 1, at, session_ref=started.session_ref)) is None
