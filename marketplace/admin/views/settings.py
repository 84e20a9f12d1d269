"""Dated settings: what holds today, what held, what comes."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from flask_babel import gettext as _

from marketplace.admin.forms import SettingForm
from marketplace.admin.views.blueprint import bp, show
from marketplace.core import clock, settings
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.settings import Setting
from marketplace.web.access import current_actor, is_operator, requires

Page = tuple[str, int] | str | Response


@bp.get("/pengaturan")
@requires(is_operator)
def settings_list() -> str:
    """All of them with today's value."""
    return show("settings", settings=settings.defined(), today=clock.today())


@bp.get("/pengaturan/<string:key>")
@requires(is_operator)
def setting(key: str) -> str:
    """One of them with its history, and a form for a new value."""
    return _page(_find(key), SettingForm(valid_from=clock.today()))


@bp.post("/pengaturan/<string:key>")
@requires(is_operator)
def change_setting(key: str) -> Page:
    """Let another value hold from a day on."""
    found, form = _find(key), SettingForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        with transaction():
            settings.change(current_actor(), key, form.value.data, form.valid_from.data)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(found, form), 422
    flash(_("Nilai baru sudah disimpan."), "success")
    return redirect(url_for("admin.setting", key=key), 303)  # type: ignore[return-value]


def _find(key: str) -> Setting:
    found = next((setting for setting in settings.defined() if setting.key == key), None)
    if found is None:
        raise NotFound
    return found


def _page(found: Setting, form: SettingForm) -> str:
    today = clock.today()
    history = settings.values_of(found.key)
    held = next((value for value in history if value.valid_from <= today), None)
    return show("setting", setting=found, form=form, history=history, held=held, today=today)
