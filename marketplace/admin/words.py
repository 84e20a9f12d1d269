"""What the operator's pages call roles."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from marketplace.core.actor import Role

ROLES = {
    Role.OPERATOR: _l("Pengelola"),
    Role.CURATOR: _l("Kurator"),
    Role.HEAD_CURATOR: _l("Kepala kurator"),
    Role.STORE_OWNER: _l("Pemilik toko"),
    Role.STORE_STAFF: _l("Staf toko"),
}
