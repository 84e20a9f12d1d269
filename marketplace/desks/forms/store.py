"""What an owner says about the shop: profile, where it delivers, its certificates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Regexp

from marketplace.certificates.queries import offered
from marketplace.core.errors import Invalid
from marketplace.places.forms import PinFields, RegionFields
from marketplace.stores.rules import MINUTES_A_DAY, MOST_SPANS, Profile, Span, Week
from marketplace.web.forms import BaseForm, PhoneField, optional

TIME = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])(?::00)?")


class ProfileForm(RegionFields, PinFields, BaseForm):
    """What buyers read about the shop."""

    name = StringField(_l("Nama toko"), validators=[InputRequired(_l("Isi nama toko.")), Length(max=120)])
    story = TextAreaField(
        _l("Cerita toko"),
        description=_l("Siapa yang membuat, sejak kapan, apa yang istimewa."),
        validators=[*optional(), Length(max=2000)],
        render_kw={"rows": "4"},
    )
    phone = PhoneField(_l("Nomor HP toko"))
    email = StringField(
        _l("Surel toko"),
        validators=[*optional(), Length(max=254), Email(_l("Tulis alamat surel yang lengkap."))],
        render_kw={"type": "email", "autocomplete": "email"},
    )
    nib = StringField(
        "NIB",
        description=_l("13 angka. NIB tampil di halaman toko."),
        validators=[*optional(), Regexp(r"^[0-9]{13}$", message=_l("NIB terdiri dari 13 angka."))],
        render_kw={"inputmode": "numeric"},
    )
    logo = FileField(
        _l("Logo atau foto toko"),
        description=_l("JPEG, PNG, atau WebP. Tampil kecil di samping nama toko."),
        render_kw={"accept": "image/jpeg,image/png,image/webp"},
    )
    without_logo = BooleanField(_l("Tanpa logo"))
    street = StringField(_l("Jalan dan nomor"), validators=[InputRequired(_l("Isi alamat toko.")), Length(max=200)])
    landmark = StringField(_l("Patokan"), validators=[*optional(), Length(max=200)])
    has_pickup = BooleanField(
        _l("Pembeli boleh ambil sendiri"),
        description=_l("Tanpa ongkos, di alamat toko atau di tempat yang ditulis ini."),
    )
    pickup_place = StringField(
        _l("Diambil di mana"),
        description=_l("Misalnya: Pasar Kasih Naikoten, los 12. Kosongkan bila di alamat toko."),
        validators=[*optional(), Length(max=200)],
    )
    pickup_hours = StringField(
        _l("Kapan bisa diambil"),
        description=_l("Misalnya: Senin–Sabtu, 08.00–17.00. Kosongkan bila sama dengan jam buka."),
        validators=[*optional(), Length(max=200)],
    )

    def profile(self) -> Profile:
        """What was typed."""
        latitude, longitude = self.point() or (None, None)
        return Profile(
            name=str(self.name.data),
            phone=self.phone.e164,
            street=str(self.street.data),
            village_code=str(self.village_code.data),
            story=self.story.data or "",
            email=(self.email.data or "").lower(),
            nib=self.nib.data or "",
            landmark=self.landmark.data or "",
            has_pickup=bool(self.has_pickup.data),
            pickup_place=self.pickup_place.data or "",
            pickup_hours=self.pickup_hours.data or "",
            latitude=latitude,
            longitude=longitude,
            shows_pin=self.may_show_pin(),
        )


class WeekForm(BaseForm):
    """The open hours of each day, two spans at most; an empty day is a day off."""

    note = StringField(
        _l("Catatan jam buka"),
        description=_l("Misalnya: hari Minggu setelah ibadah"),
        validators=[*optional(), Length(max=200)],
    )

    def week(self) -> Week:
        """What was typed. Raises Invalid (field week) for a time that is none, or half a span."""
        return tuple(tuple(self._spans(day)) for day in range(7))

    def _spans(self, day: int) -> Iterator[Span]:
        for number in range(MOST_SPANS):
            opens, closes = (request.form.get(f"{edge}-{day}-{number}", "").strip() for edge in ("buka", "tutup"))
            if opens or closes:
                yield _minutes(opens), _minutes(closes, ends=True)


class ClosureForm(BaseForm):
    """Days on which the shop takes no orders."""

    first_day = DateField(_l("Dari"), validators=[InputRequired(_l("Pilih hari pertama."))])
    last_day = DateField(_l("Sampai"), validators=[InputRequired(_l("Pilih hari terakhir."))])
    note = StringField(
        _l("Alasan untuk pembeli"),
        description=_l("Misalnya: Libur Natal"),
        validators=[*optional(), Length(max=160)],
    )


def _minutes(text: str, *, ends: bool = False) -> int:
    """08:00 as minutes after midnight; midnight ends a day as 24:00."""
    match = TIME.fullmatch(text)
    if match is None:
        raise Invalid("stores.week_minutes", field="week")
    minutes = int(match[1]) * 60 + int(match[2])
    return MINUTES_A_DAY if ends and minutes == 0 else minutes


class CertificateForm(BaseForm):
    """A certificate that the shop holds."""

    kind = SelectField(
        _l("Jenis"),
        choices=lambda: [("", _l("Pilih jenis")), *((about.code, about.label) for about in offered())],
        validators=[InputRequired(_l("Pilih jenisnya."))],
    )
    number = StringField(
        _l("Nomor izin"),
        description=_l("Tulis seperti di suratnya; spasi, titik, dan garis tidak masalah."),
        validators=[InputRequired(_l("Tulis nomornya.")), Length(max=80)],
        render_kw={"autocomplete": "off"},
    )
    holder = StringField(_l("Atas nama"), validators=[*optional(), Length(max=120)])
    valid_until = DateField(
        _l("Berlaku sampai"), description=_l("Kosongkan bila tidak ada batas waktunya."), validators=optional()
    )
    file = FileField(
        _l("Foto atau PDF suratnya"),
        description=_l("Hanya dilihat Anda dan kurator."),
        render_kw={"accept": "application/pdf,image/jpeg,image/png,image/webp"},
    )
