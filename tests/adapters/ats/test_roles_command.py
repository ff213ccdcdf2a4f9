"""``mimis roles``: from a title, an occupation or an advertisement to a match, a gap and an order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mimis_ats.commands import roles
from mimis_ats.jobtech.sandbox import CARE, OPEN, TEND, JobtechSandbox
from mimis_ats.jobtech.settings import VARIABLES
from typer.testing import CliRunner

from mimis_core import NotFoundError, UserError
from mimis_core.services import RoleProfile, Services, open_services
from mimis_core.settings import load_settings
from tests.adapters.ats.test_commands import run
from tests.school import HandCourier, HandPlugin, HandSource
from tests.services.shared import seal, take_in
from tests.services.test_role_matching import MEET, OCCUPATION, OTHER, give_esco

BY = ("--by", "Test")
CRITERIA = {"order": ["essential_met"], "words": {"sv": "Det som behövs."}}


@pytest.fixture
def school(school_folder: Path) -> Iterator[Services]:
    """A whole one: what this adapter's other tests call a school only shares."""
    HandSource.start_anew()
    HandCourier.parcels, HandCourier.errors = [], []
    with open_services(load_settings(school_folder)) as services:
        services.plugins.manager.register(HandPlugin(), "hand")
        yield services


@pytest.fixture
def folder(school: Services) -> Path:
    return school.settings.folder


def do(folder: Path, *arguments: str) -> Any:
    """JSON of a command that does what it is asked to."""
    code, value = run(roles.app, folder, *arguments)
    assert code == 0
    return value


def outcome(school: Services, achievement_id: str = "digitala-arbetsmiljoer") -> str:
    return school.awarded_entry(achievement_id).outcomes[0].title["sv"]


def test_role_is_begun_shown_and_listed(school: Services, folder: Path) -> None:
    give_esco(school)
    made = do(folder, "new", "Kock", *BY, "--skill", MEET, "--outcome", "Laga mat")
    assert [need["kind"] for need in made["profile"]["needs"]] == ["skill", "outcome"]
    assert do(folder, "show", made["profile"]["id"]) == made
    assert do(folder, "list") == [made]


def test_skill_that_esco_lacks_is_refused(school: Services, folder: Path) -> None:
    give_esco(school)
    with pytest.raises(UserError):
        do(folder, "new", "Kock", *BY, "--skill", f"{MEET}-not")


def test_role_is_begun_from_an_occupation(school: Services, folder: Path) -> None:
    give_esco(school)
    made = do(folder, "from-esco", OCCUPATION, *BY)
    assert [need["weight"] for need in made["profile"]["needs"]] == ["essential", "desirable"]


@pytest.fixture
def jobtech(monkeypatch: pytest.MonkeyPatch) -> Iterator[JobtechSandbox]:
    with JobtechSandbox() as sandbox:
        for name, address in sandbox.settings().items():
            monkeypatch.setenv(VARIABLES[name], str(address))
        yield sandbox


def test_advertisement_gives_needs_and_what_a_person_looks_at(folder: Path, jobtech: JobtechSandbox) -> None:
    profile = RoleProfile.model_validate(do(folder, "from-ad", CARE, *BY)["profile"])
    assert TEND in [getattr(need, "skill", None) for need in profile.needs]
    assert [text["sv"] for text in profile.by_eye] == [
        "Schemaläggning i Tes",
        "Svenska",
        "Vårdbiträde",
        "Samspel (en fördel)",
        "Lokalkännedom (en fördel)",
    ]
    assert (profile.from_.kind, profile.from_.silent) == ("advertisement", False)


def test_advertisement_that_lists_nothing_is_no_role_that_needs_nothing(folder: Path, jobtech: JobtechSandbox) -> None:
    profile = RoleProfile.model_validate(do(folder, "from-ad", OPEN, *BY)["profile"])
    assert (profile.needs, profile.by_eye, profile.from_.silent) == ((), (), True)


def test_advertisement_that_lists_nothing_is_shown_in_its_words(folder: Path, jobtech: JobtechSandbox) -> None:
    ended = CliRunner().invoke(roles.app, ["from-ad", OPEN, *BY, "--config", str(folder)])
    assert (ended.exit_code, "Vi söker dig som vill arbeta hos oss." in ended.stderr) == (0, True)


def test_file_changes_a_role_and_publishing_orders_shares(school: Services, folder: Path, tmp_path: Path) -> None:
    take_in(school, "a", seal(school))
    made = do(folder, "new", "Kock", *BY, "--outcome", outcome(school))["profile"]
    with pytest.raises(NotFoundError):
        do(folder, "rank", made["id"])
    file = tmp_path / "role.json"
    file.write_text(json.dumps({**made, "criteria": CRITERIA}), "utf-8")
    do(folder, "change", made["id"], str(file), *BY)
    assert do(folder, "publish", made["id"], *BY)["state"] == "published"
    ranked = do(folder, "rank", made["id"])
    assert [(one["place"], one["counts"]) for one in ranked["shares"]] == [(1, {"essential_met": 1})]
    do(folder, "end", made["id"], *BY)
    assert do(folder, "list") == []


@pytest.mark.parametrize(
    "content",
    [b"[]", b"{", b'{"id": "x", "title": {"sv": "x"}, "needs": [{"kind": "age"}]}', b"\xe5"],
    ids=["list", "cut", "age", "letters"],
)
@pytest.mark.parametrize("command", ["change", "gap"])
def test_file_that_is_no_role_is_refused(folder: Path, tmp_path: Path, command: str, content: bytes) -> None:
    file = tmp_path / "role.json"
    file.write_bytes(content)
    arguments = ("change", "x", str(file), *BY) if command == "change" else ("gap", str(file), "x")
    with pytest.raises(UserError, match="is no role profile"):
        do(folder, *arguments)


def test_share_is_matched_by_its_id_or_key(school: Services, folder: Path) -> None:
    import_id = take_in(school, "a", seal(school))
    role = do(folder, "new", "Kock", *BY, "--outcome", outcome(school))["profile"]["id"]
    by_id, by_key = (do(folder, "match", role, one) for one in (import_id, "a"))
    assert by_id == by_key
    assert [line["status"] for line in by_id["lines"]] == ["met"]


def test_gap_names_what_closes_it(school: Services, folder: Path, tmp_path: Path) -> None:
    seal(school)
    (learner, _) = school.learners()[0]
    made = do(folder, "new", "Kock", *BY, "--outcome", outcome(school), "--outcome", outcome(school, OTHER))
    file = tmp_path / "role.json"
    file.write_text(json.dumps(made["profile"]), "utf-8")
    found = do(folder, "gap", str(file), learner.id)
    assert [one["closed_by"] for one in found["lines"]] == [[], [OTHER]]
    assert do(folder, "gap", made["profile"]["id"], learner.id) == found
