"""A saved result run again: is the table identical, bit for bit, and if not, why not."""

from technic.verification.verification import Verification, verify

__all__ = ["Verification", "verify"]
