"""What the demo market consists of: shops, goods, people, numbers on paper. Pure; the same each time."""
