"""Settings of the Greenhouse feed."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from mimis_core import AdapterSettings


class GreenhouseSettings(AdapterSettings):
    """One ``[feeds.<name>]`` table with ``kind = "greenhouse"``: one organisation in Greenhouse Recruiting."""

    url: str = Field(default="https://harvest.greenhouse.io", description="Address of the Harvest API, without version")
    sign_in_url: str = Field(default="https://auth.greenhouse.io/token", description="Where v3 gives access tokens")
    version: Literal["v3", "v1"] = Field(
        default="v3", description="Version of the Harvest API; Greenhouse has announced the end of v1"
    )
    client_id: str | None = Field(
        default=None, description="v3: client id of a credential of the type Harvest V3 (OAuth)"
    )
    client_secret: SecretStr | None = Field(default=None, description="v3: its client secret")
    api_key: SecretStr | None = Field(default=None, description="v1: Harvest API key")
    user_id: int = Field(description="Id of the Greenhouse user who is said to have written; in v3 a site admin")
    custom_field: str | None = Field(
        default=None,
        description="Field key of a long text field of candidates that the pointer is written into; v1 needs one, "
        "since its attachments cannot be removed",
    )
    note: bool = Field(
        default=False, description="Write a note as well, although Greenhouse has no way to remove or change one"
    )
    visibility: Literal["admin_only", "private", "public"] = Field(
        default="admin_only", description="Who sees attachment and note in Greenhouse"
    )
    attachment_type: str = Field(
        default="other", description="v3: type of the attachment; never resume, which replaces the candidate's own"
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Secret key of a web hook to /hooks/greenhouse/NAME, which drops the link to a candidate who is "
        "deleted, merged or anonymised",
    )

    @model_validator(mode="after")
    def _demand_keys(self) -> Self:
        needed = {
            "v3": {"client_id": self.client_id, "client_secret": self.client_secret},
            "v1": {"api_key": self.api_key, "custom_field": self.custom_field},
        }[self.version]
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise ValueError(f"version {self.version} needs {' and '.join(missing)}")
        if self.attachment_type == "resume":
            raise ValueError("attachment_type resume would replace the candidate's own")
        return self
