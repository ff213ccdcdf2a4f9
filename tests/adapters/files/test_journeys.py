"""From a list to a decision: validations part by part, attestations, corrections and what is taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mimis_core import AwardState, Requirement
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from mimis_core.store.catalogue_files import load_catalogue

ENTRY = "verktygsvana"
HEADINGS = "deltagare-id;namn;e-post;mikromerit;läranderesultat;datum;resultat;typ;bedömare;handledare;återtagen;skäl"
Write = Callable[..., None]


def row(outcome: object = "", kind: str = "validering", **other: str) -> str:
    """One row about Saman; ``other`` are further cells."""
    signed = ("", "Handledare Ove") if kind == "arbetsplatsintyg" else ("Bedömare Bo", "")
    cells = {"day": "2026-11-24", "result": "Ja", "back": "", "why": ""} | other
    start = ("1", "Saman Exempel", "saman@exempel.se", ENTRY, str(outcome), cells["day"], cells["result"], kind)
    return ";".join((*start, *signed, cells["back"], cells["why"]))


@pytest.fixture
def parts(school_folder: Path) -> int:
    """An entry that asks for each of its outcomes; gives how many there are."""
    file = school_folder / "catalogue" / f"{ENTRY}.yaml"
    entry = next(one for one in load_catalogue(file.parent) if one.id == ENTRY)
    modules = [f"achievement:{ENTRY}#{number}" for number in range(1, len(entry.outcomes) + 1)]
    changed = entry.model_copy(update={"earned_by": tuple(Requirement(module=one) for one in modules)})
    file.write_text(changed.model_dump_json(exclude_none=True), "utf-8")
    return len(modules)


@pytest.fixture
def write(school_folder: Path) -> Write:
    """Write the school's one list."""
    folder = school_folder / "listor"
    folder.mkdir()
    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write('\n[sources.listor]\nkind = "files"\npath = "listor"\n')

    def write(*rows: str) -> None:
        (folder / "lista.csv").write_text("\n".join((HEADINGS, *rows, "")), "utf-8")

    return write


@pytest.fixture
def services(school_folder: Path, write: Write) -> Iterator[Services]:
    """The open school; its catalogue is read once it is asked for."""
    with open_services(load_settings(school_folder)) as opened:
        yield opened


def states(services: Services) -> list[str]:
    return [one["state"] for one in services.awards()]


def test_validation_waits_for_all_outcomes(parts: int, write: Write, services: Services) -> None:
    write(*(row(number) for number in range(1, parts)))
    report = services.sync(["listor"])
    assert (report.waiting, report.used, report.awards) == (parts - 1, 0, 0)


def test_last_outcome_earns_the_whole(parts: int, write: Write, services: Services) -> None:
    write(*(row(number) for number in range(1, parts)))
    services.sync(["listor"])
    write(*(row(number) for number in range(1, parts + 1)))
    report = services.sync(["listor"])
    assert (report.awards, report.adds_up, states(services)) == (1, True, [AwardState.PROPOSED])


def test_outcome_that_is_not_reached_keeps_waiting(parts: int, write: Write, services: Services) -> None:
    write(*(row(number, result="Nej" if number == parts else "Ja") for number in range(1, parts + 1)))
    assert services.sync(["listor"]).awards == 0


def test_supervisor_attests_and_teacher_decides(parts: int, write: Write, services: Services) -> None:
    write(*(row(number, "arbetsplatsintyg") for number in range(1, parts + 1)))
    services.sync(["listor"])
    (award,) = services.awards()
    assert award["state"] == AwardState.PROPOSED
    services.decide_award(award["id"], approve=True, by="Lärare Lind")
    assert states(services) == [AwardState.APPROVED]


def test_two_kinds_of_evidence_earn_it_together(parts: int, write: Write, services: Services) -> None:
    write(row(1, "arbetsplatsintyg"), *(row(number) for number in range(2, parts + 1)))
    assert services.sync(["listor"]).awards == 1


def approved(parts: int, write: Write, services: Services) -> None:
    write(*(row(number) for number in range(1, parts + 1)))
    services.sync(["listor"])
    services.decide_award(services.awards()[0]["id"], approve=True, by="Lärare Lind")


def test_same_list_again_asks_nothing(parts: int, write: Write, services: Services) -> None:
    approved(parts, write, services)
    write(*(row(number) for number in range(parts, 0, -1)))
    report = services.sync(["listor"])
    assert (report.awards, services.reviews()) == (0, [])


@pytest.mark.parametrize(
    ("change", "kind"), [({"day": "2026-11-25"}, "corrected"), ({"back": "Ja", "why": "Fel person"}, "withdrawn")]
)
def test_changed_row_becomes_a_question(
    parts: int, write: Write, services: Services, change: dict[str, str], kind: str
) -> None:
    approved(parts, write, services)
    write(row(1, **change), *(row(number) for number in range(2, parts + 1)))
    report = services.sync(["listor"])
    assert (report.errors, [one["kind"] for one in services.reviews()]) == ((), [kind])


def test_deleted_row_asks_nothing(parts: int, write: Write, services: Services) -> None:
    approved(parts, write, services)
    write(*(row(number) for number in range(2, parts + 1)))
    services.sync(["listor"])
    assert services.reviews() == []
