"""``mimis moodle``: an administrator connects a site, gets drafts, and pulls."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mimis_moodle import commands
from mimis_moodle.sandbox import MoodleSandbox
from mimis_moodle.standin import parts as standin

from mimis_core import Organisation
from mimis_core.cli.init import write_folder
from tests.command import Ended, Mimis

Run = Callable[..., Ended]
UNFINISHED = 900001
"""A learner of the sandbox who has not completed the course."""
GRADES = "gradereport_user_get_grade_items"


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    return Mimis(capsys)


@pytest.fixture(scope="session")
def new_school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as ``mimis init`` leaves it when the question on protected identities is not answered."""
    folder = tmp_path_factory.mktemp("new") / "skola"
    school = Organisation(
        id="school", legal_name={"sv": "Skolan"}, registration="802002-6509", eidas="NTRSE-8020026509"
    )
    write_folder(folder, "school", school, "http://127.0.0.1:8000", "sqlite:///mimis.db", None)
    return folder


@pytest.fixture
def folder(tmp_path: Path, new_school: Path) -> Path:
    return Path(shutil.copytree(new_school, tmp_path / "skola"))


@pytest.fixture
def run(mimis: Mimis, folder: Path, server: MoodleSandbox, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``mimis moodle connect`` with the token where it is looked for, and an answer on protected identities."""
    monkeypatch.setenv("MIMIS_MOODLE_TOKEN", server.token)

    def connect(*arguments: object, protected: str = "none-enrolled") -> Ended:
        answer = ("--protected", protected) if protected else ()
        return mimis("moodle", "connect", server.url, "--config", folder, "--yes", *answer, *arguments)

    return connect


def tables(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "mimis.toml").read_text("utf-8"))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".db"}


# From end to end --------------------------------------------------------------------------------------------------


def test_init_connect_sync(mimis: Mimis, folder: Path, run: Run) -> None:
    shutil.rmtree(folder)
    assert mimis("init", folder, "--role", "school").code == 0
    assert run("--json").code == 0
    checked = mimis("catalogue", "check", "--config", folder, "--json")
    failing = {one["entry"] for one in checked.json["findings"] if one["status"] == "error"}
    assert (checked.code, failing) == (1, {"kurs-2-mer-2@1", "kurs-3-mer-3@1"})
    synced = mimis("sync", "--config", folder, "--json")
    assert synced.code == 0
    assert (synced.json["pulled"], synced.json["credentials"]) == (6, 0)


def test_part_of_an_unfinished_course_is_proposed(mimis: Mimis, folder: Path, run: Run, server: MoodleSandbox) -> None:
    quiz = standin.module_record(17, "quiz", "Slutprov")
    server.site.sections[2] = [standin.section_record(70, "Vecka 1", 1, [quiz])]
    status = {"cmid": 17, "modname": "quiz", "timecompleted": 1788249600, "isoverallcomplete": True}
    server.site.activities[2, UNFINISHED] = {"statuses": [{**status, "istrackeduser": True}], "warnings": []}
    run("--course", 2, "--earn", "sections")
    entry = folder / "catalogue" / "verktygsvana.yaml"
    text = entry.read_text("utf-8").partition("earned_by:")[0]
    entry.write_text(f"{text}earned_by:\n  - module: course:2/section:70\n    source: moodle\n", "utf-8")
    assert mimis("sync", "--config", folder, "--json").json["proposed"] == 1


def test_configuration_says_where_the_token_is(folder: Path, run: Run, server: MoodleSandbox) -> None:
    run("--course", 2, "--earn", "sections", "--earn", "badges")
    assert tables(folder)["sources"]["moodle"] == {
        "kind": "moodle",
        "url": server.url,
        "token": {"env": "MIMIS_MOODLE_TOKEN"},
        "courses": [2],
        "sections": True,
        "badges": True,
    }
    assert server.token not in (folder / "mimis.toml").read_text("utf-8")


def test_protected_group_is_written_and_tried(folder: Path, run: Run, server: MoodleSandbox) -> None:
    for course in (2, 3):
        standin.add_to_group(server.site, course, 10, "Skyddade")
    ended = run("--protected-value", "Skyddade", "--json", protected="group")
    assert ended.code == 0
    assert tables(folder)["privacy"] == {"protected": "group", "values": ["Skyddade"]}
    assert "excluded_groups" in {one["subject"] for one in ended.json["findings"]}


def test_second_run_writes_nothing_over(folder: Path, run: Run) -> None:
    run()
    before = contents(folder)
    refused = run(protected="")
    assert (refused.code, "[sources.moodle]" in refused.err) == (2, True)
    assert contents(folder) == before


def test_present_draft_is_kept_and_told(folder: Path, run: Run) -> None:
    (folder / "catalogue" / "kurs-2-mer-2.yaml").write_text("# vår egen\n", "utf-8")
    told = run("--json").json
    assert [Path(path).name for path in told["kept"]] == ["kurs-2-mer-2.yaml"]
    assert (folder / "catalogue" / "kurs-2-mer-2.yaml").read_text("utf-8") == "# vår egen\n"


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_dry_run_prints_all_and_writes_nothing(folder: Path, run: Run, form: tuple[str, ...]) -> None:
    before = contents(folder)
    ended = run("--dry-run", *form)
    assert ended.code == 0
    assert all(word in ended.out for word in ("sources.moodle", "course:3", "FYLL I"))
    assert contents(folder) == before


def test_competencies_become_outcomes(folder: Path, run: Run, server: MoodleSandbox) -> None:
    standin.add_competency(server.site, 2, 5, "Egenkontroll", "<p>Kan föra journal</p>")
    (draft,) = run("--course", 2, "--json").json["drafts"]
    assert 'sv: "Egenkontroll"' in draft["text"]


def test_drafts_without_competencies_are_told(run: Run, server: MoodleSandbox) -> None:
    server.weaken("core_competency_list_course_competencies")
    ended = run("--json")
    found = {one["subject"]: one["status"] for one in ended.json["findings"]}
    assert (ended.code, found["core_competency_list_course_competencies"]) == (0, "warning")


# What is wrong is named -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("harm", "subject", "words"),
    [
        (
            lambda s: s.weaken("gradereport_user_get_grade_items"),
            "gradereport_user_get_grade_items",
            "Externa tjänster",
        ),
        (lambda s: s.revoke("gradereport/user:view"), "gradereport_user_get_grade_items", "gradereport/user:view"),
        (lambda s: s.revoke("report/completion:view"), "core_completion_get_course_completion_status", "Definiera"),
        (lambda s: s.switch_off("enablecompletion"), "completion tracking", "Avancerade funktioner"),
    ],
)
def test_lack_is_named_in_both_languages(
    run: Run, server: MoodleSandbox, harm: Callable[[MoodleSandbox], None], subject: str, words: str
) -> None:
    harm(server)
    ended = run("--course", 2, "--json")
    finding = {one["subject"]: one for one in ended.json["findings"]}[subject]
    assert (ended.code, finding["status"]) == (3, "error")
    assert words in finding["mend"]
    assert "Site administration" in finding["mend"]


@pytest.mark.parametrize("state", ["closed", "service-disabled", "maintenance", "account-suspended", "token-expired"])
def test_site_that_cannot_be_reached_writes_nothing(folder: Path, run: Run, server: MoodleSandbox, state: Any) -> None:
    before = contents(folder)
    server.state = state
    ended = run("--json")
    assert (ended.code, ended.json["written"]) == (1, [])
    assert contents(folder) == before


def test_course_without_criteria_is_not_taken(run: Run, server: MoodleSandbox) -> None:
    for pair in [pair for pair in server.site.completion if pair[0] == 3]:
        del server.site.completion[pair]
    told = run("--json").json
    assert told["configuration"]["sources.moodle"]["courses"] == [2]
    assert [one["status"] for one in told["findings"] if one["subject"] == "course:3"] == ["warning"]


@pytest.mark.parametrize(
    "arguments",
    [("--course", 77), ("--token-file", "finnsinte"), ("--token-env", "X", "--token-file", "y"), ("--name", "två ord")],
)
def test_wrong_answer_is_usage(folder: Path, run: Run, arguments: tuple[object, ...]) -> None:
    before = contents(folder)
    assert run(*arguments).code == 2
    assert contents(folder) == before


def test_unanswered_question_on_protection_stops(run: Run) -> None:
    ended = run(protected="")
    assert (ended.code, "--protected" in ended.err) == (2, True)


def test_no_ready_course_stops(run: Run, server: MoodleSandbox) -> None:
    for course in (2, 3):
        server.untrack(course)
    assert run().code == 2


@pytest.mark.parametrize("url", ["moodle.example", "ftp://m.example"])
def test_odd_address_is_usage(mimis: Mimis, folder: Path, run: Run, url: str) -> None:
    ended = mimis("moodle", "connect", url, "--config", folder, "--yes", "--protected", "list")
    assert ended.code == 2


# Asking -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the person at the terminal answers, in order."""
    given: list[str] = []
    monkeypatch.setattr(commands.sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(commands.typer, "prompt", lambda *_, **__: given.pop(0))
    return given


def test_administrator_is_asked(mimis: Mimis, folder: Path, server: MoodleSandbox, answers: list[str]) -> None:
    answers += [server.token, "group", "Skyddade", "3"]
    assert mimis("moodle", "connect", server.url, "--config", folder).code == 0
    assert tables(folder)["privacy"] == {"protected": "group", "values": ["Skyddade"]}
    source = tables(folder)["sources"]["moodle"]
    assert (source["courses"], source["token"]) == ([3], {"file": "secrets/moodle.token"})
    assert (folder / "secrets" / "moodle.token").read_text("utf-8") == server.token
    assert (folder / "secrets" / "moodle.token").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("given", [["alla"], ["2 tre"]], ids=["a word", "a number and a word"])
def test_words_are_no_course_numbers(
    mimis: Mimis, folder: Path, server: MoodleSandbox, answers: list[str], given: list[str]
) -> None:
    answers += [server.token, *given]
    before = contents(folder)
    assert mimis("moodle", "connect", server.url, "--protected", "list", "--config", folder).code == 2
    assert contents(folder) == before


def test_typed_token_is_not_kept_by_a_dry_run(
    mimis: Mimis, folder: Path, server: MoodleSandbox, answers: list[str]
) -> None:
    answers += [server.token]
    arguments = ("--protected", "list", "--course", 2, "--dry-run", "--config", folder)
    assert mimis("moodle", "connect", server.url, *arguments).code == 0
    assert not (folder / "secrets" / "moodle.token").exists()


def test_token_file_in_the_folder_is_relative(folder: Path, run: Run, server: MoodleSandbox) -> None:
    (folder / "secrets" / "t").write_text(f"{server.token}\n", "utf-8")
    run("--token-file", folder / "secrets" / "t")
    assert tables(folder)["sources"]["moodle"]["token"] == {"file": "secrets/t"}


# Courses ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(run: Run, mimis: Mimis, folder: Path) -> Run:
    """``mimis moodle courses`` of a connected site."""
    run("--earn", "activities", "--earn", "sections", "--earn", "grades", "--earn", "competencies")
    return lambda *arguments: mimis("moodle", "courses", "--config", folder, *arguments)


def test_courses_are_listed_with_their_fields(listed: Run, server: MoodleSandbox) -> None:
    field = {"shortname": "niva", "type": "select", "valueraw": 1, "value": "Grund"}
    server.site.courses[2]["customfields"] = [field]
    first, _ = listed("--json").json["courses"]
    assert (first["module"], first["participants"], first["criteria"]) == ("course:2", 5, ["self"])
    assert first["customfields"] == {"niva": "Grund"}


def test_parts_are_listed_by_their_references(listed: Run, server: MoodleSandbox) -> None:
    quiz = standin.module_record(17, "quiz", "Slutprov")
    server.site.sections[2] = [standin.section_record(70, "Vecka 1", 1, [quiz])]
    standin.add_competency(server.site, 2, 5, "Egenkontroll")
    found = {one["module"]: one["name"] for one in listed("--parts", "--json").json["references"]}
    assert found["course:2/activity:17"] == "Slutprov"
    assert found["course:2/section:70"] == "Kurs 2 & mer: Vecka 1"
    assert found["course:2/grade:2"] == "Kurs 2 & mer: course"
    assert found["competency:5"] == "Egenkontroll"


def test_text_names_participants(listed: Run) -> None:
    assert "course:2  Kurs 2 & mer  (5 participants; criteria: self)" in listed().out


def test_wrong_settings_are_told_without_the_token(listed: Run, folder: Path, server: MoodleSandbox) -> None:
    file = folder / "mimis.toml"
    file.write_text(re.sub(r"^url = .*\n", "", file.read_text("utf-8"), flags=re.MULTILINE), "utf-8")
    told = listed()
    assert (told.code, server.token in f"{told.out}{told.err}") == (2, False)
    assert "url" in told.err


def test_unknown_source_is_told(listed: Run) -> None:
    assert listed("annan").code == 2
