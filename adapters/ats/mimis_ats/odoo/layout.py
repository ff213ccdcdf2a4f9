"""Where one Odoo keeps people, what is tagged on them and what they can: it differs by version and by module."""

from __future__ import annotations

from dataclasses import dataclass

from mimis_ats.odoo.api import OdooApi
from mimis_ats.odoo.settings import OdooSettings
from mimis_core import ConfigurationError

APPLICATION = "hr.applicant"


@dataclass(frozen=True)
class Layout:
    """The models and fields in use.

    Attributes:
        person: model of whom a share belongs to: ``hr.candidate`` (18 only), ``hr.applicant`` or ``hr.employee``.
        addresses: its fields that hold a mail address.
        tags, tag_field: model of the tags, and the field that they stand in.
        skills, skill_link: model of a person's skills, and its field that points to the person.
        has_contact: whether a person points to a contact, so that several applications are known as one's.
    """

    person: str
    addresses: tuple[str, ...]
    tags: str
    tag_field: str
    skills: str
    skill_link: str
    has_contact: bool

    @property
    def places(self) -> tuple[str, ...]:
        """Models that notes stand on: up to 17 and again from 19 the person's, in 18 her application's as well."""
        return tuple(dict.fromkeys((self.person, APPLICATION))) if self.person == "hr.candidate" else (self.person,)


def detect(api: OdooApi, settings: OdooSettings) -> Layout:
    """Ask which models there are. Raises ConfigurationError when the app that ``records`` names is not installed."""
    if settings.records == "employees":
        fields = api.fields_of("hr.employee")
        found = _employees(fields) if fields else None
    else:
        fields = api.fields_of("hr.candidate")
        person = "hr.candidate" if fields else APPLICATION
        fields = fields or api.fields_of(APPLICATION)
        found = _recruitment(person, fields) if fields else None
    if found is None:
        raise ConfigurationError(
            f"This Odoo has nothing to write on for records = {settings.records!r}.",
            mend="Install the app Recruitment or Employees in Odoo, or set records.",
        )
    if settings.skill_type and api.fields_of(found.skills) is None:
        raise ConfigurationError(
            "This Odoo keeps no skills.", mend="Install its module for skills, or take skill_type out of mimis.toml."
        )
    return found


def _employees(fields: set[str]) -> Layout:
    addresses = tuple(name for name in ("work_email", "private_email") if name in fields)
    skills = ("hr.employee.skill", "employee_id")
    return Layout("hr.employee", addresses, "hr.employee.category", "category_ids", *skills, has_contact=False)


def _recruitment(person: str, fields: set[str]) -> Layout:
    addresses = tuple(name for name in ("email_normalized", "email_from") if name in fields)
    skills = (f"{person}.skill", f"{person.rpartition('.')[2]}_id")
    is_application = person == APPLICATION and "partner_id" in fields
    return Layout(person, addresses, "hr.applicant.category", "categ_ids", *skills, has_contact=is_application)
