"""Files for the bank, and statements as PDF."""
