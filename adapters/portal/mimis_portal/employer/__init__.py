"""Pages of an employer's own mimis: what was shared with it, how to take more in, and what its jobs need."""

from mimis_portal.employer.inbox import employer
from mimis_portal.employer.invitation import to_us
from mimis_portal.employer.menu import menu
from mimis_portal.employer.role_matches import role_matches
from mimis_portal.employer.role_pages import role_profiles
from mimis_portal.employer.role_public import public_roles
from mimis_portal.employer.taking_in import taking_in

__all__ = ["employer", "menu", "public_roles", "role_matches", "role_profiles", "taking_in", "to_us"]
