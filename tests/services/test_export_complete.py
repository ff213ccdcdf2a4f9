"""An export holds all that the store holds: every column of every table that a learner is in, or says why not."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest
from sqlalchemy import Column, Table

from mimis_core.services import CredentialView, LearnerExport, Services
from mimis_core.services.export_learner import SECRETS
from mimis_core.services.export_page import FIELDS, learner_page
from mimis_core.services.learner_tables import ABOUT_ERASED, THROUGH, learner_models, table_of
from mimis_core.store.every_table import METADATA
from mimis_core.store.record_tables import MergeRow
from mimis_core.store.tables import Base
from mimis_core.store.types import EncryptedBytes
from tests.school import HandSource, done, page, someone
from tests.store.releases import id_of, value_of

BY = "Rektor Ek"
HELD: tuple[type[Base], ...] = (*learner_models(), *ABOUT_ERASED, *THROUGH, MergeRow)
EXPORTED = {table_of(one).name: table_of(one) for one in HELD}
LEARNER = id_of(EXPORTED["learner"])
BEFORE = {"keep": {"full_name": "Åsa Förr", "email_key": "hash"}, "other": {"full_name": "Åsa Annan"}}
LINKED = {
    ("audit", "subject"): LEARNER,
    ("outbox", "ref"): id_of(EXPORTED["award"]),
    ("merge", "keep_id"): LEARNER,
    ("merge", "before"): json.dumps(BEFORE),
    ("merge", "undone_at"): None,
}
"""What links a row to her without being a reference that the database knows."""
LEFT_OUT = {
    "organisation": "the school, named at the head",
    "token": "opens a share",
    "revision": "a mark for machines",
    "signal": "a hash",
    "lease": "a mark for machines",
    "lease_until": "a mark for machines",
}
"""Columns that are left out, and why; beside them hashes (``_key``), and documents, which are files of their own."""


def filled(table: Table) -> dict[str, Any]:
    """One row, with something in each column."""
    return {column.name: LINKED.get((table.name, column.name), value_of(column)) for column in table.columns}


@pytest.fixture
def whole(school: Services) -> LearnerExport:
    """The export of a learner who has one row in every table."""
    with school.database.transaction() as session:
        for table in METADATA.sorted_tables:
            session.execute(table.insert().values(filled(table)))
    return school.export_learner(LEARNER, BY, "Begärt av henne, legitimerad.")


def is_left_out(column: Column[Any]) -> bool:
    return column.name in LEFT_OUT or column.name.endswith("_key") or isinstance(column.type, EncryptedBytes)


def test_what_is_left_out_is_named() -> None:
    assert SECRETS - {"live_key"} == set(LEFT_OUT)


def test_no_table_refers_to_hers_and_is_left_out() -> None:
    referring = {
        table.name
        for table in METADATA.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in EXPORTED
    }
    assert referring <= set(EXPORTED)


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_every_column_is_exported_or_left_out_with_a_reason(whole: LearnerExport, name: str) -> None:
    table = EXPORTED[name]
    row = next(one for one in whole.tables[name] if one["id"] == id_of(table))
    wanted = {"partner" if one.name == "partner_id" else one.name for one in table.columns if not is_left_out(one)}
    assert set(row) == wanted
    shown = json.dumps(row, ensure_ascii=False)
    texts = [value for column in table.columns if isinstance(value := filled(table)[column.name], str)]
    missing = [text for text in texts if text not in shown and not text.startswith("{")]
    assert all(
        text == id_of(METADATA.tables["partner"]) or "_key" in text or text in left_out(table) for text in missing
    )


def left_out(table: Table) -> set[str]:
    """Values of a table that no export shows."""
    return {str(filled(table)[column.name]) for column in table.columns if is_left_out(column)}


def test_page_shows_what_the_data_hold(whole: LearnerExport) -> None:
    text = learner_page(whole.data())
    values = {
        str(value)
        for rows in whole.tables.values()
        for row in rows
        for value in row.values()
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != ""
    }
    assert [value for value in sorted(values) if escape(value) not in text] == []


def test_document_is_a_file_of_its_own(whole: LearnerExport) -> None:
    assert list(whole.documents.values()) == ["Åäö credential.content".encode()]


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_every_column_has_a_name_that_a_learner_reads(name: str) -> None:
    columns = {
        "partner" if one.name == "partner_id" else one.name for one in EXPORTED[name].columns if not is_left_out(one)
    }
    assert columns - set(FIELDS) == set()


def merged(school: Services, issued: CredentialView) -> tuple[str, str, str]:
    """Two learners that were made one: who is kept, who is the other, and the merge."""
    HandSource.pages = [page(done("course:9", someone("2", full_name="Bo Ek", email="bo@demo.example")))]
    school.sync()
    other = next(one.id for one, _ in school.learners() if one.full_name == "Bo Ek")
    school.make_slip(other, BY)
    return issued.learner_id, other, school.merge_learners(issued.learner_id, other, BY)


def test_what_happened_before_a_merge_is_hers(yearly: Services, issued: CredentialView) -> None:
    keep, other, _ = merged(yearly, issued)
    tables = yearly.export_learner(keep, BY).tables
    assert ("slip.handed_over", other) in {(row["action"], row["subject"]) for row in tables["audit"]}
    assert tables["merge"][0]["before"]["other"]["full_name"] == "Bo Ek"


def test_merge_that_was_undone_shows_each_only_her_own_half(yearly: Services, issued: CredentialView) -> None:
    keep, other, merge = merged(yearly, issued)
    yearly.unmerge_learners(merge, BY)
    texts = [json.dumps(yearly.export_learner(one, BY).tables["merge"], ensure_ascii=False) for one in (keep, other)]
    assert [("Åsa Öberg 1" in text, "Bo Ek" in text) for text in texts] == [(True, False), (False, True)]
    assert (other in texts[0], keep in texts[1], "_key" in "".join(texts)) == (False, False, False)


def test_history_holds_appeals_and_what_she_did_herself(yearly: Services, issued: CredentialView) -> None:
    yearly.appeal(issued.learner_id, "Datumet är fel.", credential_id=issued.id)
    actions = [row["action"] for row in yearly.export_learner(issued.learner_id, BY).tables["audit"]]
    assert actions.count("appeal.open") == 1
