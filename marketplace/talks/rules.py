"""What may be said in the talk about an order, and for how long."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from marketplace.orders.rules import NOT_ANSWERED, OrderStatus

LONGEST_TEXT = 1000
LONGEST_REASON = 300
MOST_PICTURES = 3
MOST_IN_A_LETTER = 5


class Side(StrEnum):
    """The two sides of the counter."""

    BUYER = "buyer"
    SHOP = "shop"

    @property
    def other(self) -> Side:
        return Side.SHOP if self is Side.BUYER else Side.BUYER


MASK = "[nomor HP disembunyikan]"
# Between the digits of one number people put spaces, points, dashes, brackets; and signs that nobody sees.
_GAP = "[\\s.\\-()/_\u2010-\u2014\u200b-\u200d\u2060\ufeff]*"
_DATE = r"(?!0?8([./-])(?:0?[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d))"
_PHONE = re.compile(rf"(?<!\d)(?:\+?6{_GAP}2{_GAP}0?{_GAP}8|{_DATE}0{_GAP}8)(?:{_GAP}\d){{7,11}}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)\(?0(?:380|38\d|37\d|21)\)?[\s.-]*\d{5,8}(?!\d)")
_NUMBER = re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{7,18}}(?!\d)")
_WALLET = re.compile(r"\b(?:dana|ovo|gopay|go-pay|shopeepay|shopee pay|linkaja|link aja)\b")
_BANK = re.compile(
    r"\b(?:rekening|norek|no\.? ?rek|rek|bri|bni|bca|btn|bsi|btpn|jenius|seabank|sea bank|bank ?ntt|bank jago|cimb"
    r"|danamon|permata|mandiri|virtual account)\b"
)
NEAR = 60
"""Letters between the name of a bank and a number that count as one statement."""
_PAY_ELSEWHERE = re.compile(
    r"(?:saweria\.co|trakteer\.id|paypal\.(?:me|com)|wise\.com|link\.dana\.id|gopay\.co\.id|gopay\.link|ovo\.id"
    r"|linkaja\.id|lynk\.id|sociabuzz\.com|xendit\.co|midtrans\.com|checkout\.stripe\.com|buy\.stripe\.com"
    r"|tokopedia\.(?:com|link)|shopee\.co\.id|shope\.ee|lazada\.co\.id|bukalapak\.com|tiktok\.com"
    r"|bit\.ly|s\.id/|tinyurl\.com|cutt\.ly)"
    r"|\b(?:bayar|transfer|tf|kirim uang\w*)\b.{0,20}\b(?:di luar|luar) (?:aplikasi|belintt|situs|pasar|sistem)\b"
    r"|\btransfer (?:langsung|aja|saja) ke\b"
)
_INSULT = re.compile(
    r"\b(?:bangsat|bajingan|brengsek|goblok|goblog|tolol|keparat|kontol|memek|ngentot|pukimai|puki ?mai|cukimai"
    r"|cuki ?mai|jancok|dancok|dasar anjing|anjing (?:lu|kau|kamu)|dasar babi|babi (?:lu|kau|kamu)|lonte|pelacur)\b"
)
_LEET = str.maketrans("01345@$", "oieasas")


def _plain(text: str) -> str:
    """Small letters without accents of form (full width, small caps) and without signs that nobody sees."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.sub("[\u200b-\u200d\u2060\ufeff\u00ad]", "", folded)


def refusal_of(text: str) -> str:
    """The id of the reason why a text is not passed on, or '': it names a bank account or a wallet, leads to a payment
    outside the market, or insults.

    Who is paid outside the market has neither a receipt nor a refund; so such words are refused, and not masked.
    """
    plain = _plain(text)
    if _PAY_ELSEWHERE.search(plain):
        return "talks.pays_elsewhere"
    if _names_account(plain):
        return "talks.names_account"
    if _INSULT.search(plain) or _INSULT.search(plain.translate(_LEET)):
        return "talks.insults"
    return ""


def _names_account(plain: str) -> bool:
    """A wallet beside any number, or a bank beside one that is no telephone's."""
    without_phones = _LANDLINE.sub(_blank, _PHONE.sub(_blank, plain))
    return _beside(_WALLET, plain) or _beside(_BANK, without_phones)


def _beside(name: re.Pattern[str], text: str) -> bool:
    return any(_NUMBER.search(text[max(0, m.start() - NEAR) : m.end() + NEAR]) for m in name.finditer(text))


def _blank(found: re.Match[str]) -> str:
    return "x" * len(found[0])


def mask_phones(text: str) -> str:
    """The text with every Indonesian telephone number masked, however its digits are set apart."""
    digits = "".join(str(unicodedata.digit(char)) if char.isdecimal() else char for char in text)
    spans = [found.span() for pattern in (_PHONE, _LANDLINE) for found in pattern.finditer(digits)]
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + MASK + text[end:]
    return text


def hides_phones(status: OrderStatus) -> bool:
    """Are telephone numbers masked? Until the shop has said yes; afterwards a delivery needs them, and the order's page
    shows them to both anyway.
    """
    return status in NOT_ANSWERED


def closes_at(ended_at: datetime | None, days: int) -> datetime | None:
    """When the talk closes: some days after the order ended; None while it is open."""
    return None if ended_at is None else ended_at + timedelta(days=days)
