"""The catalogue: its entries, whether one may be issued, and what a learner's completions earn.

Entries are read from files by :mod:`mimis_core.store.catalogue_files`; the six principles are in
:mod:`mimis_core.principles`. Nothing in here reads a file or knows a source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mimis_core.model import Achievement, Completion, Requirement

Earned = tuple[Achievement, tuple[Completion, ...]]
"""An achievement and the completions that it rests on."""

FAILING_GRADES = frozenset(
    {"f", "ig", "icke godkänt", "icke godkänd", "ej godkänd", "underkänd", "-", "–", "", "streck"}
)
"""Results that never pass, as Swedish schools write them (facts/sweden.md section 1), in lower case."""


@dataclass(frozen=True)
class Catalogue:
    """All versions of all entries. Made once from a folder; id and version together are unique."""

    entries: tuple[Achievement, ...] = ()

    def __iter__(self) -> Iterator[Achievement]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, id: str, version: int | None = None) -> Achievement | None:
        """One version of an entry, or its newest; None when the catalogue has none."""
        found = [entry for entry in self.entries if entry.id == id and version in (None, entry.version)]
        return max(found, key=lambda entry: entry.version, default=None)

    def latest(self) -> tuple[Achievement, ...]:
        """The newest version of each entry by id: what is awarded now. Older ones only explain old credentials."""
        newest: dict[str, Achievement] = {}
        for entry in sorted(self.entries, key=lambda entry: entry.version):
            newest[entry.id] = entry
        return tuple(newest[id] for id in sorted(newest))


@dataclass(frozen=True)
class Match:
    """What one learner's completions come to; each completion is in exactly one of the three parts."""

    earned: tuple[Earned, ...] = ()
    waiting: tuple[Completion, ...] = ()
    unmatched: tuple[Completion, ...] = ()


def passed(completion: Completion) -> bool:
    """Say whether the result passes; a completion without a grade does, since the source calls it completed."""
    if completion.grade is None or completion.grade.text is None:
        return True
    return " ".join(completion.grade.text.casefold().split()) not in FAILING_GRADES


def meets(completion: Completion, requirement: Requirement) -> bool:
    """Say whether this completion is what the requirement asks for, with a sufficient result.

    A requirement with ``min_grade`` is not met by a completion whose source gave no points on a scale.
    """
    if not _belongs(completion, requirement) or not passed(completion):
        return False
    if requirement.min_grade is None:
        return True
    percent = completion.grade.percent if completion.grade else None
    return percent is not None and percent >= requirement.min_grade


def earned(achievements: Iterable[Achievement], completions: Sequence[Completion]) -> list[Earned]:
    """The default mapping: an achievement is earned when enough of its requirements are met by some completion.

    All completions that meet a requirement are its evidence, so that a course and a later validation of the same
    thing both count. An achievement without requirements is never earned by itself.
    """
    found: list[Earned] = []
    for achievement in achievements:
        needs = achievement.earned_by
        evidence = tuple(one for one in completions if any(meets(one, need) for need in needs))
        if evidence and is_enough(achievement, [any(meets(one, need) for one in evidence) for need in needs]):
            found.append((achievement, evidence))
    return found


def is_enough(achievement: Achievement, met: Sequence[bool]) -> bool:
    """Say whether so much of ``earned_by``, each in its place, is enough: all where the entry asks for no number."""
    parts, points = achievement.enough_parts, achievement.enough_points
    if parts is None and points is None:
        return all(met)
    got = [need for need, is_met in zip(achievement.earned_by, met, strict=True) if is_met]
    whole = all(need in got for need in achievement.earned_by if need.required)
    return whole and len(got) >= (parts or 0) and round(sum(one.points or 0 for one in got), 6) >= (points or 0)


def match(completions: Sequence[Completion], catalogue: Catalogue, decided: Sequence[Earned] | None = None) -> Match:
    """Divide one learner's completions: used in an earned achievement, waiting for the rest of one, or unmatched.

    Arguments:
        completions: all of one learner's completions.
        catalogue: only its newest versions are earned.
        decided: what a plugin's ``mimis_map_achievement`` answered; it replaces the default mapping.
    """
    current = catalogue.latest()
    found = earned(current, completions) if decided is None else decided
    used = {(one.source, one.key) for _, evidence in found for one in evidence}
    left = [one for one in completions if (one.source, one.key) not in used]
    needs = [need for achievement in current for need in achievement.earned_by]
    asked = [(one, any(_belongs(one, need) for need in needs)) for one in left]
    return Match(
        earned=tuple((achievement, tuple(evidence)) for achievement, evidence in found),
        waiting=tuple(one for one, is_asked in asked if is_asked),
        unmatched=tuple(one for one, is_asked in asked if not is_asked),
    )


def _belongs(completion: Completion, requirement: Requirement) -> bool:
    return completion.module == requirement.module and requirement.source in (None, completion.source)
