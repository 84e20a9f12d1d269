"""The curators' desk: what waits for a decision, and which papers there are."""

from marketplace.curation.views import papers, submissions

blueprints = (submissions.bp, papers.bp)
