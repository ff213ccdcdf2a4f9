"""Settings of the Odoo feed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from mimis_core import AdapterSettings


class OdooSettings(AdapterSettings):
    """One ``[feeds.<name>]`` table with ``kind = "odoo"``: one database, reached as a user of its own."""

    url: str = Field(description="Address of the Odoo, such as https://firma.odoo.com")
    database: str = Field(description="Name of the database")
    login: str | None = Field(default=None, description="Login of the user who writes; needed up to Odoo 18")
    api_key: SecretStr = Field(description="An API key of that user, made under its account security")
    records: Literal["recruitment", "employees"] = Field(
        default="recruitment", description="Whom to write on: candidates in recruitment, or employees (staff records)"
    )
    protocol: Literal["auto", "json-rpc", "json-2"] = Field(
        default="auto", description="How to talk to it: json-2 from Odoo 19 on, json-rpc before; auto asks which it is"
    )
    tag: str | None = Field(default="Mikromeriter", description="Tag on whoever has shared; made where it is missing")
    skill_type: str | None = Field(
        default=None,
        description="Skill type that the credentials' titles are written under as skills; none writes none",
    )
    create_skills: bool = Field(
        default=False, description="Make a skill that the skill type lacks; otherwise only the note names it"
    )
