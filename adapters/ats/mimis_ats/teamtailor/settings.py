"""Settings of the Teamtailor feed."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator

from mimis_core import AdapterSettings


class TeamtailorSettings(AdapterSettings):
    """One ``[feeds.<name>]`` table with ``kind = "teamtailor"``: one customer, reached with its own and our key."""

    url: str = Field(
        default="https://api.teamtailor.com",
        description="Address of the customer's region; North America api.na.teamtailor.com, Asia api.au.teamtailor.com",
    )
    partner_key: SecretStr | None = Field(
        default=None, description="Key of the partner API; writes the results. Without it notes are written by user_id"
    )
    user_id: int | None = Field(
        default=None, description="Teamtailor user who is said to write notes; needed without partner_key"
    )
    authorization_prefix: str = Field(
        default="Token", description="Word before the partner key in Authorization: Token or Bearer"
    )
    api_key: SecretStr = Field(
        description="The customer's public API key, Admin read (and write, for notes); finds the candidate"
    )
    api_version: str = Field(default="20240904", description="X-Api-Version of the public API")
    partner_api_version: str = Field(default="20180828", description="X-Api-Version of the partner API")
    webhook_secret: SecretStr | None = Field(
        default=None, description="The partner's web hook secret; without it recruiters cannot ask from Teamtailor"
    )
    activation_code: SecretStr | None = Field(
        default=None, description="What this customer types when it activates mimis in Teamtailor; long and random"
    )
    job_id: int | None = Field(default=None, description="Job that results are tied to; none ties them to the person")

    @model_validator(mode="after")
    def _can_write(self) -> Self:
        if self.partner_key is None and self.user_id is None:
            raise ValueError("partner_key or user_id is needed: one of them writes")
        return self
