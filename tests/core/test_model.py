"""The model: frozen, strict about unknown fields, and times that say their zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from mimis_core import Completion, Grade, Level, Organisation, SourceLearner, model

MODELS = [
    value for value in vars(model).values()
    if isinstance(value, type) and issubclass(value, model.Model) and value is not model.Model
]  # fmt: skip


def completion(**changes: Any) -> Completion:
    learner = SourceLearner(source="s", key="1", full_name="Åsa Öberg")
    known = {"source": "s", "key": "k", "learner": learner, "module": "m", "title": "t", "completed_at": NOW}
    return Completion(**{**known, **changes})


NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize("kind", MODELS)
def test_every_model_is_frozen_and_strict(kind: type[BaseModel]) -> None:
    assert (kind.model_config["frozen"], kind.model_config["extra"]) == (True, "forbid")


@pytest.mark.parametrize("kind", MODELS)
def test_every_model_says_what_for(kind: type[BaseModel]) -> None:
    assert kind.__doc__


def test_frozen_model_cannot_change() -> None:
    with pytest.raises(ValidationError):
        completion().title = "annat"  # type: ignore[misc]  # that it is refused is the test


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        completion(completed_at=datetime(2026, 11, 24))


def test_json_brings_back_the_same() -> None:
    one = completion(grade=Grade(value=1.5, minimum=0, maximum=3))
    assert Completion.model_validate_json(one.model_dump_json()) == one


@pytest.mark.parametrize(
    ("grade", "percent"),
    [
        (Grade(value=94, minimum=0, maximum=110), 94 / 1.1),
        (Grade(value=3, minimum=1, maximum=5), 50),
        (Grade(value=3, maximum=4), 75),
        (Grade(value=0, minimum=0, maximum=10), 0),
        (Grade(value=3), None),
        (Grade(maximum=10), None),
        (Grade(value=1, minimum=1, maximum=1), None),
        (Grade(value=0, maximum=0), None),
        (Grade(text="Godkänd"), None),
    ],
)
def test_percent_follows_the_scale(grade: Grade, percent: float | None) -> None:
    assert grade.percent == (percent if percent is None else pytest.approx(percent))


@pytest.mark.parametrize("value", [0, 9, -1])
def test_level_is_one_to_eight(value: int) -> None:
    with pytest.raises(ValidationError):
        Level(value=value, state=model.LevelState.DECIDED)


@pytest.mark.parametrize("id", ["", "Skola", "skola/2", "åsö", "-skola", "a" * 81])
def test_odd_id_is_refused(id: str) -> None:
    with pytest.raises(ValidationError):
        Organisation(id=id, legal_name={"sv": "S"}, registration="802002-6509", eidas="NTRSE-8020026509")


def test_text_without_language_is_refused() -> None:
    with pytest.raises(ValidationError):
        Organisation(id="a", legal_name={}, registration="802002-6509", eidas="NTRSE-8020026509")
