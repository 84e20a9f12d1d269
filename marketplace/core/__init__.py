"""What every area stands on: database, money, actor, errors, locks, outbox, audit trail, dated settings."""
