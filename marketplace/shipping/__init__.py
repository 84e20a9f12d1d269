"""How goods reach a buyer, and what it costs."""
