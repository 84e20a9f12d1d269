"""What happened to stores."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StoreChanged:
    """A store's profile or status is another one now: what others keep of it (a search text) is out of date."""

    store_id: int


@dataclass(frozen=True)
class BankAccountChanged:
    """A store's money goes elsewhere from now on."""

    account_id: int


@dataclass(frozen=True)
class InvitationMade:
    """Somebody was asked into a store's team."""

    invitation_id: int
