"""The shape of what the operator decides."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import HiddenInput

from marketplace.admin.words import ANSWERS, ROLES
from marketplace.catalog.rules import AttributeKind
from marketplace.catalog.services.attributes import AttributeDraft
from marketplace.catalog.services.categories import CategoryDraft
from marketplace.core.actor import Role, village_scope
from marketplace.places.rules import FATULULI
from marketplace.web.forms import BaseForm, RupiahField, add_error

GRANTABLE = {role: words for role, words in ROLES.items() if role not in (Role.STORE_HELPER, Role.RUNNER)}
"""A helper is never appointed: a shop asks for help."""


class GrantForm(BaseForm):
    """A role, and the shop where it is one of a shop."""

    role = SelectField(
        _l("Peran"),
        choices=[
            ("", _l("Pilih peran")),
            *((role.value, words) for role, words in ROLES.items() if role is not Role.STORE_HELPER),
        ],
        validators=[InputRequired(_l("Pilih peran."))],
    )
    scope = SelectField(_l("Toko"), coerce=int, description=_l("Hanya untuk peran pemilik dan staf toko."))

    def offer_stores(self, stores: list[tuple[int, str]]) -> None:
        """The shops to choose from."""
        self.scope.choices = [(0, _l("Tanpa toko")), *stores]

    @property
    def chosen(self) -> tuple[Role, int]:
        role = Role(self.role.data)
        return role, village_scope(FATULULI) if role is Role.FACILITATOR else self.scope.data


class ReasonForm(BaseForm):
    """Why somebody is kept out, or something is set aside."""

    reason = TextAreaField(
        _l("Alasan"),
        description=_l("Tercatat di jejak. Tulis faktanya, bukan data pribadi."),
        validators=[InputRequired(_l("Tulis alasannya.")), Length(max=300)],
        render_kw={"rows": "2"},
    )


class RefundForm(BaseForm):
    """How much of an order goes back to its buyer. `seen` is what had gone back when the form was made (rupiah)."""

    goods = RupiahField(_l("Untuk barang"), validators=[InputRequired(_l("Isi jumlahnya; 0 bila tidak ada."))])
    delivery = RupiahField(_l("Untuk ongkos kirim"), validators=[InputRequired(_l("Isi jumlahnya; 0 bila tidak ada."))])
    reason = TextAreaField(
        _l("Alasan"),
        description=_l("Tercatat di jejak. Tulis faktanya, bukan data pribadi."),
        validators=[InputRequired(_l("Tulis alasannya.")), Length(max=300)],
        render_kw={"rows": "2"},
    )
    whole = BooleanField(_l("Ya, kembalikan seluruh sisa pesanan ini"))
    seen = IntegerField(widget=HiddenInput(), validators=[InputRequired(_l("Muat ulang halaman ini."))])

    def ask_twice(self, left: int) -> bool:
        """Is all that is left (rupiah) to go back, without the box that says so? Then the box carries the question."""
        if self.whole.data or (self.goods.data or 0) + (self.delivery.data or 0) != left:
            return False
        add_error(self.whole, gettext("Ini seluruh sisa pesanan. Centang kotak ini bila memang begitu maksudnya."))
        return True


class SettingForm(BaseForm):
    """A value and the day from which it holds."""

    value = IntegerField(
        _l("Nilai"), validators=[InputRequired(_l("Isi angka bulat."))], render_kw={"inputmode": "numeric"}
    )
    valid_from = DateField(_l("Berlaku mulai tanggal (WITA)"), validators=[InputRequired(_l("Pilih tanggal."))])


class AttributeForm(BaseForm):
    """A question about goods of a category. Its kind is chosen once."""

    label = StringField(
        _l("Pertanyaan"),
        description=_l("Seperti dibaca penjual dan pembeli. Contoh: Motif, Berat bersih."),
        validators=[InputRequired(_l("Isi pertanyaannya.")), Length(max=80)],
    )
    kind = SelectField(_l("Jenis jawaban"), choices=[(kind.value, words) for kind, words in ANSWERS.items()])
    unit = StringField(
        _l("Satuan angka"), description=_l("Hanya untuk angka. Contoh: g, cm, hari."), validators=[Length(max=20)]
    )
    choices = TextAreaField(
        _l("Pilihan jawaban"),
        description=_l("Satu pilihan tiap baris, hanya untuk jawaban dari daftar."),
        validators=[Length(max=4000)],
        render_kw={"rows": "6"},
    )
    is_required = BooleanField(_l("Wajib dijawab, berlaku untuk produk baru dan perubahan berikutnya"))
    is_active = BooleanField(_l("Masih ditanyakan"))

    def draft(self) -> AttributeDraft:
        """What was decided, once it is valid."""
        return AttributeDraft(
            label=self.label.data or "",
            kind=AttributeKind(self.kind.data),
            unit=self.unit.data or "",
            choices=tuple((self.choices.data or "").splitlines()),
            is_required=self.is_required.data,
            is_active=self.is_active.data,
        )


class CategoryForm(BaseForm):
    """All that is said about a category."""

    name = StringField(_l("Nama"), validators=[InputRequired(_l("Isi nama kategori.")), Length(max=120)])
    parent_id = SelectField(_l("Di bawah"), coerce=int)
    is_food = BooleanField(_l("Makanan atau minuman"))
    is_active = BooleanField(_l("Aktif: tampil di pasar dan bisa dipilih penjual"))

    def offer_parents(self, parents: list[tuple[int, str]]) -> None:
        """The top categories to choose from."""
        self.parent_id.choices = [(0, _l("Tidak ada (kategori utama)")), *parents]

    def draft(self) -> CategoryDraft:
        """What was decided, once it is valid."""
        return CategoryDraft(
            name=self.name.data or "",
            parent_id=self.parent_id.data or None,
            is_food=self.is_food.data,
            is_active=self.is_active.data,
        )


class HandOverForm(BaseForm):
    """How the operator knows who stands before her."""

    proof = SelectField(
        _l("Bukti yang diperiksa"),
        choices=[
            ("ktp", _l("KTP asli cocok dengan akun")),
            ("known", _l("Dikenal petugas secara pribadi")),
            ("call", _l("Ditelepon balik ke nomor akun")),
        ],
    )
    words = StringField(
        _l("Apa yang diperiksa"),
        description=_l("Jangan tulis nomor KTP."),
        validators=[InputRequired(_l("Tulis apa yang Anda periksa.")), Length(max=500)],
    )


class MessageReportForm(BaseForm):
    """What came of a message that somebody reported."""

    note = TextAreaField(
        _l("Apa yang sudah dilakukan?"),
        validators=[InputRequired(_l("Tulis apa yang sudah dilakukan.")), Length(max=300)],
    )
