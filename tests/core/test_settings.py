"""``mimis.toml``: secrets by reference, wrong fields named, and no value in any error text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mimis_core import ConfigurationError
from mimis_core.settings import Settings, describe_invalid, load_settings

HEAD = """
role = "school"
base_url = "https://mimis.example.org"
{top}
[organisation]
id = "skolan"
legal_name = {{ sv = "Skolan" }}
registration = "802002-6509"
eidas = "NTRSE-8020026509"
{tables}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a sound configuration with some lines added, on top and after the tables."""

    def write_file(top: str = "", tables: str = "") -> Path:
        file = tmp_path / "mimis.toml"
        file.write_text(HEAD.format(top=top, tables=tables), encoding="utf-8")
        return file

    return write_file


def secret_of(settings: Settings) -> str | None:
    return settings.secret_key.get_secret_value() if settings.secret_key else None


def refused(file: Path) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(file)
    return caught.value


@pytest.mark.parametrize("whole_folder", [True, False])
def test_file_or_folder_is_read(write: Write, whole_folder: bool) -> None:
    file = write()
    settings = load_settings(file.parent if whole_folder else file)
    assert (settings.role, settings.folder) == ("school", file.parent.resolve())


def test_secret_comes_from_environment(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKOLANS_NYCKEL", "s3cret-å")
    assert secret_of(load_settings(write('secret_key = { env = "SKOLANS_NYCKEL" }'))) == "s3cret-å"


def test_secret_comes_from_file(write: Write, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("s3cret\n", encoding="utf-8")
    assert secret_of(load_settings(write('secret_key = { file = "key.txt" }'))) == "s3cret"


def test_secret_file_may_be_absolute(write: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    key = tmp_path_factory.mktemp("elsewhere") / "key"
    key.write_text("s3cret", encoding="utf-8")
    assert secret_of(load_settings(write(f'secret_key = {{ file = "{key.as_posix()}" }}'))) == "s3cret"


def test_secrets_of_adapters_are_resolved(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDX", "s3cret")
    settings = load_settings(write(tables='[sources.edx]\nclient_secret = { env = "EDX" }\nlist = [{ env = "EDX" }]'))
    assert settings.sources["edx"] == {"client_secret": "s3cret", "list": ["s3cret"]}


def test_secret_is_not_shown(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "s3cret")
    assert "s3cret" not in repr(load_settings(write('secret_key = { env = "KEY" }')))


def test_unset_variable_is_named(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEY", raising=False)
    error = refused(write('secret_key = { env = "KEY" }'))
    assert "KEY" in error.message
    assert "Set KEY" in str(error.mend)


def test_missing_secret_file_is_named(write: Write, tmp_path: Path) -> None:
    assert str(tmp_path / "key.txt") in refused(write('secret_key = { file = "key.txt" }')).message


@pytest.mark.parametrize("name", ["", "mimis.toml"])
def test_missing_file_says_how_to_begin(tmp_path: Path, name: str) -> None:
    error = refused(tmp_path / name)
    assert str(tmp_path / "mimis.toml") in error.message
    assert "mimis init" in str(error.mend)


@pytest.mark.parametrize("content", [b"role = ", b"role = \xff", b'role = "a"\nrole = "s3cret"'])
def test_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mimis.toml").write_bytes(content)
    error = refused(tmp_path)
    assert "mimis.toml" in error.message
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("top", "tables", "field"),
    [
        ('rolle = "s3cret"', "", "rolle"),
        ('secret_key = ["s3cret"]', "", "secret_key"),
        ('show_birth_date = "s3cret"', "", "show_birth_date"),
        ("", '[privacy]\nprotected = "s3cret"', "privacy.protected"),
        ("", '[delivery.rule]\ncourier = "europass"\ndecided_by = "s3cret"', "delivery.rule.decided_on"),
        ("", '[issuers.a]\nurl = "u"\nclient_id = "s3cret"', "issuers.a.client_secret"),
        ("", '[[owners]]\nid = "S3cret!"', "owners.0.id"),
    ],
)
def test_wrong_field_is_named(write: Write, top: str, tables: str, field: str) -> None:
    error = refused(write(top, tables))
    assert f"mimis.toml: {field}: " in error.message
    assert "s3cret" not in str(error).lower()


def test_missing_role_is_named(tmp_path: Path) -> None:
    (tmp_path / "mimis.toml").write_text('base_url = "u"', encoding="utf-8")
    assert "role: Field required" in refused(tmp_path).message


def test_error_keeps_no_cause(write: Write) -> None:
    assert refused(write('secret_key = ["s3cret"]')).__cause__ is None


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        ("sqlite:///mimis.db", "sqlite:///{folder}/mimis.db"),
        ("sqlite:////var/mimis.db", "sqlite:////var/mimis.db"),
        ("postgresql+psycopg://db/mimis", "postgresql+psycopg://db/mimis"),
    ],
)
def test_relative_database_stands_beside_file(write: Write, database: str, expected: str) -> None:
    settings = load_settings(write(f'database = "{database}"'))
    assert settings.database_url == expected.format(folder=settings.folder)


def test_anchors_are_read_as_text(write: Write, tmp_path: Path) -> None:
    (tmp_path / "trial.pem").write_text("PEM", encoding="utf-8")
    assert load_settings(write(tables='[trust]\nanchors = ["trial.pem"]')).anchors() == ("PEM",)


def test_missing_anchor_is_named(write: Write) -> None:
    settings = load_settings(write(tables='[trust]\nanchors = ["trial.pem"]'))
    with pytest.raises(ConfigurationError, match=r"trial\.pem"):
        settings.anchors()


def test_plain_error_is_described_too() -> None:
    assert describe_invalid(ValueError("no such thing"), "[source a]") == "[source a]: no such thing"
