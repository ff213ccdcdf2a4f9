"""The wallet sandbox: its endpoints as documented, and its own judgement of seals."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from mimis_europass.wallet.multipart import file_parts
from mimis_europass.wallet.sandbox import WalletSandbox
from mimis_europass.wallet.seal import TrustList
from mimis_europass.wallet.store import Wallet

from mimis_core.testing import Request

from . import wallet_fixtures
from .wallet_fixtures import MAIL, NOW, URN, Certified, ask, credential, deposit, refused, seal, seal_text

authority, school, server = wallet_fixtures.authority, wallet_fixtures.school, wallet_fixtures.server

JSON = {"Content-Type": "application/json"}
TYPE_SEAL = "http://data.europa.eu/snb/verification/f9c2016fe9"
TYPE_OWNER = "http://data.europa.eu/snb/verification/1faf8d450f"
TYPE_EXPIRY = "http://data.europa.eu/snb/verification/94d828f160"
OK, ERROR = (f"http://data.europa.eu/snb/verification-status/{code}" for code in ("9895008394", "9d26eb9a37"))


def bearer(wallet: Wallet) -> dict[str, str]:
    return {"Authorization": f"Bearer {wallet.token}"}


def at(urn: str = URN) -> str:
    return f"wallets/saman/credentials/{quote(urn, safe='')}"


@pytest.fixture
def sealed(school: Certified) -> bytes:
    return seal(credential(), school)


@pytest.fixture
def wallet(server: WalletSandbox, sealed: bytes) -> Wallet:
    """A wallet of one learner, with one credential in it."""
    opened = server.open_wallet("saman", "saman@exempel.se")
    assert deposit(server, sealed, "saman").status_code == 200
    return opened


# Deposits ------------------------------------------------------------------------------------------------------


def test_same_credential_conflicts(server: WalletSandbox, sealed: bytes) -> None:
    assert deposit(server, sealed).status_code == 200
    assert refused(deposit(server, sealed)) == (409, "CR-0001")
    assert len(server.received()) == 1


def test_unknown_wallet_is_not_found(server: WalletSandbox, sealed: bytes) -> None:
    assert refused(deposit(server, sealed, "nobody")) == (404, "WL-0003")


def test_old_part_name_is_taken(server: WalletSandbox, sealed: bytes) -> None:
    assert deposit(server, sealed, part="_credentialXML").status_code == 200


@pytest.mark.parametrize(("name", "code"), [("x.xml", "CI-0001"), ("x.pdf", "CR-0005"), ("x", "CR-0005")])
def test_other_files_are_refused(server: WalletSandbox, sealed: bytes, name: str, code: str) -> None:
    assert refused(deposit(server, sealed, name=name)) == (400, code)


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "7",
        "{}",
        '{"@context":[]}',
        '{"@context":[],"id":7}',
        '{"id":"urn:credential:1"}',
        '{"id":"u",\n"@context":[]}',
    ],
)
def test_credential_needs_id_and_context(server: WalletSandbox, school: Certified, payload: str) -> None:
    assert refused(deposit(server, seal_text(payload, school))) == (400, "CR-0006")


def test_refused_deposit_opens_no_wallet(server: WalletSandbox) -> None:
    deposit(server, b"{}", f"email/{quote(MAIL)}")
    assert refused(ask(server, "GET", f"wallets/{quote(MAIL)}/credentials")) == (404, "WL-0003")
    assert server.received() == []
    assert server.mails == 0


def test_registration_keeps_temporary_content(server: WalletSandbox, sealed: bytes) -> None:
    deposit(server, sealed, f"email/{quote(MAIL)}")
    order = {"userId": "asa", "userEmail": MAIL.upper()}
    assert ask(server, "POST", "wallets", json=order).json() == {"walletAddress": "europass.eu/asa"}
    assert [view["uuid"] for view in ask(server, "GET", "wallets/asa/credentials").json()] == [URN]
    assert len(server.received()) == 1


def test_error_has_documented_shape(server: WalletSandbox) -> None:
    body = ask(server, "GET", "wallets/nobody/credentials").json()
    assert list(body) == ["code", "message", "description", "timestamp", "path", "affectedAssets"]
    assert body["path"] == "/api/v1/wallets/nobody/credentials"
    assert body["affectedAssets"] == {}


def test_ordered_refusals_come_in_turn(server: WalletSandbox, sealed: bytes) -> None:
    server.refuse("WL-0005", times=2)
    server.refuse("AU-0001")
    answers = [deposit(server, sealed).status_code for _ in range(4)]
    assert answers == [500, 500, 403, 200]


def test_undocumented_code_cannot_be_ordered(server: WalletSandbox) -> None:
    with pytest.raises(ValueError, match="not documented"):
        server.refuse("XX-9999")


# Wallets, links, verification ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_id", "email", "code"), [("new", "Eli@exempel.se", "WL-0001"), ("abc", "new@exempel.se", "WL-0002")]
)
def test_taken_wallet_conflicts(server: WalletSandbox, user_id: str, email: str, code: str) -> None:
    assert refused(ask(server, "POST", "wallets", json={"userId": user_id, "userEmail": email})) == (409, code)


def test_bulk_lists_only_failures(server: WalletSandbox) -> None:
    order = {"wallets": [{"userEmail": "new@exempel.se"}, {"userEmail": "eli@exempel.se"}]}
    (error,) = ask(server, "POST", "wallets/bulk", json=order).json()["errors"]
    assert (error["userEmail"], error["errorCode"]) == ("eli@exempel.se", "WL-0001")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}"])
def test_wallet_order_must_be_complete(server: WalletSandbox, body: bytes) -> None:
    assert refused(ask(server, "POST", "wallets", data=body, headers=JSON)) == (500, "UN-0000")


def test_owner_gets_the_file(server: WalletSandbox, wallet: Wallet, sealed: bytes) -> None:
    response = ask(server, "GET", at(), headers=bearer(wallet))
    assert response.content == sealed
    assert response.headers["Content-Disposition"].startswith('attachment; filename="Credential-')


@pytest.mark.parametrize("path", ["", "/verify"])
def test_reading_needs_a_token(server: WalletSandbox, wallet: Wallet, path: str) -> None:
    other = server.open_wallet("jacob", "jacob@exempel.se")
    assert refused(ask(server, "GET", at() + path)) == (401, "AU-0002")
    assert refused(ask(server, "GET", at() + path, headers=bearer(other))) == (403, "AU-0001")


def test_deleted_credential_is_gone(server: WalletSandbox, wallet: Wallet) -> None:
    assert ask(server, "DELETE", at(), headers=bearer(wallet)).status_code == 204
    assert refused(ask(server, "GET", at(), headers=bearer(wallet))) == (404, "CR-0003")


def test_owner_sees_the_wallet(server: WalletSandbox, wallet: Wallet) -> None:
    shown = ask(server, "GET", "wallets/saman", headers=bearer(wallet)).json()
    assert shown == {"walletAddress": "europass.eu/saman", "userId": "saman", "userEmail": "saman@exempel.se"}


def statuses(views: list[dict[str, Any]]) -> dict[str, str]:
    return {view["type"]["link"]: view["status"]["link"] for view in views}


def test_verification_gives_six_checks(server: WalletSandbox, wallet: Wallet) -> None:
    assert ask(server, "GET", f"{at()}/verify", headers=bearer(wallet)).status_code == 415
    found = statuses(ask(server, "GET", f"{at()}/verify", headers={**bearer(wallet), **JSON}).json())
    assert len(found) == 6
    assert (found[TYPE_SEAL], found[TYPE_OWNER], found[TYPE_EXPIRY]) == (OK, OK, OK)


@pytest.mark.parametrize(
    ("change", "kind"),
    [({"issuer": {}}, TYPE_OWNER), ({"validUntil": "2020-01-01T00:00:00Z"}, TYPE_EXPIRY)],
)
def test_verification_finds_the_fault(
    server: WalletSandbox, wallet: Wallet, school: Certified, change: dict[str, Any], kind: str
) -> None:
    urn = "urn:credential:2"
    deposit(server, seal(credential(urn, **change), school), "saman")
    found = statuses(ask(server, "GET", f"{at(urn)}/verify", headers={**bearer(wallet), **JSON}).json())
    assert [name for name, status in found.items() if status == ERROR] == [kind]


def share(server: WalletSandbox, wallet: Wallet, expires: datetime) -> str:
    order = {"expirationDate": expires.isoformat(timespec="seconds")}
    made = ask(server, "POST", f"{at()}/sharelink", json=order, headers=bearer(wallet)).json()
    assert len(made["shareHash"]) == 16
    return str(made["shareHash"])


def test_share_link_shows_the_file(server: WalletSandbox, wallet: Wallet, sealed: bytes) -> None:
    link = f"sharelinks/{share(server, wallet, NOW + timedelta(days=1))}"
    assert ask(server, "GET", link).json()["expired"] is False
    assert ask(server, "GET", f"{link}/credentials").content == sealed
    assert statuses(ask(server, "GET", f"{link}/verify").json())[TYPE_SEAL] == OK


def test_old_share_link_shows_nothing(server: WalletSandbox, wallet: Wallet) -> None:
    link = f"sharelinks/{share(server, wallet, NOW - timedelta(days=1))}"
    assert ask(server, "GET", link).json()["expired"] is True
    assert refused(ask(server, "GET", f"{link}/credentials")) == (403, "SL-0001")


@pytest.mark.parametrize("path", ["", "/credentials", "/verify"])
def test_unknown_share_link_is_refused(server: WalletSandbox, path: str) -> None:
    assert refused(ask(server, "GET", f"sharelinks/0000000000000000{path}")) == (403, "SL-0002")


@pytest.mark.parametrize("path", ["", "nothing", "wallets/abc/credentials/x/diploma", "wallets/a/b/c/d/e"])
def test_unknown_endpoint_is_a_teapot(server: WalletSandbox, path: str) -> None:
    assert refused(ask(server, "GET", path)) == (418, "GL-0001")


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=b"])
def test_other_bodies_hold_no_file(kind: str) -> None:
    assert file_parts(kind, b"--a\r\n\r\nx") == {}


def test_sandbox_imports_no_sealer() -> None:
    source = Path(TrustList.open.__code__.co_filename).parent
    assert not [path.name for path in source.glob("wallet_*.py") if "mimis_seals" in path.read_text(encoding="utf-8")]


def test_unstarted_sandbox_can_answer() -> None:
    answer = WalletSandbox().handle(Request("GET", "/api/v1/nothing", {}, {}, b""))
    assert answer.status == 418
