"""What a system is for, and what a share is for: a share made for the staff records goes there and nowhere else.

A feed says it by its settings, one of a third party too: ``records = "employees"`` holds staff records, anything else
(and no such setting) recruitment; ``system`` is what people call the system.
"""

from __future__ import annotations

from typing import Any

from mimis_core import TalentFeed

STAFF_RECORD = ("personalakt", "employee record")
"""The purposes by which a learner says that a share is for her staff record; more may follow after a colon."""

KNOWN_SYSTEMS = {"teamtailor": "Teamtailor", "greenhouse": "Greenhouse", "odoo": "Odoo"}


def is_for_staff(purpose: str | None) -> bool:
    """Whether a learner shares for her record as an employee, and not for an application."""
    said = (purpose or "").partition(":")[0].strip().rstrip(".")
    return " ".join(said.casefold().split()) in STAFF_RECORD


def takes(feed: TalentFeed[Any], purpose: str | None) -> bool:
    """Whether a system is one that a share with this purpose is for."""
    return (getattr(feed.settings, "records", None) == "employees") == is_for_staff(purpose)


def system_name(feed: TalentFeed[Any]) -> str:
    """What people call the system of a feed; its learner reads it. The configured name, when that tells more."""
    said = getattr(feed.settings, "system", None) or KNOWN_SYSTEMS.get(feed.kind)
    return str(said) if said else feed.name
