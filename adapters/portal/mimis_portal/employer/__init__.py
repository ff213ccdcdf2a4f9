"""Pages of an employer's own mimis: what was shared with it, and how to take more in."""

from mimis_portal.employer.inbox import employer
from mimis_portal.employer.invitation import to_us
from mimis_portal.employer.menu import menu
from mimis_portal.employer.taking_in import taking_in

__all__ = ["employer", "menu", "taking_in", "to_us"]
