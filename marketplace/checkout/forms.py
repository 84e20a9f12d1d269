"""What a buyer tells us to place an order."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import BinaryIO

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import EmailField, Field, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, Email, InputRequired, Length, Regexp

from marketplace.checkout.rules import read_seen
from marketplace.checkout.services import CheckoutSpec, Delivery, Destination
from marketplace.payments.rules import PaymentMethod
from marketplace.places.forms import RegionFields
from marketplace.shipping.rules import FETCHED, DeliveryMethod
from marketplace.web.forms import BaseForm, PhoneField, optional, phone_number

NEW_ADDRESS = "baru"
WITHOUT_VOUCHER = "tanpa-voucher"
LONGEST_NOTE = 300
CHOSEN = re.compile(rf"({'|'.join(DeliveryMethod)})(?::(\d{{1,15}}))?@(\d{{1,9}})")


class CheckoutForm(RegionFields, BaseForm):
    """Who buys, where to, how it is paid. What differs by shop (`delivery-<id>`, `note-<id>`) is read beside it."""

    name = StringField(
        _l("Nama penerima"),
        validators=[DataRequired(_l("Tulis nama penerima.")), Length(max=120)],
        render_kw={"autocomplete": "name", "maxlength": 120},
    )
    phone = PhoneField(_l("Nomor HP / WhatsApp"))
    email = EmailField(
        _l("Email"),
        validators=[*optional(), Length(max=254), Email(_l("Alamat email tidak dikenali. Contoh: nama@contoh.id."))],
        render_kw={"autocomplete": "email", "maxlength": 254},
    )
    address = RadioField(_l("Antar ke"), validators=optional(), default=NEW_ADDRESS)
    street = StringField(
        _l("Jalan dan nomor rumah"),
        validators=[Length(max=200)],
        render_kw={"autocomplete": "street-address", "maxlength": 200},
    )
    rt_rw = StringField(_l("RT/RW"), validators=[Length(max=20)], render_kw={"maxlength": 20})
    regency_code = SelectField(_l("Kabupaten/Kota"))
    district_code = SelectField(_l("Kecamatan"))
    village_code = SelectField(_l("Kelurahan/Desa"))
    postcode = StringField(
        _l("Kode pos"),
        validators=[*optional(), Regexp(r"\d{5}$", message=_l("Kode pos terdiri atas 5 angka."))],
        render_kw={"autocomplete": "postal-code", "inputmode": "numeric", "maxlength": 5},
    )
    landmark = StringField(_l("Patokan"), validators=[Length(max=200)], render_kw={"maxlength": 200})
    payment = RadioField(
        _l("Cara bayar"),
        choices=[method.value for method in PaymentMethod],
        default=PaymentMethod.CASH.value,
        validators=[InputRequired(_l("Pilih cara bayar."))],
    )
    voucher = StringField(
        _l("Punya kode voucher?"),
        validators=[*optional(), Length(max=40, message=_l("Kode voucher tidak sepanjang itu."))],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": 40},
    )
    seen_discount = HiddenField(validators=[*optional(), Regexp(r"\d{1,12}$")])
    form_key = HiddenField(validators=[Regexp(r"[\w-]{43}$")], default=lambda: secrets.token_urlsafe(32))
    seen = HiddenField()

    def offer_addresses(self, saved: Sequence[tuple[int, str]]) -> None:
        """Let the buyer pick one of her saved addresses, or write another."""
        self.address.choices = [(str(key), text) for key, text in saved] + [(NEW_ADDRESS, _l("Alamat lain"))]
        if self.address.data is None:
            self.address.data = NEW_ADDRESS

    @property
    def address_id(self) -> int | None:
        """The saved address that is chosen."""
        chosen = self.address.data or ""
        return int(chosen) if chosen.isdigit() else None

    def is_step(self) -> bool:
        """Did the buyer ask only for the next regions, the fees to her address, or what her voucher takes off?"""
        return self.is_region_step() or request.form.get("langkah") in ("ongkos", "voucher", WITHOUT_VOUCHER)

    def drop_voucher(self) -> None:
        """Take the code out when the buyer asked for that."""
        if request.form.get("langkah") == WITHOUT_VOUCHER:
            self.voucher.data = ""

    @property
    def discount_seen(self) -> int:
        """The rupiah that the page took off when she pressed (0 for what is no number)."""
        seen = self.seen_discount.data or ""
        return int(seen) if re.fullmatch(r"\d{1,12}", seen) else 0

    @property
    def known_phone(self) -> str:
        """Her number as E.164, '' while it is none."""
        try:
            return phone_number(self.phone.data or "")
        except ValueError:
            return ""

    def needs_address(self) -> bool:
        """Is anything to be brought to the buyer?"""
        return any(each.method not in FETCHED for each in chosen_deliveries().values())

    def validate_street(self, field: Field) -> None:
        self._wanted_for_delivery(field, gettext("Tulis alamat, supaya barang dapat diantar."))

    def validate_village_code(self, field: Field) -> None:
        self._wanted_for_delivery(field, gettext("Pilih kelurahan atau desa, supaya barang dapat diantar."))

    def _wanted_for_delivery(self, field: Field, words: str) -> None:
        if not field.data and self.address_id is None and self.needs_address():
            raise ValidationError(words)

    def written_address(self) -> Destination:
        """The address as it stands in the form."""
        return Destination(
            street=self.street.data or "",
            rt_rw=self.rt_rw.data or "",
            village_code=self.village_code.data or "",
            postcode=self.postcode.data or "",
            landmark=self.landmark.data or "",
        )

    def spec(self, destination: Destination | None, language: str) -> CheckoutSpec:
        """The order that the buyer placed."""
        return CheckoutSpec(
            name=self.name.data or "",
            phone=self.phone.e164,
            email=(self.email.data or "").lower(),
            language=language,
            destination=destination,
            payment_method=PaymentMethod(self.payment.data),
            deliveries=chosen_deliveries(),
            seen=read_seen(self.seen.data or ""),
            voucher_code=self.voucher.data or "",
            seen_discount=self.discount_seen,
        )


def chosen_deliveries() -> dict[int, Delivery]:
    """By shop: the way that was chosen, the fee (rupiah) that stood beside it, and the buyer's note."""
    found = {}
    for name, value in request.form.items():
        store = name.removeprefix("delivery-")
        match = CHOSEN.fullmatch(value)
        if name != store and store.isdigit() and len(store) < 19 and match is not None:
            found[int(store)] = Delivery(
                DeliveryMethod(match[1]), int(match[3]), note_for(int(store)), int(match[2]) if match[2] else None
            )
    return found


def note_for(store_id: int) -> str:
    """What the buyer wrote to a shop, on one line."""
    return " ".join(request.form.get(f"note-{store_id}", "").split())[:LONGEST_NOTE]


class ProofForm(BaseForm):
    """What a buyer shows who has paid by hand."""

    proof = FileField(
        _l("Foto atau tangkapan layar bukti bayar"),
        description=_l("Gambar atau PDF, paling besar 12 MB. Hanya Anda dan pengelola yang melihatnya."),
        validators=[FileRequired(_l("Pilih berkas buktinya dulu."))],
        render_kw={"accept": "image/*,application/pdf"},
    )
    payer_name = StringField(
        _l("Nama pemilik rekening pengirim"),
        description=_l("Isi bila bukan nama Anda, supaya uangnya cepat kami temukan."),
        validators=[*optional(), Length(max=120, message=_l("Paling banyak 120 huruf."))],
        render_kw={"autocomplete": "off", "maxlength": 120},
    )

    def upload(self) -> BinaryIO:
        """The file that was sent."""
        stream: BinaryIO = self.proof.data.stream
        return stream
