"""What must be read again and must not lie open in the database: encrypted with the market's keys."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import cache

import sqlalchemy as sa
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import Config
from marketplace.core.ports import port


def seal(text: str) -> str:
    """The text encrypted with the newest key."""
    return _cipher().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again, by whichever key sealed it. Raises cryptography.fernet.InvalidToken when none did."""
    return _cipher().decrypt(sealed.encode()).decode()


class Sealed(sa.TypeDecorator[str]):
    """A short text that is sealed on its way into the database and read again on its way out."""

    impl = sa.String(200)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else unseal(value)


class SealedText(Sealed):
    """The same for a text of any length."""

    impl = sa.Text()
    cache_ok = True


def keyed_hash(text: str) -> str:
    """A hash that tells nothing without the market's secret, for what is short enough to be tried out."""
    return hmac.new(port(Config).secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _cipher() -> MultiFernet:
    config = port(Config)
    return _cipher_of(config.secret_key, tuple(config.data_keys))


@cache
def _cipher_of(secret_key: str, data_keys: tuple[str, ...]) -> MultiFernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"belintt data key").derive(secret_key.encode())
    keys = [*data_keys, base64.urlsafe_b64encode(derived).decode()]
    return MultiFernet([Fernet(key) for key in keys])
