"""Skills of a candidate or an employee: what her valid credentials are called, under one skill type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mimis_ats.odoo.api import OdooApi
from mimis_ats.odoo.layout import Layout
from mimis_ats.odoo.mapping import related
from mimis_core import ConfigurationError

MOST = 500
"""Skills of one type, or of one person, that are looked at."""


def given_by(api: OdooApi, layout: Layout, person: int, users: set[int | None]) -> list[int]:
    """Ids of a person's skills that one of these users gave."""
    rows = api.read(layout.skills, [[layout.skill_link, "=", person]], ["create_uid"], MOST)
    return [row["id"] for row in rows if related(row.get("create_uid")) in users - {None}]


class SkillShelf:
    """Keeps the skills of one share in step. A skill that somebody else gave is left as it is.

    Ours are known by who made them: the same user who wrote the share's note.
    """

    def __init__(self, api: OdooApi, layout: Layout, skill_type: str, may_create: bool) -> None:
        self._api = api
        self._layout = layout
        self._type_name = skill_type
        self._may_create = may_create

    def put(self, person: int, titles: Sequence[str], written: Iterable[int], writer: int | None) -> list[int]:
        """Let the person have these skills, and no longer those that ``written`` names besides; gives their ids."""
        kind, level = self._type()
        wanted = self._wanted(titles, kind)
        fields = ("skill_id", "create_uid")
        rows = self._api.read(self._layout.skills, [[self._layout.skill_link, "=", person]], fields, MOST)
        held = {related(row["skill_id"]): row for row in rows}
        ours = []
        for skill in wanted:
            row = held.get(skill)
            if row is None:
                ours.append(self._give(person, skill, kind, level))
            elif row["id"] in set(written) or (writer is not None and related(row.get("create_uid")) == writer):
                ours.append(row["id"])
        self._api.unlink(self._layout.skills, sorted(set(written) - set(ours)))
        return sorted(ours)

    def check(self) -> None:
        """Raises ConfigurationError when the skill type is not there or has no level."""
        self._type()

    def _type(self) -> tuple[int, int]:
        kinds = self._api.read("hr.skill.type", [["name", "=", self._type_name]], ["name"], 1)
        if kinds:
            asked = [["skill_type_id", "=", kinds[0]["id"]]]
            levels = self._api.read("hr.skill.level", asked, ["default_level"], MOST)
            level = next((one["id"] for one in levels if one.get("default_level")), levels[0]["id"] if levels else None)
            if level is not None:
                return kinds[0]["id"], level
        raise ConfigurationError(
            f"Odoo has no skill type {self._type_name!r} with a level.",
            mend="Make the skill type with one level in Odoo, or take skill_type out of mimis.toml.",
        )

    def _wanted(self, titles: Sequence[str], kind: int) -> list[int]:
        if not titles:
            return []
        rows = self._api.read("hr.skill", [["skill_type_id", "=", kind]], ["name"], MOST)
        known = {str(row.get("name")).strip().casefold(): row["id"] for row in rows}
        found = [known.get(title.strip().casefold()) or self._new(title.strip(), kind) for title in titles]
        return list(dict.fromkeys(one for one in found if one is not None))

    def _new(self, title: str, kind: int) -> int | None:
        if not self._may_create:
            return None
        return self._api.create("hr.skill", {"name": title, "skill_type_id": kind})

    def _give(self, person: int, skill: int, kind: int, level: int) -> int:
        values = {"skill_id": skill, "skill_type_id": kind, "skill_level_id": level}
        return self._api.create(self._layout.skills, {self._layout.skill_link: person, **values})
