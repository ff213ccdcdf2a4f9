"""The export of a learner: every table that holds her, documents, a page to read, and protected ones by the officer."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from mimis_core import UserError
from mimis_core.services import CredentialView, Services, ShareOrder
from mimis_core.services.export_learner import SECRETS, write_export
from mimis_core.services.export_page import HEADINGS, learner_page
from mimis_core.services.learner_tables import ABOUT_ERASED, THROUGH, learner_models, models, table_of
from mimis_core.store.record_tables import MergeRow
from mimis_core.store.tables import Base
from tests.school import HandSource, done, page, someone

BY = "Rektor Ek"
NOBODY = {
    "actor": "names of staff and employers",
    "asked_pull": "pulls that staff asked for",
    "attempt": "keyed hashes that are forgotten within an hour",
    "audit_head": "an organisation's chain",
    "catalogue_entry": "what can be earned, and who of the staff wrote it",
    "catalogue_review": "what staff said of what can be earned",
    "challenge": "staff",
    "competence": "the employer role: what credentials prove, and not whose",
    "destination": "wallets and mailboxes as such",
    "endorsement": "what organisations say of what can be earned",
    "esco_part": "ESCO",
    "esco_release": "ESCO",
    "event": "hints that are followed within minutes",
    "import": "the employer role: persons of other schools",
    "import_competence": "the employer role: what shares of other schools prove",
    "invitation": "staff",
    "issuing_right": "organisations",
    "launch": "launches under way, before anybody knows whose they are",
    "partner": "employers",
    "passkey": "staff",
    "placement": "links that a teacher is placing in a course",
    "proposal": "what employers would like to be taught",
    "request": "keyed hashes of what employers sent, forgotten within a day",
    "role_profile": "the employer role: what jobs need",
    "schedule": "the calendar",
    "session": "staff",
    "set_aside": "records that led to no learner, by a source's own keys",
    "source_state": "sources",
    "staff": "staff",
    "state": "the store itself",
    "webhook": "addresses of employers' systems",
}
"""Tables that hold no learner, and what they hold."""


@pytest.fixture
def shared(yearly: Services, issued: CredentialView) -> CredentialView:
    partner = yearly.add_partner("Region Test", "232100-0016", "region.example").partner
    order = ShareOrder(
        credential_ids=(issued.id,), purpose="Ansökan", until=yearly.clock().date(), partner_id=partner.id
    )
    share = yearly.create_share(issued.learner_id, order)
    yearly.open_share_as(partner.id, share.id)
    yearly.request_delivery(issued.learner_id, issued.id, "europass", "asa1@demo.example")
    yearly.drain()
    yearly.appeal(issued.learner_id, "Datumet är fel.", credential_id=issued.id)
    return issued


def test_every_table_is_exported_or_holds_no_learner() -> None:
    held: list[type[Base]] = [*learner_models(), *ABOUT_ERASED, *THROUGH, MergeRow]
    exported = {one.__tablename__ for one in held}
    known = {one.__tablename__ for one in models()}
    assert exported | (set(NOBODY) & known) == known
    assert not exported & set(NOBODY)
    assert exported == set(HEADINGS)


def test_no_column_hides_a_person() -> None:
    hidden = {
        f"{model.__tablename__}.{column.key}"
        for model in models()
        for column in table_of(model).columns
        if column.key in SECRETS and column.key not in ("organisation",) and model.__tablename__ not in NOBODY
    }
    assert hidden == {
        "credential.live_key", "learner.revision", "outbox.lease", "outbox.lease_until", "review.signal", "share.token",
    }  # fmt: skip


def test_all_that_is_hers_is_there(yearly: Services, shared: CredentialView) -> None:
    tables = yearly.export_learner(shared.learner_id, BY).tables
    filled = {name for name, rows in tables.items() if rows}
    assert filled >= {
        "learner", "identity", "completion", "award", "credential", "permission", "delivery", "message", "outbox",
        "share", "share_credential", "disclosure", "audit", "appeal",
    }  # fmt: skip
    assert tables["learner"][0]["full_name"] == "Åsa Öberg 1"
    assert tables["completion"][0]["content"]["title"] == "En kurs"
    assert (tables["share"][0]["partner"], tables["disclosure"][0]["viewer"]) == ("Region Test", "Region Test")
    assert {"share.create", "share.open", "credential.issue"} <= {row["action"] for row in tables["audit"]}


def test_nothing_of_another_learner_is_there(yearly: Services, shared: CredentialView) -> None:
    HandSource.pages = [page(done("course:1", someone("2", full_name="Bo Ek")))]
    yearly.sync()
    yearly.drain()
    text = json.dumps(yearly.export_learner(shared.learner_id, BY).data(), ensure_ascii=False)
    other = next(one.id for one, _ in yearly.learners() if one.full_name == "Bo Ek")
    assert ("Bo Ek" in text, other in text) == (False, False)


def test_files_are_written_for_her_alone(yearly: Services, shared: CredentialView, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    export = yearly.export_learner(shared.learner_id, BY)
    names = write_export(export, folder)
    assert names == sorted(["data.json", "index.html", *(f"documents/{name}" for name in export.documents)])
    assert (folder / names[1]).read_bytes() == yearly.sealed_files()[0].content
    assert (folder.stat().st_mode & 0o777, json.loads((folder / "data.json").read_text("utf-8"))) == (
        0o700,
        export.data(),
    )
    with pytest.raises(UserError, match="other things"):
        write_export(export, folder)


def test_folder_that_cannot_be_made_is_told(yearly: Services, issued: CredentialView, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UserError, match="cannot be written"):
        write_export(yearly.export_learner(issued.learner_id, BY), tmp_path / "file" / "out")


class Opened(HTMLParser):
    """Which elements are open, for a page that must be well nested."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["h2"]:
            self.headings.append(data.strip())


def test_page_says_all_of_it_in_two_languages(yearly: Services, shared: CredentialView) -> None:
    text = learner_page(yearly.export_learner(shared.learner_id, BY).data())
    read = Opened()
    read.feed(text)
    assert read.open == []
    assert read.headings[1:] == [swedish for swedish, _ in HEADINGS.values()]
    assert all(word in text for word in ("Åsa Öberg 1", "Region Test", "Datumet är fel.", "Who has looked"))


def test_text_of_a_learner_is_no_markup(yearly: Services, issued: CredentialView) -> None:
    yearly.appeal(issued.learner_id, "<script>alert(1)</script>", credential_id=issued.id)
    assert "<script" not in learner_page(yearly.export_learner(issued.learner_id, BY).data())


def test_export_is_recorded(yearly: Services, issued: CredentialView) -> None:
    yearly.export_learner(issued.learner_id, BY)
    assert [row["name"] for row in yearly.audit_of(issued.learner_id) if row["action"] == "learner.export"] == [BY]


def test_protected_learner_is_exported_with_a_reason_only(yearly: Services, issued: CredentialView) -> None:
    yearly.protect_learner(issued.learner_id, BY)
    with pytest.raises(UserError, match="only the officer"):
        yearly.export_learner(issued.learner_id, BY)
    assert yearly.export_learner(issued.learner_id, BY, "Begärt av henne, legitimerad.").tables["learner"]
    (row,) = [row for row in yearly.audit_of(issued.learner_id) if row["action"] == "learner.export"]
    assert row["details"] == {"protected": True}


def test_erased_learner_exports_what_stayed(yearly: Services, shared: CredentialView) -> None:
    yearly.erase_learner(shared.learner_id, BY, "Begärt.")
    tables = yearly.export_learner(shared.learner_id, BY, "Fråga om vad som finns kvar.").tables
    assert {name for name, rows in tables.items() if rows} == {
        "learner", "award", "credential", "share", "erasure", "tombstone", "audit", "outbox",
    }  # fmt: skip


def test_what_she_did_is_found_without_reading_the_whole_record(
    yearly: Services, shared: CredentialView, postgres: str | None
) -> None:
    if postgres is not None:
        pytest.skip("asks SQLite how it goes about it")
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if "audit.actor IN" in statement:
            asked.append((statement, parameters))

    event.listen(yearly.database.engine, "before_cursor_execute", note)
    yearly.export_learner(shared.learner_id, BY)
    ((statement, parameters),) = asked
    with yearly.database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert ["USING INDEX audit_actor" in step[3] for step in plan] == [True]
