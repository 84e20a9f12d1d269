"""Pages of the account: signing in and up, the way back in, one's own data."""

from marketplace.accounts.views import addresses, data, home, recovery, security, sign_in
from marketplace.accounts.views.blueprint import bp

__all__ = ["addresses", "bp", "data", "home", "recovery", "security", "sign_in"]
