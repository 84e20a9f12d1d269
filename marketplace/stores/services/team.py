"""Invitations into a store's team: a signed link, good once and for a week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from itsdangerous import BadSignature, URLSafeSerializer

from config import Config
from marketplace.accounts.models import Person, RoleGrant
from marketplace.accounts.services import team
from marketplace.accounts.services.contacts import read_contact
from marketplace.core import audit
from marketplace.core.actor import Actor, Right
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound
from marketplace.core.locks import lock_one, lock_words
from marketplace.core.outbox import emit
from marketplace.core.ports import port
from marketplace.stores.events import InvitationMade
from marketplace.stores.models import Invitation
from marketplace.stores.policies import can_own
from marketplace.stores.rules import INVITATION_DAYS, MOST_INVITATIONS


def invite(actor: Actor, store_id: int, contact: str, rights: Iterable[Right]) -> Invitation:
    """Ask somebody into the team by e-mail address or phone number. Raises NotAllowed; Invalid, naming the field."""
    if not can_own(actor, store_id) or actor.person_id is None:
        raise NotAllowed("stores.not_yours")
    found = read_contact(contact)
    kept = team.checked(rights)
    lock_words([f"invitations {store_id}"])
    if len(pending(store_id)) >= MOST_INVITATIONS:
        raise Invalid("team.too_many_invitations", field="contact", most=MOST_INVITATIONS)
    at = now()
    made = Invitation(
        store_id=store_id,
        contact=found.text or "",
        rights=kept,
        made_by=actor.person_id,
        made_at=at,
        expires_at=at + timedelta(days=INVITATION_DAYS),
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "stores.invited", "store", store_id, invitation=made.id, rights=kept)
    emit(InvitationMade(made.id))
    return made


def withdraw(actor: Actor, store_id: int, invitation_id: int) -> None:
    """Take an invitation back. Raises NotAllowed, NotFound."""
    if not can_own(actor, store_id):
        raise NotAllowed("stores.not_yours")
    found = lock_one(Invitation, invitation_id)
    if found.store_id != store_id or found.accepted_at is not None:
        raise NotFound
    if found.withdrawn_at is None:
        found.withdrawn_at = now()
        audit.record(actor, "stores.invitation_withdrawn", "store", store_id, invitation=invitation_id)


def accept(actor: Actor, token: str) -> RoleGrant:
    """Join the team by the link. Raises Invalid for a link that is used, withdrawn, too old or of nobody's making;
    Invalid (team.for_another) for an account without the address or number it was made for: a link may be passed on
    by mistake, and a shop's prices are not for whoever finds it.
    """
    lock_one(Invitation, of_link(token).id)
    found = of_link(token)
    if not is_for(actor, found):
        raise Invalid("team.for_another", contact=found.contact)
    grant = team.join(actor, found.store_id, map(Right, found.rights), found.made_by)
    found.accepted_at, found.accepted_by = now(), actor.person_id
    return grant


def is_for(actor: Actor, found: Invitation) -> bool:
    """Does the actor's account have the address or the number that the invitation was made for?"""
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    return person is not None and found.contact in (person.email, person.phone)


def of_link(token: str) -> Invitation:
    """The invitation of a link. Raises Invalid (team.link_dead)."""
    try:
        invitation_id = _signer().loads(token)
    except BadSignature as error:
        raise Invalid("team.link_dead") from error
    found = db.session.get(Invitation, invitation_id) if isinstance(invitation_id, int) else None
    if found is None or found.accepted_at or found.withdrawn_at or found.expires_at <= now():
        raise Invalid("team.link_dead")
    return found


def path_of(invitation_id: int) -> str:
    """The path of an invitation's link."""
    return f"/undangan/{_signer().dumps(invitation_id)}"


def pending(store_id: int) -> list[Invitation]:
    """The invitations that may still be accepted."""
    query = sa.select(Invitation).where(
        Invitation.store_id == store_id,
        Invitation.accepted_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > now(),
    )
    return list(db.session.scalars(query.order_by(Invitation.id)))


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(port(Config).secret_key, salt="stores.invitation")
