"""The Europass courier against the wallet sandbox."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from urllib.parse import unquote

import pytest
from mimis_europass.wallet.courier import EuropassCourier
from mimis_europass.wallet.sandbox import WalletSandbox
from mimis_europass.wallet.settings import EuropassSettings
from mimis_europass.wallet.views import ERRORS
from pydantic import ValidationError

from mimis_core import (
    AuthenticationError,
    ConfigurationError,
    MimisError,
    Parcel,
    PermanentError,
    PermissionDeniedError,
    TemporaryError,
)
from mimis_core.testing.conformance import CourierConformance

from . import wallet_fixtures
from .wallet_fixtures import MAIL, URN, Certified, connect, credential, parcel_of, seal

authority, school, server = wallet_fixtures.authority, wallet_fixtures.school, wallet_fixtures.server
courier, parcel = wallet_fixtures.courier, wallet_fixtures.parcel

WALLET = "europass.eu/abc"


class TestEuropassConforms(CourierConformance):
    adapter_type = EuropassCourier

    @pytest.fixture
    def locked_out(self, server: WalletSandbox) -> Iterator[EuropassCourier]:
        server.require_token("the right one")
        with connect(server.settings(), token="a wrong one") as opened:
            yield opened


def to_wallet(parcel: Parcel, to: str = WALLET) -> Parcel:
    return parcel.model_copy(update={"to": to})


def codes(status: int) -> list[str]:
    return [code for code, (known, _) in ERRORS.items() if known == status]


def test_wallet_address_is_delivered(courier: EuropassCourier, server: WalletSandbox, parcel: Parcel) -> None:
    receipt = courier.deliver(to_wallet(parcel))
    assert (receipt.reference, receipt.already) == (URN, False)
    assert receipt.url == f"{server.url}/#/view/abc/{URN}"
    assert server.received() == [(f"abc_{URN.rpartition(':')[2]}.jsonld", parcel.sealed and parcel.sealed.content)]


def test_mail_address_opens_temporary_wallet(courier: EuropassCourier, server: WalletSandbox, parcel: Parcel) -> None:
    courier.deliver(parcel)
    (name, content), *others = server.received()
    assert not others
    assert content == (parcel.sealed and parcel.sealed.content)
    assert "@" not in name
    assert not name.startswith("abc_")


def test_known_mail_reaches_own_wallet(courier: EuropassCourier, server: WalletSandbox, parcel: Parcel) -> None:
    courier.deliver(to_wallet(parcel, "Eli@Exempel.se"))
    assert server.received()[0][0].startswith("abc_")


def test_second_wallet_gets_its_own(courier: EuropassCourier, server: WalletSandbox, parcel: Parcel) -> None:
    assert not courier.deliver(parcel).already
    assert not courier.deliver(to_wallet(parcel)).already
    assert len(server.received()) == 2


def test_lost_answer_becomes_already_there(courier: EuropassCourier, server: WalletSandbox, parcel: Parcel) -> None:
    server.fail("drop")
    with pytest.raises(TemporaryError):
        courier.deliver(parcel)
    assert courier.deliver(parcel).already
    assert [request.method for request in server.requests] == ["POST", "POST"]


@pytest.mark.parametrize("fault", ["500", "503", "429", "html", "truncated", "drop"])
def test_fault_is_temporary_and_repeatable(
    courier: EuropassCourier, server: WalletSandbox, parcel: Parcel, fault: str
) -> None:
    server.fail(fault)
    with pytest.raises(TemporaryError) as caught:
        courier.deliver(parcel)
    assert caught.value.mend
    assert "<" not in str(caught.value)
    assert courier.deliver(parcel).already
    assert len(server.received()) == 1


def test_busy_wallet_says_when(courier: EuropassCourier, server: WalletSandbox, parcel: Parcel) -> None:
    server.fail("429")
    with pytest.raises(TemporaryError) as caught:
        courier.deliver(parcel)
    assert caught.value.retry_after == 0


@pytest.mark.parametrize(
    "code", [*codes(400), "WL-0001", "WL-0002", "WL-0003", "WL-0006", "CR-0003", "SL-0001", "SL-0002"]
)
def test_documented_refusal_is_permanent(
    courier: EuropassCourier, server: WalletSandbox, parcel: Parcel, code: str
) -> None:
    server.refuse(code)
    with pytest.raises(PermanentError) as caught:
        courier.deliver(parcel)
    assert caught.value.code == code
    assert len(caught.value.message.split()) >= 4


@pytest.mark.parametrize("code", codes(500))
def test_wallet_trouble_is_temporary(
    courier: EuropassCourier, server: WalletSandbox, parcel: Parcel, code: str
) -> None:
    server.refuse(code)
    with pytest.raises(TemporaryError) as caught:
        courier.deliver(parcel)
    assert caught.value.code == code
    assert not courier.deliver(parcel).already


@pytest.mark.parametrize(
    ("code", "error"),
    [("AU-0002", AuthenticationError), ("AU-0001", PermissionDeniedError), ("GL-0001", ConfigurationError)],
)
def test_our_side_must_change(
    courier: EuropassCourier, server: WalletSandbox, parcel: Parcel, code: str, error: type[MimisError]
) -> None:
    server.refuse(code)
    with pytest.raises(error) as caught:
        courier.deliver(parcel)
    assert caught.value.mend


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_no_refusal_names_the_address(
    courier: EuropassCourier, server: WalletSandbox, parcel: Parcel, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuse(code)
    texts = ""
    with caplog.at_level(logging.DEBUG):
        try:
            courier.deliver(parcel)
        except MimisError as error:
            texts = str(error)
    told = unquote(texts + caplog.text)
    assert MAIL not in told
    assert "exempel.se" not in told


def test_every_documented_code_is_handled(courier: EuropassCourier, server: WalletSandbox, parcel: Parcel) -> None:
    for code in ERRORS:
        server.refuse(code)
        if code == "CR-0001":
            assert courier.deliver(parcel).already
            continue
        with pytest.raises(MimisError):
            courier.deliver(parcel)


def test_unreachable_wallet_is_temporary(parcel: Parcel, caplog: pytest.LogCaptureFixture) -> None:
    with WalletSandbox() as gone:
        table = gone.settings()
    with connect(table) as courier, caplog.at_level(logging.DEBUG), pytest.raises(TemporaryError) as caught:
        courier.deliver(parcel)
    assert "exempel.se" not in unquote(str(caught.value) + caplog.text)


@pytest.mark.parametrize("setting", [{"prefix": "v9"}, {"url": "{base}/elsewhere"}])
def test_wrong_address_is_configuration_error(server: WalletSandbox, parcel: Parcel, setting: dict[str, str]) -> None:
    more = {name: value.format(base=server.url) for name, value in setting.items()}
    with connect(server.settings(), **more) as courier, pytest.raises(ConfigurationError) as caught:
        courier.deliver(parcel)
    assert "prefix" in (caught.value.mend or "")


def test_request_is_as_documented(server: WalletSandbox, parcel: Parcel) -> None:
    with connect(server.settings(), send_email=False, token="s3cret") as courier:
        courier.deliver(parcel)
    request = server.requests[-1]
    assert request.path == "/api/v1/wallets/email/%C3%A5sa.%C3%B6berg%40exempel.se/credentials"
    assert request.query == {"sendEmail": ["false"], "locale": ["sv"]}
    assert request.headers["authorization"] == "Bearer s3cret"
    assert b'name="_credential"; filename="6f3c1d1e-0d0a-4c8f-9f0a-3c3a5d8f7b10.jsonld"' in request.body


@pytest.mark.parametrize(("send_email", "mails"), [(True, 1), (False, 0)])
def test_learner_is_mailed_as_set(server: WalletSandbox, parcel: Parcel, send_email: bool, mails: int) -> None:
    with connect(server.settings(), send_email=send_email) as courier:
        courier.deliver(parcel)
    assert server.mails == mails


def test_parcel_without_file_is_refused(courier: EuropassCourier, server: WalletSandbox) -> None:
    with pytest.raises(PermanentError) as caught:
        courier.deliver(Parcel(key="k", to=WALLET))
    assert caught.value.code == "empty"
    assert not server.requests


@pytest.mark.parametrize(
    "to",
    [
        "",
        "abc",
        "/abc",
        "europass.eu/",
        "europass.eu/..",
        "europass.eu/a b",
        "a@b@c.se",
        "@exempel.se",
        "eli@",
        "eli@x.se,y@x.se",
        "eli@x.se\r\nBcc: y@x.se",
        "a/b@exempel.se",
        "a\u200b@exempel.se",
        "a\x07@exempel.se",
        "https://wallet.eu/#/view/abc",
        "europass.eu/abc?sendEmail=false",
    ],
)
def test_odd_address_is_refused_unrepeated(courier: EuropassCourier, parcel: Parcel, to: str) -> None:
    with pytest.raises(PermanentError) as caught:
        courier.deliver(to_wallet(parcel, to))
    assert caught.value.code == "address"
    assert "x.se" not in str(caught.value)
    assert "exempel" not in str(caught.value)


def test_check_is_good_on_wallet(courier: EuropassCourier, server: WalletSandbox) -> None:
    assert [finding.status for finding in courier.check()] == ["ok"]
    assert not [request for request in server.requests if request.method != "GET"]


@pytest.mark.parametrize("setting", [{"prefix": "v9"}, {"url": "http://127.0.0.1:1/api"}])
def test_check_names_the_mend(server: WalletSandbox, setting: dict[str, str]) -> None:
    with connect(server.settings(), **setting) as courier:
        (finding,) = courier.check()
    assert finding.status == "error"
    assert finding.mend


@pytest.mark.parametrize(("scheme", "expected"), [("https", ["warning"]), ("http", ["error", "warning"])])
def test_production_asks_for_registration(scheme: str, expected: list[str]) -> None:
    with connect({"url": f"{scheme}://wallet.example/api"}) as courier:
        findings = list(courier._reminders("courier europass"))
    assert [finding.status for finding in findings] == expected
    assert "Register" in (findings[-1].mend or "")


@pytest.mark.parametrize("url", ["wallet.example/api", "ftp://wallet.example", "https://", "https://w.example/api?x=1"])
def test_wrong_url_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be an address"):
        EuropassSettings(url=url)


def test_large_file_arrives_unchanged(courier: EuropassCourier, server: WalletSandbox, school: Certified) -> None:
    content = seal(credential(note="å\r\n--x--\r\n" * 200_000), school)
    courier.deliver(parcel_of(content, WALLET))
    assert server.received()[0][1] == content
