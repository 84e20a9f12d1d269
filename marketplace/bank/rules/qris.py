"""QRIS: the market's static payload is read, checked, and given an amount.

Format: EMVCo QR Code Specification for Payment Systems, Merchant-Presented Mode 1.1; QRIS is its Indonesian profile.
An object is an id (two digits), a length (two digits) and a value; 00 comes first, 63 (the checksum) last.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

FORMAT, INITIATION, CURRENCY, AMOUNT, COUNTRY, NAME, CITY, CHECKSUM = "00", "01", "53", "54", "58", "59", "60", "63"
TIPS = frozenset({"55", "56", "57"})
STATIC, DYNAMIC = "11", "12"
RUPIAH, INDONESIA, VERSION = "360", "ID", "01"
LONGEST_AMOUNT = 13
LONGEST_PAYLOAD = 512
ACCOUNTS = range(2, 52)
"""Ids of merchant accounts: 02-25 and 26-51."""
TAG = re.compile(r"\d\d")


class BadQris(ValueError):
    """A payload, or an amount, that no QR code is made of. The text says why."""


@dataclass(frozen=True)
class Qris:
    """A payload that was checked: its objects in order, without the checksum."""

    objects: tuple[tuple[str, str], ...]

    @property
    def merchant(self) -> str:
        """Whom the buyer's app names before she pays."""
        return self._value(NAME)

    @property
    def city(self) -> str:
        return self._value(CITY)

    def _value(self, tag: str) -> str:
        return next((value for found, value in self.objects if found == tag), "")


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE (ISO/IEC 13239) as four upper-case hex digits: `123456789` -> `29B1`."""
    return f"{binascii.crc_hqx(text.encode('ascii', 'replace'), 0xFFFF):04X}"


def parse(payload: str) -> Qris:
    """Read and check a payload. Raises BadQris."""
    if not payload.isascii() or not payload.isprintable() or len(payload) > LONGEST_PAYLOAD:
        raise BadQris("structure: not printable ASCII of a sane length")
    objects = _objects(payload)
    _check_sum(payload, objects)
    tags = [tag for tag, _ in objects]
    if len(set(tags)) != len(tags):
        raise BadQris("duplicate: an object stands there twice")
    _check_meaning(dict(objects), tags)
    return Qris(tuple(objects[:-1]))


def with_amount(payload: str, amount: int) -> str:
    """The same payload for one payment of `amount` whole rupiah: dynamic, no tip, a new checksum.

    Raises BadQris for a bad payload, or an amount that is no positive whole number of at most 13 digits.
    """
    if type(amount) is not int or amount <= 0 or len(str(amount)) > LONGEST_AMOUNT:
        raise BadQris("amount: whole rupiah, more than none, at most 13 digits")
    kept = [each for each in parse(payload).objects if each[0] not in TIPS and each[0] not in (AMOUNT, INITIATION)]
    written = [kept[0], (INITIATION, DYNAMIC)]
    rest = kept[1:]
    at = next((index for index, (tag, _) in enumerate(rest) if tag > AMOUNT), len(rest))
    written += [*rest[:at], (AMOUNT, str(amount)), *rest[at:]]
    body = "".join(f"{tag}{len(value):02d}{value}" for tag, value in written) + f"{CHECKSUM}04"
    return body + crc(body)


def _objects(payload: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(payload):
        tag, length = payload[at : at + 2], payload[at + 2 : at + 4]
        if not TAG.fullmatch(tag) or not TAG.fullmatch(length):
            raise BadQris("structure: an object has no id or no length")
        value = payload[at + 4 : at + 4 + int(length)]
        if len(value) != int(length) or not value:
            raise BadQris("structure: an object runs past the end, or is empty")
        found.append((tag, value))
        at += 4 + len(value)
    if not found:
        raise BadQris("structure: empty")
    return found


def _check_sum(payload: str, objects: Sequence[tuple[str, str]]) -> None:
    tag, value = objects[-1]
    if tag != CHECKSUM or len(value) != 4 or value != crc(payload[:-4]):
        raise BadQris("crc: the checksum is missing, not last, or wrong")


def _check_meaning(by_tag: dict[str, str], tags: Sequence[str]) -> None:
    if tags[0] != FORMAT or by_tag[FORMAT] != VERSION:
        raise BadQris("format: not version 01")
    if by_tag.get(INITIATION, STATIC) not in (STATIC, DYNAMIC):
        raise BadQris("format: neither static nor dynamic")
    if by_tag.get(CURRENCY) != RUPIAH:
        raise BadQris("currency: not rupiah (360)")
    if by_tag.get(COUNTRY) != INDONESIA:
        raise BadQris("country: not Indonesia (ID)")
    if not any(int(tag) in ACCOUNTS for tag in tags):
        raise BadQris("merchant_account: none")
    if NAME not in by_tag:
        raise BadQris("structure: nobody is named")
