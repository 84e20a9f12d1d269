"""BeliNTT: the market for what Nusa Tenggara Timur makes."""
