"""Who may do what to a certificate."""

from __future__ import annotations

from marketplace.certificates.models import Certificate
from marketplace.core.actor import Actor, Right, Role


def can_register(actor: Actor, store_id: int) -> bool:
    """What a shop claims about its permits: who has the right to the shop's own page."""
    return actor.may(Right.SHOP, store_id)


def can_read_file(actor: Actor, certificate: Certificate) -> bool:
    """The paper itself is private: those who keep the shop's page or its products, and the curators."""
    keeps = any(actor.may(right, certificate.store_id) for right in (Right.SHOP, Right.PRODUCTS))
    return keeps or actor.is_curator


def can_verify(actor: Actor, certificate: Certificate) -> bool:
    """A curator with no stake in the shop."""
    return (actor.is_curator and not actor.works_for(certificate.store_id)) or actor.is_system


def can_manage_types(actor: Actor) -> bool:
    """The types of certificates, and which goods need which: the head curator of Disperindag, or the operator."""
    return actor.has(Role.HEAD_CURATOR) or actor.has(Role.OPERATOR) or actor.is_system
