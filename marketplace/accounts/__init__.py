"""People, sign-in, role grants, the addresses of people."""
