"""What buyer and shop agree to change about an order that is not done yet, and what the shop sends in several parts."""
