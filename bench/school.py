"""A real school folder as ``mimis init`` makes it, with an ES256 trial seal and a source that the bench fills."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mimis_seals.keys.trial import ANCHOR_FILE, KEY_FILE, PASSWORD_FILE, make_trial_key, write_trial_key

from mimis_core import (
    AdapterSettings,
    AutomaticRule,
    Completion,
    Grade,
    Organisation,
    PulledPage,
    Requirement,
    Source,
    SourceLearner,
    hookimpl,
)
from mimis_core.cli.init import write_folder
from mimis_core.services import Services, open_services
from mimis_core.settings import FILENAME, load_settings
from mimis_core.store.catalogue_files import load_catalogue

SCHOOL = Organisation(
    id="school",
    legal_name={"sv": "Mätbygdens folkhögskola", "en": "Mätbygden Folk High School"},
    registration="802002-6509",
    eidas="NTRSE-8020026509",
    email="kontakt@demo.example",
)
ENTRY = "digitala-arbetsmiljoer"
EARNING, OTHER = "course:1", "course:9"
PAGE = 100
_GIVEN = ("Åsa", "Björn", "Cecilia", "Dawit", "Ebba", "Fatima", "Gustav", "Hanna", "Ibrahim", "Jana", "Kaj")
_FAMILY = ("Åkesson", "Öberg", "Ågren", "Haile", "Lindqvist", "Al-Sayed", "Nyström", "Pérez", "Šimić", "Wu")


class MemorySettings(AdapterSettings):
    """No settings."""


class MemorySource(Source[MemorySettings]):
    """Gives the completions that ``pending`` holds, a hundred a page."""

    kind = "memory"
    Settings = MemorySettings
    pending: Sequence[Completion] = ()

    def pull(self, cursor: str | None) -> Iterator[PulledPage]:
        """All of them."""
        for start in range(0, len(self.pending), PAGE):
            yield PulledPage(completions=tuple(self.pending[start : start + PAGE]))


class MemoryPlugin:
    """Registers it."""

    @hookimpl
    def mimis_sources(self) -> Sequence[type[Source[Any]]]:
        """The source."""
        return (MemorySource,)


def completion(number: int, module: str = EARNING) -> Completion:
    """What learner ``number`` has completed."""
    given, family = _GIVEN[number % len(_GIVEN)], _FAMILY[number % len(_FAMILY)]
    learner = SourceLearner(
        source="memory",
        key=str(number),
        full_name=f"{given} {family} {number}",
        given_name=given,
        family_name=f"{family} {number}",
        email=f"deltagare{number}@demo.example",
    )
    return Completion(
        source="memory",
        key=f"{module}/user:{number}",
        learner=learner,
        module=module,
        title="Digitala arbetsmiljöer",
        completed_at=datetime(2026, 10, 5, 12, 0, tzinfo=UTC),
        grade=Grade(value=60 + number % 40, minimum=0, maximum=100),
    )


@contextmanager
def school_template() -> Iterator[Path]:
    """The folder. Its seal is of the kind ES256, whose bare signature is the fastest of those that Europass reads."""
    with TemporaryDirectory(prefix="mimis-bench-") as place:
        folder = Path(place) / "school"
        write_folder(folder, "school", SCHOOL, "https://mimis.example", "sqlite:///mimis.db", "none-enrolled")
        for name in (KEY_FILE, PASSWORD_FILE, ANCHOR_FILE):
            (folder / "secrets" / name).unlink()
        write_trial_key(make_trial_key(SCHOOL, datetime.now(UTC), algorithm="ES256"), folder / "secrets")
        entry = load_catalogue(folder / "catalogue").get(ENTRY)
        if entry is None:
            raise RuntimeError(f"the starter catalogue has no {ENTRY}")
        rule = AutomaticRule(decided_by="Rektor Mätning", decided_on=datetime(2026, 8, 1).date())
        changes = {"earned_by": (Requirement(module=EARNING),), "automatic": rule}
        text = entry.model_copy(update=changes).model_dump_json(exclude_none=True)
        (folder / "catalogue" / f"{ENTRY}.yaml").write_text(text, encoding="utf-8")
        with (folder / FILENAME).open("a", encoding="utf-8") as file:
            file.write("\n[sources.memory]\n")
        yield folder


@contextmanager
def open_school(folder: Path) -> Iterator[Services]:
    """Its services, with the source; mail is not configured."""
    with open_services(load_settings(folder)) as services:
        services.plugins.manager.register(MemoryPlugin(), "memory")
        yield services
