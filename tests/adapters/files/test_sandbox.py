"""The sandbox against the source."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mimis_files.mapping import OTHER_TITLE, TITLES
from mimis_files.personal import looks_personal
from mimis_files.sandbox import KINDS, FilesSandbox
from mimis_files.settings import FilesSettings
from mimis_files.source import FilesSource

from mimis_core import Attachment, Completion, Grade, SourceLearner
from mimis_core.testing import FAULTS

LETTERS = st.characters(codec="utf-8", categories=["Lu", "Ll", "Lo"])
NAMES = st.text(st.sampled_from("aåäöéüÅÖłŁ;\",'- xyz") | LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
GRADES = st.sampled_from(["A", "E", "VG", "Godkänt"]).map(lambda text: Grade(text=text)) | st.builds(
    lambda value, maximum: Grade(value=value / 4, minimum=0, maximum=maximum),
    st.integers(0, 80),
    st.sampled_from([20.0, 100.0]),
)


@st.composite
def made_completions(draw: st.DrawFn) -> Completion:
    id, achievement = draw(st.integers(1, 9999).map(str)), draw(st.sampled_from(["a", "verktygsvana", "b-2", "a#1"]))
    user = draw(st.none() | st.just(f"user{id}"))
    learner = SourceLearner(
        source="files",
        key=id,
        full_name=draw(NAMES),
        aliases={"idnumber": id} | ({"username": user} if user else {}),
        given_name=draw(st.none() | NAMES),
        email=draw(st.none() | st.just(f"{id}@exempel.se")),
        protected=draw(st.booleans()),
    )
    completed_at = datetime.combine(draw(st.dates(date(2000, 4, 1), date(2099, 1, 1))), time(12), UTC)
    kind = draw(st.sampled_from(sorted(KINDS)))
    link = draw(st.none() | st.just("https://skola.example/intyg/7"))
    return Completion(
        source="files",
        key=f"achievement:{achievement}/learner:{id}",
        learner=learner,
        module=f"achievement:{achievement}",
        title=draw(NAMES) + (", läranderesultat 1" if "#" in achievement else ""),
        completed_at=completed_at,
        kind=kind,
        grade=draw(st.none() | GRADES),
        by=draw(NAMES),
        evidence=draw(st.none() | NAMES),
        started_at=draw(st.none() | st.integers(0, 90).map(lambda days: completed_at - timedelta(days=days))),
        hours=draw(st.none() | st.integers(1, 1000).map(lambda quarters: quarters / 4)),
        place=draw(st.none() | NAMES),
        document=Attachment(title=TITLES.get(kind, OTHER_TITLE), url=link) if link else None,
    )


def pull_back(sandbox: FilesSandbox) -> list[Completion]:
    table = sandbox.settings()
    assert table.pop("kind") == "files"
    pages = list(FilesSource("files", FilesSettings(**table)).pull(None))
    assert [one for page in pages for one in page.set_aside] == []
    return [one for page in pages for one in page.completions]


@given(st.lists(made_completions(), unique_by=lambda one: one.key, max_size=6))
def test_what_is_loaded_is_pulled(completions: list[Completion]) -> None:
    with FilesSandbox() as sandbox:
        sandbox.load(completions)
        assert pull_back(sandbox) == completions


def make(name: str) -> Completion:
    learner = SourceLearner(source="files", key="1", full_name=name)
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    return Completion(
        source="files",
        key="achievement:a/learner:1",
        learner=learner,
        module="achievement:a",
        title="a",
        completed_at=at,
    )


@pytest.mark.parametrize(("name", "encoding"), [("Åsa Öberg", "windows-1252"), ("Łukasz Żak", "utf-8-sig")])
def test_list_is_written_as_excel_does(name: str, encoding: str) -> None:
    with FilesSandbox() as sandbox:
        sandbox.load([make(name)])
        (file, content), *_ = sandbox.received()
    assert file == "klara.csv"
    heading, row = content.decode(encoding).splitlines()
    assert heading.startswith("Personnummer;Deltagare-id;Namn;")
    assert looks_personal(row.split(";")[0])
    assert f";{name};" in row


def test_folder_is_gone_afterwards() -> None:
    with FilesSandbox() as sandbox:
        folder = sandbox.folder
        assert folder.is_dir()
    assert not folder.exists()


def test_course_of_lms_is_refused() -> None:
    with FilesSandbox() as sandbox, pytest.raises(ValueError, match="course:2"):
        sandbox.load([make("Kim").model_copy(update={"module": "course:2"})])


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_fault_lasts_until_it_is_healed(fault: str) -> None:
    with FilesSandbox() as sandbox:
        sandbox.load([make("Kim")])
        sound = sandbox.received()
        sandbox.fail(fault)
        assert not (sandbox.folder / "klara.csv").exists() or sandbox.received() != sound
        sandbox.heal()
        assert sandbox.received() == sound


def test_unknown_fault_is_refused() -> None:
    with FilesSandbox() as sandbox, pytest.raises(KeyError):
        sandbox.fail("lightning")


def test_loading_more_keeps_what_was_there() -> None:
    with FilesSandbox() as sandbox:
        sandbox.load([make("Kim")])
        sandbox.load([make("Bo").model_copy(update={"key": "b"})])
        ((_, content),) = sandbox.received()
    assert content.count(b"\r\n") == 3
