"""An installation: which organisations it holds, whether they can live together, and who is whose neighbour."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core import ConfigurationError, NotFoundError
from mimis_core.services.organisations import (
    Place,
    load_installation,
    neighbours,
    open_installation,
    open_neighbour,
)
from tests.installation import ADDRESSES, OURS, THEIRS, make_installation


@pytest.fixture
def folder(school_template: Path, tmp_path: Path) -> Path:
    return make_installation(school_template, tmp_path, f"sqlite:///{tmp_path}/mimis.db")


def replace(folder: Path, id: str, old: str, new: str) -> None:
    file = folder / "schools" / id / "mimis.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("name", [".", "installation.toml"])
def test_installation_is_loaded_by_folder_or_file(folder: Path, name: str) -> None:
    assert [one.organisation.id for one in load_installation(folder / name)] == list(ADDRESSES)


def test_plain_school_is_an_installation_of_one(folder: Path) -> None:
    assert [one.organisation.id for one in load_installation(folder / "schools" / THEIRS)] == [THEIRS]


def test_all_are_opened_in_one_process(folder: Path) -> None:
    with open_installation(folder) as installation:
        assert [one.organisation for one in installation.services] == list(ADDRESSES)
        assert installation.of(THEIRS).settings.base_url == ADDRESSES[THEIRS]
        with pytest.raises(NotFoundError):
            installation.of("third")


@pytest.mark.parametrize(
    "text",
    ["", "organisations = []", "organisations = 'schools/school'", "organisations = [1]", "x = ", "\udce5",
     "organisations = ['schools/school']\nport = 1"],
)  # fmt: skip
def test_broken_file_is_named(folder: Path, text: str) -> None:
    (folder / "installation.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigurationError, match=r"installation\.toml"):
        load_installation(folder)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('id = "other"', 'id = "school"', "the same id"),
        ("b.localhost:9", "A.localhost:9/", "the same base_url"),
        ("[organisation]", '[organisation]\nregion = "X"\n[privacy2]', "privacy2"),
        ("base_url", 'trusted_proxy = "127.0.0.1"\nbase_url', "different proxies"),
    ],
)
def test_organisations_that_cannot_live_together_are_refused(folder: Path, old: str, new: str, what: str) -> None:
    replace(folder, THEIRS, old, new)
    with pytest.raises(ConfigurationError, match=what):
        load_installation(folder)


def test_two_may_share_a_host_by_paths(folder: Path) -> None:
    replace(folder, THEIRS, ADDRESSES[THEIRS], f"{ADDRESSES[OURS]}/b")
    assert len(load_installation(folder)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://Skola.example", "https://skola.example:443/"),
        ("http://skola.example:80/a/", "http://skola.example/a"),
    ],
)
def test_places_are_the_same_however_written(one: str, other: str) -> None:
    assert Place.of(one) == Place.of(other)


def test_neighbours_are_known_from_inside(folder: Path) -> None:
    assert set(neighbours(folder / "schools" / OURS).known) == set(ADDRESSES)


def test_folder_that_is_not_listed_has_no_neighbours(folder: Path) -> None:
    (folder / "installation.toml").write_text('organisations = ["schools/other"]', "utf-8")
    assert neighbours(folder / "schools" / OURS).known == {}


@pytest.mark.parametrize("text", ["[", "", "organisation = 1", "[organisation]\nid = ''", "[organisation]\nid = 1"])
def test_neighbour_with_broken_file_may_be_anybody(folder: Path, text: str) -> None:
    (folder / "schools" / THEIRS / "mimis.toml").write_text(text, "utf-8")
    found = neighbours(folder / "schools" / OURS)
    assert set(found.known) == {OURS}
    assert found.broken == (folder / "schools" / THEIRS,)


def test_neighbour_is_opened_by_its_own_services(folder: Path) -> None:
    with open_installation(folder / "schools" / OURS) as here:
        with open_neighbour(here.services[0], THEIRS) as there:
            assert there.organisation == THEIRS
        for id in (OURS, "third"):
            with pytest.raises(NotFoundError), open_neighbour(here.services[0], id):
                pass


def test_neighbour_with_broken_file_is_not_opened_and_the_file_is_named(folder: Path) -> None:
    (folder / "schools" / THEIRS / "mimis.toml").write_text("[", "utf-8")
    with (
        open_installation(folder / "schools" / OURS) as here,
        pytest.raises(NotFoundError, match=rf"schools/{THEIRS}"),
        open_neighbour(here.services[0], THEIRS),
    ):
        pass
