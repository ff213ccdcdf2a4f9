"""Catalogue entries, orders and the official shapes for the tests of the ELM format."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from mimis_europass.elm import ElmFormat
from mimis_europass.settings import ElmSettings

from mimis_core import (
    Achievement,
    Award,
    Completion,
    Concept,
    IssueOrder,
    Learner,
    Level,
    Organisation,
    Outcome,
    QualityAssurance,
    SourceLearner,
)

from .official import Official

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MAIL = "asa.oberg@example.org"
Idea = dict[str, Any]


def both(swedish: str, english: str) -> dict[str, str]:
    return {"sv": swedish, "en": english}


def outcome_of(idea: Idea) -> Outcome:
    skills = tuple(Concept(uri=item["uri"], label={"en": item["label"]}) for item in idea["esco"])
    criteria = both(idea["criteria_sv"], idea["criteria_en"])
    return Outcome(title=both(idea["sv"], idea["en"]), criteria=criteria, type=idea["type"], esco=skills)


def achievement_of(idea: Idea, **changes: Any) -> Achievement:
    quality = QualityAssurance(
        internal=both("Två lärare bedömer var för sig.", "Two teachers assess independently."),
        external=both(idea["qa_sv"], idea["qa_en"]),
    )
    values = {key: idea[key] for key in ("id", "workload_hours", "assessment", "mode", "setting", "iscedf")}
    values |= {
        "title": both(idea["title_sv"], idea["title_en"]),
        "owner": "exempel",
        "level": Level(value=idea["level"], state=idea["level_status"]),
        "outcomes": tuple(outcome_of(item) for item in idea["outcomes"]),
        "quality_assurance": quality,
        "part_of": {"sv": idea["part_of"]},
    }
    return Achievement(**{**values, **changes})


@pytest.fixture(scope="session")
def ideas(shared: Path) -> dict[str, Idea]:
    """The 16 catalogue ideas by id."""
    return {idea["id"]: idea for idea in json.loads((shared / "facts" / "catalogue-ideas.json").read_text("utf-8"))}


PLAIN: Idea = {
    "id": "samarbete", "title_sv": "Samarbeta i en arbetsgrupp", "title_en": "Working in a group", "workload_hours": 20,
    "level": 2, "level_status": "self_assessed", "assessment": ["practical"], "mode": ["present"],
    "setting": "non-formal", "iscedf": "0031", "qa_sv": "Ett annat distrikt granskar.",
    "qa_en": "Another district reviews.", "part_of": "Ledarsteg",
    "outcomes": [{"type": "skill", "sv": "Planera ett pass.", "en": "Plan a session.", "criteria_sv": "Planen följs.",
                  "criteria_en": "The plan is followed.", "esco": []}],
}  # fmt: skip


@pytest.fixture
def achievement() -> Callable[..., Achievement]:
    """Makes a small achievement, with changes."""
    return lambda **changes: achievement_of(PLAIN, **changes)


@pytest.fixture(scope="session")
def from_idea() -> Callable[..., Achievement]:
    """Makes an achievement of a catalogue idea, with changes."""
    return achievement_of


@pytest.fixture(scope="session")
def school() -> Organisation:
    return Organisation(
        id="exempel",
        legal_name=both("Exempelbygdens folkhögskola", "Exempelbygden Folk High School"),
        registration="802002-6509",
        eidas="NTRSE-8020026509",
        address="Skolgatan 1, 123 45 Exempelby",
        homepage="https://folkhogskola.example",
        email="kansli@folkhogskola.example",
        region="SE224",
    )


@pytest.fixture
def completion() -> Callable[..., Completion]:
    """Makes one completion, with changes."""

    def make(**changes: Any) -> Completion:
        person = SourceLearner(source="moodle", key="7", full_name="Åsa Öberg", email=MAIL)
        values = {
            "source": "moodle",
            "key": "course:2/user:7",
            "learner": person,
            "module": "course:2",
            "title": "Kurs",
        }
        return Completion(**{**values, "completed_at": NOW, "by": "Karin Lärare", **changes})

    return make


@pytest.fixture
def order(school: Organisation, completion: Callable[..., Completion]) -> Callable[..., IssueOrder]:
    """Makes an order for an achievement; ``name`` and ``evidence`` are shortcuts, the rest are its own fields."""

    def make(achievement: Achievement, name: str = "Åsa Öberg", **changes: Any) -> IssueOrder:
        evidence = changes.pop("evidence", (completion(),))
        award = Award(
            id="a1", learner_id="l1", achievement_id=achievement.id, achievement_version=1, state="approved",
            completed_at=NOW, decided_at=NOW, decided_by="Karin Lärare", evidence=evidence,
        )  # fmt: skip
        learner = Learner(id="l-4711", full_name=name, email=MAIL, birth_date=date(1999, 10, 2))
        values = {
            "urn": "urn:credential:00000000-0000-4000-8000-000000000001", "award": award, "achievement": achievement,
            "learner": learner, "issuer": school, "owner": school, "issued_at": NOW,
            "status_url": "https://mimis.example/status/abc123", "public_url": "https://mimis.example/c/abc123",
        }  # fmt: skip
        return IssueOrder(**{**values, **changes})

    return make


@pytest.fixture(scope="session")
def elm() -> ElmFormat:
    return ElmFormat("elm", ElmSettings())


@pytest.fixture
def built(elm: ElmFormat, order: Callable[..., IssueOrder]) -> Callable[..., dict[str, Any]]:
    """Builds the document of an order and gives it parsed."""
    return lambda achievement, **changes: json.loads(elm.build(order(achievement, **changes)).content)


class Judge:
    """The official shapes: what they say about a document, with the contexts taken from files."""

    def __init__(self, shared: Path) -> None:
        import rdflib

        rdflib.NORMALIZE_LITERALS = False
        elm = shared / "elm"
        names = ("contexts/credentials-v1.jsonld", "edc/edc-ap-context.jsonld")
        self.contexts = [json.loads((elm / name).read_text("utf-8"))["@context"] for name in names]
        self.no_cv = rdflib.Graph().parse(elm / "edc" / "EDC-generic-no-cv.ttl")
        self.full = rdflib.Graph().parse(elm / "edc" / "EDC-generic-no-cv.ttl")
        self.full.parse(elm / "edc" / "EDC-generic-full.ttl")

    def findings(self, document: dict[str, Any], profile: str = "full") -> str:
        """The report of the findings, empty when it conforms."""
        import pyshacl
        import rdflib

        text = json.dumps({**document, "@context": self.contexts})
        shapes = self.full if profile == "full" else self.no_cv
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's JSON-LD parser uses its own old class
            graph = rdflib.Graph().parse(data=text, format="json-ld")
            conforms, _, report = pyshacl.validate(graph, shacl_graph=shapes)
        return "" if conforms else str(report)

    @property
    def keys(self) -> set[str]:
        """All keys and types that the two contexts know."""
        known = {"id", "type", "@context"}
        for context in (self.contexts[0]["VerifiableCredential"]["@context"], *self.contexts):
            known |= {key for key in context if not key.startswith("@")}
        return known


@pytest.fixture(scope="session")
def judge(shared: Path) -> Judge:
    """The official shapes."""
    return Judge(shared)


@pytest.fixture(scope="session")
def samples(shared: Path) -> dict[str, dict[str, Any]]:
    """The official sample, signed (its payload) and unsigned, and the hand-made minimal one."""
    folder = shared / "elm"
    signed = json.loads((folder / "samples" / "Sample-MC-Annex1-signed.jsonld").read_text("utf-8"))
    return {
        "signed": json.loads(signed["payload"]),
        "unsigned": json.loads((folder / "samples" / "Sample-MC-Annex1-unsigned.jsonld").read_text("utf-8")),
        "minimal": json.loads((folder / "minimal-microcredential.jsonld").read_text("utf-8")),
    }


@pytest.fixture(scope="session")
def official(shared: Path) -> Official:
    """The official shapes and contexts, asked with PyLD and pyshacl."""
    return Official(shared / "elm")
