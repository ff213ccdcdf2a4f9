"""Pages of the catalogue: writing entries, publishing them, and reviewing them from outside."""

from mimis_portal.catalogue import editing, publishing, reviewing  # noqa: F401  # their views belong to the blueprint
from mimis_portal.catalogue.listing import catalogue

__all__ = ["catalogue"]
