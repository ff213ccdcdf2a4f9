"""Settings of the feeds that write files and mails."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from mimis_core import AdapterSettings

ADDRESS = r"^[^\s<>,;:\"()@]{1,64}@[^\s<>,;:\"()@]{1,250}$"
"""One plain mail address, and nothing that could carry more."""


class FolderSettings(AdapterSettings):
    """One ``[feeds.<name>]`` table with ``kind = "drop-folder"``: one system that reads files from a folder."""

    path: Path = Field(description="Folder that the system reads from; it is there already, and files are left in it")
    system: str = Field(
        min_length=1, max_length=100, description="Name of the system, as people know it; learners read it"
    )
    layout: Literal["csv", "json"] = Field(default="csv", description="Form of the files")
    people: Path | None = Field(
        default=None,
        description="Full path of a list of the candidates that the system knows, a CSV file with the columns email "
        "and id; without one the address in the application stands for the candidate",
    )
    records: Literal["recruitment", "employees"] = Field(
        default="recruitment", description="What the system holds: applications, or records of employees"
    )


class ExportSettings(AdapterSettings):
    """One ``[feeds.<name>]`` table with ``kind = "hr-export"``: one list of what employees shared for their records."""

    file: Path = Field(description="The list, a CSV file; its folder is there already")
    system: str = Field(
        min_length=1, max_length=100, description="Name of the HR system, as people know it; learners read it"
    )
    people: Path = Field(description="Full path of a list of the employees, a CSV file with the columns email and id")
    records: Literal["employees"] = Field(
        default="employees", description="Only shares that are made for the staff record go there"
    )


class RecruiterMailSettings(AdapterSettings):
    """One ``[feeds.<name>]`` table with ``kind = "recruiter-mail"``: one recruiter or mailbox that is written to."""

    to: str = Field(pattern=ADDRESS, description="Address of the recruiter, or of a mailbox that recruiters share")
    system: str = Field(
        default="e-post / e-mail", min_length=1, max_length=100, description="What learners read for the place"
    )
    memory: Path = Field(
        description="Full path of a folder in which mimis remembers what it has mailed; it is there already"
    )
    attach_pdf: bool = Field(
        default=False, description="Attach a PDF of each credential; it stays with the recruiter when a share ends"
    )
    host: str = Field(description="Name of the mail server that takes mail for sending")
    port: int = Field(default=587, gt=0, lt=65536, description="Port: 587 with starttls, 25 inside a network")
    starttls: bool = Field(default=True, description="Encrypt the connection; false only inside your network")
    username: str | None = Field(default=None, description="Name to sign in to the mail server with, if it asks")
    password: SecretStr | None = Field(default=None, description="Password of that name")
    sender: str = Field(pattern=ADDRESS, description="Address that the mails come from")
    records: Literal["recruitment", "employees"] = Field(
        default="recruitment", description="Whom the recruiter deals with: applicants, or employees"
    )
