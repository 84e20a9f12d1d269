"""The pages of the operator: people, roles, settings, categories, audit trail. No tables."""
