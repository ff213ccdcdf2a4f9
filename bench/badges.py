"""Badges with a Data Integrity proof: building, canonicalising and signing, and checking, against bare Ed25519."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from mimis_openbadges.badge import BadgeFormat
from mimis_openbadges.keys import ANCHOR_FILE, KEY_FILE, Ed25519Signer, open_key
from mimis_openbadges.multikey import did_key
from mimis_openbadges.sealers import DataIntegritySealer
from mimis_openbadges.settings import BadgeSettings, DataIntegritySettings, Ed25519Settings
from mimis_openbadges.verifier import BadgeVerifier

from bench.measure import Result, Size, in_turn, rate
from bench.school import ENTRY, SCHOOL, completion, school_template
from mimis_core import Achievement, Award, AwardState, IssueOrder, Learner, Sealed, Trust
from mimis_core.pipeline import issue
from mimis_core.store.catalogue_files import load_catalogue

OUTCOMES = 6
"""As many make a badge of 12 to 13 kB."""
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Bench:
    """What signs and checks: the adapters as they are opened, and the bare key."""

    format_: BadgeFormat
    sealer: DataIntegritySealer
    signer: Ed25519Signer
    bare: Ed25519PrivateKey
    trust: Trust

    def make(self, order: IssueOrder) -> Sealed:
        """One signed badge."""
        return issue(order, self.format_, self.sealer, self.signer)


def measure(size: Size) -> Iterator[Result]:
    """Signing and checking badges of one achievement, warm."""
    with TemporaryDirectory(prefix="mimis-bench-") as place:
        bench = _open(Path(place))
        achievement = _achievement()
        orders = [_order(achievement, number) for number in range(size.learners)]
        contents = [bench.make(order).content for order in orders]
        verdict = BadgeVerifier().verify(contents[0], bench.trust)
        if [check.status for check in verdict.checks].count("ok") != 4:
            raise RuntimeError("a badge of the bench does not verify")
        what = f"{size.rounds} rounds of {len(orders)} badges of {len(contents[-1])} bytes, one achievement; baseline: "
        ours, bare = in_turn(
            size.rounds,
            lambda: [bench.make(order) for order in orders],
            lambda: [bench.bare.sign(content) for content in contents],
        )
        yield rate("issue.data_integrity", "badges/s", len(orders), ours, bare, f"{what}Ed25519 over the same bytes")
        public, signed = bench.bare.public_key(), [(bench.bare.sign(content), content) for content in contents]
        ours, bare = in_turn(
            size.rounds,
            lambda: [BadgeVerifier().verify(content, bench.trust) for content in contents],
            lambda: [public.verify(signature, content) for signature, content in signed],
        )
        yield rate("verify.data_integrity", "files/s", len(orders), ours, bare, f"{what}Ed25519, offline")


def _open(folder: Path) -> Bench:
    Ed25519Signer.make_trial(SCHOOL, folder)
    signer = Ed25519Signer("signer", Ed25519Settings(file=str(folder / KEY_FILE)))
    settings = BadgeSettings(issuer=did_key(signer.public_key))
    anchor = (folder / ANCHOR_FILE).read_text("ascii")
    return Bench(
        BadgeFormat("badge", settings),
        DataIntegritySealer("sealer", DataIntegritySettings(), now=lambda: NOW),
        signer,
        open_key(folder / KEY_FILE, None),
        Trust(anchors=(anchor,), offline=True, now=NOW + timedelta(days=1)),
    )


def _achievement() -> Achievement:
    """The entry of the other measurements, with its outcomes repeated."""
    with school_template() as folder:
        entry = load_catalogue(folder / "catalogue").get(ENTRY)
    if entry is None:
        raise RuntimeError(f"the starter catalogue has no {ENTRY}")
    outcomes = tuple(entry.outcomes[number % len(entry.outcomes)] for number in range(OUTCOMES))
    return entry.model_copy(update={"outcomes": outcomes})


def _order(achievement: Achievement, number: int) -> IssueOrder:
    done = completion(number)
    award = Award(
        id=f"award-{number}", learner_id=f"learner-{number}", achievement_id=achievement.id,
        achievement_version=achievement.version, state=AwardState.APPROVED, completed_at=done.completed_at,
        evidence=(done,), decided_by="Karin Lärare", decided_at=NOW,
    )  # fmt: skip
    return IssueOrder(
        urn=f"urn:credential:00000000-0000-4000-8000-{number:012d}", award=award, achievement=achievement,
        learner=Learner(id=f"learner-{number}", full_name=done.learner.full_name), issuer=SCHOOL, owner=SCHOOL,
        issued_at=NOW, status_url=f"https://mimis.example/status/{number}",
        public_url=f"https://mimis.example/c/{number}", status_list_url="https://mimis.example/status/list/1",
        status_index=number,
    )  # fmt: skip
