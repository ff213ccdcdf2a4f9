"""The demo as a stranger runs it: one command, and everything that it leaves behind judged from outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws

from mimis_core import UserError
from mimis_core.cli.demo import cast, command
from mimis_core.cli.demo.journeys import Visitor
from mimis_core.cli.demo.real import COURSES, recording, sync_real
from tests.adapters.europass.conftest import Judge
from tests.adapters.seals.test_sealer import REGISTRY, header_of, public_key
from tests.command import Mimis, sandbox

official = pytest.mark.official
STATUS, GRADES = "core_completion_get_course_completion_status", "gradereport_user_get_grade_items"
CAST = [*cast.class_of_thirty(), cast.ELI, cast.AMINA, cast.SAMAN, cast.JACOB, cast.PROTECTED]


@dataclass(frozen=True)
class Ran:
    """One run of the demo."""

    folder: Path
    code: int
    seconds: float
    printed: str

    @cached_property
    def report(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.folder / "report.json").read_text("utf-8"))
        return value

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        return {step["step"]: step["counts"] for step in self.report["steps"]}

    @property
    def sealed(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((self.folder / "credentials").glob("*.jsonld"))}


@pytest.fixture(scope="session")
def ran(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("demo") / "out"
    started = time.perf_counter()
    ended = subprocess.run(
        [Path(sys.executable).with_name("mimis"), "demo", "--once", "--out", folder],
        env={**os.environ, "MIMIS_SHARED": str(shared)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    return Ran(folder, ended.returncode, time.perf_counter() - started, ended.stdout + ended.stderr)


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    return Mimis(capsys)


@pytest.fixture(scope="session")
def judge(shared: Path) -> Judge:
    return Judge(shared)


# The report -------------------------------------------------------------------------------------------------------


@official
def test_demo_ends_well_in_time(ran: Ran) -> None:
    assert ran.code == 0, ran.printed
    assert ran.seconds < 60


@official
def test_every_step_has_counts_and_seconds(ran: Ran) -> None:
    for step in ran.report["steps"]:
        assert step["counts"], step["step"]
        assert step["seconds"] >= 0
    assert sum(step["seconds"] for step in ran.report["steps"]) <= ran.report["seconds"] < 60


@official
def test_every_check_is_good(ran: Ran) -> None:
    assert {check["check"] for check in ran.report["checks"] if not check["ok"]} == set()
    assert len(ran.report["checks"]) >= 7


@official
@pytest.mark.parametrize("part", ["pull and award", "real"])
def test_totals_of_pull_add_up(ran: Ran, part: str) -> None:
    counts = ran.steps.get(part) or ran.report["real"]
    parts = ("used", "unmatched", "waiting", "set_aside", "refused")
    assert counts["pulled"] == sum(counts[name] for name in parts) > 30


@official
def test_each_award_became_one_credential(ran: Ran) -> None:
    first, issued = ran.steps["pull and award"], ran.steps["issue, mail, deliver by rule"]
    assert first["awards"] == issued["credentials"] == ran.report["credentials"] == len(ran.sealed)
    assert ran.report["verdicts"] == {"valid": len(ran.sealed)}
    assert ran.steps["decide"]["approved"] == first["proposed"] == 4


@official
def test_sandboxes_hold_what_was_sent(ran: Ran) -> None:
    deliveries = [counts.get("deliveries", 0) for counts in ran.steps.values()]
    assert len(list((ran.folder / "wallet").iterdir())) == ran.report["received"]["wallet"]
    assert len(list((ran.folder / "mail").iterdir())) == ran.report["received"]["mail"]
    assert len(list((ran.folder / "ats").glob("*.json"))) == ran.report["received"]["ats"] == 1
    assert sum(deliveries) > 30


@official
def test_wallet_holds_the_sealed_bytes(ran: Ran) -> None:
    issued = set(ran.sealed.values())
    assert {path.read_bytes() for path in (ran.folder / "wallet").iterdir()} <= issued


@official
def test_rerun_does_nothing_new(ran: Ran) -> None:
    rerun = ran.report["rerun"]
    fresh = ("awards", "credentials", "deliveries", "mails", "ats_writes")
    assert rerun["pulled"] == ran.steps["pull and award"]["pulled"]
    assert {name: rerun[name] for name in fresh} == dict.fromkeys(fresh, 0)
    assert set(rerun["sandboxes"].values()) == {0}


@official
def test_four_journeys_end_as_told(ran: Ran) -> None:
    assert ran.steps["employer pulls and imports"]["states"] == {"ask": 1, "written": 2}
    assert ran.steps["Eli takes back, employer pulls"]["states"] == {"ask": 2, "withdrawn": 1, "written": 1}
    assert set(ran.report["links"]) == {"start", "amina", "eli", "saman", "jacob"}


@official
def test_nobody_is_named_in_print(ran: Ran) -> None:
    told = [person.full_name for person in CAST] + [person.email for person in CAST if person.email]
    assert [text for text in told if text in ran.printed] == []
    assert "/s/" not in ran.printed


@official
def test_protected_person_is_nowhere(ran: Ran) -> None:
    received = b"".join(path.read_bytes() for name in ("wallet", "mail", "ats", "credentials")
                        for path in (ran.folder / name).iterdir())  # fmt: skip
    assert b"Hemlig" not in received
    assert b"kim@demo.example" not in received


# Sealed files -----------------------------------------------------------------------------------------------------


@official
@pytest.mark.parametrize("profile", ["no_cv", "full"])
def test_sealed_files_pass_official_shapes(ran: Ran, judge: Judge, profile: str) -> None:
    documents = {name: json.loads(json.loads(content)["payload"]) for name, content in ran.sealed.items()}
    findings = {name: judge.findings(document, profile) for name, document in documents.items()}
    assert {name: text for name, text in findings.items() if text} == {}
    assert len(findings) == ran.report["credentials"]


@official
def test_placement_and_validation_tell_when_and_where(ran: Ran) -> None:
    claims = [
        json.loads(json.loads(content)["payload"])["credentialSubject"]["hasClaim"] for content in ran.sealed.values()
    ]
    (placement,) = [
        activity for claim in claims for activity in claim.get("influencedBy", []) if "directedBy" in activity
    ]
    assert (placement["workload"], placement["directedBy"]["prefLabel"]["sv"]) == ("PT180H", "Hotell Demo")
    assert placement["temporal"]["startDate"] < placement["temporal"]["endDate"]
    notes = [note["noteLiteral"]["sv"] for claim in claims for note in claim.get("additionalNote", [])]
    assert len([note for note in notes if note.endswith("Demo Bilverkstad")]) == 2


@official
def test_independent_library_accepts_all_seals(ran: Ran) -> None:
    for content in ran.sealed.values():
        read = jws.deserialize_json(json.loads(content), public_key(header_of(content)), registry=REGISTRY)
        assert read.payload == json.loads(content)["payload"].encode()


@official
def test_no_sealed_file_holds_an_address(ran: Ran) -> None:
    addresses = [person.email.encode() for person in CAST if person.email]
    assert [name for name, content in ran.sealed.items() if any(one in content for one in addresses)] == []


def flipped(content: bytes, mark: bytes, after: int) -> bytes:
    """One ASCII letter changed, the first one that far behind a mark: what was JSON stays JSON."""
    place = content.index(mark) + len(mark) + after
    while not content[place : place + 1].isalpha():
        place += 1
    other = b"B" if content[place : place + 1] == b"A" else b"A"
    return content[:place] + other + content[place + 1 :]


@official
@pytest.mark.parametrize(
    ("mark", "after"),
    [(b'\\"fullName\\":{\\"sv\\":\\"', 0), (b'"protected":"', 60), (b'"signature":"', 30)],
    ids=["payload", "protected header", "signature"],
)
def test_one_changed_byte_fails_the_seal(ran: Ran, mimis: Mimis, tmp_path: Path, mark: bytes, after: int) -> None:
    content = next(iter(ran.sealed.values()))
    (tmp_path / "x.jsonld").write_bytes(flipped(content, mark, after))
    ended = mimis("verify", tmp_path / "x.jsonld", "--json", "--config", ran.folder / "school", "--offline")
    assert (ended.code, ended.json["verdict"]) == (1, "invalid")
    assert [check["type"] for check in ended.json["checks"] if check["status"] == "error"] == ["seal"]


@official
def test_unchanged_file_is_only_unasked(ran: Ran, mimis: Mimis, tmp_path: Path) -> None:
    (tmp_path / "x.jsonld").write_bytes(next(iter(ran.sealed.values())))
    ended = mimis("verify", tmp_path / "x.jsonld", "--json", "--config", ran.folder / "school", "--offline")
    assert (ended.code, ended.json["verdict"]) == (3, "unknown")


# The real Moodle --------------------------------------------------------------------------------------------------


def expected_from(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What a recorded pull must come to, read from its calls alone."""
    calls = [json.loads(line) for line in (folder / "requests.jsonl").read_text("utf-8").splitlines()]
    grades = course_grades(calls)
    awards, aside = [], []
    for call in calls:
        if call["request"]["wsfunction"] != STATUS:
            continue
        place = {"course": call["request"]["params"]["courseid"], "user": call["request"]["params"]["userid"]}
        body = call["response"]["body"]
        if "exception" in body:
            aside.append({**place, "reason": body["errorcode"]})
        elif body["completionstatus"]["completed"] and place["course"] in (2, 3, 4, 9):
            criteria = body["completionstatus"]["completions"]
            last = max(one["timecompleted"] or 0 for one in criteria if one["complete"])
            when = datetime.fromtimestamp(last, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            awards.append({**place, "completed_at": when, "grade": grades.get((place["course"], place["user"]))})
    return {"awards": by_place(awards), "set_aside": by_place(aside)}


def course_grades(calls: list[dict[str, Any]]) -> dict[tuple[int, int], float | None]:
    answers = [call["response"]["body"] for call in calls if call["request"]["wsfunction"] == GRADES]
    people = [person for answer in answers for person in answer["usergrades"]]
    return {
        (person["courseid"], person["userid"]): item["graderaw"]
        for person in people
        for item in person["gradeitems"]
        if item["itemtype"] == "course"
    }


def by_place(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["course"], row["user"]))


@official
def test_real_awards_are_the_completed_calls(ran: Ran, shared: Path) -> None:
    listed = json.loads((ran.folder / "real" / "awards.json").read_text("utf-8"))
    expected = expected_from(shared / "moodle" / "pull")
    assert {name: by_place(rows) for name, rows in listed.items()} == expected
    assert (len(listed["awards"]), len(listed["set_aside"])) == (18, 14)
    assert COURSES == (2, 3, 4, 9)


def flip(pull: Path, folder: Path, old: str, new: str) -> Path:
    """A copy of a pull with one answer about completion changed."""
    folder.mkdir()
    lines = (pull / "requests.jsonl").read_text("utf-8").splitlines()
    first = next(
        number for number, line in enumerate(lines)
        if STATUS in line and f'"completed": {old}' in line and '"timecompleted": 1' in line
    )  # fmt: skip
    lines[first] = lines[first].replace(f'"completed": {old}', f'"completed": {new}')
    (folder / "requests.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


@official
@pytest.mark.parametrize(("old", "new", "awards"), [("true", "false", 17), ("false", "true", 19)])
def test_list_follows_a_flipped_completion(shared: Path, tmp_path: Path, old: str, new: str, awards: int) -> None:
    pull = flip(shared / "moodle" / "pull", tmp_path / "pull", old, new)
    with sandbox("moodle") as server:
        report, outcome = sync_real(tmp_path / "school", server, pull)
    assert {name: by_place(rows) for name, rows in outcome.items()} == expected_from(pull)
    assert (report.awards, len(outcome["awards"]), report.adds_up) == (awards, awards, True)


# Without official data --------------------------------------------------------------------------------------------


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Takes the official data away, in CI or not."""

    def take_away(in_ci: str) -> None:
        monkeypatch.setenv("MIMIS_SHARED", str(tmp_path))
        monkeypatch.setenv("CI", in_ci)

    return take_away


def test_absent_recording_is_none(without: Callable[[str], None]) -> None:
    without("")
    assert recording() is None


def test_absent_recording_fails_in_ci(without: Callable[[str], None]) -> None:
    without("true")
    with pytest.raises(UserError, match="MIMIS_SHARED"):
        recording()


def test_absence_fails_before_playing(without: Callable[[str], None], mimis: Mimis, tmp_path: Path) -> None:
    without("true")
    ended = mimis("demo", "--once", "--out", tmp_path / "out")
    assert (ended.code, "MIMIS_SHARED" in ended.err) == (2, True)
    assert not (tmp_path / "out").exists()


def test_absence_is_said_in_one_sentence(
    without: Callable[[str], None], mimis: Mimis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def played(stage: Any, pull: Path | None) -> dict[str, Any]:
        return {"steps": [], "checks": [], "real": command._real(stage, pull), "credentials": 0, "seconds": 0.1}

    without("")
    monkeypatch.setattr(command, "run", played)
    ended = mimis("demo", "--once", "--out", tmp_path / "out")
    assert (ended.code, ended.err.strip()) == (0, command.NO_RECORDING)
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["real"] == {"note": command.NO_RECORDING}


def test_demo_serves_until_ended(
    without: Callable[[str], None], mimis: Mimis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def played(stage: Any, pull: Path | None) -> dict[str, Any]:
        links = {"start": stage.school_url}
        return {"steps": [], "checks": [], "real": {}, "credentials": 0, "seconds": 0.1, "links": links}

    def visit_and_end(seconds: float) -> None:
        pages.append(Visitor(played_links()["start"]).get("in"))
        raise KeyboardInterrupt

    def played_links() -> dict[str, str]:
        links: dict[str, str] = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["links"]
        return links

    pages: list[str] = []
    without("")
    monkeypatch.setattr(command, "run", played)
    monkeypatch.setattr("mimis_core.cli.demo.command.time.sleep", visit_and_end)
    ended = mimis("demo", "--out", tmp_path / "out")
    assert (ended.code, len(pages), played_links()["start"] in ended.out) == (0, 1, True)


def test_used_folder_is_left_alone(mimis: Mimis, tmp_path: Path) -> None:
    (tmp_path / "mitt.txt").write_text("mitt", "utf-8")
    ended = mimis("demo", "--once", "--out", tmp_path)
    assert (ended.code, "Give a new folder" in ended.err) == (2, True)
    assert (tmp_path / "mitt.txt").read_text("utf-8") == "mitt"
