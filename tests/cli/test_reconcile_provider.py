"""`flask reconcile` compares our books with the provider's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from flask import Flask

from marketplace.core.clock import now
from marketplace.payments import queries
from marketplace.payments.models import Payment
from marketplace.payments.rules import BalanceLine, Unavailable
from tests import make
from tests.cli.books import (
    HOUR,
    let_an_hour_pass,
    paid,
    plant,
    reconcile,
)
from tests.make.till import pay_again
from tests.orders.snapshots import snapshot


def number_of(payment: Payment) -> str:
    return queries.attempts_of(payment.id)[0].provider_ref or ""


def test_a_payment_that_the_provider_does_not_have_is_named(app: Flask, till: make.Till) -> None:
    payment = paid(till)
    till.lines.clear()
    code, said = reconcile(app)
    assert code == 1
    assert said[0] == f"{payment.reference} {number_of(payment)}: 110000 in our books, unknown to the card provider"


def test_a_payment_that_we_do_not_have_is_named_once_it_is_ten_minutes_old(app: Flask, till: make.Till) -> None:
    till.lines.append(BalanceLine("pi_stranger", "charge", 50_000, 900, now() - timedelta(minutes=9)))
    assert reconcile(app)[0] == 0
    let_an_hour_pass(till)
    code, said = reconcile(app)
    assert code == 1
    assert said[0] == "pi_stranger: 50000 with the card provider (charge), not in our books"


def test_another_sum_or_fee_at_the_provider_is_named(app: Flask, till: make.Till) -> None:
    payment = paid(till, charged=2_000)
    till.lines = [replace(line, amount=109_000, fee=2_100) for line in till.lines]
    assert reconcile(app)[0] == 0  # too fresh to judge
    let_an_hour_pass(till)
    code, said = reconcile(app)
    name = f"{payment.reference} {number_of(payment)}"
    assert code == 1
    assert said[:2] == [
        f"{name}: 110000 in our books, 109000 with the card provider",
        f"{name}: fee 2000 in our books, 2100 with the card provider",
    ]


def test_what_began_before_the_days_asked_for_is_not_missed(app: Flask, till: make.Till) -> None:
    payment = paid(till)
    plant("UPDATE payment_attempts SET created_at = :at", at="2020-01-01 00:00:00+00:00")
    till.lines.clear()
    assert reconcile(app, "--since", "3")[0] == 0
    assert reconcile(app, "--since", "3650")[0] == 1
    assert payment.received == 110_000


def test_sums_sent_to_the_bank_are_no_difference(app: Flask, till: make.Till) -> None:
    till.lines.append(BalanceLine("po_1", "payout", -50_000, 0, now() - HOUR))
    code, said = reconcile(app)
    assert code == 0
    assert said[0] == "note: 1 other movements with the card provider (payout) are not kept here"


def test_a_provider_that_cannot_be_read_is_said(app: Flask, till: make.Till) -> None:
    paid(till)
    till.away = Unavailable("connection refused")
    code, said = reconcile(app)
    assert code == 2
    assert said == [
        "card: not checked, the provider could not be read (connection refused)",
        "all that was checked agrees; 1 providers not checked",
    ]


def test_a_provider_that_is_switched_off_is_said_when_there_is_something_to_compare(
    app: Flask, till: make.Till
) -> None:
    with make.plugged(app, None):
        assert reconcile(app)[0] == 0
    paid(till)
    with make.plugged(app, None):
        code, said = reconcile(app)
    assert code == 2
    assert said[0] == "card: not checked, it is switched off"


def test_nothing_is_written(app: Flask, till: make.Till) -> None:
    payment = paid(till)
    pay_again(till, payment)
    before = snapshot()
    reconcile(app)
    assert snapshot() == before
