"""Pages of the account: signing in and up, the way back in, one's own data."""

from marketplace.accounts.views import addresses, app_codes, data, home, recovery, security, sign_in
from marketplace.accounts.views.blueprint import bp

__all__ = ["addresses", "app_codes", "bp", "data", "home", "recovery", "security", "sign_in"]
