"""The shape of what is said about money on its way to a bank account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.payouts.rules import LONGEST_REASON
from marketplace.stores.rules import BANKS
from marketplace.web.forms import BaseForm


class AppealForm(BaseForm):
    """Why a shop's money should not be held."""

    reason = TextAreaField(
        _l("Keberatan Anda"),
        description=_l("Ceritakan apa yang keliru, dan apa buktinya. Hanya pengelola yang membacanya."),
        validators=[InputRequired(_l("Tulis keberatan Anda.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "3"},
    )


class RefundAccountForm(BaseForm):
    """Where a buyer wants her money."""

    bank = SelectField(
        _l("Bank"),
        choices=[("", _l("Pilih bank")), *BANKS.items()],
        validators=[InputRequired(_l("Pilih bank Anda."))],
    )
    number = StringField(
        _l("Nomor rekening"),
        validators=[InputRequired(_l("Tulis nomor rekening.")), Length(max=40)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    holder = StringField(
        _l("Nama pemilik rekening"),
        description=_l("Persis seperti di buku tabungan."),
        validators=[InputRequired(_l("Tulis nama pemilik rekening.")), Length(max=120)],
    )
