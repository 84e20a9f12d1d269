"""The shape of what the operator says about money on its way out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.payouts.rules import LONGEST_REASON
from marketplace.web.forms import BaseForm


class HoldForm(BaseForm):
    """Why a shop's money is held, and until when."""

    reason = TextAreaField(
        _l("Alasan"),
        description=_l("Toko membaca kalimat ini. Tulis apa yang harus ia lakukan, bila ada."),
        validators=[InputRequired(_l("Tulis alasannya.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "2"},
    )
    last_day = DateField(_l("Sampai akhir hari (WITA)"), validators=[InputRequired(_l("Pilih tanggal."))])


class AnswerForm(BaseForm):
    """What a shop is answered that has appealed."""

    reason = TextAreaField(
        _l("Jawaban"),
        description=_l("Toko membaca kalimat ini."),
        validators=[InputRequired(_l("Tulis jawabannya.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "2"},
    )
    lifts = BooleanField(_l("Buka penahanan sekarang"))


class FailureForm(BaseForm):
    """Why the bank has not sent a line."""

    reason = TextAreaField(
        _l("Kata bank"),
        description=_l("Penerima membaca kalimat ini."),
        validators=[InputRequired(_l("Tulis alasannya.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "2"},
    )
    is_account_wrong = BooleanField(_l("Rekeningnya keliru: minta rekening lain"))
