"""The owner's own matters: who works in the shop, who helps, where the money goes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.core.actor import Right
from marketplace.stores.rules import BANKS
from marketplace.web.forms import BaseForm

RIGHTS = {
    Right.ORDERS: _l("Menjawab dan menyerahkan pesanan"),
    Right.PRODUCTS: _l("Menambah dan mengubah produk"),
    Right.PRICES: _l("Mengubah harga"),
    Right.STOCK: _l("Menghitung stok"),
    Right.MONEY: _l("Melihat saldo dan penghasilan"),
    Right.SHOP: _l("Mengubah profil, wilayah antar, dan sertifikat toko"),
}
CODE_HELP = _l("Enam angka dari surel atau aplikasi kode Anda.")


class RightsForm(BaseForm):
    """What somebody of the team may do."""

    rights = SelectMultipleField(
        _l("Boleh melakukan apa?"),
        choices=[(right.value, words) for right, words in RIGHTS.items()],
        validators=[InputRequired(_l("Pilih setidaknya satu."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def chosen(self) -> list[Right]:
        """The rights that were ticked."""
        return [Right(value) for value in self.rights.data or []]


class InviteForm(RightsForm):
    """Somebody to ask into the team."""

    contact = StringField(
        _l("Surel atau nomor HP"),
        validators=[InputRequired(_l("Tulis surel atau nomor HP-nya.")), Length(max=254)],
        render_kw={"autocomplete": "off"},
    )


class HelpForm(BaseForm):
    """Whom to ask for help, for how long, what for."""

    facilitator = SelectField(_l("Pendamping"), coerce=int)
    days = SelectField(_l("Selama"), coerce=int)
    purpose = StringField(
        _l("Untuk apa?"),
        description=_l("Misalnya: memasukkan produk dan foto"),
        validators=[InputRequired(_l("Tulis untuk apa.")), Length(max=200)],
    )


class CodeForm(BaseForm):
    """A one-time code."""

    code = StringField(
        _l("Kode sekali pakai"),
        description=CODE_HELP,
        validators=[Optional(), Length(max=40)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code"},
    )


class BankForm(CodeForm):
    """Where the shop's money goes."""

    bank = SelectField(_l("Bank"), choices=list(BANKS.items()))
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
