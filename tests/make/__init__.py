"""Builders: what a test needs and does not want to spell out. They go through the real services."""

from tests.make.stores import store as store
