"""Builders: what a test needs and does not want to spell out. They go through the real services where that is quick."""

from tests.make.accounts import FATULULI as FATULULI
from tests.make.accounts import OPERATOR as OPERATOR
from tests.make.accounts import PASSWORD as PASSWORD
from tests.make.accounts import actor_of as actor_of
from tests.make.accounts import address as address
from tests.make.accounts import person as person
from tests.make.accounts import sign_in as sign_in
from tests.make.accounts import sign_in_client as sign_in_client
from tests.make.catalog import category_id as category_id
from tests.make.catalog import draft as draft
from tests.make.catalog import live as live
from tests.make.catalog import newest_revision_id as newest_revision_id
from tests.make.catalog import product as product
from tests.make.catalog import variant as variant
from tests.make.curation import certificate as certificate
from tests.make.curation import hand_in as hand_in
from tests.make.curation import papers as papers
from tests.make.curation import submission as submission
from tests.make.orders import orders_of as orders_of
from tests.make.orders import place as place
from tests.make.orders import purchase as purchase
from tests.make.orders import spec as spec
from tests.make.orders import walk as walk
from tests.make.stores import store as store
