"""The shop behind an application: written down when it is sent, opened when it is accepted."""

from __future__ import annotations

from dataclasses import replace

from marketplace.accounts import services as accounts
from marketplace.accounts.queries import grants_of
from marketplace.certificates import services as certificates
from marketplace.certificates.queries import for_store
from marketplace.certificates.rules import NIB
from marketplace.core.actor import SYSTEM, Role
from marketplace.curation import services as curation
from marketplace.onboarding import queries
from marketplace.onboarding.models import Application
from marketplace.onboarding.rules import PaperState, Step
from marketplace.shipping import services as shipping
from marketplace.stores import services as stores
from marketplace.stores.queries import store
from marketplace.stores.rules import Profile, StoreStatus
from marketplace.stores.services import banking


def write_down(application: Application) -> int:
    """Make the pending shop, or let it say what the application says now; its applicant owns it. Returns its id.

    What only the shop's own page asks (e-mail, hours) is left as it is there.
    """
    if application.store_id is None:
        application.store_id = stores.create(SYSTEM, _profile(application), StoreStatus.PENDING).id
    else:
        kept = store(application.store_id)
        stores.update_profile(SYSTEM, kept.id, replace(_profile(application), email=kept.email))
    accounts.grant(SYSTEM, application.person_id, Role.STORE_OWNER, application.store_id)
    return application.store_id


def open_up(application: Application) -> int:
    """Open the shop exactly as it was looked at: profile, zones, papers, account. Returns its id. Raises Invalid.

    Goods that were prepared meanwhile come to the curators now.
    """
    store_id = write_down(application)
    for zone in application.answers[Step.ZONES.value]["zones"]:
        shipping.set_zone(SYSTEM, store_id, zone["region_code"], zone["fee"], zone["note"])
    there = {(row.kind, row.number) for row in for_store(store_id)}
    holder = application.answers[Step.WHO.value]["name"]
    wanted = queries.wanted_kinds(application)
    for kind, paper in queries.papers_of(application.id).items():
        if kind in wanted and paper.state is PaperState.HELD and (kind, paper.number) not in there:
            certificates.register(SYSTEM, store_id, kind, paper.number, holder, paper.valid_until, paper.file_id)
    if not banking.history(store_id):  # what she confirmed with her own code since counts more
        bank = application.answers[Step.BANK.value]
        banking.set_account(SYSTEM, store_id, bank["bank"], application.bank_number, bank["holder"])
    stores.set_status(SYSTEM, store_id, StoreStatus.OPEN)
    curation.enter_queue(store_id)
    return store_id


def let_go(application: Application) -> None:
    """The applicant owns the pending shop no longer; it stays hidden, and theirs again when they begin again."""
    for grant in grants_of(application.person_id):
        if grant.role is Role.STORE_OWNER and grant.scope == application.store_id:
            accounts.revoke_grant(SYSTEM, grant.id)


def _profile(application: Application) -> Profile:
    answers = application.answers
    who, what, where = (answers[step.value] for step in (Step.WHO, Step.WHAT, Step.WHERE))
    pickup = answers[Step.PICKUP.value]
    latitude, longitude = where.get("pin") or (None, None)
    nib = queries.papers_of(application.id).get(NIB)
    return Profile(
        name=what["name"],
        phone=who["phone"],
        street=where["street"],
        village_code=where["village_code"],
        story=what["story"],
        nib=nib.number if nib else "",
        landmark=where["landmark"],
        has_pickup=pickup["has_pickup"],
        pickup_place=pickup["where"],
        pickup_hours=pickup["when"],
        latitude=latitude,
        longitude=longitude,
        shows_pin=where.get("shows_pin", False),
    )
