"""Who works for a store: given, changed and ended by its owner, from the next request on."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from marketplace.accounts.models import RoleGrant
from marketplace.core import audit
from marketplace.core.actor import Actor, Right, Role
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one, lock_words


def join(actor: Actor, store_id: int, rights: Iterable[Right], invited_by: int) -> RoleGrant:
    """Become staff of a store by an invitation (which the caller has checked). Raises Invalid when there already."""
    if actor.person_id is None:
        raise NotFound
    lock_words([f"team {store_id}"])
    held = sa.select(RoleGrant.id).where(
        RoleGrant.person_id == actor.person_id,
        RoleGrant.scope == store_id,
        RoleGrant.role.in_([Role.STORE_OWNER, Role.STORE_STAFF]),
        RoleGrant.revoked_at.is_(None),
    )
    if db.session.scalar(held) is not None:
        raise Invalid("team.there_already")
    made = RoleGrant(
        person_id=actor.person_id,
        role=Role.STORE_STAFF,
        scope=store_id,
        rights=checked(rights),
        granted_by=invited_by,
        granted_at=now(),
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "accounts.team_joined", "store", store_id, rights=made.rights, invited_by=invited_by)
    return made


def change_rights(actor: Actor, store_id: int, grant_id: int, rights: Iterable[Right]) -> None:
    """Let staff do other things from now on. Raises NotAllowed, NotFound, Invalid for none at all."""
    _demand_owner(actor, store_id)
    grant = _of_store(grant_id, store_id)
    if grant.role is not Role.STORE_STAFF:
        raise NotFound
    before, grant.rights = grant.rights, checked(rights)
    audit.record(actor, "accounts.rights_changed", "store", store_id, person=grant.person_id, rights=grant.rights,
                 before=before)  # fmt: skip


def end(actor: Actor, store_id: int, grant_id: int) -> None:
    """End somebody's work for a store: the owner anybody's, everybody their own. One owner stays.

    Raises NotAllowed, NotFound, Invalid (team.last_owner).
    """
    lock_words([f"team {store_id}"])
    grant = _of_store(grant_id, store_id)
    if grant.person_id != actor.person_id:
        _demand_owner(actor, store_id)
    if grant.role is Role.STORE_OWNER:
        others = sa.select(sa.func.count()).where(
            RoleGrant.role == Role.STORE_OWNER,
            RoleGrant.scope == store_id,
            RoleGrant.revoked_at.is_(None),
            RoleGrant.id != grant_id,
        )
        if not db.session.scalar(others):
            raise Invalid("team.last_owner")
    grant.revoked_at = now()
    audit.record(actor, "accounts.team_left", "store", store_id, person=grant.person_id)


def checked(rights: Iterable[Right]) -> list[str]:
    """The rights as they are kept. Raises Invalid for none."""
    kept = sorted({right.value for right in rights})
    if not kept:
        raise Invalid("team.rights_missing", field="rights")
    return kept


def _of_store(grant_id: int, store_id: int) -> RoleGrant:
    grant = lock_one(RoleGrant, grant_id)
    is_of_team = grant.role in (Role.STORE_OWNER, Role.STORE_STAFF) and grant.scope == store_id
    if not is_of_team or grant.revoked_at is not None:
        raise NotFound
    return grant


def _demand_owner(actor: Actor, store_id: int) -> None:
    if not actor.owns(store_id):
        raise NotAllowed("accounts.not_yours")
