"""Headers on every answer, and posts only from pages of this site."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from config import load
from marketplace.web.access import local_path
from marketplace.web.security import policy_for


def change_language(client: FlaskClient, **headers: str) -> int:
    data = {"bahasa": "en", "kembali": "/bantuan"}
    return client.post("/bahasa", data=data, headers={k.replace("_", "-"): v for k, v in headers.items()}).status_code


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    for path in ("/healthz", "/no-such-page", "/robots.txt"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self' http://127.0.0.1:9" in policy.split("; ")  # where the tests' cards are paid
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in headers


@pytest.mark.parametrize(
    ("environ", "targets"),
    [
        ({}, "form-action 'self'"),
        ({"STRIPE_SECRET_KEY": "sk_test_x"}, "form-action 'self' https://checkout.stripe.com"),
        (
            {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": "http://127.0.0.1:8001/v1"},
            "form-action 'self' http://127.0.0.1:8001",
        ),
        (
            {"STRIPE_SECRET_KEY": "sk_test_x", "MIDTRANS_SERVER_KEY": "SB-Mid-server-x"},
            "form-action 'self' https://app.sandbox.midtrans.com https://checkout.stripe.com",
        ),
    ],
)
def test_a_form_may_lead_away_only_to_where_cards_are_paid(environ: dict[str, str], targets: str) -> None:
    assert targets in policy_for(load(environ)).split("; ")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec_Fetch_Site": "same-origin"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Referer": "http://localhost/produk/x"}, 303),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Sec_Fetch_Site": "none"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Referer": "http://evil.example/?http://localhost"}, 403),
        ({}, 403),
    ],
)
def test_a_form_without_a_token_is_taken_from_this_site_only(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert change_language(client, **headers) == status


def test_a_path_of_this_site_is_a_place_to_go_back_to() -> None:
    assert local_path("/produk/kopi?x=1&y=2") == "/produk/kopi?x=1&y=2"


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "produk",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        "/a\nb",
        "/ evil",
        "\t//evil.example",
        "javascript:alert(1)",
        "///evil.example",
    ],
)
def test_nobody_is_sent_elsewhere(target: str | None) -> None:
    assert local_path(target) is None


def test_the_language_is_remembered_and_only_a_known_one(client: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    response = client.post("/bahasa", data={"bahasa": "en", "kembali": "/bantuan"}, headers=headers)
    assert response.location == "/bantuan"
    assert "belintt_bahasa=en" in response.headers["Set-Cookie"]
    response = client.post("/bahasa", data={"bahasa": "xx", "kembali": "/bantuan"}, headers=headers)
    assert "belintt_bahasa" not in response.headers.get("Set-Cookie", "")


def test_methods_nobody_needs_are_refused(client: FlaskClient) -> None:
    response = client.open("/healthz", method="TRACE")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
