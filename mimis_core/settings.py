"""``mimis.toml`` into typed settings; secrets come by reference from the environment or a file."""

from __future__ import annotations

import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from mimis_core.errors import ConfigurationError
from mimis_core.model import Mandate, Organisation, Trust

FILENAME = "mimis.toml"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Privacy(_Table):
    """How learners with protected identity (skyddade personuppgifter) are kept out of the automatic flow.

    ``protected`` must be answered before ``mimis sync`` starts (DESIGN.md, what never bends).
    """

    protected: Literal["role", "group", "list", "none-enrolled"] | None = Field(
        default=None, description="How they are kept out: a role or group in the LMS, the list below, none is enrolled"
    )
    values: tuple[str, ...] = Field(default=(), description="Role or group names, or for list: source identities")
    retention: str | None = Field(default=None, description="Recorded decision by which a public school may erase")


class DeliveryRule(_Table):
    """The school's recorded decision to deliver without asking each learner: who took it, and when."""

    courier: str = Field(description="Name of the courier, such as europass")
    decided_by: str = Field(description="Who took the decision")
    decided_on: date = Field(description="When the decision was taken")
    achievements: tuple[str, ...] = Field(default=(), description="Only these catalogue entries; empty means all")


class Delivery(_Table):
    """Deliveries: only by the learner's own choice unless a rule is recorded here."""

    rule: DeliveryRule | None = Field(default=None, description="The school's recorded rule, if any")


class Sync(_Table):
    """How often a pull asks its source about everything, and not only about what may have changed."""

    full_days: float = Field(default=7, ge=0, description="Days from one full pull to the next; 0 for always")


class StatusTable(_Table):
    """How long a signed status answer may be relied on: longer survives longer outages, shorter is truer."""

    life_hours: int = Field(default=24, gt=0, description="Hours that an answer of this mimis may be relied on")
    published_days: int = Field(default=7, gt=0, description="Days that what mimis publish wrote may be relied on")


class Renewal(_Table):
    """Reminders ahead of the day when a credential expires."""

    remind_days: tuple[Annotated[int, Field(gt=0)], ...] = Field(
        default=(60, 14), description="How many days ahead a learner is reminded, once each; empty for never"
    )


class TrustTable(_Table):
    """What verification may rely on beyond the EU's trusted lists."""

    anchors: tuple[Path, ...] = Field(default=(), description="PEM files with trust anchors, such as a trial key's")
    lists: Path | None = Field(
        default=None,
        description="Folder with the checked copy of the EU's trusted lists; mimis seals trust update fills it",
    )
    lotl: str = Field(
        default="https://ec.europa.eu/tools/lotl/eu-lotl.xml", description="Where the EU's list of trusted lists is"
    )
    lotl_certificates: tuple[Path, ...] = Field(default=(), description="PEM files of who may sign the list of lists")


class IssuerTable(_Table):
    """Employer role: one issuer's partner API that shares are pulled from."""

    url: str = Field(description="Base address of the issuer's mimis")
    client_id: str = Field(description="Client id given by the issuer")
    client_secret: SecretStr = Field(description="Client secret given by the issuer")
    webhook_secret: SecretStr | None = Field(default=None, description="Secret of the webhook that wakes the pull")


class Settings(_Table):
    """Everything in ``mimis.toml``. ``folder`` is where it stands; relative paths start there."""

    folder: Path = Field(description="Folder of the configuration file; filled in by mimis")
    role: Literal["school", "employer"] = Field(description="school issues, employer imports")
    base_url: str = Field(description="Public address of this mimis, as learners and employers reach it")
    trusted_proxy: str | None = Field(
        default=None, description="Address of the reverse proxy whose X-Forwarded headers are believed; * for any"
    )
    database: str = Field(default="sqlite:///mimis.db", description="SQLAlchemy address of the database")
    secret_key: SecretStr | None = Field(default=None, description="Signs sessions and tokens; at least 32 characters")
    encryption_key: SecretStr | None = Field(default=None, description="Key that encrypts names and documents")
    old_encryption_keys: tuple[SecretStr, ...] = Field(default=(), description="Still read with; plain: unencrypted")
    lookup_key: SecretStr | None = Field(default=None, description="Key of the hashes that addresses are found by")
    organisation: Organisation = Field(description="Who runs this mimis")
    owners: tuple[Organisation, ...] = Field(default=(), description="Other organisations that own catalogue entries")
    catalogue: Path = Field(default=Path("catalogue"), description="Folder of catalogue entries")
    privacy: Privacy = Field(default=Privacy(), description="Protected identities")
    sources: dict[str, dict[str, Any]] = Field(default={}, description="Places to pull completions from, by name")
    sync: Sync = Field(default=Sync(), description="Pulling")
    format: dict[str, Any] = Field(default={"kind": "elm"}, description="Credential format to issue")
    formats: dict[str, dict[str, Any]] = Field(
        default={},
        description="Further formats that a learner may download, by name; each may hold tables sealer and signer",
    )
    signer: dict[str, Any] | None = Field(default=None, description="The seal's key")
    sealer: dict[str, Any] = Field(default={"kind": "jades"}, description="How documents are sealed")
    couriers: dict[str, dict[str, Any]] = Field(default={}, description="Wallets and mail, by name")
    feeds: dict[str, dict[str, Any]] = Field(default={}, description="ATSs and HR systems, by name")
    jobs: dict[str, Any] = Field(default={}, description="How queued work is done")
    schedule: dict[str, str] = Field(default={}, description="When workers run which command, such as sync at 02:30")
    delivery: Delivery = Field(default=Delivery(), description="When a credential is delivered")
    status: StatusTable = Field(default=StatusTable(), description="Signed status answers")
    renewal: Renewal = Field(default=Renewal(), description="Credentials that are valid for a time")
    trust: TrustTable = Field(default=TrustTable(), description="What verification relies on")
    issuers: dict[str, IssuerTable] = Field(default={}, description="Issuers that an employer pulls shares from")
    mandates: tuple[Mandate, ...] = Field(
        default=(), description="Decisions by which owners let this organisation issue what they own"
    )
    oidc: dict[str, Any] | None = Field(default=None, description="Where staff sign in: issuer, client_id and such")
    look: dict[str, Any] = Field(default={}, description="The school's own logo and colour on its pages")
    lti: dict[str, dict[str, Any]] = Field(default={}, description="Learning platforms that launch mimis, by name")
    show_birth_date: bool = Field(default=False, description="Put the birth date into the sealed document")

    @property
    def database_url(self) -> str:
        """The database address with a relative SQLite file placed in :attr:`folder`."""
        prefix = "sqlite:///"
        if self.database.startswith(prefix) and not self.database.startswith(prefix + "/"):
            return f"{prefix}{self.folder / self.database.removeprefix(prefix)}"
        return self.database

    def reliance(self, *, offline: bool = False, fresh: bool = False) -> Trust:
        """What a verification may rely on here. Raises ConfigurationError when a file is missing."""
        lists = str(self.folder / self.trust.lists) if self.trust.lists else None
        return Trust(anchors=self.anchors(), lists=lists, offline=offline, fresh=fresh)

    def anchors(self) -> tuple[str, ...]:
        """Trust anchors as PEM texts. Raises ConfigurationError when a file is missing."""
        return tuple(
            _read_file(self.folder / path, "a trust anchor", mend="Correct [trust] anchors in mimis.toml.")
            for path in self.trust.anchors
        )


def load_settings(path: Path) -> Settings:
    """Read ``mimis.toml`` (or the folder that holds it).

    Raises ConfigurationError naming file and field, with the mend, when it is missing or wrong.
    """
    file = path / FILENAME if path.is_dir() else path
    text = _read_file(file, "the configuration", mend="Make one with: mimis init --role school DIR")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{file}: not TOML: {error}.", mend="Correct the line that it names.") from None
    folder = file.parent.resolve()
    resolved = _anchor_paths(_resolve_secrets(raw, folder), folder)
    try:
        return Settings(**{**resolved, "folder": folder})
    except ValidationError as error:
        raise ConfigurationError(describe_invalid(error, str(file)), mend="\nCorrect this in mimis.toml.") from None


def describe_invalid(error: ValueError, where: str) -> str:
    """One line per wrong field: where, which, what is wrong. Values are left out, since they may be secret."""
    if not isinstance(error, ValidationError):
        return f"{where}: {error}"
    lines = [
        f"{where}: {'.'.join(str(part) for part in item['loc']) or 'entry'}: {item['msg']}"
        for item in error.errors(include_input=False, include_url=False)
    ]
    return "\n".join(lines)


def _resolve_secrets(value: Any, folder: Path) -> Any:
    if isinstance(value, dict):
        if set(value) == {"env"} and isinstance(value["env"], str):
            return _from_environment(value["env"])
        if set(value) == {"file"} and isinstance(value["file"], str):
            return _read_file(folder / value["file"], "a secret", mend="Write it there, or correct the path.").strip()
        return {key: _resolve_secrets(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve_secrets(item, folder) for item in value]
    return value


def _anchor_paths(raw: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Adapters get absolute paths: a relative ``file``, ``path`` and the like starts at the configuration."""
    for key in ("signer", "format", "sealer", "look"):
        _anchor(raw.get(key), folder)
    for key in ("sources", "couriers", "feeds", "formats"):
        for table in (raw.get(key) or {}).values():
            _anchor(table, folder)
            for inner in ("signer", "sealer"):
                _anchor(table.get(inner), folder)
    return raw


def _anchor(table: Any, folder: Path) -> None:
    if isinstance(table, dict):
        for name in ("file", "path", "logo", "fonts", "ca_file"):
            if isinstance(table.get(name), str):
                table[name] = str(folder / table[name])


def _from_environment(name: str) -> str:
    if name not in os.environ:
        raise ConfigurationError(
            f"mimis.toml takes a secret from the environment variable {name}, which is not set.",
            mend=f'Set {name}, or write {{ file = "PATH" }} instead.',
        )
    return os.environ[name]


def _read_file(path: Path, what: str, mend: str | None = None) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        raise ConfigurationError(f"{path}: {what} {reason}.", mend=mend) from None
