"""A learner's pages about herself: how she is reached, who helps her, decisions about her, and her data."""

from mimis_portal.own import account, data, decisions, helpers, jobs  # noqa: F401  # their views belong to the blueprints
from mimis_portal.own.contact import own, ways

__all__ = ["own", "ways"]
