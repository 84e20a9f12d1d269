"""An account and a QRIS code that do not exist, so that a demo market on one's own machine takes transfers too."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
ACCOUNT_OF_NOBODY = {
    "BANK_NAME": "Bank NTT (contoh)",
    "BANK_ACCOUNT": "0000000012345",
    "BANK_HOLDER": "Contoh BeliNTT",
    "QRIS_PAYLOAD": (
        "00020101021126680016ID.CO.CONTOH.WWW01189360000000000000130215CONTOH0000000010303UMI51440014ID.CO.QRIS.WWW"
        "0215ID10200000000010303UMI5204549953033605802ID5916TOKO CONTOH SATU6007BANDUNG61054011162070703A016304E562"
    ),
}


def fill_in(env: dict[str, str]) -> None:
    """Put it into the environment of a market that nobody else can reach and that names no account of its own."""
    is_here = urlsplit(env["SITE_URL"]).hostname in LOOPBACK
    if is_here and not any(env.get(name) for name in ACCOUNT_OF_NOBODY):
        env.update(ACCOUNT_OF_NOBODY)
