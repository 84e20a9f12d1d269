"""The desk of Disperindag: what waits, what was decided, and why."""
