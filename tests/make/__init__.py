"""Builders: what a test needs and does not want to spell out. They go through the real services."""

from tests.make.catalog import category_id as category_id
from tests.make.catalog import draft as draft
from tests.make.catalog import live as live
from tests.make.catalog import newest_revision_id as newest_revision_id
from tests.make.catalog import product as product
from tests.make.catalog import variant as variant
from tests.make.stores import store as store
