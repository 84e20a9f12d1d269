"""What the pages of one's own account share."""

from __future__ import annotations

from wtforms import PasswordField

from marketplace.accounts import services
from marketplace.accounts.views.device import address_of_request
from marketplace.core.db import transaction
from marketplace.core.errors import Invalid, NotFound
from marketplace.web.access import current_actor
from marketplace.web.forms import add_error
from marketplace.web.language import explain


def own_id() -> int:
    """The id of the person signed in."""
    person_id = current_actor().person_id
    if person_id is None:
        raise NotFound
    return person_id


def confirm_password(field: PasswordField) -> bool:
    """Did the person type their own password? A wrong one is said at the field.

    Counted like a try to sign in, so that somebody else's open phone is no way to guess it. Raises TooMany.
    """
    person_id = own_id()
    with transaction():
        try_id = services.begin_own_try(person_id, address_of_request())
    if services.is_password_of(person_id, field.data or ""):
        with transaction():
            services.end_try(try_id)
        return True
    add_error(field, explain(Invalid("accounts.wrong_password")))
    return False
