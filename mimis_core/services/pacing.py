"""How queued work is done: the table ``[jobs]``, and the limits in a courier's table beside its own settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from mimis_core.errors import ConfigurationError
from mimis_core.settings import Settings, describe_invalid

T = TypeVar("T", bound=BaseModel)


class JobsTable(BaseModel):
    """``[jobs]``: how workers are woken, and how long a silent one keeps what it has in hand."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: Literal["sqlite", "postgres", "redis"] | None = Field(
        default=None,
        description="What wakes workers: sqlite is the file jobs.db, for one machine; left out, as the database",
    )
    url: SecretStr | None = Field(
        default=None,
        description="Address of the queue: needed for redis; postgres uses the database where it is left out",
    )
    lease_seconds: int = Field(
        default=120, ge=2, le=3600, description="Seconds after which others take over what a silent worker has in hand"
    )
    zone: str = Field(default="Europe/Stockholm", description="Time zone of [schedule]")

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("is no time zone, such as Europe/Stockholm") from None
        return value


class Pace(BaseModel):
    """Limits of one courier, in ``[couriers.NAME]`` beside what its adapter asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most_at_once: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="Deliveries at the same time, by all workers together; else 4 by each worker",
    )
    per_minute: float | None = Field(
        default=None, gt=0, description="Deliveries a minute, by all workers together; no limit where it is left out"
    )

    @property
    def limited(self) -> bool:
        """Whether workers must agree on who delivers there."""
        return self.most_at_once is not None or self.per_minute is not None


def jobs_table(settings: Settings) -> JobsTable:
    """The checked table ``[jobs]``. Raises ConfigurationError naming the field."""
    return _checked(JobsTable, settings.jobs, "[jobs]")


def pace_of(name: str, table: Mapping[str, Any]) -> Pace:
    """The limits in a courier's table. Raises ConfigurationError naming the field."""
    own = {key: table[key] for key in Pace.model_fields if key in table}
    return _checked(Pace, own, f"[couriers.{name}]")


def without_pace(table: Mapping[str, Any]) -> dict[str, Any]:
    """A courier's table as its adapter knows it."""
    return {key: value for key, value in table.items() if key not in Pace.model_fields}


def _checked(model: type[T], values: Mapping[str, Any], where: str) -> T:
    try:
        return model.model_validate(values)
    except ValueError as error:
        raise ConfigurationError(describe_invalid(error, where), mend="Correct it in mimis.toml.") from None
