"""``mimis catalogue``: what stands in files and in the portal, and the way out of the portal."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core.services import open_services
from mimis_core.settings import load_settings
from mimis_core.store.catalogue_files import load_catalogue
from tests.command import Mimis

ENTRY = "digitala-arbetsmiljoer"


@pytest.fixture
def published(folder: Path) -> Path:
    """A school that has published the second version of an entry in the portal."""
    with open_services(load_settings(folder)) as services:
        draft = services.next_draft(ENTRY, "Test")
        services.publish_draft(draft.id, draft.revision, "Test")
        services.next_draft("verktygsvana", "Test")
    return folder


def test_list_has_files_and_publications(published: Path, mimis: Mimis) -> None:
    ended = mimis("catalogue", "list", "--config", published, "--json")
    rows = {row["entry"]: row for row in ended.json}
    assert [rows[ENTRY][name] for name in ("version", "state", "in", "draft")] == [2, "published", "portal", None]
    assert [rows["verktygsvana"][name] for name in ("version", "in", "draft")] == [1, "file", 2]


def test_check_looks_at_publications_too(published: Path, mimis: Mimis) -> None:
    ended = mimis("catalogue", "check", "--config", published, "--json")
    assert (ended.code, f"{ENTRY}@2" in {row["entry"] for row in ended.json["findings"]}) == (0, True)


def test_check_names_the_field_of_the_file(published: Path, mimis: Mimis) -> None:
    ended = mimis("catalogue", "check", "--config", published, "--json")
    mends = [row["mend"] for row in ended.json["findings"] if row["mend"]]
    assert [one for one in mends if "(i filen: body)" in one] != []


def test_export_writes_files_that_say_the_same(published: Path, tmp_path: Path, mimis: Mimis) -> None:
    ended = mimis("catalogue", "export", tmp_path / "out", "--config", published, "--json")
    assert ended.json == {"written": [str(tmp_path / "out" / f"{ENTRY}-2.yaml")]}
    with open_services(load_settings(published)) as services:
        assert load_catalogue(tmp_path / "out").entries == tuple(services.published_entries())


def test_export_writes_over_nothing(published: Path, tmp_path: Path, mimis: Mimis) -> None:
    (tmp_path / f"{ENTRY}-2.yaml").write_text("mine", "utf-8")
    ended = mimis("catalogue", "export", tmp_path, "--config", published)
    assert (ended.code, (tmp_path / f"{ENTRY}-2.yaml").read_text("utf-8")) == (2, "mine")


def test_version_in_file_and_portal_is_told(published: Path, mimis: Mimis) -> None:
    mimis("catalogue", "export", published / "catalogue", "--config", published)
    ended = mimis("check", "--config", published, "--json")
    (told,) = (one for one in ended.json["findings"] if one["subject"] == "catalogue" and one["status"] == "warning")
    assert f"{ENTRY}@2" in told["message"]
