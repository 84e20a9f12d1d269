"""The environment decides; what would be unsafe does not start."""

from __future__ import annotations

import pytest

from config import BadConfig, load


def test_defaults_serve_this_machine_on_sqlite() -> None:
    config = load({})
    assert config.is_local
    assert config.database_url.startswith("sqlite:///")
    assert config.site_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize("secret", [None, "short"])
def test_a_public_site_needs_a_secret_of_its_own(secret: str | None) -> None:
    environ = {"SITE_URL": "https://belintt.example"} | ({"SECRET_KEY": secret} if secret else {})
    with pytest.raises(BadConfig, match="SECRET_KEY"):
        load(environ)


def test_a_public_site_on_https_gets_host_cookies() -> None:
    assert load({"SITE_URL": "https://belintt.example", "SECRET_KEY": "x" * 32}).is_https


@pytest.mark.parametrize("url", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_postgresql_is_spoken_to_through_psycopg(url: str) -> None:
    assert load({"DATABASE_URL": url}).database_url == "postgresql+psycopg://u@h/d"


# --- cards -----------------------------------------------------------------

PUBLIC = {"SITE_URL": "https://belintt.example", "SECRET_KEY": "x" * 32}
STANDIN = "http://127.0.0.1:8001"


def test_without_a_key_there_are_no_cards() -> None:
    config = load({})
    assert (config.stripe_secret_key, config.stripe_webhook_secret, config.stripe_api_base) == ("", "", "")


@pytest.mark.parametrize(
    "environ",
    [
        {"STRIPE_SECRET_KEY": "sk_live_x", "TESTING": "1"},
        {"STRIPE_SECRET_KEY": "rk_live_x", "TESTING": "1"},
        {"STRIPE_SECRET_KEY": "sk_live_x", "TESTING": "1", "STRIPE_TEST_KEY": "sk_live_x"},
        {"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_API_BASE": STANDIN},
        {"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_API_BASE": "https://proxy.example"},
    ],
)
def test_a_live_key_goes_to_stripe_only_and_never_from_a_test(environ: dict[str, str]) -> None:
    with pytest.raises(BadConfig, match="live key"):
        load(environ)


@pytest.mark.parametrize(
    "environ",
    [
        {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": STANDIN},
        {"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": "http://[::1]:8001"},
        {"STRIPE_SECRET_KEY": "sk_test_standin_x"},
    ],
)
def test_a_public_site_offers_no_play_money(environ: dict[str, str]) -> None:
    assert load(environ).stripe_secret_key == environ["STRIPE_SECRET_KEY"]
    with pytest.raises(BadConfig, match="stand-in"):
        load({**PUBLIC, **environ})


def test_a_test_asks_stripe_itself_only_with_the_key_it_was_given_for_that() -> None:
    environ = {"STRIPE_SECRET_KEY": "sk_test_x", "TESTING": "1"}
    with pytest.raises(BadConfig, match="STRIPE_TEST_KEY"):
        load(environ)
    with pytest.raises(BadConfig, match="STRIPE_TEST_KEY"):
        load({**environ, "STRIPE_TEST_KEY": "sk_test_y"})
    assert load({**environ, "STRIPE_TEST_KEY": "sk_test_x"}).testing
    assert load({**environ, "STRIPE_API_BASE": STANDIN}).testing


@pytest.mark.parametrize("base", ["127.0.0.1:8001", "ftp://api.example", "https://"])
def test_an_address_of_stripe_that_is_none_does_not_start(base: str) -> None:
    with pytest.raises(BadConfig, match="STRIPE_API_BASE"):
        load({"STRIPE_SECRET_KEY": "sk_test_x", "STRIPE_API_BASE": base})


@pytest.mark.parametrize(
    ("base", "origin"),
    [
        ("", "https://checkout.stripe.com"),
        (STANDIN, STANDIN),
        ("https://stripe.example/some/path/", "https://stripe.example"),
    ],
)
def test_the_page_where_a_card_is_paid_lies_where_stripe_answers(base: str, origin: str) -> None:
    assert load({"STRIPE_API_BASE": base}).stripe_pay_origin == origin


MIDTRANS_STANDIN = {"MIDTRANS_API_BASE": STANDIN, "MIDTRANS_SNAP_BASE": STANDIN}


@pytest.mark.parametrize(
    ("environ", "hosts"),
    [
        ({"MIDTRANS_SERVER_KEY": "SB-Mid-server-x"}, ("api.sandbox.midtrans.com", "app.sandbox.midtrans.com")),
        ({"MIDTRANS_SERVER_KEY": "Mid-server-x"}, ("api.midtrans.com", "app.midtrans.com")),
    ],
)
def test_midtrans_answers_where_its_key_belongs(environ: dict[str, str], hosts: tuple[str, str]) -> None:
    config = load({**PUBLIC, **environ})
    assert (config.midtrans_api_base, config.midtrans_snap_base) == tuple(f"https://{host}" for host in hosts)
    assert config.midtrans_signature_key == environ["MIDTRANS_SERVER_KEY"]
    assert load({**environ, "MIDTRANS_SIGNATURE_KEY": "sig"}).midtrans_signature_key == "sig"


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"MIDTRANS_SERVER_KEY": "Mid-server-x", **MIDTRANS_STANDIN}, "real key"),
        ({"MIDTRANS_SERVER_KEY": "Mid-server-x", "TESTING": "1"}, "real key"),
        ({"MIDTRANS_SERVER_KEY": "SB-x", "MIDTRANS_API_BASE": "https://api.midtrans.com"}, "real money"),
        ({"MIDTRANS_SERVER_KEY": "SB-x", "MIDTRANS_SNAP_BASE": "app.midtrans.com"}, "look like"),
        ({"MIDTRANS_SERVER_KEY": "SB-x", **PUBLIC, **MIDTRANS_STANDIN}, "stand-in"),
        ({"MIDTRANS_SERVER_KEY": "SB-Mid-server-standin", **PUBLIC}, "stand-in"),
        ({"MIDTRANS_SERVER_KEY": "SB-x", "TESTING": "1"}, "MIDTRANS_TEST_KEY"),
        ({"MIDTRANS_SERVER_KEY": "SB-x", "TESTING": "1", "MIDTRANS_TEST_KEY": "SB-y"}, "MIDTRANS_TEST_KEY"),
    ],
)
def test_a_key_of_midtrans_in_the_wrong_place_does_not_start(environ: dict[str, str], why: str) -> None:
    with pytest.raises(BadConfig, match=why):
        load(environ)


def test_a_test_key_of_midtrans_starts_where_it_should() -> None:
    assert load({"MIDTRANS_SERVER_KEY": "SB-x", "TESTING": "1", **MIDTRANS_STANDIN}).midtrans_pay_origin == STANDIN
    assert load({"MIDTRANS_SERVER_KEY": "SB-x", "TESTING": "1", "MIDTRANS_TEST_KEY": "SB-x"}).testing
