"""Ready messages to a buyer that somebody of the shop passes on by WhatsApp: in the buyer's language, no more than the
letters say. The four digits are never among them: they are for the buyer to show.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from flask_babel import force_locale, gettext, lazy_gettext

from config import Config
from marketplace.core.ports import port
from marketplace.orders.models import Purchase
from marketplace.orders.queries import OrderView
from marketplace.orders.rules import SHARES, OrderStatus, ShareKind
from marketplace.shipping.rules import DeliveryMethod
from marketplace.web.filters import rupiah, wita_day

SHARE_WORDS = {
    ShareKind.ACCEPTED: lazy_gettext("Pesanan diterima"),
    ShareKind.READY: lazy_gettext("Siap atau sedang diantar"),
}


@dataclass(frozen=True)
class ReadyShare:
    """A message that fits the order as it stands. `address` opens it in WhatsApp, ready to be sent."""

    kind: ShareKind
    text: str
    address: str


def share_of(order: OrderView, purchase: Purchase) -> ReadyShare | None:
    """The message that fits; None while there is nothing to tell, or nobody to tell it to."""
    kind = SHARES.get(order.status)
    if kind is None or not purchase.buyer_phone:
        return None
    with force_locale(purchase.language):
        text = _text(kind, order, purchase)
    number = purchase.buyer_phone.removeprefix("+")
    return ReadyShare(kind, text, f"https://wa.me/{number}?text={quote(text)}")


def _text(kind: ShareKind, order: OrderView, purchase: Purchase) -> str:
    about = {"name": purchase.buyer_name, "code": order.code, "store": order.store_name}
    if kind is ShareKind.ACCEPTED:
        return gettext("Halo %(name)s, pesanan %(code)s kami terima dan sedang disiapkan. Salam, %(store)s", **about)
    if order.delivery_method is DeliveryMethod.POINT:
        about["place"] = order.delivery_name
        said = [gettext("Halo %(name)s, pesanan %(code)s dari %(store)s siap diambil di %(place)s.", **about)]
    elif order.delivery_method is DeliveryMethod.POST:
        about |= {"service": order.delivery_name, "number": order.tracking_number}
        return gettext(
            "Halo %(name)s, pesanan %(code)s sudah di %(service)s, nomor resi %(number)s. %(store)s", **about
        )
    elif order.delivery_method is DeliveryMethod.LOCAL:
        about["service"] = order.delivery_name
        said = [gettext("Halo %(name)s, pesanan %(code)s dari %(store)s sudah dibawa %(service)s.", **about)]
    elif order.round_day is not None:
        about |= {"name_of_round": order.delivery_name, "day": wita_day(order.round_day)}
        said = [gettext("Halo %(name)s, pesanan %(code)s dari %(store)s ikut %(name_of_round)s, %(day)s.", **about)]
    elif order.status is OrderStatus.READY:
        about["page"] = f"{port(Config).site_url}/toko/{order.store_slug}"
        said = [gettext("Halo %(name)s, pesanan %(code)s siap diambil di %(store)s: %(page)s", **about)]
    else:
        said = [gettext("Halo %(name)s, pesanan %(code)s dari %(store)s sedang diantar.", **about)]
    if not order.is_online:
        said.append(gettext("Siapkan uang tunai %(total)s.", total=rupiah(order.total)))
    said.append(gettext("Kode serah terima ada di halaman pesanan Anda."))
    return " ".join(said)
