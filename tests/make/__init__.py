"""Builders: what a test needs and does not want to spell out. They go through the real services."""

from tests.make.accounts import FATULULI as FATULULI
from tests.make.accounts import OPERATOR as OPERATOR
from tests.make.accounts import PASSWORD as PASSWORD
from tests.make.accounts import actor_of as actor_of
from tests.make.accounts import address as address
from tests.make.accounts import person as person
from tests.make.accounts import sign_in as sign_in
from tests.make.accounts import sign_in_client as sign_in_client
from tests.make.stores import store as store
