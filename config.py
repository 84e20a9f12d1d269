"""Secrets and addresses, read from the environment and nowhere else. Nothing happens on import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
DEVELOPMENT_SECRET = "only-for-development-never-for-production"  # noqa: S105  (refused outside loopback)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
STRIPE_PAGES = "https://checkout.stripe.com"
LIVE_KEYS = ("sk_live_", "rk_live_")
STANDIN_KEYS = "sk_test_standin"
MIDTRANS_SANDBOX_KEYS = "SB-"
MIDTRANS_STANDIN_KEYS = "SB-Mid-server-standin"
MIDTRANS_SANDBOX = ("https://api.sandbox.midtrans.com", "https://app.sandbox.midtrans.com")
MIDTRANS_LIVE = ("https://api.midtrans.com", "https://app.midtrans.com")


class BadConfig(Exception):
    """The environment asks for something that would be unsafe or cannot work."""


@dataclass(frozen=True)
class Config:
    """Where things are and what they are called. Rules and rates are dated settings, not here."""

    secret_key: str
    database_url: str
    jobs_url: str
    media_url: str
    site_url: str
    site_name: str = "BeliNTT"
    tagline: str = "Gerakan Beli Produk NTT"
    smtp_url: str = ""
    mail_from: str = "BeliNTT <pesan@localhost>"
    complaints_phone: str = "0380-0000-000"
    complaints_email: str = "pengaduan@localhost"
    complaints_hours: str = "Senin–Jumat, 08.00–16.00 WITA"
    trusted_proxies: int = 0
    stripe_secret_key: str = ""
    stripe_webhook_secret: str = ""
    stripe_api_base: str = ""
    bank_name: str = ""
    bank_account: str = ""
    bank_holder: str = ""
    qris_payload: str = ""
    midtrans_server_key: str = ""
    midtrans_signature_key: str = ""
    midtrans_api_base: str = ""
    midtrans_snap_base: str = ""
    data_keys: tuple[str, ...] = ()
    """Keys (Fernet) for what is kept encrypted, the newest first; empty: one derived from `secret_key`."""
    testing: bool = False

    @property
    def is_local(self) -> bool:
        """True when the site is served from this machine only: demo data and the development secret are allowed."""
        return urlsplit(self.site_url).hostname in LOOPBACK

    @property
    def stripe_pay_origin(self) -> str:
        """Where the page lies on which a card is paid: a form of ours that ends there must be allowed to."""
        base = urlsplit(self.stripe_api_base)
        return f"{base.scheme}://{base.netloc}" if base.netloc else STRIPE_PAGES

    @property
    def takes_transfers(self) -> bool:
        """Is all known that a buyer needs to transfer money to the market?"""
        return all((self.bank_name, self.bank_account, self.bank_holder))

    @property
    def midtrans_pay_origin(self) -> str:
        """The same for the page of Midtrans."""
        base = urlsplit(self.midtrans_snap_base)
        return f"{base.scheme}://{base.netloc}"

    @property
    def is_https(self) -> bool:
        """True when cookies must be Secure and carry the __Host- prefix."""
        return urlsplit(self.site_url).scheme == "https"


def load(environ: Mapping[str, str]) -> Config:
    """Read the settings; raises BadConfig for a combination that must not start."""
    instance = Path(environ.get("INSTANCE_PATH", ROOT / "instance"))
    port = environ.get("PORT", "8000")
    midtrans_key = environ.get("MIDTRANS_SERVER_KEY", "").strip()
    midtrans_api, midtrans_snap = MIDTRANS_SANDBOX if midtrans_key.startswith(MIDTRANS_SANDBOX_KEYS) else MIDTRANS_LIVE
    config = Config(
        secret_key=environ.get("SECRET_KEY", DEVELOPMENT_SECRET),
        database_url=_database_url(environ.get("DATABASE_URL", f"sqlite:///{instance / 'belintt.db'}")),
        jobs_url=environ.get("JOBS_URL", f"sqlite:///{instance / 'jobs.db'}"),
        media_url=environ.get("MEDIA_URL", str(instance / "media")),
        site_url=environ.get("SITE_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        site_name=environ.get("SITE_NAME", "BeliNTT"),
        smtp_url=environ.get("SMTP_URL", ""),
        mail_from=environ.get("MAIL_FROM", "BeliNTT <pesan@localhost>"),
        complaints_phone=environ.get("COMPLAINTS_PHONE", "0380-0000-000"),
        complaints_email=environ.get("COMPLAINTS_EMAIL", "pengaduan@localhost"),
        complaints_hours=environ.get("COMPLAINTS_HOURS", "Senin–Jumat, 08.00–16.00 WITA"),
        trusted_proxies=int(environ.get("TRUSTED_PROXIES", "0")),
        stripe_secret_key=environ.get("STRIPE_SECRET_KEY", "").strip(),
        stripe_webhook_secret=environ.get("STRIPE_WEBHOOK_SECRET", "").strip(),
        stripe_api_base=environ.get("STRIPE_API_BASE", "").strip().rstrip("/"),
        bank_name=environ.get("BANK_NAME", "").strip(),
        bank_account=environ.get("BANK_ACCOUNT", "").strip(),
        bank_holder=environ.get("BANK_HOLDER", "").strip(),
        qris_payload=environ.get("QRIS_PAYLOAD", "").strip(),
        midtrans_server_key=midtrans_key,
        midtrans_signature_key=environ.get("MIDTRANS_SIGNATURE_KEY", "").strip() or midtrans_key,
        midtrans_api_base=environ.get("MIDTRANS_API_BASE", "").strip().rstrip("/") or midtrans_api,
        midtrans_snap_base=environ.get("MIDTRANS_SNAP_BASE", "").strip().rstrip("/") or midtrans_snap,
        data_keys=tuple(filter(None, (key.strip() for key in environ.get("DATA_KEYS", "").split(",")))),
        testing=environ.get("TESTING", "") == "1",
    )
    if not config.is_local and (config.secret_key == DEVELOPMENT_SECRET or len(config.secret_key) < 32):
        raise BadConfig("SECRET_KEY must be set to at least 32 characters when SITE_URL is not this machine")
    _check_stripe(config, environ.get("STRIPE_TEST_KEY", ""))
    _check_midtrans(config, environ.get("MIDTRANS_TEST_KEY", ""))
    return config


def _check_midtrans(config: Config, asked_for: str) -> None:
    """The same for Midtrans: a sandbox key only at the sandbox or a stand-in, a real one only at Midtrans itself."""
    key, bases = config.midtrans_server_key, (config.midtrans_api_base, config.midtrans_snap_base)
    if not key:
        return
    if not all(urlsplit(base).scheme in ("http", "https") and urlsplit(base).hostname for base in bases):
        raise BadConfig("MIDTRANS_API_BASE and MIDTRANS_SNAP_BASE must look like https://host")
    is_sandbox = key.startswith(MIDTRANS_SANDBOX_KEYS)
    if not is_sandbox and (config.testing or bases != MIDTRANS_LIVE):
        raise BadConfig("MIDTRANS_SERVER_KEY is a real key: not in tests, and only at Midtrans's own addresses")
    if is_sandbox and set(bases) & set(MIDTRANS_LIVE):
        raise BadConfig("MIDTRANS_SERVER_KEY is a sandbox key, and the base is where real money moves")
    is_standin = key.startswith(MIDTRANS_STANDIN_KEYS) or any(urlsplit(base).hostname in LOOPBACK for base in bases)
    if is_standin and not config.is_local:
        raise BadConfig("one would pay at a stand-in for Midtrans, which SITE_URL must not offer to the public")
    if config.testing and set(bases) & set(MIDTRANS_SANDBOX) and key != asked_for:
        raise BadConfig("tests go to Midtrans itself only with the key in MIDTRANS_TEST_KEY: set MIDTRANS_API_BASE")


def _check_stripe(config: Config, asked_for: str) -> None:
    """No real money in tests, no play money in public, and no real key for somebody who is not Stripe.

    A test may go to Stripe itself only with the test key that STRIPE_TEST_KEY names (`asked_for`).
    """
    key, base = config.stripe_secret_key, config.stripe_api_base
    is_standin = key.startswith(STANDIN_KEYS) or urlsplit(base).hostname in LOOPBACK
    if base and not (urlsplit(base).scheme in ("http", "https") and urlsplit(base).hostname):
        raise BadConfig("STRIPE_API_BASE must look like https://host")
    if key.startswith(LIVE_KEYS) and (config.testing or base):
        raise BadConfig("STRIPE_SECRET_KEY is a live key: not in tests, and not together with STRIPE_API_BASE")
    if is_standin and not config.is_local:
        raise BadConfig("cards would be paid at a stand-in for Stripe, which SITE_URL must not offer to the public")
    if config.testing and key and not base and key != asked_for:
        raise BadConfig("tests go to Stripe itself only with the key in STRIPE_TEST_KEY: set STRIPE_API_BASE")


def _database_url(url: str) -> str:
    """PostgreSQL is always spoken to through psycopg 3, whatever spelling the host's panel gives."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
