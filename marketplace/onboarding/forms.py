"""What somebody fills in who opens a shop."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.catalog.queries import CategoryTree, leaves
from marketplace.certificates.rules import HALAL
from marketplace.onboarding.rules import NOTE_MOST, REASONS, SUPPORT, PaperState
from marketplace.onboarding.services import PaperAnswer
from marketplace.places.forms import PinFields, RegionFields
from marketplace.stores.rules import ACCOUNT_NUMBER, BANKS
from marketplace.web.forms import BaseForm, PhoneField, optional


class WhoForm(BaseForm):
    """Who applies."""

    name = StringField(
        _l("Nama lengkap"),
        description=_l("Seperti di KTP."),
        validators=[InputRequired(_l("Isi nama Anda.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    phone = PhoneField(_l("Nomor HP"), description=_l("Pembeli dan kurator menghubungi nomor ini."))

    def answers(self) -> dict[str, Any]:
        """As they are kept."""
        return {"name": self.name.data, "phone": self.phone.e164}


class WhatForm(BaseForm):
    """What is sold, and under which name."""

    name = StringField(_l("Nama toko"), validators=[InputRequired(_l("Isi nama toko.")), Length(max=120)])
    categories = SelectMultipleField(
        _l("Barang apa yang Anda jual?"),
        description=_l("Centang semua yang cocok. Surat yang diperlukan mengikuti pilihan ini."),
        coerce=int,
        validators=[InputRequired(_l("Pilih paling sedikit satu jenis barang."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    story = TextAreaField(
        _l("Cerita toko"),
        description=_l("Siapa yang membuat, sejak kapan, apa yang istimewa."),
        validators=[*optional(), Length(max=2000)],
        render_kw={"rows": "4"},
    )
    support = SelectMultipleField(
        _l("Dukungan apa yang Anda perlukan?"),
        description=_l("Boleh dikosongkan. Jawaban ini tidak memengaruhi pemeriksaan."),
        choices=[(code, _l(text)) for code, text in SUPPORT.items()],
        validators=[Optional()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def offer(self, tree: CategoryTree) -> None:
        """Fill the list of categories."""
        self._groups = [(top.name, {row.id for row in rows}) for top, rows in leaves(tree)]
        self.categories.choices = [(row.id, row.name) for _top, rows in leaves(tree) for row in rows]

    def groups(self) -> list[tuple[str, list[Any]]]:
        """The boxes to tick, under the name of what their categories belong to."""
        boxes = list(self.categories)
        return [(name, [box for box in boxes if box.data in ids]) for name, ids in self._groups]


class WhereForm(RegionFields, PinFields, BaseForm):
    """Where the shop is."""

    street = StringField(
        _l("Jalan dan nomor"),
        validators=[InputRequired(_l("Isi alamatnya.")), Length(max=200)],
        render_kw={"autocomplete": "street-address"},
    )
    landmark = StringField(
        _l("Patokan"), description=_l("Misalnya: samping gereja, pagar biru"), validators=[*optional(), Length(max=200)]
    )

    def answers(self) -> dict[str, Any]:
        """As they are kept; a pin as [latitude, longitude] in degrees, or None."""
        found = self.point()
        return {
            "street": self.street.data,
            "village_code": self.village_code.data,
            "landmark": self.landmark.data or "",
            "pin": list(found) if found else None,
            "shows_pin": self.may_show_pin(),
        }


class PickupForm(BaseForm):
    """Whether buyers may fetch things themselves."""

    has_pickup = RadioField(
        _l("Boleh diambil sendiri?"),
        choices=[("ya", _l("Ya, pembeli boleh datang mengambil")), ("tidak", _l("Tidak, hanya diantar"))],
        validators=[InputRequired(_l("Pilih salah satu."))],
    )
    where = StringField(
        _l("Diambil di mana"),
        description=_l("Misalnya: Pasar Kasih Naikoten, los 12. Kosongkan bila di alamat toko."),
        validators=[*optional(), Length(max=200)],
    )
    when = StringField(
        _l("Kapan"), description=_l("Misalnya: Senin–Sabtu, 08.00–17.00"), validators=[*optional(), Length(max=200)]
    )

    def answers(self) -> dict[str, Any]:
        """As they are kept."""
        return {
            "has_pickup": self.has_pickup.data == "ya",
            "where": self.where.data or "",
            "when": self.when.data or "",
        }


class BankForm(BaseForm):
    """Where the money goes."""

    bank = SelectField(
        _l("Nama bank"),
        choices=[("", _l("Pilih bank")), *BANKS.items()],
        validators=[InputRequired(_l("Pilih bank."))],
    )
    number = StringField(
        _l("Nomor rekening"),
        description=_l("Hanya Anda yang melihat nomor lengkapnya."),
        filters=[lambda text: "".join((text or "").replace("-", " ").replace(".", " ").split())],
        validators=[
            InputRequired(_l("Isi nomor rekening.")),
            Regexp(ACCOUNT_NUMBER.pattern + "$", message=_l("Nomor rekening terdiri dari 5 sampai 20 angka.")),
        ],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    holder = StringField(
        _l("Atas nama"),
        description=_l("Seperti di buku tabungan."),
        validators=[InputRequired(_l("Isi nama pemilik rekening.")), Length(max=120)],
    )


STATES = [
    (PaperState.HELD.value, _l("Sudah punya")),
    (PaperState.NOT_YET.value, _l("Belum punya")),
]
NOT_HALAL = (PaperState.NOT_HALAL.value, _l("Barang saya TIDAK HALAL"))


class PaperForm(BaseForm):
    """One paper."""

    state = RadioField(_l("Surat ini"), choices=STATES, validators=[InputRequired(_l("Pilih salah satu."))])
    number = StringField(_l("Nomor izin"), validators=[*optional(), Length(max=80)], render_kw={"autocomplete": "off"})
    valid_until = DateField(
        _l("Berlaku sampai"), description=_l("Kosongkan bila tidak ada batas waktunya."), validators=optional()
    )
    file = FileField(
        _l("Foto atau PDF suratnya"),
        description=_l("Hanya dilihat Anda dan kurator."),
        validators=[Optional()],
        render_kw={"accept": "application/pdf,image/jpeg,image/png,image/webp"},
    )

    def offer(self, kind: str) -> None:
        """The halal certificate has a third answer."""
        self.state.choices = [*STATES, NOT_HALAL] if kind == HALAL else STATES

    def answer(self, file_id: int | None = None) -> PaperAnswer:
        """Call it only on a valid form."""
        return PaperAnswer(PaperState(self.state.data), self.number.data or "", self.valid_until.data, file_id)


class RejectionForm(BaseForm):
    """Why an application is refused."""

    reason = SelectField(
        _l("Alasan"),
        choices=[("", _l("Pilih alasan")), *((code, _l(text)) for code, text in REASONS.items())],
        validators=[InputRequired(_l("Pilih alasannya."))],
    )
    note = TextAreaField(
        _l("Catatan untuk pelamar"),
        validators=[InputRequired(_l("Tulis catatannya.")), Length(max=NOTE_MOST)],
        render_kw={"rows": "3"},
    )
