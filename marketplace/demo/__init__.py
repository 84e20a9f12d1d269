"""The demo market: invented shops, people and orders on real product and region data, all through the services."""
