"""Bad input, each from end to end: a clear message with what to do, an entry in the report, nothing lost or doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from mimis_core import Completion, SourceLearner
from mimis_core.services import Services, open_services
from mimis_core.settings import load_settings
from tests.command import Ended, Mimis, plugins_with_hand, replace_tables, sandbox
from tests.school import HandCourier

HAND = {"couriers.mail": {"kind": "hand"}, "couriers.europass": {"kind": "hand"}}


def earned(user: int = 10, course: int = 7, **changes: Any) -> Completion:
    """A completed course; course 7 earns an entry by rule, course 8 nothing."""
    known = {"source": "moodle", "key": str(user), "full_name": f"Åsa Öberg{user}", "email": f"u{user}@demo.example"}
    return Completion(
        source="moodle",
        key=f"course:{course}/user:{user}",
        learner=SourceLearner(**{**known, **changes}),
        module=f"course:{course}",
        title=f"Kurs {course}",
        completed_at=datetime(2026, 9, 1, tzinfo=UTC),
    )


@dataclass
class School:
    """A school folder, worked on by commands."""

    folder: Path
    mimis: Mimis

    def run(self, *words: object) -> Ended:
        return self.mimis(*words, "--config", self.folder)

    def sync(self) -> Ended:
        return self.run("sync", "--json")

    def connect(self, **sources: dict[str, Any]) -> None:
        replace_tables(self.folder, {**{f"sources.{name}": table for name, table in sources.items()}, **HAND})

    def open(self) -> Services:
        return open_services(load_settings(self.folder))


@pytest.fixture
def here(school_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> School:
    HandCourier.parcels, HandCourier.errors = [], []
    for module in ("services", "cli.check"):
        monkeypatch.setattr(f"mimis_core.{module}.load_plugins", plugins_with_hand)
    entry = school_folder / "catalogue" / "digitala-arbetsmiljoer.yaml"
    entry.write_text(entry.read_text("utf-8").replace("course:1", "course:7"), "utf-8")
    return School(school_folder, Mimis(capsys))


@pytest.fixture
def moodle(here: School) -> Iterator[Any]:
    """A Moodle with one completed course, connected to the school."""
    with sandbox("moodle") as server:
        server.load([earned()])
        here.connect(moodle=server.settings())
        yield server


def totals(ended: Ended) -> tuple[int, ...]:
    """Awards, credentials and mails of one sync."""
    return tuple(ended.json[name] for name in ("awards", "credentials", "mails"))


# The learning platform --------------------------------------------------------------------------------------------


def test_wrong_token_asks_for_new_one(here: School, moodle: Any) -> None:
    moodle.token = "f" * 32
    ended = here.sync()
    assert (ended.code, totals(ended)) == (3, (0, 0, 0))
    assert "moodle: Moodle refused" in ended.json["errors"][0]
    assert "Make a new token" in ended.err


def test_right_token_takes_it_up_again(here: School, moodle: Any) -> None:
    right, moodle.token = moodle.token, "f" * 32
    here.sync()
    moodle.token = right
    assert [totals(here.sync()), totals(here.sync())] == [(1, 1, 1), (0, 0, 0)]


def test_wrong_token_stops_no_other_source(here: School, moodle: Any) -> None:
    with sandbox("moodle") as other:
        other.load([earned()])
        here.connect(moodle=moodle.settings(), annan=other.settings())
        moodle.token = "f" * 32
        ended = here.sync()
    assert (ended.code, totals(ended), len(ended.json["errors"])) == (3, (1, 1, 1), 1)


def test_missing_capability_is_named(here: School, moodle: Any) -> None:
    moodle.revoke("report/completion:view")
    ended = here.sync()
    assert ended.json["set_aside"] == ended.json["pulled"] == 3
    assert "report/completion:view" in ended.err
    listed = here.run("set-aside", "--json").json["set_aside"]
    assert {one["record"] for one in listed} == {f"course:7/user:{user}" for user in (10, 900001, 900002)}
    assert {one["reason"] for one in listed} == {"cannotviewreport"}


def test_missing_function_is_named(here: School, moodle: Any) -> None:
    moodle.weaken("gradereport_user_get_grade_items")
    ended = here.sync()
    assert (ended.code, "lacks gradereport_user_get_grade_items" in ended.err) == (3, True)
    assert "External services" in ended.json["errors"][0]


def test_untracked_course_is_set_aside(here: School, moodle: Any) -> None:
    moodle.load([earned(course=8)])
    moodle.untrack(8)
    ended = here.sync()
    assert (ended.code, totals(ended), ended.json["set_aside"]) == (0, (1, 1, 1), 3)
    assert "switch it on in its settings" in ended.err


def test_learner_without_mail_gets_slip(here: School, moodle: Any) -> None:
    moodle.load([earned(11, email=None)])
    ended = here.sync()
    assert totals(ended) == (2, 2, 1)
    listed = here.run("learners", "list", "--json").json["learners"]
    (learner,) = [one["id"] for one in listed if one["identities"] == "moodle:11"]
    invited = here.run("learners", "invite", learner)
    assert (invited.code, "Use: mimis learners slip" in invited.err) == (2, True)
    assert here.run("learners", "slip", learner, "--by", "Lärare", "--json").json["code"]


def test_name_in_one_field_is_kept(here: School, moodle: Any) -> None:
    moodle.load([earned(11, full_name="Amina Yusuf Abdi")])
    assert totals(here.sync()) == (2, 2, 2)
    with here.open() as services:
        facts = [services.read(sealed.content) for sealed in services.sealed_files()]
    assert "Amina Yusuf Abdi" in {one.learner_name for one in facts}
    assert [parcel for parcel in HandCourier.parcels if "Amina Yusuf Abdi" in parcel.text]


def test_same_person_in_two_systems_is_proposed(here: School, moodle: Any) -> None:
    person = {"full_name": "Åsa Öberg10", "given_name": None, "email_verified": True}
    one = earned().model_copy(update={"module": "course:course-v1:A+B+C"})
    with sandbox("openedx") as first, sandbox("openedx") as second:
        for server in (first, second):
            server.load([one.model_copy(update={"learner": one.learner.model_copy(update=person)})])
        here.connect(moodle=moodle.settings(), en=first.settings(), annan=second.settings())
        ended = here.sync()
    pairs = here.run("learners", "list", "--same-person", "--json").json["learners"]
    assert (ended.code, ended.json["same_person"], len(pairs)) == (0, 1, 1)
    # Moodle does not say that an address is verified, so her account there is proposed to nobody.
    assert len(here.run("learners", "list", "--json").json["learners"]) == 3


def test_html_in_course_name_is_text(here: School) -> None:
    title = "<b>Solceller</b> &amp; säkerhet <script>alert(1)</script>"
    with sandbox("moodle") as server:
        server.load([earned().model_copy(update={"title": title})])
        here.connect(moodle=server.settings())
        ended = here.sync()
    with here.open() as services:
        (content,) = [sealed.content for sealed in services.sealed_files()]
    assert (ended.code, totals(ended)) == (0, (1, 1, 1))
    assert b"<script" not in content
    assert b"<b>" not in content
    assert "<script" not in HandCourier.parcels[0].text + ended.out + ended.err


def test_completion_reset_later_keeps_credential(here: School, moodle: Any) -> None:
    assert totals(here.sync()) == (1, 1, 1)
    moodle.reset_completion(7, 10)
    again = here.sync()
    assert (again.json["pulled"], totals(again)) == (0, (0, 0, 0))
    (kept,) = here.run("credentials", "list", "--json").json["credentials"]
    assert kept["status"] == "active"


@pytest.mark.parametrize("fault", ["500", "503", "truncated", "html", "drop"])
def test_passing_fault_costs_nothing(here: School, moodle: Any, fault: str) -> None:
    moodle.fail(fault)
    ended = here.sync()
    assert (ended.code, totals(ended)) == (0, (1, 1, 1))


@pytest.mark.parametrize("fault", ["truncated", "html"])
def test_lasting_fault_is_told_and_made_up(here: School, moodle: Any, fault: str) -> None:
    moodle.fail(fault, times=50)
    ended = here.sync()
    assert (ended.code, totals(ended), len(ended.json["errors"])) == (3, (0, 0, 0), 1)
    assert "<html>" not in ended.err
    moodle._faults.clear()
    assert [totals(here.sync()), totals(here.sync())] == [(1, 1, 1), (0, 0, 0)]


def test_timeout_is_told_and_made_up(here: School, moodle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def time_out(*_: object, **__: object) -> None:
        raise requests.ReadTimeout("60 s passed, wstoken=hemlig")

    with monkeypatch.context() as patched:
        patched.setattr("requests.Session.send", time_out)
        ended = here.sync()
    assert (ended.code, totals(ended), len(ended.json["errors"])) == (3, (0, 0, 0), 1)
    assert "hemlig" not in ended.err
    assert totals(here.sync()) == (1, 1, 1)


# Files that people write ------------------------------------------------------------------------------------------


def test_typo_in_catalogue_is_pointed_at(here: School, moodle: Any) -> None:
    lines = ["id: solo", "titel:", '  sv: "X"', "version: ett"]
    (here.folder / "catalogue" / "solo.yaml").write_text("\n".join(lines), "utf-8")
    ended = here.sync()
    assert (ended.code, ended.out) == (2, "")
    assert "solo.yaml:2: titel: There is no such field. Did you mean title" in ended.err
    assert "solo.yaml:4: version:" in ended.err


def test_mended_catalogue_loses_nothing(here: School, moodle: Any) -> None:
    file = here.folder / "catalogue" / "solo.yaml"
    file.write_text("id: solo", "utf-8")
    assert here.sync().code == 2
    file.unlink()
    assert totals(here.sync()) == (1, 1, 1)


def expired(folder: Path) -> None:
    """Put a key file with an expired certificate in the place of the trial seal."""
    file, password = folder / "secrets" / "trial-seal.p12", (folder / "secrets" / "trial-seal.password").read_bytes()
    key, certificate, _ = pkcs12.load_key_and_certificates(file.read_bytes(), password)
    assert key is not None
    assert certificate is not None
    old = (
        x509.CertificateBuilder()
        .subject_name(certificate.subject)
        .issuer_name(certificate.subject)
        .public_key(certificate.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=800))
        .not_valid_after(datetime.now(UTC) - timedelta(days=70))
    )
    for extension in certificate.extensions:
        old = old.add_extension(extension.value, extension.critical)
    signed = old.sign(key, hashes.SHA256())  # type: ignore[arg-type]  # a trial key is always RSA or EC
    file.write_bytes(
        pkcs12.serialize_key_and_certificates(b"x", key, signed, None, BestAvailableEncryption(password))  # type: ignore[arg-type]  # the same
    )


def other_password(folder: Path) -> None:
    (folder / "secrets" / "trial-seal.password").write_text("fel", "utf-8")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [(expired, "Order a new certificate"), (other_password, "password")],
    ids=["expired", "wrong password"],
)
def test_unusable_seal_waits_for_a_person(here: School, moodle: Any, spoil: Callable[[Path], None], words: str) -> None:
    kept = {path: path.read_bytes() for path in (here.folder / "secrets").iterdir()}
    spoil(here.folder)
    ended = here.sync()
    assert (ended.code, totals(ended), ended.json["attention"]) == (3, (1, 0, 0), 1)
    assert words in ended.err
    for path, content in kept.items():
        path.write_bytes(content)
    again = here.run("retry", "--json")
    assert (again.code, again.json["credentials"], again.json["mails"]) == (0, 1, 1)


@pytest.mark.parametrize("spoil", [expired, other_password])
def test_unusable_seal_is_found_by_check(here: School, moodle: Any, spoil: Callable[[Path], None]) -> None:
    spoil(here.folder)
    ended = here.run("check", "--json")
    wrong = [one for one in ended.json["findings"] if one["status"] == "error"]
    assert (ended.code, [one["subject"] for one in wrong]) == (1, ["signer pkcs12"])
    assert wrong[0]["mend"]


def test_swedish_excel_list_is_read(here: School, tmp_path: Path) -> None:
    text = "Deltagare-ID;Namn;E-post;Mikromerit;Datum;Bed\u00f6mare;Resultat;Typ\r\n"
    text += "17;\u00c5sa \u00d6berg;asa@demo.example;gastvard-hotell;24/11 -26;Bo \u00c4ng;Ja;Validering\r\n"
    text += "18;\u00c4r Fel;fel@demo.example;gastvard-hotell;ig\u00e5r;Bo \u00c4ng;Ja;Validering\r\n"
    (tmp_path / "lista.csv").write_bytes(text.encode("windows-1252"))
    here.connect(files={"path": str(tmp_path / "lista.csv")})
    ended = here.sync()
    assert (ended.code, ended.json["awards"], ended.json["set_aside"]) == (0, 1, 1)
    assert "lista.csv, rad 3" in ended.err
    assert here.run("learners", "list", "--json").json["learners"][0]["name"] == "\u00c5sa \u00d6berg"


# The wallet -------------------------------------------------------------------------------------------------------


@pytest.fixture
def wallet(here: School, moodle: Any) -> Iterator[Any]:
    """A wallet that trusts nobody yet, and a rule that sends everything there."""
    rule = {"courier": "europass", "decided_by": "Rektor", "decided_on": "2026-08-01"}
    with sandbox("europass") as server:
        tables = {"sources.moodle": moodle.settings(), "couriers.mail": {"kind": "hand"}, "delivery.rule": rule}
        replace_tables(here.folder, {**tables, "couriers.europass": server.settings()})
        yield server


def test_refusing_wallet_stops_and_tells_learner(here: School, wallet: Any) -> None:
    ended = here.sync()
    assert (ended.code, ended.json["credentials"], ended.json["attention"]) == (3, 1, 1)
    assert "The wallet does not accept the seal" in ended.err
    here.sync()
    assert [parcel.subject for parcel in HandCourier.parcels if "kunde inte skicka" in parcel.subject] != []
    assert (wallet.received(), len(HandCourier.parcels)) == ([], 2)


def test_retry_delivers_after_trust(here: School, wallet: Any) -> None:
    here.sync()
    wallet.trust((here.folder / "secrets" / "trial-anchor.pem").read_text("utf-8"))
    again = here.run("retry", "--json")
    assert (again.code, again.json["deliveries"], len(wallet.received())) == (0, 1, 1)
    assert here.sync().json["deliveries"] == 0
    assert len(wallet.received()) == 1
