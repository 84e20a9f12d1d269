"""Secrets and addresses, read from the environment and nowhere else. Nothing happens on import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
DEVELOPMENT_SECRET = "only-for-development-never-for-production"  # noqa: S105  (refused outside loopback)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


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
    testing: bool = False

    @property
    def is_local(self) -> bool:
        """True when the site is served from this machine only: demo data and the development secret are allowed."""
        return urlsplit(self.site_url).hostname in LOOPBACK

    @property
    def is_https(self) -> bool:
        """True when cookies must be Secure and carry the __Host- prefix."""
        return urlsplit(self.site_url).scheme == "https"


def load(environ: Mapping[str, str]) -> Config:
    """Read the settings; raises BadConfig for a combination that must not start."""
    instance = Path(environ.get("INSTANCE_PATH", ROOT / "instance"))
    port = environ.get("PORT", "8000")
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
        testing=environ.get("TESTING", "") == "1",
    )
    if not config.is_local and (config.secret_key == DEVELOPMENT_SECRET or len(config.secret_key) < 32):
        raise BadConfig("SECRET_KEY must be set to at least 32 characters when SITE_URL is not this machine")
    return config


def _database_url(url: str) -> str:
    """PostgreSQL is always spoken to through psycopg 3, whatever spelling the host's panel gives."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
