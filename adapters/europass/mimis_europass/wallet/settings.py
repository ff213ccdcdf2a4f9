"""Settings of the Europass wallet courier."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from mimis_core import AdapterSettings


class EuropassSettings(AdapterSettings):
    """How a Europass (EDCI) wallet is reached. Nothing in here belongs to one issuer."""

    url: str = Field(description="Base address of the wallet's API, such as https://wallet.example.eu/api")
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]+$")] = Field(
        default="v1", description="Version part that follows the base address in every path"
    )
    send_email: bool = Field(default=True, description="Let the wallet mail the learner that a credential has come")
    token: SecretStr | None = Field(
        default=None, description="Access token, for a wallet whose deposit is guarded; most are open to deposits"
    )

    @field_validator("url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address such as https://wallet.example.eu/api")
        return value.rstrip("/")

    @property
    def is_local(self) -> bool:
        """True for a wallet on this computer: a sandbox, which needs neither encryption nor registration."""
        return urlsplit(self.url).hostname in ("127.0.0.1", "localhost", "::1")

    @property
    def is_encrypted(self) -> bool:
        """Whether what is sent can be read on the way."""
        return self.url.startswith("https://")
