"""What the operator says of the bank's statement and of its lines."""

from __future__ import annotations

from typing import BinaryIO

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from marketplace.bank.rules import AsideKind
from marketplace.bank.rules.statement import Role
from marketplace.web.forms import BaseForm, optional

UNUSED = -1
COLUMNS = {
    Role.DAY: _l("Tanggal"),
    Role.TEXT: _l("Keterangan"),
    Role.MORE_TEXT: _l("Keterangan tambahan, misalnya nama pengirim"),
    Role.CREDIT: _l("Kredit (uang masuk)"),
    Role.DEBIT: _l("Debet (uang keluar)"),
    Role.AMOUNT: _l("Jumlah, bila masuk dan keluar di satu kolom"),
    Role.SIGN: _l("Tanda D/K atau CR/DB"),
    Role.BALANCE: _l("Saldo"),
}


class StatementForm(BaseForm):
    """A file that the bank gave."""

    file = FileField(
        _l("Berkas mutasi"),
        description=_l("CSV, XLSX, XLS, atau ODS dari internet banking, paling besar 8 MB."),
        validators=[FileRequired(_l("Pilih berkas mutasinya dulu."))],
        render_kw={"accept": ".csv,.txt,.xlsx,.xls,.ods"},
    )

    def upload(self) -> tuple[BinaryIO, str]:
        """The file that was sent, and its name."""
        found = self.file.data
        return found.stream, found.filename or ""


class ColumnsForm(BaseForm):
    """Which column is what. The fields are called as the roles are, so that a refusal finds its own."""

    header_row = IntegerField(
        _l("Judul kolom ada di baris"),
        description=_l("0 bila berkas ini tidak punya baris judul."),
        validators=[
            InputRequired(_l("Tulis nomor barisnya.")),
            NumberRange(0, 1000, message=_l("Tulis nomor baris, 0 sampai 1000.")),
        ],
        render_kw={"inputmode": "numeric"},
    )
    day = SelectField(COLUMNS[Role.DAY], coerce=int)
    text = SelectField(COLUMNS[Role.TEXT], coerce=int)
    more_text = SelectField(COLUMNS[Role.MORE_TEXT], coerce=int)
    credit = SelectField(COLUMNS[Role.CREDIT], coerce=int)
    debit = SelectField(COLUMNS[Role.DEBIT], coerce=int)
    amount = SelectField(COLUMNS[Role.AMOUNT], coerce=int)
    sign = SelectField(COLUMNS[Role.SIGN], coerce=int)
    balance = SelectField(COLUMNS[Role.BALANCE], coerce=int)

    def offer(self, names: list[str]) -> None:
        """The columns to choose from, by what their header or their first row says."""
        choices = [(UNUSED, gettext("Tidak ada")), *enumerate(names)]
        for role in Role:
            self[role.value].choices = choices

    def tell(self, header_row: int, roles: dict[Role, int]) -> None:
        """Fill in what is known."""
        self.header_row.data = header_row
        for role in Role:
            self[role.value].data = roles.get(role, UNUSED)

    @property
    def roles(self) -> dict[Role, int]:
        """What was chosen."""
        found = {role: self[role.value].data for role in Role}
        return {role: index for role, index in found.items() if index is not None and index != UNUSED}


class CodeForm(BaseForm):
    """The purchase that a line pays."""

    code = StringField(
        _l("Kode pembelian"),
        description=_l("Misalnya NTT-7K2M9QXA."),
        validators=[*optional(), Length(max=20, message=_l("Kode pembelian paling banyak 20 huruf."))],
        render_kw={"autocomplete": "off", "maxlength": 20},
    )


class AsideForm(BaseForm):
    """Why a line is no payment."""

    kind = RadioField(
        _l("Ini uang apa?"),
        choices=[
            (AsideKind.NOT_OURS.value, _l("Bukan pembayaran pesanan")),
            (AsideKind.REFUND.value, _l("Pengembalian ke pembeli")),
        ],
        default=AsideKind.NOT_OURS.value,
        validators=[InputRequired(_l("Pilih salah satu."))],
    )
    reason = TextAreaField(
        _l("Alasan"),
        description=_l("Tercatat di jejak. Tulis faktanya, bukan data pribadi."),
        validators=[InputRequired(_l("Tulis alasannya.")), Length(max=300)],
        render_kw={"rows": "2"},
    )
