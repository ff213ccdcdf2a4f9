"""One role against many shares, with the whole of ESCO; reading what links shares to competences is the baseline.

The role has ESCO's needs of an occupation. Shares prove one to five of some thousand distinct competences, as those of
many schools do. What is timed is all that an employer waits for: the role and ESCO's relations read, each competence
compared, every share counted, and the first page of the order made.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from mimis_esco.download import open_download
from mimis_esco.release import Reading
from sqlalchemy import text

from bench.bulk import BulkRows
from bench.measure import Result, Size, duration, in_turn
from bench.school import open_school, school_template
from mimis_core import Concept, Outcome
from mimis_core.services import Criteria, EscoRelease, ImportedShare, Services
from mimis_core.services.competences import Competence, content_of, key_of
from mimis_core.store.role_tables import CompetenceRow, ImportCompetenceRow
from mimis_core.store.tables import ImportRow
from tests.esco import VERSION, write_whole

DISTINCT = 2_000
MOST_HELD = 5
NEEDS = 40
AT_ONCE = 20_000
CRITERIA = Criteria(
    order=("essential_met", "essential_partly", "desirable_met", "desirable_partly"),
    words={"sv": "Först det som behövs, sedan det som är en fördel."},
)
LINKS = text("SELECT import_id, competence_id FROM import_competence WHERE organisation = :organisation")


def measure(size: Size) -> Iterator[Result]:
    """The order of all shares for one role."""
    shared = Path(os.environ.get("MIMIS_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not (shared / "esco").is_dir():
        sys.stderr.write(f"match: skipped, ESCO is not at {shared}: set MIMIS_SHARED.\n")
        return
    with school_template() as folder, open_school(folder) as services:
        release = _import_esco(services, shared)
        links = _fill(services, [one.uri for one in release.entries if one.kind == "skill"], size.match_shares)
        role_id = _role(services, [one.uri for one in release.entries if one.kind == "occupation"])
        yield _ranking(services, role_id, size, links)


def _import_esco(services: Services, shared: Path) -> EscoRelease:
    with TemporaryDirectory(prefix="mimis-bench-") as place:
        release = Reading(open_download(write_whole(shared, Path(place)))).release(VERSION)
    services.import_esco(release)
    return release


def _role(services: Services, occupations: list[str]) -> str:
    """Id of a published role with the needs of the first occupation that has many."""
    esco = services.esco()
    occupation = next(uri for uri in sorted(occupations) if len(esco.skills_of(uri)) >= NEEDS)
    made = services.role_from_esco(occupation, "bench")
    profile = made.profile.model_copy(update={"criteria": CRITERIA})
    services.save_role(profile, made.revision, "bench")
    return services.publish_role(profile.id, "bench").profile.id


def _fill(services: Services, skills: list[str], shares: int) -> int:
    """Write so many shares; gives how many links to competences they have."""
    random, rows = Random(shares), BulkRows(services)
    ids = [_competence(rows, random.sample(skills, 4), number) for number in range(min(DISTINCT, shares))]
    links = 0
    for number in range(shares):
        share = ImportedShare(key=f"share-{number}", issuer="bench", person_name=f"Person {number}", state="verified")
        import_id = rows.add(ImportRow, key=share.key, state=share.state, content=share.model_dump_json(), at=rows.now)
        for competence_id in random.sample(ids, min(len(ids), random.randint(1, MOST_HELD))):
            rows.add(ImportCompetenceRow, import_id=import_id, competence_id=competence_id, until=None)
            links += 1
        if number % AT_ONCE == AT_ONCE - 1:
            rows.flush()
    rows.flush()
    return links


def _competence(rows: BulkRows, skills: list[str], number: int) -> str:
    outcomes = tuple(
        Outcome(title={"en": f"Outcome {uri}"}, criteria={"en": "Shown"}, type="skill", esco=(Concept(uri=uri),))
        for uri in skills
    )
    made = Competence(title={"en": f"Micro-credential {number}"}, outcomes=outcomes)
    return rows.add(CompetenceRow, key=key_of(made), content=content_of(made))


def _ranking(services: Services, role_id: str, size: Size, links: int) -> Result:
    def ours() -> None:
        page = services.rank_shares(role_id)
        if page.total != size.match_shares:
            raise RuntimeError(f"{page.total} of {size.match_shares} shares are in the order")

    def bare() -> None:
        with services.database.reading() as session:
            session.connection().execute(LINKS, {"organisation": services.organisation}).fetchall()

    ours()  # warm: ESCO and the competences are read once in a process
    start = time.process_time()
    ours()
    worked = time.process_time() - start
    times, bare_times = in_turn(size.rounds, ours, bare)
    needs = len(services.role_profile(role_id).profile.needs)
    what = (
        f"one role of {needs} needs against {size.match_shares} shares with {links} links to"
        f" {min(DISTINCT, size.match_shares)} competences, ESCO {services.esco().version} loaded, one core;"
        f" {worked:.2f} s of processor time;"
        " baseline: reading the links"
    )
    return duration("match.100k", times, bare_times, what)
