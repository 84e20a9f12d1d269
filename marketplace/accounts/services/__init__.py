"""What can be done with accounts."""

from marketplace.accounts.services.addresses import (
    AddressDraft,
    make_default,
    own_address,
    remove_address,
    save_address,
)
from marketplace.accounts.services.closing import close_account
from marketplace.accounts.services.contacts import find_person
from marketplace.accounts.services.people import (
    block,
    change_profile,
    create_person,
    grant,
    revoke_grant,
    sign_up,
    unblock,
)
from marketplace.accounts.services.recovery import (
    ask_reset,
    change_password,
    hand_over_reset,
    is_password_of,
    person_of_link,
    reset_password,
    reset_token,
)
from marketplace.accounts.services.sign_ins import (
    begin_own_try,
    begin_try,
    check_password,
    end_try,
    forget_old,
    note_refusal,
    note_seen,
    open_for,
    open_sign_in,
    revoke,
    revoke_others,
    sign_out,
)

__all__ = [
    "AddressDraft",
    "ask_reset",
    "begin_own_try",
    "begin_try",
    "block",
    "change_password",
    "change_profile",
    "check_password",
    "close_account",
    "create_person",
    "end_try",
    "find_person",
    "forget_old",
    "grant",
    "hand_over_reset",
    "is_password_of",
    "make_default",
    "note_refusal",
    "note_seen",
    "open_for",
    "open_sign_in",
    "own_address",
    "person_of_link",
    "remove_address",
    "reset_password",
    "reset_token",
    "revoke",
    "revoke_grant",
    "revoke_others",
    "save_address",
    "sign_out",
    "sign_up",
    "unblock",
]
