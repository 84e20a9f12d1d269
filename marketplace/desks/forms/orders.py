"""What a seller says about an order."""

from __future__ import annotations

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Regexp

from marketplace.orders.rules import LONGEST_REASON
from marketplace.shipping.rules import DeliveryMethod
from marketplace.web.forms import BaseForm, optional

DELIVERIES = {
    DeliveryMethod.PICKUP: _l("Ambil sendiri"),
    DeliveryMethod.OWN_DELIVERY: _l("Diantar toko"),
    DeliveryMethod.POINT: _l("Titik ambil"),
    DeliveryMethod.POST: _l("Lewat pos"),
    DeliveryMethod.ROUND: _l("Putaran"),
}


class SearchForm(BaseForm):
    """Which orders to look for; all of it is optional and stands in the address."""

    class Meta(BaseForm.Meta):
        csrf = False

    q = StringField(
        _l("Cari"), description=_l("Kode, nama pembeli, atau produk."), validators=[*optional(), Length(max=100)]
    )
    keadaan = SelectField(
        _l("Keadaan"),
        choices=[
            ("semua", _l("Semua")),
            ("baru", _l("Baru, menunggu jawaban")),
            ("diproses", _l("Sedang disiapkan")),
            ("siap", _l("Siap atau diantar")),
            ("selesai", _l("Selesai")),
            ("batal", _l("Batal")),
        ],
        validators=optional(),
    )
    cara = SelectField(
        _l("Cara terima"),
        choices=[("", _l("Semua")), *((method.value, words) for method, words in DELIVERIES.items())],
        validators=optional(),
    )
    bayar = SelectField(
        _l("Cara bayar"),
        choices=[("", _l("Semua")), ("cash", _l("Tunai")), ("card", _l("Kartu"))],
        validators=optional(),
    )
    dari = DateField(_l("Dari"), validators=optional())
    sampai = DateField(_l("Sampai"), validators=optional())

    def asked(self) -> list[str]:
        """The names of the fields that something was asked in."""
        return [name for name in ("q", "keadaan", "cara", "bayar", "dari", "sampai") if request.args.get(name)]


class ReasonForm(BaseForm):
    """Why an order is declined; the buyer reads it."""

    reason = TextAreaField(
        _l("Alasan untuk pembeli"),
        validators=[DataRequired(_l("Tulis alasannya; pembeli akan membacanya.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "3"},
    )


class WithoutCodeForm(BaseForm):
    """Why goods are handed over without the buyer's digits; buyer and shop read it."""

    reason = TextAreaField(
        _l("Mengapa tanpa kode?"),
        validators=[DataRequired(_l("Tulis alasannya; pembeli akan membacanya.")), Length(max=LONGEST_REASON)],
        render_kw={"rows": "2"},
    )


class TrackingForm(BaseForm):
    """The number under which a parcel travels."""

    tracking_number = StringField(
        _l("Nomor resi"),
        description=_l("Seperti tercetak di resi; spasi tidak masalah."),
        validators=[DataRequired(_l("Tulis nomor resinya.")), Length(max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "maxlength": "60"},
    )


class CodeForm(BaseForm):
    """The four digits that the buyer shows."""

    code = StringField(validators=[Regexp(r"^[0-9]{4}$", message=_l("Kode terdiri dari empat angka."))])
