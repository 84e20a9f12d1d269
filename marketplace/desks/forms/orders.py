"""What a seller says about an order."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from marketplace.orders.rules import LONGEST_NAME, LONGEST_REASON, is_signature
from marketplace.orders.services import Accepted
from marketplace.shipping.rules import DeliveryMethod
from marketplace.web.forms import BaseForm, optional

DELIVERIES = {
    DeliveryMethod.PICKUP: _l("Ambil sendiri"),
    DeliveryMethod.OWN_DELIVERY: _l("Diantar toko"),
    DeliveryMethod.POINT: _l("Titik ambil"),
    DeliveryMethod.POST: _l("Lewat pos"),
    DeliveryMethod.ROUND: _l("Putaran"),
    DeliveryMethod.LOCAL: _l("Kurir lokal"),
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
        choices=[
            ("", _l("Semua")),
            ("cash", _l("Tunai")),
            ("card", _l("Kartu")),
            ("transfer", _l("Transfer")),
            ("qris", _l("QRIS")),
            ("snap", _l("Midtrans")),
        ],
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


class DoorForm(BaseForm):
    """Who takes the goods, in her own words; on the shop's phone she need not say it."""

    name = StringField(
        _l("Nama penerima"),
        validators=[Optional(), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "off", "maxlength": str(LONGEST_NAME)},
    )
    remark = TextAreaField(
        _l("Catatan penerima"), validators=[Optional(), Length(max=LONGEST_REASON)], render_kw={"rows": "2"}
    )
    signature = HiddenField()

    def validate_signature(self, given: Field) -> None:
        """Nothing but what the field for drawing makes."""
        if given.data and not is_signature(given.data):
            raise ValidationError(_("Tanda tangan ini tidak terbaca. Hapus, lalu coba lagi."))

    def told(self) -> Accepted:
        """What the receiver wrote."""
        return Accepted(self.name.data or "", self.remark.data or "", self.signature.data or "")


class AcceptanceForm(DoorForm):
    """The buyer takes the goods: her name is her signature. Several may stand on a page: each has ids of its own."""

    name = StringField(
        _l("Nama penerima"),
        validators=[DataRequired(_l("Tulis nama yang menerima barangnya.")), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "name", "maxlength": str(LONGEST_NAME)},
    )

    def numbered(self, number: int) -> AcceptanceForm:
        """The same form, with ids that no other on the page has."""
        for field in (self.name, self.remark, self.signature):
            field.id = field.label.field_id = f"{field.name}-{number}"
        return self


class TrackingForm(BaseForm):
    """The number under which a parcel travels: the post's always has one, a local courier's may."""

    tracking_number = StringField(
        _l("Nomor resi"),
        description=_l("Seperti tercetak di resi; spasi tidak masalah."),
        validators=[*optional(), Length(max=60)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "maxlength": "60"},
    )


class CodeForm(BaseForm):
    """The four digits that the buyer shows."""

    code = StringField(validators=[Regexp(r"^[0-9]{4}$", message=_l("Kode terdiri dari empat angka."))])
