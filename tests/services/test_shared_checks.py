"""What a share page says of a file by itself: the seal is checked, the status is our own record."""

from __future__ import annotations

import pytest

from mimis_core import Check, Verdict
from mimis_core.services import Services, SharedCredential
from tests.filled_school import Known, fill


@pytest.fixture
def known(school: Services) -> Known:
    return fill(school)


def shared(school: Services, known: Known) -> SharedCredential:
    return school.open_share(known["share"], "Test").credentials[0]


def statuses(school: Services, one: SharedCredential) -> tuple[str, dict[str, str]]:
    """The verdict on a shared file, and how each check came out."""
    verdict = school.check_shared(one)
    assert verdict is not None
    return verdict.verdict, {check.type: check.status for check in verdict.checks}


def test_file_is_checked_without_asking_anybody(
    school: Services, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimis_core.http.Client.ask", lambda *_, **__: pytest.fail("an address was asked"))
    verdict, found = statuses(school, shared(school, known))
    assert (verdict, found["seal"], found["owner"], found["revocation"]) == ("valid", "ok", "ok", "ok")


def test_revoked_credential_is_known_from_our_own_record(school: Services, known: Known) -> None:
    school.revoke_credential(known["credential_id"], "Fel.", "Test")
    verdict, found = statuses(school, shared(school, known))
    assert (verdict, found["seal"], found["revocation"]) == ("invalid", "ok", "error")


def test_missing_anchor_raises_no_doubt_at_the_issuer_itself(
    school: Services, known: Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks = (Check(type="seal", status="ok", reason="r"), Check(type="owner", status="error", reason="no anchor"))
    doubted = Verdict(verdict="invalid", checks=checks)
    one = shared(school, known)
    monkeypatch.setattr(school, "verify", lambda content, offline: doubted)
    assert statuses(school, one) == ("valid", {"seal": "ok", "owner": "skipped"})


def test_nameless_share_has_nothing_to_check(school: Services, known: Known) -> None:
    one = shared(school, known).model_copy(update={"sealed": None})
    assert school.check_shared(one) is None
