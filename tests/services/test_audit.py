"""The audit: honest histories verify, any tampering is found, and names stand outside the chain."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from mimis_core import UserError
from mimis_core.services import Services, audit_sealing, open_services
from mimis_core.services.audit_chain import first_link, next_link
from mimis_core.services.audit_export import EarlierExport
from mimis_core.settings import load_settings
from mimis_core.store.record_tables import ActorRow, AuditHeadRow
from mimis_core.store.tables import AuditRow
from tests.school import Clock, HandSource, done, page
from tests.services.histories import ROWS, cut_off, faults, rewrite, tamper, without_third, write


def test_honest_history_verifies(school: Services) -> None:
    HandSource.pages = [page(done("course:1"))]
    school.sync()
    school.drain()
    verdict = school.verify_audit()
    assert (verdict.whole, verdict.unsealed, verdict.seq) == (True, 0, verdict.rows)
    assert verdict.rows >= 4


def test_empty_audit_is_whole(school: Services) -> None:
    assert school.verify_audit().whole


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET action = 'award.rejected' WHERE seq = 3", [("changed", 3)]),
        ("UPDATE audit SET subject = 'other' WHERE seq = 1", [("changed", 1)]),
        ("UPDATE audit SET actor = 'mimis' WHERE seq = 7", [("changed", 7)]),
        ("UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE seq = 2", [("changed", 2)]),
        ("UPDATE audit SET details = '{}' WHERE seq = 4", [("changed", 4)]),
        ("UPDATE audit SET id = 'x' WHERE seq = 4", [("changed", 4)]),
        ("UPDATE audit SET chain = 'x' WHERE seq = 4", [("changed", 4), ("changed", 5)]),
        ("DELETE FROM audit WHERE seq IN (3, 4)", [("deleted", 3)]),
        ("DELETE FROM audit WHERE seq = 1", [("deleted", 1)]),
        ("DELETE FROM audit WHERE seq >= 6", [("truncated", 6)]),
        ("DELETE FROM audit", [("truncated", 1)]),
        ("UPDATE audit SET seq = NULL, chain = NULL WHERE seq = 7", [("deleted", 7)]),
        ("DELETE FROM audit_head", [("inserted", 1)]),
        ("UPDATE audit SET seq = -5 WHERE seq = 7", [("inserted", -5), ("truncated", 7)]),
        ("UPDATE audit_head SET chain = 'x'", [("changed", 7)]),
    ],
)
def test_tampering_is_found_where_it_was_done(written: Services, statement: str, found: list[Any]) -> None:
    tamper(written, statement)
    assert faults(written)[: len(found)] == found


def test_swapped_rows_are_found(written: Services) -> None:
    tamper(
        written,
        "UPDATE audit SET seq = -1 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 5",
        "UPDATE audit SET seq = 5 WHERE seq = -1",
    )
    assert {("changed", 3), ("changed", 5)} <= set(faults(written))


def test_row_that_is_put_in_is_found(written: Services) -> None:
    columns = "organisation, at, actor, action, subject, details, chain"
    tamper(
        written,
        "UPDATE audit SET seq = seq + 100 WHERE seq >= 4",
        f"INSERT INTO audit (id, seq, {columns}) SELECT 'new', 4, {columns} FROM audit WHERE seq = 2",
        "UPDATE audit SET seq = seq - 99 WHERE seq >= 104",
        "UPDATE audit_head SET seq = 8",
    )
    assert ("changed", 4) in faults(written)


@pytest.mark.parametrize(("change", "found"), [(without_third, "truncated"), (cut_off, "truncated")])
def test_history_made_anew_is_found_by_an_earlier_export(
    written: Services, tmp_path: Path, change: Any, found: str
) -> None:
    file = tmp_path / "audit.jsonl"
    assert written.export_audit(file) == ROWS
    with written.database.transaction() as session:
        session.scalars(select(AuditHeadRow)).one().signed = None
    rewrite(written, change)
    assert faults(written) == []
    assert found in {what for what, _ in faults(written, against=file)}


def test_history_made_anew_is_told_once_and_not_for_each_row(written: Services, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    written.export_audit(file)
    rewrite(written, lambda rows: [rows[1], rows[0], *rows[2:]])
    assert faults(written, against=file) == [("changed", 1)]


def test_export_is_held_against_the_chain_line_by_line(written: Services, tmp_path: Path) -> None:
    """However long it is: what an earlier export says of each row is never in memory at once."""
    file = tmp_path / "audit.jsonl"
    assert written.export_audit(file) == ROWS
    export = EarlierExport(file)
    assert ([line["seq"] for line in export.heads], export.last) == ([0, ROWS], ROWS)
    links = export.links()
    assert iter(links) is links
    assert [seq for seq, _ in links] == list(range(1, ROWS + 1))


def test_lines_in_another_order_are_no_export(written: Services, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    written.export_audit(file)
    file.write_text("".join(reversed(file.read_text("utf-8").splitlines(keepends=True))), "utf-8")
    with pytest.raises(UserError, match="no export"):
        written.verify_audit(against=file)


@pytest.mark.parametrize("statement", ["DELETE FROM audit_head", "UPDATE audit_head SET seq = 3"])
def test_head_that_was_put_back_stops_no_writer_and_is_found(written: Services, statement: str) -> None:
    tamper(written, statement)
    write(written, 1)
    with pytest.raises(UserError, match="mimis audit verify"):
        written.seal_audit()
    verdict = written.verify_audit()
    assert (verdict.unsealed, [one.what for one in verdict.faults]) == (1, ["inserted"])


def test_database_refuses_to_change_and_to_remove(school: Services) -> None:
    write(school, 2)
    school.seal_audit()
    for statement in ("UPDATE audit SET action = 'x'", "DELETE FROM audit", "UPDATE audit SET seq = seq + 10"):
        with pytest.raises(DatabaseError, match="append-only"), school.database.engine.begin() as connection:
            connection.execute(text(statement))


def test_names_stand_outside_the_chain_and_can_go(school: Services) -> None:
    write(school, 3)
    with school.database.transaction() as session:
        actors = set(session.scalars(select(AuditRow.actor)))
        (actor,) = session.scalars(select(ActorRow))
        assert (actors, actor.name) == ({actor.id}, "Lärare Lind")
        session.delete(actor)
    assert school.verify_audit().whole


@pytest.mark.parametrize("actor", ["mimis", "0" * 32])
def test_opaque_actor_is_kept_as_it_is(school: Services, actor: str) -> None:
    write(school, 1, actor)
    assert [row["actor"] for row in school.audit_of("0" * 32)] == [actor]


def test_audit_of_a_thing_says_who(school: Services) -> None:
    write(school, 1)
    assert [(row["name"], row["details"]) for row in school.audit_of("0" * 32)] == [("Lärare Lind", {"round": 0})]


def test_export_holds_the_days_asked_for(school: Services, clock: Clock, tmp_path: Path) -> None:
    write(school, 2)
    clock.forward(days=1)
    write(school, 3)
    clock.forward(days=1)
    write(school, 1)
    day = date(2026, 11, 25)
    file = tmp_path / "audit.jsonl"
    assert school.export_audit(file, day, day) == 3
    lines = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [line["seq"] for line in lines] == [2, 3, 4, 5, 6]
    assert not {"name", "Lärare Lind"} & set(file.read_text("utf-8").split('"'))
    assert school.verify_audit(against=file).whole


@pytest.mark.parametrize("content", ["", "no json", "[]", '{"seq": 1}', '{"seq": "1", "head": "x"}'])
def test_file_that_is_no_export_is_refused_or_says_nothing(school: Services, tmp_path: Path, content: str) -> None:
    file = tmp_path / "export"
    file.write_text(content)
    if not content:
        assert school.verify_audit(against=file).whole
        return
    with pytest.raises(UserError, match="no export"):
        school.verify_audit(against=file)


def test_nothing_is_left_unsealed_when_a_process_ends(school_folder: Path) -> None:
    with open_services(load_settings(school_folder)) as ending:
        write(ending, 3)
    with open_services(load_settings(school_folder)) as later, later.database.transaction() as session:
        assert set(session.scalars(select(AuditRow.seq))) == {1, 2, 3}


def test_rows_are_sealed_as_they_grow(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_sealing, "OFTEN", 3)
    write(school, 7)
    with school.database.transaction() as session:
        assert session.scalars(select(AuditHeadRow.seq)).one() == 6


def test_seal_that_fails_fails_nobody(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_sealing, "OFTEN", 1)

    def fail(*details: object) -> None:
        raise DatabaseError("seal", {}, Exception())

    monkeypatch.setattr(audit_sealing.AuditSealer, "_seal_some", fail)
    write(school, 1)
    monkeypatch.undo()
    assert school.verify_audit().rows == 1


def test_several_writers_make_one_chain(school: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_sealing, "OFTEN", 5)
    others = [open_services(school.settings) for _ in range(3)]
    threads = [
        threading.Thread(target=write, args=(one, 40, f"Lärare {number % 2}")) for number, one in enumerate(others)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.close()
    verdict = school.verify_audit()
    assert (verdict.faults, verdict.rows, verdict.unsealed) == ((), 120, 0)


@pytest.fixture(scope="module")
def chained() -> list[AuditRow]:
    """Rows of a chain, in memory."""
    link = first_link("o")
    rows = []
    for number in range(1, 6):
        row = AuditRow(id=f"{number:032x}", organisation="o", at=Clock().now, actor="mimis", action="a", subject="s")
        row.details = {"n": number, "å": None}
        row.seq, row.chain = number, next_link(link, number, row)
        link = row.chain
        rows.append(row)
    return rows


@given(
    place=st.integers(0, 4),
    name=st.sampled_from(["id", "organisation", "actor", "action", "subject"]),
    value=st.text(max_size=40),
)
@settings(max_examples=200)
def test_no_other_content_has_the_same_link(chained: list[AuditRow], place: int, name: str, value: str) -> None:
    row = chained[place]
    before = chained[place - 1].chain if place else first_link("o")
    changed = AuditRow(**{key: getattr(row, key) for key in ("id", "organisation", "at", "actor", "action", "subject")})
    changed.details = row.details
    setattr(changed, name, value)
    same = getattr(row, name) == value
    assert (next_link(before or "", row.seq or 0, changed) == row.chain) is same


@given(left=st.text(), right=st.text())
def test_content_cannot_move_from_one_field_to_the_next(left: str, right: str) -> None:
    def link(action: str, subject: str) -> str:
        row = AuditRow(id="i", organisation="o", at=Clock().now, actor="a", action=action, subject=subject, details={})
        return next_link("", 1, row)

    assert (link(left, right) == link(left + right, "")) is (right == "")
