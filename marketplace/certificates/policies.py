"""Who may do what to a certificate."""

from __future__ import annotations

from marketplace.certificates.models import Certificate
from marketplace.core.actor import Actor


def can_register(actor: Actor, store_id: int) -> bool:
    """What a shop claims about its permits is the owner's word."""
    return actor.owns(store_id) or actor.is_system


def can_read_file(actor: Actor, certificate: Certificate) -> bool:
    """The paper itself is private: the shop's people and the curators."""
    return actor.works_for(certificate.store_id) or actor.is_curator


def can_verify(actor: Actor, certificate: Certificate) -> bool:
    """A curator with no stake in the shop."""
    return (actor.is_curator and not actor.works_for(certificate.store_id)) or actor.is_system
