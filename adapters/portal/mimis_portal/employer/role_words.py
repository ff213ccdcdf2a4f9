"""Needs, lines and orders of roles in plain words."""

from __future__ import annotations

from typing import Any

from mimis_core.services import Line, Need, RoleVersion, Sight
from mimis_core.web import gettext, ngettext, staff_may
from mimis_portal.words import Sign


def line_sign(line: Line) -> Sign:
    """How a need is met."""
    signs = {
        "met": Sign("ok", gettext("Met"), "", gettext("Met")),
        "partly": Sign("warn", gettext("Partly met"), "", gettext("Partly met")),
        "not": Sign("idle", gettext("Not met"), "", gettext("Not met")),
    }
    return signs[line.status]


def role_sign(role: RoleVersion) -> Sign:
    """Where a role profile stands."""
    if role.state == "published":
        return Sign("ok", gettext("Published"), "", gettext("Published"))
    return Sign("warn", gettext("Draft"), "", gettext("Draft"))


def weight_name(need: Need) -> str:
    """How much a need counts."""
    return gettext("Needed") if need.weight == "essential" else gettext("An advantage")


def sight_name(sight: Sight) -> str:
    """What one criterion counts."""
    names = {
        "essential_met": gettext("How many of the things that are needed are shown"),
        "essential_partly": gettext("How many of the things that are needed are partly shown"),
        "desirable_met": gettext("How many of the advantages are shown"),
        "desirable_partly": gettext("How many of the advantages are partly shown"),
    }
    return names[sight]


def count_name(sight: Sight, number: int) -> str:
    """The same with the number of one share."""
    names = {
        "essential_met": ngettext("%(num)s needed thing shown", "%(num)s needed things shown", number),
        "essential_partly": ngettext("%(num)s needed thing partly shown", "%(num)s needed things partly shown", number),
        "desirable_met": ngettext("%(num)s advantage shown", "%(num)s advantages shown", number),
        "desirable_partly": ngettext("%(num)s advantage partly shown", "%(num)s advantages partly shown", number),
    }
    return names[sight]


def for_templates() -> dict[str, Any]:
    """What the templates of these pages may call."""
    return {
        "line_sign": line_sign,
        "role_sign": role_sign,
        "weight_name": weight_name,
        "sight_name": sight_name,
        "count_name": count_name,
        "staff_may": staff_may,
    }
