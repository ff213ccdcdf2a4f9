"""What stands in the files, and what becomes of them."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from mimis_ats.generic.disk import Disk
from mimis_ats.generic.export import HrExportFeed
from mimis_ats.generic.folder import DropFolderFeed
from mimis_ats.generic.mapping import HEADINGS, read_csv
from mimis_ats.generic.sandbox import DropFolderSandbox, HrExportSandbox

from mimis_core import DataError, NotFoundError, Person, TemporaryError
from tests.adapters.ats.generic.conftest import EMAIL, ENTRY, connect

EVIL = ENTRY.model_copy(update={"details": {'=HYPERLINK("http://evil")': "-2+3", 'a;b"c': "Å, Ä"}})


def test_csv_has_a_row_for_each_credential(feed: DropFolderFeed, server: DropFolderSandbox) -> None:
    feed.put(ENTRY, None)
    ((name, content),) = server.received()
    assert name.endswith(".csv")
    assert content.decode("utf-8-sig").splitlines()[0] == ";".join(HEADINGS)
    ((candidate, _, url, summary, title, issuer),) = read_csv(content)
    assert (candidate, url, summary) == ("1001", ENTRY.url, ENTRY.summary)
    assert {title: issuer} == ENTRY.details


def test_no_title_is_a_formula(feed: DropFolderFeed, server: DropFolderSandbox) -> None:
    feed.put(EVIL, None)
    rows = read_csv(server.received()[0][1])
    assert [row[4:] for row in rows] == [('\'=HYPERLINK("http://evil")', "'-2+3"), ('a;b"c', "Å, Ä")]


def test_json_says_the_same() -> None:
    with DropFolderSandbox("json") as server:
        server.add_candidate(EMAIL, "")
        connect(server).put(ENTRY, None)
        value = json.loads(server.received()[0][1])
    assert (value["candidate"], value["url"]) == ("1001", ENTRY.url)
    assert value["credentials"] == [{"title": "Batterier för nybörjare", "issuer": "Malmö folkhögskola"}]


def test_file_name_tells_nothing(feed: DropFolderFeed, server: DropFolderSandbox) -> None:
    receipt = feed.put(ENTRY, None)
    assert "school" not in receipt.external_id
    assert Path(receipt.external_id).name == receipt.external_id


def test_file_that_says_the_same_is_left_as_it_is(feed: DropFolderFeed, server: DropFolderSandbox) -> None:
    receipt = feed.put(ENTRY, None)
    assert server.count("^written") == 1
    server.forget()
    feed.put(ENTRY, receipt)
    assert server.count("^written") == 0


def test_changed_layout_leaves_no_old_file(feed: DropFolderFeed, server: DropFolderSandbox) -> None:
    receipt = feed.put(ENTRY, None)
    connect(server, layout="json").put(ENTRY, receipt)
    assert [name.rpartition(".")[2] for name, _ in server.received()] == ["json"]


def test_half_a_file_is_never_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "list.csv"
    Disk().write(place, b"old")

    def fail(*_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("mimis_ats.generic.disk.os.fsync", fail)
    with pytest.raises(TemporaryError):
        Disk().write(place, b"new and longer")
    assert place.read_bytes() == b"old"


def test_folder_that_is_away_is_told(server: DropFolderSandbox, tmp_path: Path) -> None:
    feed = connect(server, path=str(tmp_path / "away"))
    with pytest.raises(TemporaryError) as caught:
        feed.put(ENTRY, None)
    assert caught.value.mend
    assert [finding.status for finding in feed.check()] == ["error"]


@pytest.mark.parametrize(
    "content",
    [
        "email,id\namina@example.org,7\n", "\ufeffid;e-post\r\n7;AMINA@example.org\r\n",
        "Nummer;E-post\n7;amina@example.org\n7;amina@example.org\n;amina@example.org\n8\n",
    ],
    ids=["english", "excel", "doubled and broken rows"],
)  # fmt: skip
def test_register_of_many_kinds_is_read(server: DropFolderSandbox, content: str) -> None:
    server.register.write_text(content, "utf-8")
    assert [one.id for one in connect(server).find(Person(email=EMAIL))] == ["7"]


@pytest.mark.parametrize(
    ("content", "error"),
    [("", DataError), ("Namn;Telefon\nA;1\n", DataError), (None, TemporaryError)],
    ids=["empty", "other list", "away"],
)
def test_what_is_no_register_is_told(server: DropFolderSandbox, content: str | None, error: type[Exception]) -> None:
    server.register.unlink()
    if content is not None:
        server.register.write_text(content, "utf-8")
    with pytest.raises(error):
        connect(server).find(Person(email=EMAIL))


def test_list_for_hr_loses_nothing_when_two_write_at_once() -> None:
    with HrExportSandbox() as server:
        server.add_candidate(EMAIL, "")
        table = {**server.settings()}
        table.pop("kind")
        settings = HrExportFeed.Settings(**table)
        many = [ENTRY.model_copy(update={"key": f"share {number}"}) for number in range(24)]

        def write(part: int) -> None:
            for entry in many[part::4]:
                HrExportFeed("hr", settings).put(entry, None)  # type: ignore[arg-type]  # its own settings

        threads = [threading.Thread(target=write, args=(part,)) for part in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(server.received()) == len(many)


def test_leaver_is_written_no_more() -> None:
    with HrExportSandbox() as server:
        server.add_candidate(EMAIL, "")
        feed = connect(server)
        feed.put(ENTRY, None)
        server.delete_candidate("1001")
        with pytest.raises(NotFoundError) as caught:
            feed.put(ENTRY, None)
        assert caught.value.code == "candidate"
