"""Pages of the catalogue: writing entries, publishing them, and reviewing them from outside."""

from mimis_portal.catalogue import (  # noqa: F401  # their views belong to the blueprint
    editing,
    endorsing,
    proposing,
    publishing,
    reviewing,
    skills,
)
from mimis_portal.catalogue.listing import catalogue

__all__ = ["catalogue"]
