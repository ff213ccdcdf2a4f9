"""Hooks of the portal: the pages for learners, employers and the public."""

from mimis_core import hookimpl


@hookimpl
def mimis_blueprints() -> tuple[str, ...]:
    """The portal's pages."""
    return ("mimis_portal.pages:register",)
