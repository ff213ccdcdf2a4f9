"""A stored credential as an Open Badge: the same person, dates and status place, and only while it is in force."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mimis_openbadges.keys import KEY_FILE, Ed25519Signer

from mimis_core import ConfigurationError, CredentialStatus, DataError, NotFoundError, Trust, UserError
from mimis_core.plugins import load_plugins
from mimis_core.services import CredentialView, Services
from mimis_core.settings import load_settings
from mimis_core.store.tables import CredentialRow, LearnerRow
from mimis_core.testing import Answer, Request, Sandbox
from tests.school import Clock, HandSource, done, opened, page

TABLES = """
[formats.badge]
kind = "openbadge"
issuer = "{did}"
[formats.badge.sealer]
kind = "data-integrity"
[formats.badge.signer]
kind = "ed25519"
file = "{key}"
[formats.token]
kind = "openbadge"
status = "both"
sealer = {{ kind = "vc-jwt" }}
[formats.elm]
languages = ["en"]
"""


@pytest.fixture
def badging(school_folder: Path, clock: Clock) -> Iterator[Services]:
    """The school with three further formats."""
    settings = load_settings(school_folder)
    Ed25519Signer.make_trial(settings.organisation, school_folder)
    signer: Any = load_plugins().open("signer", "ed25519", {"file": str(school_folder / KEY_FILE)})
    from mimis_openbadges.multikey import did_key

    with (school_folder / "mimis.toml").open("a", encoding="utf-8") as file:
        file.write(TABLES.format(did=did_key(signer.public_key), key=KEY_FILE))
    with opened(load_settings(school_folder), clock) as services:
        yield services


@pytest.fixture
def issued(badging: Services) -> CredentialView:
    HandSource.pages = [page(done("course:1"))]
    badging.sync()
    badging.drain()
    (view,) = badging.all_credentials()
    return view


def change(school: Services, table: Any, row_id: str, **values: Any) -> None:
    with school.database.transaction() as session:
        for name, value in values.items():
            setattr(session.get(table, row_id), name, value)


def test_names_are_those_of_the_tables(badging: Services) -> None:
    assert badging.renditions() == ["badge", "token", "elm"]


def test_badge_is_of_the_same_credential(badging: Services, issued: CredentialView) -> None:
    sealed = badging.rendition(issued.learner_id, issued.id, "badge")
    document = json.loads(sealed.content)
    assert (sealed.urn, sealed.format) == (issued.urn, "openbadge")
    assert document["id"] == issued.urn.replace("urn:credential:", "urn:uuid:")
    assert document["validFrom"] == issued.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert document["credentialSubject"]["identifier"][0]["identityHash"] == issued.learner_name
    with badging.database.transaction() as session:
        row = session.get(CredentialRow, issued.id)
        assert row is not None
        assert document["credentialStatus"]["statusListIndex"] == str(row.status_index)


@pytest.mark.parametrize(("name", "seal"), [("badge", "ok"), ("token", "ok"), ("elm", "ok")])
def test_each_rendition_verifies(badging: Services, issued: CredentialView, name: str, seal: str) -> None:
    sealed = badging.rendition(issued.learner_id, issued.id, name)
    found = {check.type: check.status for check in badging.verify(sealed.content, offline=True).checks}
    assert (found["format"], found["seal"]) == ("ok", seal)


@pytest.mark.parametrize("name", ["badge", "token"])
def test_school_reads_every_installed_format(badging: Services, issued: CredentialView, name: str) -> None:
    sealed = badging.rendition(issued.learner_id, issued.id, name)
    assert badging.read(sealed.content).urn.rpartition(":")[2] == issued.urn.rpartition(":")[2]


def test_file_of_no_format_is_refused(badging: Services) -> None:
    with pytest.raises(DataError):
        badging.read(b"%PDF-1.7")


def test_table_named_like_main_format_is_its_own(badging: Services, issued: CredentialView) -> None:
    main = json.loads(badging.sealed(issued.learner_id, issued.id).content)["payload"]
    other = json.loads(badging.rendition(issued.learner_id, issued.id, "elm").content)["payload"]
    assert [len(json.loads(one)["displayParameter"]["individualDisplay"]) for one in (main, other)] == [2, 1]


def test_entry_of_that_day_is_told(badging: Services, issued: CredentialView) -> None:
    entry = issued.achievement.model_copy(update={"title": {"sv": "Så som det hette då"}})
    change(badging, CredentialRow, issued.id, achievement=entry.model_dump_json())
    sealed = badging.rendition(issued.learner_id, issued.id, "badge")
    assert json.loads(sealed.content)["name"] == "Så som det hette då"


@pytest.mark.parametrize(
    "status", [one for one in CredentialStatus if one not in (CredentialStatus.ACTIVE, CredentialStatus.EXPIRED)]
)
def test_only_what_is_in_force_is_made(badging: Services, issued: CredentialView, status: CredentialStatus) -> None:
    change(badging, CredentialRow, issued.id, status=status.value)
    with pytest.raises(UserError, match=f"is {status.value}"):
        badging.rendition(issued.learner_id, issued.id, "badge")


def test_expired_is_not_made(badging: Services, issued: CredentialView, clock: Clock) -> None:
    change(badging, CredentialRow, issued.id, valid_until=clock())
    clock.forward(days=1)
    with pytest.raises(UserError, match="is expired"):
        badging.rendition(issued.learner_id, issued.id, "badge")


def test_protected_learner_gets_none(badging: Services, issued: CredentialView) -> None:
    change(badging, LearnerRow, issued.learner_id, protected=True)
    with pytest.raises(UserError, match="protected identity"):
        badging.rendition(issued.learner_id, issued.id, "badge")


def test_somebody_elses_is_not_found(badging: Services, issued: CredentialView) -> None:
    with pytest.raises(NotFoundError):
        badging.rendition("somebody", issued.id, "badge")


def test_unknown_format_is_told(badging: Services, issued: CredentialView) -> None:
    with pytest.raises(ConfigurationError, match="badge, token, elm") as caught:
        badging.rendition(issued.learner_id, issued.id, "nothing")
    assert "[formats.nothing]" in str(caught.value)


class Lists(Sandbox):
    """The school's own status lists on the web."""

    name = "lists"
    school: Services

    def handle(self, request: Request) -> Answer:
        _, _, _, number, purpose = request.path.split("/")
        return Answer(200, self.school.signed_status_list(int(number), purpose), "application/vc+jwt")


@pytest.fixture
def lists(badging: Services, clock: Clock) -> Iterator[Lists]:
    """They stand where the school's badges say; the clock is that of the trial seal's certificate."""
    clock.now = datetime.now(UTC).replace(microsecond=0)
    with Lists() as server:
        server.school = badging
        badging.settings = badging.settings.model_copy(update={"base_url": server.url})
        yield server


def verdict_on(school: Services, folder: Path, content: bytes) -> tuple[str, str]:
    """The verdict, asking the lists, of one who pins the school's two keys; and why the status is as it is."""
    from mimis_openbadges.keys import ANCHOR_FILE
    from mimis_openbadges.verifier import BadgeVerifier

    anchors = (*school.settings.anchors(), (folder / ANCHOR_FILE).read_text("ascii"))
    verdict = BadgeVerifier().verify(content, Trust(anchors=anchors, now=school.clock()))
    return verdict.verdict, next(check.reason for check in verdict.checks if check.type == "revocation")


@pytest.mark.parametrize("name", ["badge", "token"])
def test_schools_own_list_revokes_badge(
    lists: Lists, badging: Services, issued: CredentialView, school_folder: Path, name: str
) -> None:
    content = badging.rendition(issued.learner_id, issued.id, name).content
    assert verdict_on(badging, school_folder, content)[0] == "valid"
    badging.revoke_credential(issued.id, "Fel.", "Rektor")
    reason = "must not be accepted now" if name == "badge" else "has revoked the badge"
    told = verdict_on(badging, school_folder, content)
    assert (told[0], reason in told[1]) == ("invalid", True)


@pytest.mark.parametrize("name", ["badge", "token"])
def test_schools_own_list_suspends_badge(
    lists: Lists, badging: Services, issued: CredentialView, school_folder: Path, name: str
) -> None:
    """By default too, where a badge names one list: a suspended badge is never valid."""
    content = badging.rendition(issued.learner_id, issued.id, name).content
    badging.suspend_credential(issued.id, "Kontroll.", "Rektor")
    told = verdict_on(badging, school_folder, content)
    assert (told[0], "suspended" in told[1]) == ("invalid", True)
    badging.reinstate_credential(issued.id, "Rektor")
    assert verdict_on(badging, school_folder, content)[0] == "valid"
