"""Shops and the operator give vouchers, let them rest, and end them. What was bought with one stays bought."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import midnight, now, today
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, Stale
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.vouchers import rules
from marketplace.vouchers.models import Voucher
from marketplace.vouchers.policies import can_give
from marketplace.vouchers.rules import Bearer, Period, VoucherKind


@dataclass(frozen=True)
class VoucherDraft:
    """A voucher as somebody wants it (rupiah, days of WITA). `store_id` None: the programme's. None: no limit."""

    code: str
    store_id: int | None
    kind: VoucherKind
    value: int
    first_day: date
    last_day: date
    cap: int | None = None
    least_goods: int = 0
    max_uses: int | None = None
    budget: int | None = None
    per_person: int | None = 1
    period: Period = Period.EVER
    store_ceiling: int | None = None


def create(actor: Actor, draft: VoucherDraft) -> Voucher:
    """Give a voucher. Raises NotAllowed; Invalid at the field that is wrong, e.g. a code that is taken."""
    if not can_give(actor, draft.store_id):
        raise NotAllowed("vouchers.not_found")
    code = rules.normal_code(draft.code)
    _check(draft, code)
    values = {name: value for name, value in vars(draft).items() if name not in ("code", "first_day", "last_day")}
    at = now()
    voucher_id = insert_once(
        Voucher,
        "code",
        **values,
        code=code,
        bearer=Bearer.PROGRAMME if draft.store_id is None else Bearer.SHOP,
        starts_at=midnight(draft.first_day),
        ends_at=midnight(draft.last_day + timedelta(days=1)),
        used=0,
        spent=0,
        made_at=at,
        made_by=actor.person_id,
    )
    if voucher_id is None:
        raise Invalid("vouchers.code_taken", field="code")
    told = {name: str(value) for name, value in asdict(draft).items() if value is not None and name != "code"}
    audit.record(actor, "vouchers.given", "voucher", code, **told)
    return db.session.get_one(Voucher, voucher_id)


def pause(actor: Actor, voucher_id: int) -> Voucher:
    """Let a voucher rest. Raises NotFound, NotAllowed, Stale when it is over."""
    found = _locked(actor, voucher_id)
    if found.paused_at is None:
        found.paused_at = now()
        audit.record(actor, "vouchers.paused", "voucher", found.code)
    return found


def resume(actor: Actor, voucher_id: int) -> Voucher:
    """Let it work again. Raises NotFound, NotAllowed, Stale when it is over."""
    found = _locked(actor, voucher_id)
    if found.paused_at is not None:
        found.paused_at = None
        audit.record(actor, "vouchers.resumed", "voucher", found.code)
    return found


def end(actor: Actor, voucher_id: int) -> Voucher:
    """End it for good; its code is not used again. Raises NotFound, NotAllowed, Stale when it is over."""
    found = _locked(actor, voucher_id)
    found.ended_at = now()
    audit.record(actor, "vouchers.ended", "voucher", found.code)
    return found


def _locked(actor: Actor, voucher_id: int) -> Voucher:
    found = lock_one(Voucher, voucher_id)
    if not can_give(actor, found.store_id):
        raise NotAllowed("vouchers.not_found")
    if found.ended_at is not None or found.ends_at <= now():
        raise Stale("vouchers.is_over", code=found.code)
    return found


def _check(draft: VoucherDraft, code: str) -> None:
    """Raises Invalid at the field that makes no voucher."""
    if not rules.CODE.fullmatch(code):
        raise Invalid("vouchers.code_form", field="code", least=rules.SHORTEST_CODE, most=rules.LONGEST_CODE)
    if draft.kind is VoucherKind.PERCENT and draft.value > rules.MOST_PERCENT:
        raise Invalid("vouchers.too_many_percent", field="value")
    if draft.kind is VoucherKind.AMOUNT and draft.cap is not None:
        raise Invalid("vouchers.cap_of_amount", field="cap")
    if draft.first_day < today():
        raise Invalid("vouchers.day_gone_by", field="first_day")
    if not 0 <= (draft.last_day - draft.first_day).days < rules.MOST_DAYS:
        raise Invalid("vouchers.last_day", field="last_day", days=rules.MOST_DAYS)
    if draft.store_id is None and draft.budget is None:
        raise Invalid("vouchers.budget_missing", field="budget")
    if draft.budget is not None and draft.kind is VoucherKind.AMOUNT and draft.budget < draft.value:
        raise Invalid("vouchers.budget_too_small", field="budget", least=draft.value)
