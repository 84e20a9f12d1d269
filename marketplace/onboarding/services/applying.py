"""Filling an application in, a step at a time; each is saved as it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from marketplace.catalog.queries import categories
from marketplace.catalog.rules import blocked_word
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.core.locks import lock_words
from marketplace.core.vault import seal
from marketplace.onboarding import queries
from marketplace.onboarding.models import Application, ApplicationPaper
from marketplace.onboarding.policies import can_apply
from marketplace.onboarding.rules import (
    MOST_ZONES,
    OPEN,
    PAPER,
    SUPPORT,
    SUPPORT_VERSION,
    ApplicationStatus,
    Step,
    paper_item,
)
from marketplace.onboarding.services.moving import mended, own, to_mend
from marketplace.places.queries import region
from marketplace.shipping.rules import LARGEST_FEE
from marketplace.stores.queries import is_name_taken
from marketplace.stores.rules import BANKS
from marketplace.stores.services import banking


def begin(actor: Actor) -> Application:
    """The open application of the actor, or a new one that starts from what the last one said. Raises NotAllowed."""
    if not can_apply(actor) or actor.person_id is None:
        raise NotAllowed("onboarding.not_yours")
    lock_words([f"application:{actor.person_id}"])  # pressed twice, begun once
    before = queries.latest(actor.person_id)
    if before is not None and before.status in OPEN:
        return before
    again = before if before is not None and before.status is not ApplicationStatus.ACCEPTED else None
    application = Application(
        person_id=actor.person_id,
        store_id=again.store_id if again else None,
        answers=dict(again.answers) if again else {},
        support=dict(again.support) if again else {},
        bank_sealed=again.bank_sealed if again else "",
        created_at=now(),
        moved_at=now(),
    )
    db.session.add(application)
    db.session.flush()
    if again:
        _copy_papers(again.id, application.id)
    audit.record(actor, "onboarding.begun", "application", application.id)
    return application


def _copy_papers(before_id: int, application_id: int) -> None:
    for kind, paper in queries.papers_of(before_id).items():
        kept = {key: getattr(paper, key) for key in ("state", "number", "valid_until", "file_id")}
        db.session.add(ApplicationPaper(application_id=application_id, kind=kind, **kept))
    db.session.flush()


def save_step(actor: Actor, application_id: int, step: Step, answers: dict[str, Any], seen: str = "") -> None:
    """Keep the answers of a step. `seen` is the stamp of what the page showed ('': not known).

    Raises NotFound, Stale (also when the step says something else since), Invalid for a village that is not there.
    """
    application = to_mend(actor, application_id, step.value)
    if step is Step.WHERE and region(str(answers["village_code"])) is None:
        raise Invalid("stores.unknown_village", field="village_code")
    with _as_seen(application, step, seen):
        _keep(actor, application, step, answers)


@contextmanager
def _as_seen(application: Application, step: Step, seen: str) -> Iterator[None]:
    """Let the step change only from what the page showed; the same answer once more (a second click) is no change."""
    before = queries.step_stamp(application, step)
    yield
    if seen not in ("", before) and queries.step_stamp(application, step) != before:
        raise Stale("onboarding.saved_elsewhere")


def save_what(
    actor: Actor,
    application_id: int,
    name: str,
    story: str,
    category_ids: list[int],
    wants: list[str],
    seen: str = "",
) -> None:
    """Keep what she sells and under which name, and which support she would like (never shown to anybody here).

    Raises NotFound, Stale (as `save_step`); Invalid for a name taken or of goods nobody may sell, and for no or
    unknown categories.
    """
    application = to_mend(actor, application_id, Step.WHAT.value)
    check_name(name, application.store_id)
    known = categories().by_id
    chosen = [category_id for category_id in dict.fromkeys(category_ids) if category_id in known]
    if not chosen:
        raise Invalid("onboarding.categories_needed", field="categories")
    with _as_seen(application, Step.WHAT, seen):
        application.support = {"version": SUPPORT_VERSION, "wants": [want for want in SUPPORT if want in wants]}
        _keep(actor, application, Step.WHAT, {"name": name, "story": story, "categories": chosen})


def check_name(name: str, store_id: int | None) -> None:
    """Raises Invalid (field name) for a name that another shop carries, or that names goods nobody may sell."""
    word = blocked_word(name)
    if word:
        raise Invalid("onboarding.name_blocked", field="name", word=word)
    if is_name_taken(name, store_id):
        raise Invalid("onboarding.name_taken", field="name")


def save_bank(actor: Actor, application_id: int, bank: str, number: str, holder: str, seen: str = "") -> None:
    """Keep where her money goes; the number is kept sealed. Raises NotFound, Stale (as `save_step`), Invalid."""
    application = to_mend(actor, application_id, Step.BANK.value)
    bank, digits, holder = banking.check(bank, number, holder)
    with _as_seen(application, Step.BANK, seen):
        application.bank_sealed = seal(digits)
        _keep(actor, application, Step.BANK, {"bank": bank, "bank_name": BANKS[bank], "holder": holder})


def add_zone(actor: Actor, application_id: int, region_code: str, fee: int, note: str) -> None:
    """Bring goods to a region for `fee` rupiah; a region named twice keeps the last fee.

    Raises NotFound, Stale; Invalid for an unknown region, a fee out of bounds, too many regions.
    """
    application = to_mend(actor, application_id, Step.ZONES.value)
    if region(region_code) is None:
        raise Invalid("shipping.unknown_region", field="regency_code")
    if not 0 <= fee <= LARGEST_FEE:
        raise Invalid("shipping.fee_out_of_bounds", field="fee")
    others = [zone for zone in _zones(application) if zone["region_code"] != region_code]
    if len(others) >= MOST_ZONES:
        raise Invalid("onboarding.too_many_zones", field="regency_code", most=MOST_ZONES)
    zone = {"region_code": region_code, "fee": fee, "note": note[:120]}
    _keep(actor, application, Step.ZONES, {"zones": [*others, zone]})


def remove_zone(actor: Actor, application_id: int, region_code: str) -> None:
    """Do not bring goods there after all. Raises NotFound, Stale."""
    application = to_mend(actor, application_id, Step.ZONES.value)
    left = [zone for zone in _zones(application) if zone["region_code"] != region_code]
    _keep(actor, application, Step.ZONES, {"zones": left})


def keep_zones(actor: Actor, application_id: int) -> None:
    """The regions are as they shall be; there may be none. Raises NotFound, Stale."""
    application = to_mend(actor, application_id, Step.ZONES.value)
    _keep(actor, application, Step.ZONES, {"zones": _zones(application)})


def mark_done(actor: Actor, application_id: int, item: str) -> None:
    """Say of a part asked back that it is right as it stands. Raises NotFound, Stale."""
    application = own(actor, application_id)
    if application.status is not ApplicationStatus.CHANGES or item not in application.todo:
        raise Stale("onboarding.not_now")
    mended(actor, application, item)


def _drop_unneeded(application: Application) -> None:
    """Nothing is asked back about papers that her goods no longer need."""
    wanted = {paper_item(kind) for kind in queries.wanted_kinds(application)}
    kept = {item: said for item, said in application.todo.items() if not item.startswith(PAPER) or item in wanted}
    application.todo = kept


def _zones(application: Application) -> list[dict[str, Any]]:
    return list(application.answers.get(Step.ZONES.value, {}).get("zones", ()))


def _keep(actor: Actor, application: Application, step: Step, answers: dict[str, Any]) -> None:
    application.answers = {**application.answers, step.value: answers}
    if step is Step.WHAT:
        _drop_unneeded(application)
    mended(actor, application, step.value)
