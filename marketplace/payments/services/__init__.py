"""What is owed (`asking`), tries to pay (`attempts`), money back (`refunds`), disputes, and the inbox (`notices`)."""

from marketplace.payments.services import attempts, disputes, notices, refunds
from marketplace.payments.services.asking import drop, open_payment, receive_cash

__all__ = ["attempts", "disputes", "drop", "notices", "open_payment", "receive_cash", "refunds"]
