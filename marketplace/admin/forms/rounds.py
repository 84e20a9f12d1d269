"""Collection rounds, as the operator writes them down."""

from __future__ import annotations

import re

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    Field,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from marketplace.places.forms import RegionFields
from marketplace.rounds.models import Round
from marketplace.rounds.rules import LARGEST_FEE, MOST_ORDERS, WEEKDAYS
from marketplace.rounds.services import RegionDraft, RoundDraft
from marketplace.web.forms import BaseForm, RupiahField

TIME = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])(?::00)?")
DIGITS = {"inputmode": "numeric", "autocomplete": "off"}
DAYS = (_l("Senin"), _l("Selasa"), _l("Rabu"), _l("Kamis"), _l("Jumat"), _l("Sabtu"), _l("Minggu"))
LONGEST_HOURS = 168
MINUTES = 60
PLACE = re.compile(r"urutan-([0-9]{1,18})")
SHORT_NUMBER = re.compile(r"[0-9]{1,6}")


def minutes_of(text: str) -> int | None:
    """Minutes after midnight of a time as typed (15.00 or 15:00); None for what is no time."""
    match = TIME.fullmatch(text.strip())
    return int(match[1]) * MINUTES + int(match[2]) if match else None


class RoundForm(BaseForm):
    """When a round runs, and how much it carries."""

    name = StringField(
        _l("Nama putaran"),
        description=_l("Seperti dibaca pembeli. Contoh: Putaran Fatululi."),
        validators=[InputRequired(_l("Isi namanya.")), Length(max=80)],
    )
    weekdays = SelectMultipleField(
        _l("Hari"),
        choices=list(zip(WEEKDAYS, DAYS, strict=True)),
        validators=[InputRequired(_l("Pilih setidaknya satu hari."))],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    starts = StringField(
        _l("Mulai (WITA)"), description=_l("Contoh: 15.00"), validators=[InputRequired(_l("Isi jam."))]
    )
    ends = StringField(
        _l("Selesai (WITA)"), description=_l("Contoh: 18.00"), validators=[InputRequired(_l("Isi jam."))]
    )
    closes_hours = IntegerField(
        _l("Pesanan ditutup berapa jam sebelumnya"),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, LONGEST_HOURS, _l("Isi 0 sampai 168."))],
        render_kw=DIGITS,
    )
    capacity = IntegerField(
        _l("Paling banyak pesanan sekali jalan"),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(1, MOST_ORDERS, _l("Isi 1 sampai 500."))],
        render_kw=DIGITS,
    )
    is_open = BooleanField(_l("Putaran ini berjalan"), description=_l("Pesanan yang sudah ada tetap diantar."))

    def tell(self, found: Round) -> None:
        """Fill it with a round as it is."""
        self.name.data, self.weekdays.data, self.is_open.data = found.name, list(found.weekdays), found.is_open
        self.starts.data, self.ends.data = found.window.split("–")
        self.closes_hours.data, self.capacity.data = found.closes_before // MINUTES, found.capacity

    def validate_starts(self, field: Field) -> None:
        self._is_time(field)

    def validate_ends(self, field: Field) -> None:
        self._is_time(field)

    def _is_time(self, field: Field) -> None:
        if minutes_of(field.data or "") is None:
            raise ValidationError(gettext("Tulis jam seperti 15.00."))

    def draft(self) -> RoundDraft:
        """What was decided, once it is valid."""
        return RoundDraft(
            name=" ".join((self.name.data or "").split()),
            weekdays="".join(sorted(self.weekdays.data or [])),
            starts=minutes_of(self.starts.data or "") or 0,
            ends=minutes_of(self.ends.data or "") or 0,
            closes_before=(self.closes_hours.data or 0) * MINUTES,
            capacity=self.capacity.data or 0,
            is_open=bool(self.is_open.data),
        )


class RoundFeeForm(BaseForm):
    """What a buyer pays for a parcel from a day on."""

    fee = RupiahField(
        _l("Ongkos tiap pembeli"),
        validators=[InputRequired(_l("Isi angka bulat.")), NumberRange(0, LARGEST_FEE, _l("Paling banyak Rp200.000."))],
    )
    from_day = DateField(_l("Berlaku mulai tanggal (WITA)"), validators=[InputRequired(_l("Pilih tanggal."))])


class RoundRegionForm(RegionFields, BaseForm):
    """A region of the round: the smallest that is chosen counts."""

    district_code = SelectField(_l("Kecamatan"), validators=[Optional()])
    village_code = SelectField(_l("Kelurahan/Desa"), validators=[Optional()])
    visits = BooleanField(_l("Pelari mengambil dari toko di sini"), description=_l("Hanya untuk kelurahan atau desa."))
    brings = BooleanField(_l("Pelari mengantar ke sini"))

    def draft(self) -> RegionDraft:
        """What was decided, once it is valid."""
        code = str(self.village_code.data or self.district_code.data or self.regency_code.data)
        return RegionDraft(code, bool(self.visits.data), bool(self.brings.data))


class RunnerForm(BaseForm):
    """Who runs the round: somebody with an account."""

    contact = StringField(
        _l("Surel atau nomor HP pelari"),
        description=_l("Orangnya harus sudah punya akun."),
        validators=[InputRequired(_l("Tulis surel atau nomor HP-nya.")), Length(max=254)],
        render_kw={"autocomplete": "off"},
    )


def typed_places() -> dict[int, int]:
    """The place of each shop (id) as it was typed; what is no number is passed over."""
    typed = ((PLACE.fullmatch(name), value.strip()) for name, value in request.form.items())
    return {int(match[1]): int(value or 0) for match, value in typed if match and SHORT_NUMBER.fullmatch(value or "0")}
