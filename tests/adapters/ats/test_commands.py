"""The commands on a real mimis: its own database, its own configuration."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey
from mimis_ats.commands import employer, partners
from typer.testing import CliRunner

from mimis_core import AuthenticationError, MimisError, NotFoundError, PermanentError, UserError
from mimis_core.services import configured
from mimis_core.testing import Answer
from mimis_core.web import create_app

API, GRANT = "/api/partner/v1", {"grant_type": "client_credentials"}

TOML = """
role = "{role}"
base_url = "http://127.0.0.1:8000"
secret_key = "{key}"

[organisation]
id = "volvo"
legal_name = {{ sv = "Volvo" }}
registration = "556036-0793"
eidas = "NTRSE-5560360793"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "mimis.toml").write_text(TOML.format(role="employer", key="k" * 40))
    return tmp_path


def run(app: Any, folder: Path, *arguments: str, stdin: bytes | None = None) -> tuple[int, Any]:
    """Exit code and JSON of one command; errors come out as they reach the root."""
    result = CliRunner().invoke(app, [*arguments, "--config", str(folder), "--json"], input=stdin)
    if isinstance(result.exception, MimisError):
        raise result.exception
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def added(folder: Path, web: Any) -> dict[str, Any]:
    """A registered employer."""
    web.reply = Answer.of({"registration": "556036-0793"})
    code, new = run(partners.app, folder, "add", "5560360793", "Saab.com", "--proof-url", f"{web.url}/proof")
    assert code == 0
    return dict(new)


def test_partner_is_added_and_listed(folder: Path, added: dict[str, Any]) -> None:
    code, listed = run(partners.app, folder, "list")
    assert code == 0
    assert [(one["registration"], one["domain"]) for one in listed] == [("556036-0793", "saab.com")]
    assert len(added["client_secret"]) > 30
    assert "client_secret" not in listed[0]


def test_partner_that_signs_gets_no_secret(folder: Path, web: Any) -> None:
    web.reply = Answer.of({"registration": "556036-0793"})
    key = {**ECKey.generate_key("P-256").as_dict(private=False), "kid": "one"}
    (folder / "keys.json").write_text(json.dumps({"keys": [key]}))
    named = ("--jwks", str(folder / "keys.json"), "--scope", "shares:read")
    code, new = run(partners.app, folder, "add", "5560360793", "saab.com", "--proof-url", f"{web.url}/proof", *named)
    assert (code, new["signs"], new["scopes"], "client_secret" in new) == (0, True, ["shares:read"], False)


def test_partner_gets_a_new_secret(folder: Path, added: dict[str, Any]) -> None:
    code, new = run(partners.app, folder, "rotate", added["id"], "--overlap-hours", "0")
    assert (code, new["client_id"]) == (0, added["client_id"])
    assert new["client_secret"] != added["client_secret"]
    with configured(folder) as services:
        assert services.authenticate_partner(new["client_id"], new["client_secret"]).id == added["id"]
        with pytest.raises(AuthenticationError):
            services.authenticate_partner(added["client_id"], added["client_secret"])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--jwks", "none.json"),
        ("--jwks", "mimis.toml"),
        ("--jwks", "a", "--jwks-url", "b"),
        ("--jwks-url", "http://saab.com/keys"),
        ("--scope", "everything"),
    ],
    ids=" ".join,
)
def test_odd_keys_and_scopes_are_refused(
    folder: Path, added: dict[str, Any], arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with pytest.raises(UserError):
        run(partners.app, folder, "rotate", added["id"], *arguments)


def test_same_partner_is_refused(folder: Path, added: dict[str, Any], web: Any) -> None:
    with pytest.raises(UserError):
        run(partners.app, folder, "add", "556036-0793", "saab.com", "--proof-url", f"{web.url}/proof")


def test_unproved_partner_is_refused(folder: Path, web: Any) -> None:
    web.reply = Answer(404)
    with pytest.raises(PermanentError):
        run(partners.app, folder, "add", "556036-0793", "saab.com", "--proof-url", f"{web.url}/proof")
    assert run(partners.app, folder, "list") == (0, [])


@pytest.mark.parametrize("number", ["556036-0794", "19900101-1234", "900101-1234", "volvo"])
def test_wrong_number_is_refused(folder: Path, number: str) -> None:
    with pytest.raises(UserError):
        run(partners.app, folder, "add", number, "saab.com")


def test_partner_is_removed_once(folder: Path, added: dict[str, Any]) -> None:
    assert run(partners.app, folder, "remove", added["id"]) == (0, {"removed": added["id"]})
    assert run(partners.app, folder, "list") == (0, [])
    with pytest.raises(NotFoundError):
        run(partners.app, folder, "remove", "nobody")


def share_json(sealed: str | None) -> bytes:
    """A saved share."""
    one = {"urn": "urn:credential:1", "title": {"sv": "T"}, "issuer": {"sv": "I"}, "sealed": sealed}
    head = {"id": "s1", "purpose": "P", "until": "2999-01-01", "application_email": None}
    return json.dumps({"share": head, "learner_name": "Amina", "credentials": [one]}).encode()


@pytest.mark.parametrize(("sealed", "code", "state"), [(None, 3, "ask"), ("cnViYmlzaA==", 1, "refused")])
def test_saved_share_gives_exit_code(folder: Path, sealed: str | None, code: int, state: str) -> None:
    got, row = run(employer.app, folder, "import", "-", stdin=share_json(sealed))
    assert (got, row["state"]) == (code, state)
    assert run(employer.app, folder, "list")[1][0]["key"] == "file/shares/s1"


def test_share_is_read_from_file(folder: Path) -> None:
    (folder / "share.json").write_bytes(share_json(None))
    assert run(employer.app, folder, "import", str(folder / "share.json"))[1]["changed"] is True
    assert run(employer.app, folder, "import", str(folder / "share.json"))[1]["changed"] is False


def test_missing_file_is_users_error(folder: Path) -> None:
    with pytest.raises(UserError):
        run(employer.app, folder, "import", str(folder / "none.json"))


def test_rubbish_file_is_refused(folder: Path) -> None:
    with pytest.raises(MimisError):
        run(employer.app, folder, "import", "-", stdin=b"\xff\xfe rubbish")


def test_round_without_issuers_is_done(folder: Path) -> None:
    expected = {"seen": 0, "changed": 0, "states": {}, "failures": []}
    assert run(employer.app, folder, "pull") == (0, expected)


@pytest.mark.parametrize(("with_share", "code"), [(False, 1), (True, 3)])
def test_silent_issuer_gives_exit_code(folder: Path, with_share: bool, code: int) -> None:
    if with_share:
        run(employer.app, folder, "import", "-", stdin=share_json(None))
    issuer = '[issuers.school]\nurl = "http://127.0.0.1:9"\nclient_id = "a"\nclient_secret = "b"\n'
    (folder / "mimis.toml").write_text(TOML.format(role="employer", key="k" * 40) + issuer)
    got, report = run(employer.app, folder, "pull")
    assert (got, len(report["failures"])) == (code, 1)


def test_shown_secret_opens_the_api(folder: Path, added: dict[str, Any]) -> None:
    with configured(folder) as services:
        client = create_app(services.settings, services).test_client()
        token = client.post(f"{API}/token", data=GRANT, auth=(added["client_id"], added["client_secret"])).get_json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        assert client.get(f"{API}/shares", headers=headers).get_json() == {"shares": [], "next": None}
        assert client.get(f"{API}/shares/none", headers=headers).status_code == 404
        services.remove_partner(added["id"])
        assert client.get(f"{API}/shares", headers=headers).status_code == 401


def test_old_secret_stops_with_removal(folder: Path, added: dict[str, Any]) -> None:
    run(partners.app, folder, "remove", added["id"])
    with configured(folder) as services:
        client = create_app(services.settings, services).test_client()
        answer = client.post(f"{API}/token", data=GRANT, auth=(added["client_id"], added["client_secret"]))
    assert (answer.status_code, answer.get_json()["error"]) == (401, "invalid_client")
