"""Pages of sellers, buyers and curators that join several areas. No tables."""
