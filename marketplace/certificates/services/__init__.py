"""What happens to certificates and to their types."""

from marketplace.certificates.services.registering import register, verify

__all__ = ["register", "verify"]
