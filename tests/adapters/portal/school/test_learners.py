"""Learners in the portal: found, helped in, protected, handed their data, erased, made one and two again."""

from __future__ import annotations

import io
import re
from zipfile import ZipFile

import pytest

from mimis_core.services import Services
from tests.school import HandSource, done, page, someone
from tests.web.site import Browser

CODE = re.compile(r'<code class="code">([A-Z0-9-]{14})</code>')


def test_learners_stand_in_swedish_order(teacher: Browser) -> None:
    shown = teacher.get("/school/learners").text
    assert shown.index("Jacob Ek") < shown.index("Amina Yusuf") < shown.index("Åsa Öberg")


def test_learner_is_found_by_the_beginning_of_her_name(teacher: Browser) -> None:
    shown = teacher.get("/school/learners?q=yus").text
    assert ("Amina Yusuf" in shown, "Jacob Ek" in shown) == (True, False)


def test_list_that_has_changed_begins_again(teacher: Browser) -> None:
    teacher.get(f"/school/learners?after={'f' * 32}")
    assert (teacher.page.status_code, teacher.path) == (200, "/school/learners")


def test_all_that_is_hers_is_on_one_page(teacher: Browser, ids: dict[str, str]) -> None:
    shown = teacher.get(f"/school/learners/{ids['Amina Yusuf']}?lang=en").text
    for told in ("asa0@demo.example", "hand", "Valid", "Waits for a decision", "Open shares"):
        assert told in shown


def test_protected_person_is_opened_by_her_id_alone(teacher: Browser, class_: Services, ids: dict[str, str]) -> None:
    her = ids["Jacob Ek"]
    teacher.get(f"/school/learners/{her}/protect")
    teacher.send(f"/school/learners/{her}/protect")
    assert (teacher.page.status_code, class_.learner(her).protected) == (400, False)
    teacher.send(f"/school/learners/{her}/protect", ground="confidential")
    assert (class_.learner(her).protected, teacher.path) == (True, f"/school/learners/{her}")
    assert "Jacob" not in teacher.page.text
    assert "Jacob" not in teacher.get("/school/learners").text
    teacher.get(f"/school/learners?q={her}")
    assert (teacher.path, "Jacob" in teacher.page.text) == (f"/school/learners/{her}", False)


def test_mark_is_taken_away_after_a_question(teacher: Browser, class_: Services, ids: dict[str, str]) -> None:
    her = ids["Jacob Ek"]
    class_.protect_learner(her, "Rektor")
    assert "Jacob" not in teacher.get(f"/school/learners/{her}/unprotect").text
    assert class_.learner(her).protected
    teacher.send(f"/school/learners/{her}/unprotect")
    assert not class_.learner(her).protected


def test_sign_in_link_is_mailed(teacher: Browser, class_: Services, ids: dict[str, str]) -> None:
    class_.drain()
    teacher.get(f"/school/learners/{ids['Jacob Ek']}")
    teacher.send(f"/school/learners/{ids['Jacob Ek']}/invite")
    assert class_.drain().mails == 1


@pytest.mark.parametrize("ticked", [False, True], ids=["unchecked", "checked"])
def test_paper_is_made_once_she_is_known(teacher: Browser, class_: Services, ids: dict[str, str], ticked: bool) -> None:
    her = ids["Jacob Ek"]
    teacher.get(f"/school/learners/{her}/slip")
    teacher.send(f"/school/learners/{her}/slip", **({"identity": "yes"} if ticked else {}))
    found = CODE.search(teacher.page.text)
    assert (teacher.page.status_code, found is not None) == ((200, True) if ticked else (400, False))
    if found:
        assert class_.redeem_sign_in(found.group(1)) == her
        assert teacher.page.headers["Cache-Control"] == "no-store"


def test_her_data_is_handed_out_as_one_file(teacher: Browser, class_: Services, ids: dict[str, str]) -> None:
    address = f"/school/learners/{ids['Amina Yusuf']}/export"
    teacher.get(address)
    answer = teacher.send(address)
    with ZipFile(io.BytesIO(answer.content)) as packed:
        assert {"data.json", "index.html"} <= set(packed.namelist())
        assert "Amina Yusuf" in packed.read("index.html").decode()


def test_protected_person_is_handed_out_with_a_reason_alone(
    teacher: Browser, class_: Services, ids: dict[str, str]
) -> None:
    address = f"/school/learners/{ids['Amina Yusuf']}/export"
    class_.protect_learner(ids["Amina Yusuf"], "Rektor")
    assert "Amina" not in teacher.get(address).text
    assert teacher.send(address).status_code == 400
    assert (
        teacher.send(address, reason="Egen begäran, lämnas över för hand").headers["Content-Type"] == "application/zip"
    )


def test_erasing_shows_what_goes_before_it_does(teacher: Browser, class_: Services, ids: dict[str, str]) -> None:
    her = ids["Jacob Ek"]
    address = f"/school/learners/{her}/erase"
    teacher.get(f"{address}?lang=en")
    assert teacher.send(address, reason="").status_code == 400
    teacher.send(address, reason="Own wish")
    assert "It cannot be undone." in teacher.page.text
    assert class_.learner(her).full_name == "Jacob Ek"
    teacher.send(address, reason="Own wish", step="yes")
    assert "Jacob" not in teacher.page.text
    assert class_.learner_file(her).erased


def two_of_one(school: Services) -> tuple[str, str]:
    """Let somebody be known twice; gives both ids."""
    twins = [someone(key, full_name="Lo Grön", email="lo@demo.example") for key in ("7", "8")]
    HandSource.pages = [page(*(done("course:4", one) for one in twins))]
    school.sync()
    return school.same_person_proposals()[0]


def test_two_are_made_one_and_two_again(teacher: Browser, class_: Services) -> None:
    keep, other = two_of_one(class_)
    assert f"/school/merges/{keep}/{other}" in teacher.get("/school/merges").text
    teacher.get(f"/school/merges/{keep}/{other}")
    teacher.send(f"/school/merges/{keep}/{other}")
    assert teacher.path == f"/school/learners/{keep}"
    merge = class_.merges()[0]["id"]
    assert f"/school/merges/{merge}/undo" in teacher.get("/school/merges").text
    teacher.get(f"/school/merges/{merge}/undo")
    teacher.send(f"/school/merges/{merge}/undo")
    assert {keep, other} <= {one.id for one, _ in class_.learners()}
    assert teacher.get(f"/school/merges/{merge}/undo").status_code == 404


def test_two_with_open_decisions_of_one_entry_stay_two(teacher: Browser, ids: dict[str, str]) -> None:
    address = f"/school/merges/{ids['Jacob Ek']}/{ids['Amina Yusuf']}"
    teacher.get(f"{address}?lang=en")
    teacher.send(address)
    assert (teacher.page.status_code, "there can be only one" in teacher.page.text) == (409, True)


def test_protected_person_is_compared_with_nobody(teacher: Browser, class_: Services, ids: dict[str, str]) -> None:
    class_.protect_learner(ids["Jacob Ek"], "Rektor")
    assert teacher.get(f"/school/merges/{ids['Jacob Ek']}/{ids['Amina Yusuf']}").status_code == 404
