"""The whole of ESCO 1.2.0 in the columns of the official download, joined from the compact files of the shared data.

Labels are English; descriptions and other labels are not in the shared data. The files ``*_en.csv`` there have them for
a few concepts, and relations of which most are test data: they are for tests of how files are read.
"""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

VERSION = "1.2.0"
SKILLS, GROUPS, OCCUPATIONS, BROADER, RELATIONS = 13_939, 640, 3_039, 20_822, 129_004
SCHEME = "http://data.europa.eu/esco/concept-scheme/"
SAMPLE = (
    "skills_en.csv", "occupations_en.csv", "broaderRelationsSkillPillar_en.csv", "occupationSkillRelations_en.csv",
)  # fmt: skip


def write_whole(shared: Path, folder: Path) -> Path:
    """Write the five files of the whole of ESCO into a folder that is named as the portal names its downloads."""
    made = folder / f"ESCO dataset - v{VERSION} - classification - en - csv"
    made.mkdir(parents=True)
    skills = list(_rows(shared, "skill-labels"))
    groups = list(_rows(shared, "skill-groups"))
    occupations = list(_rows(shared, "occupations"))
    labels = {row["conceptUri"]: row["preferredLabel"] for row in (*skills, *groups)}
    _write(made, "skills", SKILL_COLUMNS, map(_skill, skills))
    _write(made, "skillGroups", GROUP_COLUMNS, map(_group, groups))
    _write(made, "occupations", OCCUPATION_COLUMNS, map(_occupation, occupations))
    _write(made, "broaderRelationsSkillPillar", BROADER_COLUMNS, _broader(shared, labels))
    _write(made, "occupationSkillRelations", RELATION_COLUMNS, _relations(shared, occupations, skills))
    return made


def write_sample(shared: Path, folder: Path) -> Path:
    """Copy the small files, under the name of a download."""
    made = folder / f"ESCO dataset - v{VERSION} - classification - en - csv"
    made.mkdir(parents=True)
    for name in SAMPLE:
        shutil.copyfile(shared / "esco" / name, made / name)
    return made


SKILL_COLUMNS = (
    "conceptType", "conceptUri", "skillType", "reuseLevel", "preferredLabel", "altLabels", "hiddenLabels", "status",
    "modifiedDate", "scopeNote", "definition", "inScheme", "description",
)  # fmt: skip
GROUP_COLUMNS = (
    "conceptType", "conceptUri", "preferredLabel", "altLabels", "hiddenLabels", "status", "modifiedDate", "scopeNote",
    "inScheme", "description", "code",
)  # fmt: skip
OCCUPATION_COLUMNS = (
    "conceptType", "conceptUri", "iscoGroup", "preferredLabel", "altLabels", "hiddenLabels", "status", "modifiedDate",
    "regulatedProfessionNote", "scopeNote", "definition", "inScheme", "description", "code", "naceCode",
)  # fmt: skip
BROADER_COLUMNS = ("conceptType", "conceptUri", "conceptLabel", "broaderType", "broaderUri", "broaderLabel")
RELATION_COLUMNS = ("occupationUri", "occupationLabel", "relationType", "skillType", "skillUri", "skillLabel")


def _skill(row: dict[str, str]) -> dict[str, Any]:
    return {**row, "conceptType": "KnowledgeSkillCompetence", "status": "released", "inScheme": f"{SCHEME}skills"}


def _group(row: dict[str, str]) -> dict[str, Any]:
    return {**row, "conceptType": "SkillGroup", "status": "released", "inScheme": f"{SCHEME}skills-hierarchy"}


def _occupation(row: dict[str, str]) -> dict[str, Any]:
    return {**row, "conceptType": "Occupation", "status": "released", "inScheme": f"{SCHEME}occupations"}


def _broader(shared: Path, labels: dict[str, str]) -> Iterator[dict[str, Any]]:
    for row in _rows(shared, "broader-relations"):
        yield {**row, "conceptLabel": labels[row["conceptUri"]], "broaderLabel": labels.get(row["broaderUri"], "")}


def _relations(
    shared: Path, occupations: Sequence[dict[str, str]], skills: Sequence[dict[str, str]]
) -> Iterator[dict[str, Any]]:
    for row in _rows(shared, "occupation-skill-relations"):
        occupation, skill = occupations[int(row["occupationRow"])], skills[int(row["skillRow"])]
        yield {
            "occupationUri": occupation["conceptUri"],
            "occupationLabel": occupation["preferredLabel"],
            "relationType": row["relationType"],
            "skillType": skill["skillType"],
            "skillUri": skill["conceptUri"],
            "skillLabel": skill["preferredLabel"],
        }


def _rows(shared: Path, name: str) -> Iterator[dict[str, str]]:
    with gzip.open(shared / "esco" / f"{name}-{VERSION}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _write(folder: Path, name: str, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    with (folder / f"{name}_en.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
