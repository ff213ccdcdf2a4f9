"""What anyone may ask, on a static host: the same answers, nobody's name, cheap to repeat, and nothing left behind."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from mimis_seals.keys.trial import make_trial_key

from mimis_core import Check, TemporaryError, UserError, Verdict
from mimis_core.services import CredentialView, Services
from tests.school import Clock, HandSource, change_entry, done, page, someone
from tests.services.test_life_machine import claims
from tests.services.test_status_list import bits_of, opened


class QuietHandler(SimpleHTTPRequestHandler):
    """A plain static server."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and the address where a static server gives it."""
    folder = tmp_path / "public"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def revocation(verdict: Verdict) -> Check:
    return next(check for check in verdict.checks if check.type == "revocation")


def issue_to(school: Services, *keys: str) -> None:
    HandSource.pages = [page(*(done("course:1", someone(key)) for key in keys))]
    school.sync()
    school.drain()


def test_files_lie_as_the_addresses(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    one = issued.public_id
    done_ = yearly.publish(tmp_path / "public")
    assert files(tmp_path / "public") == {
        "index.html", "mimis.json", f"status/{one}", f"c/{one}/index.html",
        "status/list/1/revocation", "status/list/1/suspension",
    }  # fmt: skip
    assert done_.counts() == {"credentials": 1, "lists": 2, "written": 4, "kept": 0, "removed": 0}


def test_published_answer_holds_for_a_week(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    yearly.publish(tmp_path / "public")
    told = claims((tmp_path / "public" / "status" / issued.public_id).read_bytes())
    live = claims(yearly.signed_status(issued.public_id))
    assert (told["exp"] - told["iat"], live["exp"] - live["iat"]) == (7 * 86400, 86400)
    assert {**told, "exp": 0} == {**live, "exp": 0}


def test_nothing_published_names_a_person(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    yearly.revoke_credential(issued.id, "Skäl om Åsa Öberg.", "Rektor Test")
    yearly.publish(tmp_path / "public")
    whole = "".join((tmp_path / "public" / name).read_text("utf-8") for name in files(tmp_path / "public"))
    assert "återkallat" in whole
    for word in ("Öberg", "asa1@", "Rektor", issued.learner_id, issued.id):
        assert word not in whole


def test_good_answers_are_kept_for_half_their_life(
    yearly: Services, issued: CredentialView, tmp_path: Path, clock: Clock
) -> None:
    written = [yearly.publish(tmp_path / "public").written]
    for hours in (24, 48, 24):
        clock.forward(hours=hours)
        written.append(yearly.publish(tmp_path / "public").written)
    assert written == [4, 0, 0, 3]


@pytest.mark.parametrize("broken", [b"", b"x.y.z", b"e30.e30.x", b"\xff", b"W10.W10.x"])
def test_unreadable_answer_is_written_anew(
    yearly: Services, issued: CredentialView, tmp_path: Path, broken: bytes
) -> None:
    yearly.publish(tmp_path / "public")
    file = tmp_path / "public" / "status" / issued.public_id
    file.write_bytes(broken)
    assert yearly.publish(tmp_path / "public").written == 1
    assert claims(file.read_bytes())["status"] == "active"


def test_change_is_published_at_next_run(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    yearly.publish(tmp_path / "public")
    yearly.revoke_credential(issued.id, "Fel.", "Rektor")
    assert yearly.publish(tmp_path / "public").written == 4  # the answer, the page, and the lists of both purposes
    assert claims((tmp_path / "public" / "status" / issued.public_id).read_bytes())["status"] == "revoked"
    token = (tmp_path / "public" / "status" / "list" / "1" / "revocation").read_bytes()
    assert len(bits_of(opened(token)[1]["credentialSubject"]["encodedList"])) == 1


def test_what_is_gone_is_removed(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    folder = tmp_path / "public"
    yearly.publish(folder)
    (folder / "c" / "gone").mkdir()
    for name in ("status/gone", "c/gone/index.html", "status/.x.new", "CNAME"):
        (folder / name).write_text("old")
    assert yearly.publish(folder).removed == 3
    assert ((folder / "c" / "gone").exists(), (folder / "CNAME").exists()) == (False, True)


def test_foreign_folder_is_refused(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="other things"):
        yearly.publish(tmp_path / "home")
    assert files(tmp_path / "home") == {"thesis.txt"}


@pytest.mark.parametrize("mark", ['{"issuer": "802002-6517"}', "[]", "{}", ""])
def test_folder_of_another_school_is_refused(
    yearly: Services, issued: CredentialView, tmp_path: Path, mark: str
) -> None:
    yearly.publish(tmp_path / "public")
    (tmp_path / "public" / "mimis.json").write_text(mark)
    before = files(tmp_path / "public")
    with pytest.raises(UserError, match="other things"):
        yearly.publish(tmp_path / "public")
    assert files(tmp_path / "public") == before


def test_run_that_was_cut_off_is_followed_by_another(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()

    def away(*_: object) -> None:
        raise TemporaryError("The seal is away.", mend="Wait.")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Services, "signed_status_list", away)
        with pytest.raises(TemporaryError):
            yearly.publish(tmp_path / "public")
    assert "status" in {path.name for path in (tmp_path / "public").iterdir()}
    assert yearly.publish(tmp_path / "public").counts()["lists"] == 2


def test_static_host_of_another_account_may_read(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        yearly.publish(tmp_path / "www" / "public")
    finally:
        os.umask(before)
    paths = [tmp_path / "www", *(tmp_path / "www").rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_dir()} == {0o755}
    assert {path.stat().st_mode & 0o777 for path in paths if path.is_file()} == {0o644}


def test_unwritable_folder_is_told(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        yearly.publish(tmp_path / "file" / "public")


def test_dry_run_writes_nothing(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    assert yearly.publish(tmp_path / "public", dry_run=True).counts()["written"] == 4
    assert not (tmp_path / "public").exists()


def test_many_credentials_are_taken_in_portions(
    yearly: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mimis_core.services.publishing.AT_ONCE", 3)
    issue_to(yearly, *map(str, range(7)))
    assert yearly.publish(tmp_path / "public").credentials == 7


def test_page_escapes_what_the_catalogue_says(yearly: Services, school_folder: Path, tmp_path: Path) -> None:
    change_entry(school_folder, title={"sv": "<b>Titel & mer</b>", "en": "<i>"})
    issue_to(yearly, "1")
    yearly.publish(tmp_path / "public")
    (text,) = [path.read_text("utf-8") for path in (tmp_path / "public" / "c").rglob("index.html")]
    assert "<h1>&lt;b&gt;Titel &amp; mer&lt;/b&gt;</h1>" in text
    assert "<i>" not in text


# Verifying against a static host, and a new key ------------------------------------------------------------------


@pytest.fixture
def hosted(school: Services, host: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Services:
    """The school with its true format and seal, whose addresses lead to the static host; today is today."""
    from mimis_core.services.base import utc_now

    school.settings = school.settings.model_copy(update={"base_url": host[1]})
    school.clock = utc_now
    issue_to(school, "1")
    return school


def test_verifier_believes_the_static_host(hosted: Services, host: tuple[Path, str]) -> None:
    (sealed,) = hosted.sealed_files()
    assert revocation(hosted.verify(sealed.content)).status == "skipped"
    hosted.publish(host[0])
    assert revocation(hosted.verify(sealed.content)).status == "ok"
    hosted.revoke_credential(hosted.all_credentials()[0].id, "Fel.", "Rektor")
    hosted.publish(host[0])
    assert "The issuer has revoked the credential." in revocation(hosted.verify(sealed.content)).reason


def test_old_credential_verifies_after_a_new_key(hosted: Services, host: tuple[Path, str]) -> None:
    hosted.publish(host[0])
    (old,) = hosted.sealed_files()
    change_key(hosted)
    assert hosted.publish(host[0]).written == 3  # the page is the same, the answers are signed anew
    verdict = hosted.verify(old.content)
    assert {check.type: check.status for check in verdict.checks if check.type in ("seal", "owner", "revocation")} == {
        "seal": "ok", "owner": "ok", "revocation": "ok",
    }  # fmt: skip
    issue_to(hosted, "2")
    hosted.publish(host[0])
    certificates = {json.loads(one.content)["signatures"][0]["protected"][:200] for one in hosted.sealed_files()}
    assert len(certificates) == 2
    assert {revocation(hosted.verify(one.content)).status for one in hosted.sealed_files()} == {"ok"}


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_answer_by_unknown_key_is_not_believed(hosted: Services, host: tuple[Path, str], algorithm: Any) -> None:
    (old,) = hosted.sealed_files()
    change_key(hosted, algorithm, trusted=False)
    hosted.publish(host[0])
    assert revocation(hosted.verify(old.content)).status == "skipped"


def change_key(school: Services, algorithm: Any = "ES256", *, trusted: bool = True) -> None:
    """Put a new trial key of the same organisation into [signer], and its anchor beside the old one."""
    folder = school.settings.folder
    key = make_trial_key(school.settings.organisation, school.clock(), algorithm)
    (folder / "new.p12").write_bytes(key.pkcs12)
    (folder / "new.pem").write_text(key.anchor_pem)
    signer = {"kind": "pkcs12", "file": str(folder / "new.p12"), "password": key.password}
    anchors = (*school.settings.trust.anchors, *([folder / "new.pem"] if trusted else []))
    trust = school.settings.trust.model_copy(update={"anchors": anchors})
    school.settings = school.settings.model_copy(update={"signer": signer, "trust": trust})
    del school._opened["signer", "pkcs12"]
