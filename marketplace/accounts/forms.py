"""The shape of what people say about themselves."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from marketplace.accounts.rules import SHORTEST_PASSWORD
from marketplace.accounts.services import AddressDraft
from marketplace.places.forms import RegionFields
from marketplace.web.forms import BaseForm, PhoneField

CONTACT_HELP = _l("Alamat e-mail, atau nomor HP seperti 0812-3456-7890.")
PASSWORD_HELP = _l("Paling sedikit 8 karakter. Beberapa kata yang hanya Anda ingat lebih aman daripada satu kata.")
IN_USE = {"autocomplete": "current-password"}
NEW = {"autocomplete": "new-password", "minlength": str(SHORTEST_PASSWORD)}  # no maxlength: browsers cut silently


def contact_field() -> StringField:
    """What one signs in with. The field is called `email` for password managers, and takes a number as well."""
    return StringField(
        _l("E-mail atau nomor HP"),
        description=CONTACT_HELP,
        validators=[InputRequired(_l("Isi e-mail atau nomor HP Anda.")), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


def password_field(label: Any = None, new: bool = False) -> PasswordField:
    """A password: pasted, kept as typed, never shown again."""
    return PasswordField(
        label or _l("Kata sandi"),
        description=PASSWORD_HELP if new else "",
        validators=[InputRequired(_l("Isi kata sandi."))],
        render_kw=NEW if new else IN_USE,
    )


class SignInForm(BaseForm):
    email = contact_field()
    password = password_field()
    next = HiddenField()


class SignUpForm(BaseForm):
    name = StringField(
        _l("Nama"),
        validators=[InputRequired(_l("Isi nama Anda.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    email = contact_field()
    password = password_field(new=True)
    next = HiddenField()


class ForgotForm(BaseForm):
    email = contact_field()


class ResetForm(BaseForm):
    password = password_field(_l("Kata sandi baru"), new=True)


class ChangePasswordForm(BaseForm):
    current = password_field(_l("Kata sandi sekarang"))
    password = password_field(_l("Kata sandi baru"), new=True)


class ProfileForm(BaseForm):
    name = StringField(
        _l("Nama"),
        validators=[InputRequired(_l("Isi nama Anda.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    email = EmailField(
        _l("E-mail"), validators=[Optional(strip_whitespace=True), Length(max=254)], render_kw={"autocomplete": "email"}
    )
    phone = PhoneField(_l("Nomor HP"), validators=[Optional(strip_whitespace=True)])
    language = RadioField(_l("Bahasa surat dari kami"), choices=[("id", "Bahasa Indonesia"), ("en", "English")])
    current = password_field(_l("Kata sandi sekarang"))


class CloseForm(BaseForm):
    current = password_field(_l("Kata sandi sekarang"))
    agrees = BooleanField(
        _l("Saya mengerti bahwa akun ini tidak bisa dikembalikan"),
        validators=[InputRequired(_l("Centang bila Anda memang ingin menutup akun."))],
    )


class AddressForm(RegionFields, BaseForm):
    recipient = StringField(
        _l("Penerima"),
        validators=[InputRequired(_l("Isi nama penerima.")), Length(max=120)],
        render_kw={"autocomplete": "name"},
    )
    phone = PhoneField(_l("Nomor HP penerima"))
    street = StringField(
        _l("Jalan dan nomor rumah"),
        validators=[InputRequired(_l("Isi jalan dan nomor rumah.")), Length(max=200)],
        render_kw={"autocomplete": "address-line1"},
    )
    rt_rw = StringField(
        _l("RT/RW"), validators=[Optional(strip_whitespace=True), Length(max=20)], render_kw={"placeholder": "012/004"}
    )
    postcode = StringField(
        _l("Kode pos"),
        description=_l("Bila kosong, kami isi menurut kelurahan atau desa."),
        validators=[Optional(strip_whitespace=True), Regexp(r"\d{5}$", message=_l("Kode pos terdiri dari 5 angka."))],
        render_kw={"inputmode": "numeric", "autocomplete": "postal-code", "maxlength": "5"},
    )
    landmark = StringField(
        _l("Patokan"),
        description=_l("Misalnya: rumah hijau di seberang gereja."),
        validators=[Optional(strip_whitespace=True), Length(max=200)],
    )

    def draft(self) -> AddressDraft:
        """What was typed, once it is valid."""
        return AddressDraft(
            recipient=self.recipient.data or "",
            phone=self.phone.e164,
            street=self.street.data or "",
            village_code=self.village_code.data,
            rt_rw=self.rt_rw.data or "",
            postcode=self.postcode.data or "",
            landmark=self.landmark.data or "",
        )
