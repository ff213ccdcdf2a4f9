"""A web app with no adapters but the few views that the tests register."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import SecretStr

from mimis_core import Learner, NotFoundError, Organisation
from mimis_core.settings import Settings
from mimis_core.web import create_app

SCHOOL = Organisation(
    id="skolan",
    legal_name={"sv": "Storsjö folkhögskola", "en": "Storsjö Folk High School"},
    registration="802002-6509",
    eidas="NTRSE-8020026509",
)


class NoPlugins:
    """Plugins of which none has pages."""

    targets: tuple[str, ...] = ()

    def call(self, hook: str, **arguments: Any) -> list[tuple[str, tuple[str, ...]]]:
        assert hook == "mimis_blueprints"
        return [("sample", self.targets)]


class FakeServices:
    """Just enough to know one learner."""

    def __init__(self) -> None:
        self.plugins = NoPlugins()

    def learner(self, learner_id: str) -> Learner:
        if learner_id != "amina":
            raise NotFoundError(f"There is no learner {learner_id!r} here.")
        return Learner(id="amina", full_name="Amina Warsame")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        folder=tmp_path,
        role="school",
        base_url="http://localhost",
        organisation=SCHOOL,
        secret_key=SecretStr("s" * 40),
    )


@pytest.fixture
def services() -> Any:
    return FakeServices()


@pytest.fixture
def app(settings: Settings, services: Any) -> Flask:
    return create_app(settings, services)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
