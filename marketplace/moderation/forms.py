"""What a visitor says is wrong."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from marketplace.core.phone import phone_number
from marketplace.moderation.rules import LONGEST_CONTACT, LONGEST_WORDS, Reason, Said
from marketplace.notifications.rules import is_address
from marketplace.web.forms import BaseForm

REASONS = (
    (Reason.FORBIDDEN, _l("Barang yang dilarang dijual")),
    (Reason.FALSE_CLAIM, _l("Sertifikat atau klaimnya tidak benar")),
    (Reason.MISLEADING, _l("Foto atau harganya menyesatkan")),
    (Reason.STOLEN_PICTURE, _l("Foto milik orang lain")),
    (Reason.UNSAFE_FOOD, _l("Makanan atau minuman yang tidak aman")),
    (Reason.OTHER, _l("Hal lain")),
)


class ReportForm(BaseForm):
    """A reason, words, and a contact if the visitor wants an answer.

    `website` is a trap: people do not see it, programs that fill in every field do.
    """

    reason = RadioField(
        _l("Apa yang tidak beres?"),
        choices=[(reason.value, words) for reason, words in REASONS],
        validators=[InputRequired(_l("Pilih salah satu."))],
    )
    words = TextAreaField(
        _l("Ceritakan"),
        description=_l("Apa yang Anda lihat, dan di mana? Wajib bila memilih Hal lain."),
        validators=[Length(max=LONGEST_WORDS, message=_l("Paling banyak 500 huruf."))],
        render_kw={"rows": "4"},
    )
    contact = StringField(
        _l("E-mail atau nomor HP Anda"),
        description=_l("Hanya bila Anda mau dikabari. Toko tidak pernah melihatnya."),
        validators=[Length(max=LONGEST_CONTACT, message=_l("Paling banyak 120 huruf."))],
        render_kw={"autocomplete": "email"},
    )
    website = StringField(_l("Biarkan kosong"), render_kw={"autocomplete": "off", "tabindex": "-1"})

    def validate_contact(self, field: Any) -> None:
        """An e-mail address, or a telephone number."""
        if not field.data or is_address(field.data):
            return
        try:
            phone_number(field.data)
        except ValueError as error:
            raise ValidationError(_l("Tulis alamat e-mail atau nomor HP. Contoh: 0812-3456-7890.")) from error

    @property
    def is_trapped(self) -> bool:
        """Was it filled in by a program?"""
        return bool(self.website.data)

    def said(self) -> Said:
        """What was said, once it is valid."""
        return Said(Reason(self.reason.data), self.words.data or "", self.contact.data or "")
