"""The catalogue as LOQ XML, for the Europass register of courses and qualifications (QDR).

Each entry becomes a learning opportunity, which the school provides, and what it leads to: a qualification where a
level was decided, else a learning achievement specification. Ids are made of the public address and the entry's own
id and version, so that a later export updates what the register has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mimis_core import Achievement, DataError, LevelState, Organisation, Outcome, Scheme
from mimis_europass.document import texts, vocabulary
from mimis_europass.document.build import duration
from mimis_europass.document.texts import labelled
from mimis_europass.document.vocabulary import SNB
from mimis_europass.exports.qdr_bodies import Bodies
from mimis_europass.exports.qdr_checks import Problem, check_entry, check_organisation, homepage
from mimis_europass.exports.qdr_xml import Courses, Node

SHORT_PROGRAMME = f"{SNB}learning-opportunity/74a4a268e8"


PART = {"sv": "Del", "en": "Part"}
REQUIRED = {"sv": "Förkunskaper", "en": "Prerequisites"}
ACCREDITED = {"sv": "Ackreditering", "en": "Accreditation"}


@dataclass(frozen=True)
class Export:
    """The document, the entries in it, and what could not be said. Problems with ``written`` lost only a detail."""

    content: bytes
    written: tuple[str, ...]
    problems: tuple[Problem, ...]


def export_catalogue(
    entries: Iterable[Achievement], issuer: Organisation, find_owner: Callable[[str], Organisation], base_url: str
) -> Export:
    """Write every entry that can be written validly, and tell of each other one what keeps it out.

    Arguments:
        entries: the newest version of each.
        find_owner: the organisation by the id that an entry names; raises ConfigurationError, which keeps it out.
        base_url: public address of this mimis; the ids start with it, so a new one makes new objects in the register.
    """
    writer = _Writer(issuer, find_owner, base_url.rstrip("/"))
    for entry in entries:
        writer.write(entry)
    return Export(writer.courses.to_bytes(), tuple(writer.written), tuple(writer.problems))


class _Writer:
    """Writes entry after entry into one document."""

    def __init__(self, issuer: Organisation, find_owner: Callable[[str], Organisation], base: str) -> None:
        self.issuer = issuer
        self.find_owner = find_owner
        self.base = f"{base}/qdr"
        self.courses = Courses()
        self.written: list[str] = []
        self.problems: list[Problem] = []
        self.bodies = Bodies(self.courses, self.base, self.problems)

    def write(self, entry: Achievement) -> None:
        """One entry with all that it points at, or the problems that keep it out."""
        found = check_entry(entry, self.issuer, self.find_owner)
        if not found:
            found = check_organisation(self.issuer) + check_organisation(self.find_owner(entry.owner))
        self.problems += [problem for problem in dict.fromkeys(found) if problem not in self.problems]
        if any(not problem.written for problem in found):
            return
        self._opportunity(entry)
        self._specification(entry)
        self.written.append(entry.ref)

    def _opportunity(self, entry: Achievement) -> None:
        node = self.courses.new("learningOpportunityReferences", "learningOpportunity", self._id(entry, "opportunity"))
        node.texts("title", entry.title)
        node.texts("description", entry.description)
        node.child("type", uri=SHORT_PROGRAMME)
        node.page("homepage", homepage(entry, self.issuer))
        for document in entry.documents:
            node.page("supplementaryDocument", document.url, document.title)
        for mode in _modes(entry):
            node.concept("mode", mode)
        node.links("providedBy", [self.bodies.organisation(self.issuer)])
        node.links("learningAchievementSpecification", [self._id(entry, "specification")])
        node.concept("defaultLanguage", vocabulary.language(entry.languages[0]))

    def _specification(self, entry: Achievement) -> None:
        kind = "qualification" if _decided(entry) else "learningAchievementSpecification"
        node = self.courses.new("learningAchievementSpecificationReferences", kind, self._id(entry, "specification"))
        node.identifier("identifier", entry.ref, "mimis-achievement")
        node.texts("title", entry.title)
        node.texts("description", entry.description)
        for note in _notes(entry):
            node.note("additionalNote", note)
        node.page("homepage", entry.homepage)
        node.links("publisher", [self.bodies.organisation(self.find_owner(entry.owner))])
        node.child("type", uri=SHORT_PROGRAMME)
        self._contents(entry, node)
        if _decided(entry):
            self._level(entry, node)

    def _contents(self, entry: Achievement, node: Node) -> None:
        """Field, extent, form, prerequisites, outcomes and assessment, in the order of the schema."""
        node.concept("ISCEDFCode", vocabulary.isced(entry.iscedf))
        node.child("volumeOfLearning", duration(entry.workload_hours))
        self._credit(entry, node)
        for code in entry.languages:
            node.concept("language", vocabulary.language(code))
        for mode in _modes(entry):
            node.concept("mode", mode)
        node.concept("learningSetting", vocabulary.pick(vocabulary.SETTINGS, "learning-setting", entry.setting))
        node.note("entryRequirement", dict(list((entry.entry_requirement or {}).items())[:1]))
        outcomes = enumerate(entry.outcomes, start=1)
        node.links("learningOutcome", [self._outcome(entry, number, outcome) for number, outcome in outcomes])
        node.links("provenBy", [self._assessment(entry, word) for word in entry.assessment])

    def _credit(self, entry: Achievement, node: Node) -> None:
        if entry.credit is None:
            return
        try:
            framework = vocabulary.pick(vocabulary.CREDITS, "education-credit", entry.credit.framework)
        except DataError:
            message = "The register takes credit points of ECTS and ECVET only; they are left out."
            self.problems.append(Problem(entry.ref, message, "Leave it so, or give hours alone.", written=True))
            return
        point = node.child("creditPoint")
        point.concept("framework", framework)
        point.child("point", f"{entry.credit.points:g}")

    def _level(self, entry: Achievement, node: Node) -> None:
        if entry.level is None:
            return
        node.child("isPartialQualification", str(entry.level.state is LevelState.PART_OF_DECIDED).lower())
        node.concept("EQFLevel", vocabulary.eqf(entry.level.value))
        node.concept("NQFLevel", vocabulary.seqf(entry.level.value))
        decisions = entry.quality_assurance.accreditations
        node.links("accreditation", self.bodies.accreditations(decisions, self.find_owner(entry.owner)))

    def _outcome(self, entry: Achievement, number: int, outcome: Outcome) -> str:
        identity = self._id(entry, f"outcome-{number}")
        node = self.courses.new("learningOutcomeReferences", "learningOutcome", identity)
        node.texts("title", outcome.title)
        node.child("type", uri=f"{SNB}skill-type/{outcome.type}")
        node.note("additionalNote", labelled(texts.CRITERIA, outcome.criteria))
        if outcome.reusability:
            node.child("reusabilityLevel", uri=f"{SNB}skill-reuse-level/{outcome.reusability}")
        for name, skills in (("relatedSkill", outcome.skills), ("relatedESCOSkill", outcome.esco)):
            for skill in skills:
                node.child(name, uri=skill.uri).texts("skos:prefLabel", skill.label)
        return identity

    def _assessment(self, entry: Achievement, word: str) -> str:
        kind = vocabulary.pick(vocabulary.ASSESSMENTS, "assessment", word)
        identity = self._id(entry, f"assessment-{str(kind['id']).rpartition('/')[2]}")
        if self.courses.has(identity):
            return identity
        section = "learningAssessmentSpecificationReferences"
        node = self.courses.new(section, "learningAssessmentSpecification", identity)
        node.texts("title", _told(entry, kind["prefLabel"]))
        node.concept("type", kind)
        if entry.grading:
            node.links("gradingScheme", [self._grading(entry, entry.grading)])
        return identity

    def _grading(self, entry: Achievement, scheme: Scheme) -> str:
        identity = self._id(entry, "grading")
        if self.courses.has(identity):
            return identity
        node = self.courses.new("gradingSchemeReferences", "gradingScheme", identity)
        node.texts("title", scheme.title)
        node.texts("description", scheme.description)
        return identity

    def _id(self, entry: Achievement, part: str) -> str:
        return f"{self.base}/{entry.id}/{entry.version}/{part}"


def _decided(entry: Achievement) -> bool:
    return entry.level is not None and entry.level.state is not LevelState.SELF_ASSESSED


def _modes(entry: Achievement) -> list[Mapping[str, object]]:
    return [vocabulary.pick(vocabulary.MODES, "learning-assessment", word) for word in entry.mode]


def _notes(entry: Achievement) -> Iterator[dict[str, str]]:
    """What the schema has no element for, or room for in one language only."""
    quality, level = entry.quality_assurance, entry.level
    yield labelled(texts.INTERNAL, quality.internal)
    yield labelled(texts.EXTERNAL, quality.external)
    for label, text in (
        (texts.BODY, quality.body),
        (texts.PART_OF, entry.part_of),
        (REQUIRED, _rest(entry)),
        (texts.TARGET_GROUP, entry.target_group),
    ):
        if text:
            yield labelled(label, text)
    if not _decided(entry):  # only a qualification can point at the decision itself
        yield from (labelled(ACCREDITED, decision.title) for decision in quality.accreditations)
    if level and level.state is LevelState.SELF_ASSESSED:
        yield _told(entry, {code: text.format(level=level.value) for code, text in texts.SELF_ASSESSED.items()})
    elif level and level.decision:
        yield _told(entry, {code: f"{label}: {level.decision}" for code, label in texts.LEVEL_DECISION.items()})
    if level and level.qualification:
        yield labelled(texts.PART_OF, level.qualification)
    yield from (labelled(PART, part) for part in entry.has_parts)
    if entry.note:
        yield dict(entry.note)


def _told(entry: Achievement, text: Mapping[str, str]) -> dict[str, str]:
    """A fixed text in the languages of the entry; in all that it has when it has none of those."""
    return {code: value for code, value in text.items() if code in entry.title} or dict(text)


def _rest(entry: Achievement) -> dict[str, str]:
    """The prerequisites in the languages after the first: the schema takes one note, and a note one language."""
    return dict(list((entry.entry_requirement or {}).items())[1:])
