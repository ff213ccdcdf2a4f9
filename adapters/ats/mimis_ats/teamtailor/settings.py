"""Settings of the Teamtailor feed."""

from __future__ import annotations

from pydantic import Field, SecretStr

from mimis_core import AdapterSettings


class TeamtailorSettings(AdapterSettings):
    """One ``[feeds.<name>]`` table with ``kind = "teamtailor"``: one customer, reached with its own and our key."""

    url: str = Field(
        default="https://api.teamtailor.com",
        description="Address of the customer's region; North America api.na.teamtailor.com, Asia api.au.teamtailor.com",
    )
    partner_key: SecretStr = Field(description="Key of the partner API; writes the results")
    authorization_prefix: str = Field(
        default="Token", description="Word before the partner key in Authorization: Token or Bearer"
    )
    api_key: SecretStr = Field(description="The customer's public API key with Admin read; finds the candidate")
    api_version: str = Field(default="20240904", description="X-Api-Version of the public API")
    partner_api_version: str = Field(default="20180828", description="X-Api-Version of the partner API")
    job_id: int | None = Field(default=None, description="Job that results are tied to; none ties them to the person")
