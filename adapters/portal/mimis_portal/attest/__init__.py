"""Attesting without an account: the pages of who is asked, and those of the school that asks."""

from mimis_portal.attest import asking_several  # noqa: F401  # its view belongs to a blueprint of another
from mimis_portal.attest.answering import attest
from mimis_portal.attest.asking import attestations

__all__ = ["attest", "attestations"]
