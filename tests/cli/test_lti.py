"""``mimis lti``: what is pasted where, keys that it makes, and what it finds wrong with a connection."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from mimis_portal.lti.sandbox import PlatformSandbox

from tests.command import Mimis

HERE = "http://localhost:8000"


@pytest.fixture(scope="module")
def running() -> Iterator[PlatformSandbox]:
    with PlatformSandbox() as made:
        yield made


@pytest.fixture
def platform(running: PlatformSandbox) -> PlatformSandbox:
    running.reset()
    return running


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    return Mimis(capsys)


def connect(folder: Path, base_url: str = HERE, **table: object) -> None:
    """Give a school's configuration a platform."""
    file = folder / "mimis.toml"
    text = file.read_text("utf-8").replace('base_url = "http://127.0.0.1:9"', f'base_url = "{base_url}"')
    lines = [f"{name} = {value!r}" for name, value in table.items()]
    file.write_text("\n".join([text, "[lti.school]", *lines, ""]), "utf-8")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("moodle", ["Tool URL", "LTI version", "Public key type", "Public keyset", "Initiate login URL"]),
        ("openedx", ["Tool Launch URL", "LTI Version", "Tool Public Key Mode", "Tool Keyset URL"]),
    ],
    ids=["moodle", "openedx"],
)
def test_show_says_what_to_paste_and_what_is_needed(
    mimis: Mimis, school_folder: Path, kind: str, fields: list[str]
) -> None:
    shown = mimis("lti", "show", kind, "--json", "--config", school_folder).json
    assert [*shown["paste"]][: len(fields)] == fields
    assert {"http://127.0.0.1:9/lti/launch", "http://127.0.0.1:9/lti/login", "http://127.0.0.1:9/lti/keys"} <= {
        *shown["paste"].values()
    }
    assert {"issuer", "client_id", "deployment_ids", "auth_url", "jwks_url", "source"} <= set(shown["need"])


def test_show_of_another_platform_is_refused(mimis: Mimis, school_folder: Path) -> None:
    assert mimis("lti", "show", "canvas", "--config", school_folder).code == 2


def test_key_is_made_for_its_owner_alone_and_can_be_used(
    mimis: Mimis, school_folder: Path, platform: PlatformSandbox
) -> None:
    made = mimis("lti", "key", "--config", school_folder)
    (file,) = school_folder.glob("lti-*.pem")
    assert made.out.strip() == f'keys = [{{ file = "{file.name}" }}]'
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    connect(school_folder, **platform.settings())
    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as config:
        config.write(made.out)
    checked = mimis("lti", "check", "--json", "--config", school_folder)
    assert (checked.code, [one["status"] for one in checked.json["findings"]]) == (0, ["ok"])


def test_key_is_never_written_over_another(mimis: Mimis, school_folder: Path) -> None:
    taken = school_folder / "own.pem"
    taken.write_text("mine", "utf-8")
    assert mimis("lti", "key", "--out", taken, "--config", school_folder).code == 2
    assert taken.read_text("utf-8") == "mine"


def test_check_says_that_teachers_need_a_key(mimis: Mimis, school_folder: Path, platform: PlatformSandbox) -> None:
    connect(school_folder, **platform.settings())
    ended = mimis("lti", "check", "--json", "--config", school_folder)
    assert [one["status"] for one in ended.json["findings"]] == ["ok", "warning"]
    assert platform.url in ended.json["findings"][0]["message"]


WRONG = {
    "address": {"auth_url": "http://lms.example/auth"},
    "source": {"source": "nowhere"},
    "field": {"client": "x"},
    "deployments": {"deployment_ids": []},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_check_names_what_is_wrong_with_the_table(
    mimis: Mimis, school_folder: Path, platform: PlatformSandbox, changes: dict[str, object]
) -> None:
    connect(school_folder, **{**platform.settings(), **changes})
    ended = mimis("lti", "check", "--json", "--config", school_folder)
    (finding,) = ended.json["findings"]
    assert (ended.code, finding["status"], "[lti.school]" in finding["message"]) == (1, "error", True)
    assert finding["mend"]


def test_check_tells_a_platform_that_publishes_no_keys(
    mimis: Mimis, school_folder: Path, platform: PlatformSandbox
) -> None:
    platform.keys = []
    connect(school_folder, **platform.settings())
    assert mimis("lti", "check", "--config", school_folder).code == 1
    platform.fail("html", times=3)
    assert mimis("lti", "check", "--config", school_folder).code == 1


def test_check_tells_that_frames_need_https(mimis: Mimis, school_folder: Path, platform: PlatformSandbox) -> None:
    connect(school_folder, "http://mimis.skolan.example", **platform.settings())
    assert "https" in mimis("lti", "check", "--config", school_folder).out
