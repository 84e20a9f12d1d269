"""Phone numbers in one form, so that the same number is the same account however it is typed."""

from __future__ import annotations

import phonenumbers


def phone_number(value: str) -> str:
    """An Indonesian (or international) number as E.164, e.g. +6281234567890. Raises ValueError."""
    try:
        number = phonenumbers.parse(value, "ID")
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a phone number") from error
    if not phonenumbers.is_possible_number(number):
        raise ValueError("not a phone number")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
