"""One share's whole life at an employer's desk, in each recruitment system and in two at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mimis_ats.employer import Desk
from mimis_ats.generic.export import HrExportFeed
from mimis_ats.generic.folder import DropFolderFeed
from mimis_ats.generic.sandbox import DropFolderSandbox, HrExportSandbox
from mimis_ats.greenhouse.feed import GreenhouseFeed
from mimis_ats.greenhouse.sandbox import GreenhouseSandbox
from mimis_ats.intake import Incoming
from mimis_ats.odoo.feed import OdooFeed
from mimis_ats.odoo.sandbox import OdooSandbox
from mimis_ats.teamtailor.feed import TeamtailorFeed
from mimis_ats.teamtailor.sandbox import TeamtailorSandbox

from mimis_core import TalentFeed
from mimis_core.testing import Sandbox
from tests.adapters.ats.conftest import EMAIL, NAME, FakeEmployer, settings_for
from tests.adapters.ats.test_employer import REVOKED, SHARE, VALID

TITLE = "Batterier för nybörjare"
SKILLS = "Mikromeriter"
Life = tuple[Desk, FakeEmployer, list[Sandbox]]


def odoo(version: int, records: Any = "recruitment") -> OdooSandbox:
    """An Odoo with a skill type."""
    made = OdooSandbox(version, records)
    made.add_skill_type(SKILLS, TITLE)
    return made


SYSTEMS: dict[str, Callable[[], list[Sandbox]]] = {
    "teamtailor": lambda: [TeamtailorSandbox()],
    "greenhouse": lambda: [GreenhouseSandbox()],
    "odoo-17": lambda: [odoo(17)],
    "odoo-18": lambda: [odoo(18)],
    "odoo-19": lambda: [odoo(19)],
    "odoo-staff": lambda: [odoo(19, "employees")],
    "folder": lambda: [DropFolderSandbox()],
    "hr-export": lambda: [HrExportSandbox()],
    "two": lambda: [GreenhouseSandbox(), odoo(18)],
}
KINDS: tuple[type[TalentFeed[Any]], ...] = (TeamtailorFeed, GreenhouseFeed, OdooFeed, DropFolderFeed, HrExportFeed)


def connected(server: Sandbox) -> TalentFeed[Any]:
    """The feed of a sandbox, with skills where there are some."""
    table = {**server.settings(), **({"skill_type": SKILLS} if isinstance(server, OdooSandbox) else {})}
    kind = next(one for one in KINDS if one.kind == table["kind"])
    return kind(table.pop("kind"), kind.Settings(**table))


@pytest.fixture(params=SYSTEMS)
def life(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Life]:
    """A desk whose systems know the person of the share once."""
    with ExitStack() as stack:
        servers = [stack.enter_context(server) for server in SYSTEMS[request.param]()]
        for server in servers:
            server.add_candidate(EMAIL, NAME)
        feeds = [stack.enter_context(connected(server)) for server in servers]
        employer = FakeEmployer(settings_for(tmp_path, role="employer"), feeds)
        yield Desk(employer), employer, servers  # type: ignore[arg-type]  # the fake has what the desk uses


def texts(servers: list[Sandbox]) -> list[str]:
    """What the systems hold of ours."""
    return [content.decode() for server in servers for _, content in server.received()]


def share_for(servers: list[Sandbox]) -> Incoming:
    """A share that is meant for the kind of these systems: staff records take no applications."""
    is_staff = any(
        isinstance(server, HrExportSandbox) or server.settings().get("records") == "employees" for server in servers
    )
    return replace(SHARE, purpose="Personalakt") if is_staff else SHARE


def skills(servers: list[Sandbox]) -> list[str]:
    """Skills that the systems with skills hold of ours."""
    return [skill for server in servers if isinstance(server, OdooSandbox) for skill in server.skills()]


def test_share_is_written_revoked_restored_and_taken_back(life: Life) -> None:
    desk, employer, servers = life
    taken = desk.take(share_for(servers))
    assert (taken.share.state, taken.errors, len(texts(servers))) == ("written", (), len(servers))
    assert all(str(SHARE.link) in text and TITLE in text for text in texts(servers))
    has_skills = any(isinstance(server, OdooSandbox) for server in servers)
    assert skills(servers) == [TITLE] * has_skills

    employer.verdict = REVOKED
    revoked = desk.recheck(taken.share)
    assert len(texts(servers)) == len(servers)
    assert all("återkallat" in text for text in texts(servers))
    assert skills(servers) == []

    employer.verdict = VALID
    restored = desk.recheck(revoked.share)
    assert len(texts(servers)) == len(servers)
    assert not any("återkallat" in text for text in texts(servers))
    assert skills(servers) == [TITLE] * has_skills

    gone = desk.take_back(restored.share)
    assert (gone.share.state, gone.share.receipts, gone.errors) == ("withdrawn", (), ())
    assert (texts(servers), skills(servers)) == ([], [])


def test_several_candidates_are_a_recruiters_to_choose(life: Life) -> None:
    desk, _, servers = life
    for server in servers:
        server.add_candidate(EMAIL, "Someone Else")
    assert desk.take(share_for(servers)).share.state == "ask"
    assert texts(servers) == []


@pytest.mark.parametrize("purpose", ["Personalakt", "Ansökan"], ids=["staff", "application"])
def test_share_goes_where_it_is_meant_for_alone(tmp_path: Path, purpose: str) -> None:
    with ExitStack() as stack:
        servers: list[Sandbox] = [DropFolderSandbox(), HrExportSandbox(), odoo(19), odoo(19, "employees")]
        for server in servers:
            stack.enter_context(server).add_candidate(EMAIL, NAME)
        feeds = [stack.enter_context(connected(server)) for server in servers]
        feeds[3].name = "staff"
        employer = FakeEmployer(settings_for(tmp_path, role="employer"), feeds)
        taken = Desk(employer).take(replace(SHARE, purpose=purpose))  # type: ignore[arg-type]  # likewise
    wanted = {"hr-export", "staff"} if purpose == "Personalakt" else {"drop-folder", "odoo"}
    assert (taken.share.state, {receipt.feed for receipt in taken.share.receipts}) == ("written", wanted)
