"""Money that comes to the market's own account: proofs of buyers, the bank's statement, and which line paid what."""
