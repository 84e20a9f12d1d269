"""What is to be paid for a purchase, and what was."""
