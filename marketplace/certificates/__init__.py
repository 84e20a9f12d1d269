"""Permits and certificates: numbers, expiry, who verified what."""
