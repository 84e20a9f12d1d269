"""Builders for the tests: each makes one thing through the services or, where that would be slow, its rows."""

from tests.make.accounts import FATULULI, OPERATOR, PASSWORD, actor_of, address, person, sign_in, sign_in_client
from tests.make.stores import store

__all__ = ["FATULULI", "OPERATOR", "PASSWORD", "actor_of", "address", "person", "sign_in", "sign_in_client", "store"]
