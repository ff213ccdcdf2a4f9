"""Staff from the command line, whose user is the local administrator."""

from __future__ import annotations

from pathlib import Path

import pytest

from mimis_core.services import configured
from tests.command import Mimis
from tests.school import HandCourier


@pytest.fixture
def owner(mimis: Mimis, folder: Path) -> str:
    """Id of an owner who is invited."""
    done = mimis(
        "admin", "invite", "Åsa", "--email", "asa@demo.example", "--role", "owner", "--config", folder, "--json"
    )
    assert done.code == 0
    return str(done.json["staff_id"])


def test_invitation_is_printed_and_mailed(mimis: Mimis, folder: Path) -> None:
    done = mimis(
        "admin", "invite", "Åsa", "--email", "asa@demo.example", "--role", "owner", "--config", folder, "--json"
    )
    (mail,) = HandCourier.parcels
    assert (done.json["mailed"], done.json["url"] in mail.text, "not mailed" in done.err) == (True, True, False)


def test_without_mail_the_link_is_for_handing_over(mimis: Mimis, folder: Path) -> None:
    config = folder / "mimis.toml"
    config.write_text(config.read_text("utf-8").replace("[couriers.mail]", "[couriers.post]"), "utf-8")
    done = mimis("admin", "invite", "Åsa", "--email", "asa@demo.example", "--role", "owner", "--config", folder)
    assert (done.code, "/staff/invitation/" in done.out, "was not mailed" in done.err) == (0, True, True)


def test_staff_are_listed_with_roles(mimis: Mimis, folder: Path, owner: str) -> None:
    assert mimis("admin", "list", "--config", folder, "--json").json["staff"] == [
        {"id": owner, "name": "Åsa", "email": "asa@demo.example", "roles": ["owner"], "joined": False}
    ]
    assert "owner" in mimis("admin", "list", "--config", folder).out


def test_roles_are_changed(mimis: Mimis, folder: Path, owner: str) -> None:
    changed = mimis("admin", "roles", owner, "--role", "reader", "--role", "owner", "--config", folder, "--json")
    assert changed.json["roles"] == ["owner", "reader"]


@pytest.mark.parametrize("command", [("remove",), ("roles", "--role", "reader")])
def test_last_owner_stays(mimis: Mimis, folder: Path, owner: str, command: tuple[str, ...]) -> None:
    done = mimis("admin", command[0], owner, *command[1:], "--config", folder)
    assert (done.code, "last owner" in done.err) == (2, True)


def test_role_that_does_not_exist_is_refused(mimis: Mimis, folder: Path, owner: str) -> None:
    assert mimis("admin", "roles", owner, "--role", "king", "--config", folder).code == 2


def test_sessions_are_ended(mimis: Mimis, folder: Path, owner: str) -> None:
    link = mimis("admin", "reset", owner, "--config", folder, "--json").json["url"]
    with configured(folder) as services:
        services.redeem_invitation(link.rpartition("/")[2])
    assert mimis("admin", "sign-out", owner, "--config", folder, "--json").json == {"sessions": 1}
    assert mimis("admin", "sign-out", owner, "--config", folder, "--json").json == {"sessions": 0}


@pytest.mark.parametrize("command", ["remove", "reset", "sign-out"])
def test_nobody_is_not_found(mimis: Mimis, folder: Path, command: str) -> None:
    assert mimis("admin", command, "0" * 32, "--config", folder).code == 2
