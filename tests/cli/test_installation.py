"""Commands over an installation: which organisations there are, rights between them, and work of all."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from mimis_core.services import configured
from tests.cli.processes import address, running
from tests.command import Mimis
from tests.installation import ADDRESSES, OURS, THEIRS, make_installation
from tests.school import HandCourier, HandSource, done, page

ENTRY = "digitala-arbetsmiljoer"


@pytest.fixture
def installation(folder: Path, school_template: Path, tmp_path: Path) -> Path:
    """Two organisations; ``folder`` puts source and couriers into the test's hand."""
    return make_installation(school_template, tmp_path / "both", f"sqlite:///{tmp_path}/both.db")


def member(installation: Path, id: str) -> Path:
    return installation / "schools" / id


def test_organisations_are_listed(mimis: Mimis, installation: Path) -> None:
    listed = mimis("organisations", "--config", installation, "--json").json["organisations"]
    assert {one["id"]: one["address"] for one in listed} == ADDRESSES


def test_installation_that_cannot_be_is_told(mimis: Mimis, installation: Path) -> None:
    (installation / "installation.toml").write_text('organisations = ["schools/gone"]', "utf-8")
    assert mimis("organisations", "--config", installation).code == 2


def test_command_of_one_organisation_asks_for_its_folder(mimis: Mimis, installation: Path) -> None:
    done = mimis("awards", "list", "--config", installation)
    assert (done.code, "several organisations" in done.err) == (2, True)


def test_right_is_granted_listed_and_ended_by_both(mimis: Mimis, installation: Path) -> None:
    owner, issuer = member(installation, OURS), member(installation, THEIRS)
    granted = mimis("rights", "grant", ENTRY, "--to", THEIRS, "--by", "Rektor", "--config", owner, "--json").json
    for one in (owner, issuer):
        (right,) = mimis("rights", "list", "--config", one, "--json").json["rights"]
        assert (right["number"], right["ended_at"]) == (granted["number"], None)
    assert mimis("rights", "end", granted["number"], "--by", "Rektor", "--config", owner).code == 0
    for one in (owner, issuer):
        (right,) = mimis("rights", "list", "--config", one, "--json").json["rights"]
        assert right["ended_at"] is not None


@pytest.mark.parametrize("to", [OURS, "third"])
def test_right_for_nobody_else_is_refused(mimis: Mimis, installation: Path, to: str) -> None:
    done = mimis("rights", "grant", ENTRY, "--to", to, "--by", "Rektor", "--config", member(installation, OURS))
    assert done.code == 2


def test_right_ends_also_when_the_other_has_left(mimis: Mimis, installation: Path) -> None:
    owner = member(installation, OURS)
    granted = mimis("rights", "grant", ENTRY, "--to", THEIRS, "--by", "Rektor", "--config", owner, "--json").json
    (installation / "installation.toml").write_text('organisations = ["schools/school"]', "utf-8")
    assert mimis("rights", "end", granted["number"], "--by", "Rektor", "--config", owner).code == 3
    assert mimis("rights", "list", "--config", owner, "--json").json["rights"][0]["ended_at"] is not None


def test_unknown_right_is_refused(mimis: Mimis, installation: Path) -> None:
    assert mimis("rights", "end", "0" * 32, "--by", "Rektor", "--config", member(installation, OURS)).code == 2


def test_worker_does_the_work_of_all(mimis: Mimis, installation: Path) -> None:
    HandSource.pages = [page(done("course:1"))]
    for id in ADDRESSES:
        with configured(member(installation, id)) as services:
            services.sync()
    assert mimis("worker", "--once", "--config", installation, "--json").json["credentials"] == 2
    assert len(HandCourier.parcels) == 2


def test_pages_of_all_are_served_by_one_process(installation: Path) -> None:
    with running("serve", "--config", installation, "--port", 0, "--json") as server:
        place = address(server)
        names = {}
        for id, own in ADDRESSES.items():
            host = {"Host": own.removeprefix("http://")}
            names[id] = requests.get(f"{place}/staff/in", headers=host, timeout=20).status_code
        assert names == {OURS: 200, THEIRS: 200}
        assert requests.get(f"{place}/staff/in", timeout=20).status_code == 404
        assert requests.get(f"{place}/readyz", timeout=20).status_code == 200
