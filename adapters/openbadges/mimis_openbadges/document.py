"""One order as an Open Badge 3.0: an ``OpenBadgeCredential`` by the data model of the specification, appendix B.

Every outcome is a rubric criterion of the achievement with the level "achieved", which its result then names; its ESCO
skills are alignments, there and once more of the whole, where recruitment systems look.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

from mimis_core import Achievement, Completion, IssueOrder, Level, LevelState, Organisation, Outcome
from mimis_openbadges import texts
from mimis_openbadges.jose import Json
from mimis_openbadges.settings import BadgeSettings
from mimis_openbadges.terms import CONTEXTS

EQF = "http://data.europa.eu/snb/eqf/"
SEQF = "http://data.europa.eu/snb/qdr/"
SEQF_CODES = ("20b8cbc9", "e1f75f79", "4ec9e6c0", "6477e349", "b44f7367", "185bb246", "1ab773a2", "055b6cf8")
"""The EU's codes of the SeQF levels 1 to 8, after ``c_``."""
EIDAS = "ext:eIDASLegalPersonIdentifier"
REGISTRATION = "ext:SwedishOrganisationNumber"
PURPOSES = {"suspension": ("suspension",), "revocation": ("revocation",), "both": ("revocation", "suspension")}


def badge_id(urn: str) -> str:
    """The credential's id in a badge: the same UUID in the registered URN namespace."""
    return f"urn:uuid:{urn.rpartition(':')[2]}"


def achievement_id(achievement: Achievement, owner: Organisation) -> str:
    """What this version of an achievement is called in every badge of it."""
    return _opaque(f"{_base(achievement, owner)}/achievement")


def build_document(order: IssueOrder, settings: BadgeSettings) -> Json:
    """The unsigned badge. The learner is an opaque id and her name; her mail address is nowhere."""
    return _Badge(order, settings).document()


def _base(achievement: Achievement, owner: Organisation) -> str:
    return f"{owner.eidas}/{achievement.ref}"


class _Badge:
    def __init__(self, order: IssueOrder, settings: BadgeSettings) -> None:
        self.order = order
        self.settings = settings
        self.language = next((code for code in order.languages if code in ("sv", "en")), settings.language)
        self.base = _base(order.achievement, order.owner)

    def document(self) -> Json:
        order, achievement = self.order, self.order.achievement
        return _present(
            {
                "@context": list(CONTEXTS),
                "id": badge_id(order.urn),
                "type": ["VerifiableCredential", "OpenBadgeCredential"],
                "name": self.text(achievement.title),
                "description": self.description(),
                "issuer": self.issuer(),
                "validFrom": _stamp(order.issued_at),
                "validUntil": _stamp(order.valid_until) if order.valid_until else None,
                "awardedDate": _stamp(order.award.decided_at or order.award.completed_at),
                "credentialSubject": self.subject(),
                "evidence": [*self.evidence(), *self.mandate()],
                "credentialStatus": self.status(),
            }
        )

    def text(self, text: Mapping[str, str]) -> str:
        """A text in the badge's language, without characters that texts for people do not have."""
        return _clean(texts.choose(text, self.language))

    def label(self, text: Mapping[str, str], **values: object) -> str:
        return texts.choose(text, self.language).format(**values)

    def description(self) -> str:
        achievement = self.order.achievement
        return self.text(achievement.description or achievement.title)

    def issuer(self) -> Json:
        organisation = self.order.issuer
        own = self.settings.issuer or organisation.homepage or _opaque(organisation.eidas)
        return self.profile(organisation, own)

    def profile(self, organisation: Organisation, address: str) -> Json:
        numbers = ((organisation.eidas, EIDAS), (organisation.registration, REGISTRATION))
        return _present(
            {
                "id": address,
                "type": ["Profile"],
                "name": self.text(organisation.legal_name),
                "url": organisation.homepage,
                "otherIdentifier": [
                    {"type": "IdentifierEntry", "identifier": number, "identifierType": kind}
                    for number, kind in numbers
                ],
            }
        )

    def subject(self) -> Json:
        order, achievement = self.order, self.order.achievement
        credit = achievement.credit
        return _present(
            {
                "id": _opaque(f"{order.issuer.eidas}/learner/{order.learner.id}"),
                "type": ["AchievementSubject"],
                "identifier": [
                    {
                        "type": "IdentityObject",
                        "hashed": False,
                        "identityHash": " ".join(_clean(order.learner.full_name).split()),
                        "identityType": "name",
                    }
                ],
                "activityStartDate": _earliest(order.award.evidence),
                "activityEndDate": _stamp(order.award.completed_at),
                "creditsEarned": credit.points if credit and credit.framework == "ects" else None,
                "achievement": self.achievement(),
                "result": [*self.results(), *self.graded("result")],
            }
        )

    def achievement(self) -> Json:
        order, achievement = self.order, self.order.achievement
        credit = achievement.credit
        skills = self.skills(achievement)
        return _present(
            {
                "id": self.own("achievement"),
                "type": ["Achievement"],
                "achievementType": "MicroCredential",
                "name": self.text(achievement.title),
                "description": self.description(),
                "criteria": _present({"id": achievement.homepage, "narrative": self.narrative()}),
                "humanCode": achievement.ref,
                "version": str(achievement.version),
                "inLanguage": self.language,
                "fieldOfStudy": f"ISCED-F {achievement.iscedf}",
                "creditsAvailable": credit.points if credit and credit.framework == "ects" else None,
                "creator": self.profile(order.owner, order.owner.homepage or _opaque(order.owner.eidas))
                if order.owner.id != order.issuer.id
                else None,
                "tag": list(dict.fromkeys(one["targetName"] for one in skills)),
                "alignment": [*skills, *self.levels(achievement.level)],
                "endorsementJwt": [*self.endorsements()],
                "resultDescription": [
                    *(self.criterion(number, one) for number, one in enumerate(achievement.outcomes, 1)),
                    *self.graded("description"),
                ],
            }
        )

    def endorsements(self) -> Iterator[str]:
        """Those that are signed as tokens, unchanged."""
        for one in self.order.achievement.endorsements:
            if one.content and one.media_type == "application/jwt":
                yield b64decode(one.content).decode("ascii")

    def narrative(self) -> str:
        """What was required, in Markdown, as the specification has it."""
        achievement = self.order.achievement
        quality = achievement.quality_assurance
        lines = [f"{self.label(texts.HOLDER_CAN)}:", ""]
        for outcome in achievement.outcomes:
            lines += [
                f"- {self.text(outcome.title)}",
                f"  {self.label(texts.CRITERION)}: {self.text(outcome.criteria)}",
            ]
        lines += ["", self.label(texts.WORKLOAD, hours=f"{achievement.workload_hours:g}")]
        for label, text in (
            (texts.ENTRY, achievement.entry_requirement),
            (texts.PART_OF, achievement.part_of),
            (texts.INTERNAL, quality.internal),
            (texts.EXTERNAL, quality.external),
        ):
            lines += ["", f"{self.label(label)}: {self.text(text)}"] if text else []
        return "\n".join(lines)

    def criterion(self, number: int, outcome: Outcome) -> Json:
        return _present(
            {
                "id": self.own(f"outcome/{number}"),
                "type": ["ResultDescription"],
                "name": self.text(outcome.title),
                "resultType": "RubricCriterionLevel",
                "requiredLevel": self.own(f"outcome/{number}/achieved"),
                "rubricCriterionLevel": [
                    {
                        "id": self.own(f"outcome/{number}/achieved"),
                        "type": ["RubricCriterionLevel"],
                        "name": self.label(texts.ACHIEVED),
                        "description": self.text(outcome.criteria),
                    }
                ],
                "alignment": [*self.aligned(outcome)],
            }
        )

    def results(self) -> Iterator[Json]:
        for number, _ in enumerate(self.order.achievement.outcomes, 1):
            yield {
                "type": ["Result"],
                "resultDescription": self.own(f"outcome/{number}"),
                "achievedLevel": self.own(f"outcome/{number}/achieved"),
                "status": "Completed",
            }

    def graded(self, part: str) -> Iterator[Json]:
        """The description or the result of the one grade that there is; several belong to parts, not to the whole."""
        grades = [item.grade for item in self.order.award.evidence if item.grade]
        if len(grades) != 1 or (grades[0].text is None and grades[0].value is None):
            return
        (grade,) = grades
        own = self.own("grade")
        if part == "result":
            value = _clean(grade.text) if grade.text else f"{grade.value:g}"
            yield {"type": ["Result"], "resultDescription": own, "status": "Completed", "value": value}
            return
        points = grade.text is None
        yield _present(
            {
                "id": own,
                "type": ["ResultDescription"],
                "name": self.label(texts.RESULT),
                "resultType": "RawScore" if points else "Result",
                "valueMin": f"{grade.minimum:g}" if points and grade.minimum is not None else None,
                "valueMax": f"{grade.maximum:g}" if points and grade.maximum is not None else None,
            }
        )

    def skills(self, achievement: Achievement) -> list[Json]:
        found = (skill for outcome in achievement.outcomes for skill in self.aligned(outcome))
        return list({one["targetUrl"]: one for one in found}.values())

    def aligned(self, outcome: Outcome) -> Iterator[Json]:
        frameworks = (("ESCO", outcome.esco), (None, outcome.skills))
        for framework, concepts in frameworks:
            for one in concepts:
                name = self.text(one.label) if one.label else one.uri
                yield _alignment(name, one.uri, "ext:Skill", framework)

    def levels(self, level: Level | None) -> Iterator[Json]:
        """EQF and SeQF, only where somebody has decided the level (facts/sweden.md section 3)."""
        if level is None or level.state is LevelState.SELF_ASSESSED:
            return
        seqf = f"{SEQF}c_{SEQF_CODES[level.value - 1]}"
        for framework, address in (("EQF", f"{EQF}{level.value}"), ("SeQF", seqf)):
            name = self.label(texts.LEVEL, framework=framework, level=level.value)
            more = self.label(texts.DECISION, decision=_clean(level.decision)) if level.decision else None
            yield _alignment(name, address, "ext:QualificationLevel", framework, str(level.value), more)

    def evidence(self) -> Iterator[Json]:
        for item in self.order.award.evidence:
            told = [self.label(texts.EVIDENCE[item.kind], on=item.completed_at.date().isoformat())]
            # What looks like an address is no name.
            if item.by and "@" not in item.by:
                told.append(self.label(texts.ASSESSED, by=_clean(item.by)))
            yield _present(
                {
                    "id": item.document.url if item.document else None,
                    "type": ["Evidence"],
                    "name": _clean(item.title),
                    "genre": item.kind.value,
                    "narrative": " ".join(told),
                }
            )

    def mandate(self) -> Iterator[Json]:
        mandate = self.order.mandate
        if mandate is not None:
            decided = self.label(texts.DECIDED, by=_clean(mandate.decided_by), on=mandate.decided_on.isoformat())
            yield {
                "type": ["Evidence"],
                "name": self.label(texts.MANDATE),
                "genre": "mandate",
                "narrative": f"{_clean(mandate.statement)} {decided}",
            }

    def status(self) -> Json | list[Json] | None:
        """The place in the status lists (Bitstring Status List v1.0, section 2.1), each purpose with its own list."""
        address, index = self.order.status_list_url, self.order.status_index
        if address is None or index is None:
            return None
        entries = [
            {
                "id": f"{address}/{purpose}#{index}",
                "type": "BitstringStatusListEntry",
                "statusPurpose": purpose,
                "statusListIndex": str(index),
                "statusListCredential": f"{address}/{purpose}",
            }
            for purpose in PURPOSES[self.settings.status]
        ]
        return entries[0] if len(entries) == 1 else entries

    def own(self, part: str) -> str:
        """An id inside this version of the achievement, the same in every badge of it."""
        return _opaque(f"{self.base}/{part}")


def _alignment(
    name: str, address: str, kind: str, framework: str | None, code: str | None = None, more: str | None = None
) -> Json:
    return _present(
        {
            "type": ["Alignment"],
            "targetName": name,
            "targetUrl": address,
            "targetType": kind,
            "targetFramework": framework,
            "targetCode": code,
            "targetDescription": more,
        }
    )


def _present(members: Json) -> Json:
    return {key: value for key, value in members.items() if value not in (None, [], {}, "")}


@lru_cache(maxsize=4096)
def _opaque(name: str) -> str:
    return uuid5(NAMESPACE_URL, name).urn


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _earliest(evidence: Sequence[Completion]) -> str | None:
    started = [item.started_at for item in evidence if item.started_at]
    return _stamp(min(started)) if started else None


_DROPPED = dict.fromkeys((*range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF))
_CLEANING: dict[int, str | None] = {
    **dict.fromkeys((*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)), " "),
    **_DROPPED,
}


def _clean(text: str) -> str:
    return text.translate(_CLEANING).strip()
