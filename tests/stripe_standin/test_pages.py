"""The payment page as a browser without script meets it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe

from tests.standin import asked
from tools.stripe_standin.server import StandIn

PAID_PAGE = "http://127.0.0.1:9/selesai?sesi="


@pytest.fixture
def session_id(stripe_client: stripe.StripeClient) -> str:
    return stripe_client.v1.checkout.sessions.create(asked()).id


@pytest.fixture
def bill(stripe_standin: StandIn, session_id: str) -> str:
    return f"{stripe_standin.url}/c/pay/{session_id}"


def _post(address: str, **form: str) -> requests.Response:
    return requests.post(address, data=form, allow_redirects=False, timeout=5)


def test_the_page_says_that_no_real_money_moves_and_what_is_to_pay(bill: str) -> None:
    answer = requests.get(bill, timeout=5)
    assert answer.status_code == 200
    for words in ("Tidak ada uang sungguhan", "Rp30.000", "Kopi × 2", "Kembali ke toko", "http://127.0.0.1:9/batal"):
        assert words in answer.text
    for name in ("cc-number", "cc-exp", "cc-csc", "cc-name"):
        assert f'autocomplete="{name}"' in answer.text
    assert "<script" not in answer.text


def test_a_chosen_card_pays_and_leads_back_with_the_sessions_id(bill: str, session_id: str) -> None:
    answer = _post(bill, card="4242424242424242")
    assert (answer.status_code, answer.headers["Location"]) == (303, PAID_PAGE + session_id)


def test_a_typed_card_counts_more_than_a_chosen_one(bill: str, stripe_standin: StandIn) -> None:
    typed = {"number": "4000 0000 0000 0077", "expiry": "12/34", "cvc": "123", "name": "Budi"}
    assert _post(bill, card="4000000000000002", **typed).status_code == 303
    charge = stripe_standin.all("charge")[0]
    assert (charge["payment_method_details"]["card"]["last4"], charge["billing_details"]["name"]) == ("0077", "Budi")


def test_no_card_number_is_kept(bill: str, stripe_standin: StandIn) -> None:
    _post(bill, number="4000 0025 0000 3155", expiry="12/34", cvc="123")
    intent = stripe_standin.all("payment_intent")[0]["id"]
    _post(f"{bill}/3ds", answer="agree")
    kinds = ("charge", "payment_intent", "event", "checkout.session")
    kept = " ".join(str(stripe_standin.all(kind)) for kind in kinds) + str(stripe_standin.world.store.private(intent))
    assert "3155" in kept
    assert "00003155" not in kept


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"number": "4111111111111111", "expiry": "12/34", "cvc": "123"}, "bukan nomor kartu uji"),
        ({"card": "1"}, "bukan nomor kartu uji"),
        ({"number": "4242424242424242", "expiry": "13/34", "cvc": "123"}, "bulan dan tahun"),
        ({"number": "4242424242424242", "expiry": "12/20", "cvc": "123"}, "sudah lewat"),
        ({"number": "4242424242424242", "expiry": "12/34", "cvc": "x"}, "CVC"),
    ],
)
def test_a_mistake_in_the_form_is_told_and_charges_nothing(
    bill: str, stripe_standin: StandIn, form: dict[str, str], words: str
) -> None:
    answer = _post(bill, **form)
    assert answer.status_code == 422
    assert words in answer.text
    assert "4111" not in answer.text  # what was typed is not shown again
    assert stripe_standin.all("charge") == []


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("4000000000000002", "ditolak oleh bank"),
        ("4000000000009995", "Saldo kartu tidak cukup"),
        ("4000000000000069", "Masa berlaku kartu sudah habis"),
    ],
)
def test_a_declined_card_is_told_in_plain_words_on_the_same_page(bill: str, card: str, words: str) -> None:
    answer = _post(bill, card=card)
    assert answer.status_code == 402
    assert words in answer.text
    assert _post(bill, card="4242424242424242").status_code == 303


@pytest.mark.parametrize("card", ["4000002500003155", "4000000000003220"])
def test_the_bank_asks_and_a_yes_pays(bill: str, session_id: str, stripe_standin: StandIn, card: str) -> None:
    asks = _post(bill, card=card)
    assert asks.headers["Location"] == f"/c/pay/{session_id}/3ds"
    question = requests.get(f"{bill}/3ds", timeout=5)
    assert "Setujui" in question.text
    assert stripe_standin.all("charge") == []
    assert _post(f"{bill}/3ds", answer="agree").headers["Location"] == PAID_PAGE + session_id


def test_the_bank_asks_and_a_no_leaves_the_session_open(bill: str, stripe_standin: StandIn) -> None:
    _post(bill, card="4000000000003220")
    answer = _post(f"{bill}/3ds", answer="refuse")
    assert answer.status_code == 402
    assert "Persetujuan ditolak" in answer.text
    intent = stripe_standin.all("payment_intent")[0]
    assert intent["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    assert stripe_standin.events()[-1] == "payment_intent.payment_failed"
    assert stripe_standin.all("charge") == []


def test_the_banks_question_is_answered_once(bill: str, stripe_standin: StandIn) -> None:
    _post(bill, card="4000000000003220")
    _post(f"{bill}/3ds", answer="agree")
    assert "Sudah dibayar" in _post(f"{bill}/3ds", answer="agree").text
    assert requests.get(f"{bill}/3ds", allow_redirects=False, timeout=5).status_code == 303
    assert len(stripe_standin.all("charge")) == 1


def test_the_bank_asks_no_more_once_the_time_is_over(bill: str, session_id: str, stripe_standin: StandIn) -> None:
    _post(bill, card="4000000000003220")
    stripe_standin.expire_now(session_id)
    assert "Waktu pembayaran habis" in requests.get(f"{bill}/3ds", timeout=5).text
    assert "Waktu pembayaran habis" in _post(f"{bill}/3ds", answer="agree").text
    assert stripe_standin.all("charge") == []


def test_many_clicks_at_once_pay_once(bill: str, stripe_standin: StandIn) -> None:
    start = threading.Barrier(8)

    def click(_: int) -> int:
        start.wait()
        return _post(bill, card="4242424242424242").status_code

    with ThreadPoolExecutor(8) as crowd:
        statuses = sorted(crowd.map(click, range(8)))
    assert statuses == [200] * 7 + [303]
    assert len(stripe_standin.all("charge")) == 1


def test_a_paid_session_says_so_and_leads_back(bill: str, session_id: str, stripe_standin: StandIn) -> None:
    stripe_standin.pay(session_id)
    answer = requests.get(bill, timeout=5)
    assert "Sudah dibayar" in answer.text
    assert PAID_PAGE + session_id in answer.text
    assert "<button" not in answer.text


def test_an_expired_session_says_so_and_leads_back(bill: str, session_id: str, stripe_standin: StandIn) -> None:
    stripe_standin.expire_now(session_id)
    answer = _post(bill, card="4242424242424242")
    assert "Waktu pembayaran habis" in answer.text
    assert "http://127.0.0.1:9/batal" in answer.text
    assert stripe_standin.all("charge") == []


def test_a_delayed_payment_says_that_it_is_under_way(bill: str, session_id: str, stripe_standin: StandIn) -> None:
    stripe_standin.switches.delayed_method = True
    stripe_standin.pay(session_id)
    assert "sedang diproses" in requests.get(bill, timeout=5).text


def test_an_unknown_session_is_not_found(stripe_standin: StandIn) -> None:
    answer = requests.get(f"{stripe_standin.url}/c/pay/cs_test_nobody", timeout=5)
    assert answer.status_code == 404
    assert "tidak ditemukan" in answer.text
