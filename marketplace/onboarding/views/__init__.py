"""The pages of somebody who opens a shop, and those of the curators who look at it."""

from marketplace.onboarding.views import applying, reviewing

blueprints = (applying.bp, reviewing.bp)
