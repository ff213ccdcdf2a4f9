"""Learning platforms that launch mimis by LTI 1.3: the tables ``[lti.<name>]`` of ``mimis.toml``, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from mimis_core.errors import ConfigurationError
from mimis_core.settings import describe_invalid

if TYPE_CHECKING:
    from mimis_core.settings import Settings

MEND = "\nCorrect this in mimis.toml; docs/lti.md says where the platform shows it."
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Platform(BaseModel):
    """``[lti.<name>]``: one registration of mimis at one learning platform."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str = Field(description="How the platform names itself in its tokens (platform id), exactly as it does")
    client_id: str = Field(min_length=1, description="Id that the platform gave this mimis")
    deployment_ids: tuple[str, ...] = Field(min_length=1, description="Deployments that are let in")
    auth_url: str = Field(description="The platform's authentication request address")
    token_url: str | None = Field(default=None, description="The platform's access token address; not asked so far")
    jwks_url: str = Field(description="Address of the platform's public keys (keyset)")
    source: str = Field(description="Name in [sources] of this platform: whose learners its user ids are")
    frames: tuple[str, ...] = Field(
        default=(), description="Further origins whose pages hold mimis in a frame, such as Open edX's learning MFE"
    )
    keys: tuple[SecretStr, ...] = Field(
        default=(), description="Private keys that sign what a teacher places, newest first; mimis lti key makes one"
    )

    @field_validator("auth_url", "token_url", "jwks_url", "frames")
    @classmethod
    def _be_safe(cls, value: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for address in (value,) if isinstance(value, str) else value or ():
            if not is_safe(address):
                raise ValueError("is no https address")
        return value

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins whose pages may hold ours in a frame, in the form of Content Security Policy."""
        known = (self.issuer, self.auth_url, *self.frames)
        return tuple(dict.fromkeys(origin_of(one) for one in known if is_safe(one)))


def read_platforms(settings: Settings) -> dict[str, Platform]:
    """The platforms by name. Raises ConfigurationError naming table and field."""
    return {name: _read(settings, name) for name in settings.lti}


def is_safe(address: str) -> bool:
    """Whether an address is https, or of this machine, where nobody listens in between."""
    try:
        parts = urlsplit(address)
        known = parts.hostname is not None and parts.port != 0
    except ValueError:
        return False
    return known and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def origin_of(address: str) -> str:
    """Scheme, host and port of a web address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _read(settings: Settings, name: str) -> Platform:
    try:
        platform = Platform.model_validate(settings.lti[name])
    except ValidationError as error:
        raise ConfigurationError(describe_invalid(error, f"[lti.{name}]"), mend=MEND) from None
    if platform.source not in settings.sources:
        raise ConfigurationError(f"[lti.{name}]: there is no [sources.{platform.source}].", mend=MEND)
    return platform
