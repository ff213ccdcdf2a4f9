"""What ``mimis.toml`` says about badges: a table under ``[formats.NAME]`` and its tables ``sealer`` and ``signer``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from mimis_core import AdapterSettings


class BadgeSettings(AdapterSettings):
    """How badges are written. The format has one text in each place, so a badge has one language."""

    language: Literal["sv", "en"] = Field(default="sv", description="Language of the badge's texts")
    issuer: Annotated[str, Field(pattern=r"^(https://|did:(key|web):)\S+$")] | None = Field(
        default=None,
        description="The did:key or https address that stands for the school, as mimis openbadges key prints it; "
        "left out, its homepage or an opaque id",
    )
    status: Literal["suspension", "revocation", "both"] = Field(
        default="suspension",
        description="Status lists that a badge names; the official schema has room for one. That of suspensions also "
        "holds what is revoked or replaced; that of revocations leaves a suspended badge valid",
    )


class JwtSettings(AdapterSettings):
    """The JSON Web Token proof of Open Badges 3.0 leaves nothing to choose."""


class DataIntegritySettings(AdapterSettings):
    """The proof ``eddsa-rdfc-2022`` leaves nothing to choose."""


class Ed25519Settings(AdapterSettings):
    """Where the Ed25519 key is."""

    file: str = Field(description="Key file in PKCS#8 PEM, as mimis openbadges key makes it")
    password: SecretStr | None = Field(
        default=None, description="Password of the key file, as a reference to a file or the environment"
    )
