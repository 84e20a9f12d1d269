"""The shape of a voucher, as a shop or the operator writes it."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange

from marketplace.core.clock import today
from marketplace.vouchers.rules import MOST_USES, Period, VoucherKind
from marketplace.vouchers.services import VoucherDraft
from marketplace.web.forms import BaseForm, RupiahField, optional

DAYS = 30
DIGITS = {"inputmode": "numeric", "autocomplete": "off"}
COUNT = NumberRange(1, MOST_USES, message=_l("Isi angka bulat, paling sedikit 1."))


class VoucherForm(BaseForm):
    """A shop's own voucher: few questions, the rest has answers already."""

    code = StringField(
        _l("Kode voucher"),
        description=_l("4–20 huruf dan angka. Yang mudah diingat dan diucapkan."),
        validators=[InputRequired(_l("Tulis kodenya."))],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 40},
    )
    kind = SelectField(
        _l("Jenis potongan"),
        choices=[(VoucherKind.PERCENT.value, _l("Persen")), (VoucherKind.AMOUNT.value, _l("Rupiah"))],
    )
    value = RupiahField(
        _l("Besar potongan"),
        minimum=1,
        description=_l("Angka saja: 10 untuk 10 persen, atau 10.000 untuk Rp10.000."),
        validators=[InputRequired(_l("Tulis besar potongannya."))],
    )
    cap = RupiahField(
        _l("Potongan paling banyak"),
        minimum=1,
        description=_l("Hanya untuk persen: batas rupiah dalam satu pembelian."),
        validators=optional(),
    )
    least_goods = RupiahField(_l("Belanja paling sedikit"), validators=optional())
    first_day = DateField(_l("Berlaku mulai"), default=today, validators=[InputRequired(_l("Pilih tanggal."))])
    last_day = DateField(
        _l("Sampai tanggal"),
        default=lambda: today() + timedelta(days=DAYS),
        validators=[InputRequired(_l("Pilih tanggal."))],
    )
    max_uses = IntegerField(
        _l("Bisa dipakai berapa kali"),
        default=50,
        description=_l("Oleh semua pembeli bersama. Kosong: tanpa batas."),
        validators=[*optional(), COUNT],
        render_kw=DIGITS,
    )
    per_person = IntegerField(
        _l("Tiap orang berapa kali"),
        default=1,
        description=_l("Dikenali dari akun dan nomor HP. Kosong: tanpa batas."),
        validators=[*optional(), COUNT],
        render_kw=DIGITS,
    )
    period = SelectField(
        _l("Hitungan tiap orang"),
        choices=[
            (Period.EVER.value, _l("Selama voucher berlaku")),
            (Period.MONTH.value, _l("Dihitung baru setiap bulan")),
        ],
    )

    def draft(self, store_id: int | None) -> VoucherDraft:
        """What was decided, once it is valid."""
        return VoucherDraft(
            code=self.code.data or "",
            store_id=store_id,
            kind=VoucherKind(self.kind.data),
            value=self.value.data or 0,
            first_day=self.first_day.data,
            last_day=self.last_day.data,
            cap=self.cap.data,
            least_goods=self.least_goods.data or 0,
            max_uses=self.max_uses.data,
            per_person=self.per_person.data,
            period=Period(self.period.data),
        )

    @property
    def has_more(self) -> bool:
        """Was something said, or refused, that the page folds away?"""
        folded = (self.cap, self.least_goods, self.per_person, self.period)
        return any(field.errors for field in folded) or bool(self.cap.data or self.least_goods.data)


class ProgrammeVoucherForm(VoucherForm):
    """A voucher that Gerakan Beli Produk NTT bears, within a budget."""

    budget = RupiahField(
        _l("Anggaran seluruhnya"),
        minimum=1,
        description=_l("Begitu habis, voucher berhenti sendiri."),
        validators=[InputRequired(_l("Tulis anggarannya."))],
    )
    store_ceiling = RupiahField(
        _l("Paling banyak untuk satu toko"),
        minimum=1,
        description=_l("Supaya tidak habis di satu toko. Kosong: tanpa batas."),
        validators=optional(),
    )

    def draft(self, store_id: int | None) -> VoucherDraft:
        """What was decided, once it is valid."""
        decided = vars(super().draft(store_id))
        return VoucherDraft(**{**decided, "budget": self.budget.data, "store_ceiling": self.store_ceiling.data})
