"""What happens to stores: their profile here, their team, help and bank account in modules of their own."""

from marketplace.stores.services.profiles import create, set_logo, set_status, update_profile

__all__ = ["create", "set_logo", "set_status", "update_profile"]
