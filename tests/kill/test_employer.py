"""The employer's side killed at each boundary: one entry in recruitment for each share, and none for what ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox

from mimis_core.cli.demo.stage import EMPLOYER, append_tables
from mimis_core.cli.init import write_folder
from mimis_core.cli.serve import PageServer, listen
from mimis_core.services import ShareOrder, ShareView, open_services
from mimis_core.settings import load_settings
from tests.kill.ground import Ground, Nursery, ground
from tests.postgres import make_schema

PULL = ("employer",)


@dataclass
class Hiring:
    """A school with its pages, and an employer with its ATS."""

    school: Ground
    folder: Path
    ats: TeamtailorSandbox
    partner_id: str

    def share(self) -> ShareView:
        """Let a learner who has shared nothing yet share with the employer, in whose ATS she is."""
        view = next(one for one in self.school.school.all_credentials() if not self._shared(one.learner_id))
        email = self.school.school.learner(view.learner_id).email or ""
        self.ats.add_candidate(email, view.learner_name)
        until = datetime.now(UTC).date() + timedelta(days=30)
        order = ShareOrder(
            credential_ids=(view.id,), partner_id=self.partner_id, purpose="Jobb", until=until, application_email=email
        )
        return self.school.school.create_share(view.learner_id, order)

    def pull(self, die_at: str | None = None) -> Any:
        """Pull as the employer, in a worker of its own."""
        worker = self.school.nursery.worker(self.folder)
        worker.order(PULL, die_at=die_at)
        answer = worker.answer()
        worker.dismiss()
        return answer

    def _shared(self, learner_id: str) -> bool:
        return bool(self.school.school.shares_of(learner_id))


@pytest.fixture
def hiring(tmp_path: Path, postgres: str | None, nursery: Nursery) -> Iterator[Hiring]:
    """Sixteen learners with a credential each, none of them shared."""
    bound = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    databases = [make_schema(postgres) if postgres else "sqlite:///mimis.db" for _ in range(2)]
    with (
        TeamtailorSandbox(limit=10_000) as ats,
        ground(tmp_path / "school", databases[0], nursery, url=url) as school,
    ):
        school.ahead = timedelta()
        school.enrol(16)
        school.come_to_rest()
        pages = PageServer(school.school, bound)
        pages.start()
        partner_id = _write_employer(tmp_path / "employer", databases[1], school, ats)
        yield Hiring(school, tmp_path / "employer", ats, partner_id)
        pages.stop()


def _write_employer(folder: Path, database: str, school: Ground, ats: TeamtailorSandbox) -> str:
    new = school.school.add_partner(EMPLOYER.legal_name["sv"], EMPLOYER.registration or "", "demo.example")
    write_folder(folder, "employer", EMPLOYER, "http://127.0.0.1:9", database, None)
    issuer = {
        "url": school.school.settings.base_url, "client_id": new.partner.client_id, "client_secret": new.client_secret,
    }  # fmt: skip
    anchors = {"anchors": [str(school.folder / "secrets" / "trial-anchor.pem")]}
    append_tables(folder, {"trust": anchors, "feeds.teamtailor": ats.settings(), "issuers.school": issuer})
    return new.partner.id


def test_pull_killed_at_every_boundary(hiring: Hiring) -> None:
    shares = [hiring.share()]
    boundaries = hiring.pull()["passed"]
    assert "teamtailor.put: after" in boundaries
    for name in boundaries:
        shares.append(hiring.share())
        assert hiring.pull(die_at=name) is None, f"no pull came to {name!r}"
    assert hiring.pull()["did"] == [[]]
    assert hiring.ats.count("POST .*partner-results") == len(shares) == len(hiring.ats.received())
    _stands_once_each(hiring, len(shares))

    gone = shares[: len(shares) // 2]
    for share in gone:
        hiring.school.school.withdraw_share(share.learner_id, share.id)
        hiring.pull(die_at="teamtailor.remove: after")
    assert hiring.pull()["did"] == [[]]
    assert len(hiring.ats.received()) == len(shares) - len(gone)


def _stands_once_each(hiring: Hiring, count: int) -> None:
    with open_services(load_settings(hiring.folder)) as employer:
        held = employer.imports()
    assert Counter(one.state for one in held) == {"written": count}
    assert {receipt.external_id for one in held for receipt in one.receipts} == set(hiring.ats.results)
