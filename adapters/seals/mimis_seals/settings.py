"""What ``mimis.toml`` says about the seal: the tables ``[signer]`` and ``[sealer]``."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from mimis_core import AdapterSettings

Level = Literal["B", "T", "LT", "LTA"]


class Pkcs12Settings(AdapterSettings):
    """Where the seal's key file is and what opens it."""

    file: str = Field(description="The key file (.p12 or .pfx) with the seal's private key and certificates")
    password: SecretStr = Field(description="Password of the key file, as a reference to a file or the environment")


class Pkcs11Settings(AdapterSettings):
    """A key in a hardware security module, smart card or USB token, behind its PKCS#11 module."""

    module: str = Field(description="Path of the PKCS#11 module (.so, .dll) that came with the device")
    label: str = Field(description="Label of the token that holds the key, as the device's own tool lists it")
    pin: SecretStr = Field(description="User PIN of the token, as a reference to a file or the environment")
    object_label: str | None = Field(default=None, description="Label of the key, when the token holds several")
    object_id: str | None = Field(
        default=None, pattern=r"^([0-9a-fA-F]{2})+$", description="Id of the key in hexadecimal, instead of its label"
    )
    file: str | None = Field(
        default=None,
        description="PEM file with the seal's certificate and those above it; without it, the token's own are taken",
    )


class CscSettings(AdapterSettings):
    """A key at a remote signing service with the Cloud Signature Consortium's API, version 2."""

    url: str = Field(
        pattern=r"^https://|^http://(127\.0\.0\.1|localhost)[:/]",
        description="Base address of the service's API, up to and with /csc/v2",
    )
    client_id: str = Field(description="Client id that the service gave the school")
    client_secret: SecretStr = Field(description="Client secret that belongs to it")
    credential: str | None = Field(default=None, description="Id of the seal, when the account holds several")
    user: str | None = Field(default=None, description="userID, where the service asks for it beside the client id")
    pin: SecretStr | None = Field(default=None, description="PIN of the seal, where the service asks for one")
    otp_seed: SecretStr | None = Field(
        default=None,
        description="Seed of the one-time codes (TOTP, base32), where the service asks for such a code",
    )
    batch: int = Field(default=50, ge=1, description="Most signatures in one request; the service may allow fewer")


class TsaSettings(AdapterSettings):
    """The time-stamping authority (RFC 3161)."""

    url: str = Field(pattern=r"^https?://", description="Address that timestamps are asked at")
    user: str | None = Field(default=None, description="User name, where the authority asks for one (HTTP Basic)")
    password: SecretStr | None = Field(default=None, description="Password of the user")

    @property
    def login(self) -> tuple[str, str] | None:
        """User name and password; None where the authority asks for none."""
        if self.user is None or self.password is None:
            return None
        return self.user, self.password.get_secret_value()


class JadesSettings(AdapterSettings):
    """Choices in the seal's header; the defaults are those of the EU's own sealed samples, at the level that needs
    nobody else."""

    time: Literal["sigT", "iat"] = Field(
        default="sigT", description="Header that says when the seal was made: sigT as Europass writes it, or iat"
    )
    certificates: Literal["signer", "chain"] = Field(
        default="chain",
        description="Certificates in the seal: the signer's alone, or also those between it and the trust anchor",
    )
    level: Level = Field(
        default="B",
        description="How long a seal can be checked: B while its certificate holds, T with a timestamp, LT with proof "
        "that nothing was revoked, LTA with a timestamp over all that; docs/sigill.md says which to choose",
    )
    tsa: TsaSettings | None = Field(
        default=None, description="Table { url, user, password } of the time-stamping authority; needed from T on"
    )
    content_timestamp: bool = Field(
        default=False, description="Also a timestamp over the content before it is sealed (adoTst), as in the samples"
    )
    revocation_minutes: int = Field(
        default=60, ge=0, description="How long one OCSP answer serves further seals; a CRL does until its next update"
    )

    @model_validator(mode="after")
    def _stamped_by_somebody(self) -> Self:
        if self.tsa is None and (self.level != "B" or self.content_timestamp):
            raise ValueError("levels T, LT and LTA and content_timestamp need tsa = { url = ... }")
        return self
