"""Remote signing: what the service asks for, what its refusals become, and that threads share requests."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography import x509
from mimis_seals.keys.batches import Batches
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.chains import proves
from mimis_seals.keys.csc import CscSigner
from mimis_seals.keys.csc_client import one_time_code
from mimis_seals.keys.trial import TrialKey, make_trial_key
from mimis_seals.sandboxes.csc import PIN, SECRET, CscSandbox
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import AuthenticationError, ConfigurationError, MimisError, PermanentError, TemporaryError, Trust
from mimis_core.testing.conformance import SignerConformance
from tests.adapters.seals.levels_folder import SCHOOL, small_document


class TestCscConformance(SignerConformance):
    adapter_type = CscSigner

    @pytest.fixture
    def signer(self, opened: Any) -> CscSigner:
        held: CscSigner = opened()
        return held


@pytest.fixture(scope="module")
def seals() -> dict[str, TrialKey]:
    return {algorithm: make_trial_key(SCHOOL, utc_now(), algorithm) for algorithm in ("ES256", "RS256")}


@pytest.fixture(params=["ES256"])
def service(request: pytest.FixtureRequest, seals: dict[str, TrialKey]) -> Iterator[CscSandbox]:
    with CscSandbox(seals[request.param]) as sandbox:
        yield sandbox


@pytest.fixture
def opened(service: CscSandbox) -> Iterator[Any]:
    """Opens signers at the service, and closes them."""
    signers: list[CscSigner] = []

    def open_signer(**changes: Any) -> CscSigner:
        table = {name: value for name, value in {**service.settings(), **changes}.items() if name != "kind"}
        signers.append(CscSigner("signer", CscSigner.Settings.model_validate(table)))
        return signers[-1]

    yield open_signer
    for signer in signers:
        signer.close()


def methods(service: CscSandbox) -> list[str]:
    return [request.path.rpartition("/")[2] for request in service.requests]


def holds(signer: CscSigner, signature: bytes, data: bytes) -> bool:
    key = x509.load_der_x509_certificate(signer.chain()[0]).public_key()
    return proves(key, signer.algorithms[0], signature, data)


@pytest.mark.parametrize("service", ["ES256", "RS256"], indirect=True)
def test_service_signs_with_algorithm_of_seal(service: CscSandbox, opened: Any) -> None:
    signer = opened()
    (algorithm,) = signer.algorithms
    assert holds(signer, signer.sign(b"data", algorithm), b"data")
    assert (signer.trial, len(signer.chain())) == (True, 2)


def test_signing_elsewhere_is_told(opened: Any) -> None:
    assert opened().remote


def test_sealed_file_verifies(opened: Any, seals: dict[str, TrialKey]) -> None:
    sealed = JadesSealer("sealer", JadesSettings()).seal(small_document(), opened())
    trust = Trust(anchors=(seals["ES256"].anchor_pem,), now=utc_now(), offline=True)
    assert "error" not in {check.status for check in JadesVerifier().verify(sealed.content, trust).checks}


@pytest.mark.parametrize(("mode", "objects"), [("implicit", []), ("explicit", ["OTP"]), ("explicit", ["PIN", "OTP"])])
def test_each_way_of_authorising_works(service: CscSandbox, opened: Any, mode: str, objects: list[str]) -> None:
    service.account.mode, service.account.objects = mode, objects
    signer = opened()
    assert holds(signer, signer.sign(b"x", "ES256"), b"x")


def test_threads_share_authorisation(service: CscSandbox, opened: Any) -> None:
    signer = opened()
    signer.chain()
    with ThreadPoolExecutor(16) as pool:
        signatures = list(pool.map(lambda number: signer.sign(str(number).encode(), "ES256"), range(64)))
    assert all(holds(signer, one, str(number).encode()) for number, one in enumerate(signatures))
    assert methods(service).count("authorize") == methods(service).count("signHash") < 64
    assert service.signed == 64


def test_batch_is_no_larger_than_allowed(service: CscSandbox, opened: Any) -> None:
    service.account.multisign = 3
    signer = opened()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: signer.sign(str(number).encode(), "ES256"), range(20)))
    sizes = [len(one.json()["hashes"]) for one in service.requests if one.path.endswith("signHash")]
    assert max(sizes) <= 3


def test_ended_access_token_is_renewed(service: CscSandbox, opened: Any) -> None:
    signer = opened()
    signer.sign(b"x", "ES256")
    service.fail("token_ended")
    assert holds(signer, signer.sign(b"y", "ES256"), b"y")
    assert methods(service).count("token") == 2


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("sad_ended", TemporaryError, "new authorisation"),
        ("wrong_otp", TemporaryError, "new authorisation"),
        ("short_answer", TemporaryError, "one signature for each hash"),
        ("foreign_signature", PermanentError, "does not fit"),
        ("503", TemporaryError, "answered 503"),
        ("html", TemporaryError, "not JSON"),
        ("truncated", TemporaryError, "not JSON"),
        ("drop", TemporaryError, "did not answer"),
    ],
)
def test_fault_is_survived_by_next_try(
    service: CscSandbox, opened: Any, fault: str, error: type[MimisError], words: str
) -> None:
    service.account.objects = ["PIN", "OTP"]
    signer = opened()
    signer.chain()
    service.fail(fault)
    with pytest.raises(error, match=words):
        signer.sign(b"x", "ES256")
    assert holds(signer, signer.sign(b"x", "ES256"), b"x")


def test_wrong_pin_is_tried_once(service: CscSandbox, opened: Any, caplog: pytest.LogCaptureFixture) -> None:
    signer = opened(pin="0000")
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            with pytest.raises(ConfigurationError, match="does not accept the PIN") as caught:
                signer.sign(b"x", "ES256")
    assert service.account.wrong_pins == 1
    assert "0000" not in str(caught.value) + caplog.text


def test_wrong_client_is_authentication_error(opened: Any) -> None:
    signer = opened(client_secret="another-one")
    with pytest.raises(AuthenticationError, match="does not accept the client") as caught:
        signer.chain()
    assert "another-one" not in str(caught.value)
    (finding,) = signer.check()
    assert (finding.status, "client_secret" in str(finding.mend)) == ("error", True)


@pytest.mark.parametrize(
    ("account", "settings", "words"),
    [
        ({"credentials": ["a", "b"]}, {}, "holds 2 seals"),
        ({"credentials": []}, {}, "holds 0 seals"),
        ({"status": "disabled"}, {}, "may not be used"),
        ({"mode": "oauth2code"}, {}, "cannot be used by a program"),
        ({"objects": ["FINGER"]}, {}, "asks for something"),
        ({"objects": ["PIN"]}, {"pin": None}, "asks for something"),
        ({"objects": ["OTP"]}, {"otp_seed": "1!"}, "not base32"),
    ],
)
def test_unfit_account_is_told(
    service: CscSandbox, opened: Any, account: dict[str, Any], settings: dict[str, Any], words: str
) -> None:
    for name, value in account.items():
        setattr(service.account, name, value)
    with pytest.raises(ConfigurationError, match=words) as caught:
        opened(**settings).sign(b"x", "ES256")
    assert caught.value.mend


def test_unknown_credential_is_permanent(opened: Any) -> None:
    with pytest.raises(PermanentError, match="invalid_request"):
        opened(credential="gone").chain()


def test_secrets_travel_in_bodies_alone(service: CscSandbox, opened: Any) -> None:
    opened().sign(b"x", "ES256")
    seen = [
        (one.path, one.query, {k: v for k, v in one.headers.items() if k != "authorization"})
        for one in service.requests
    ]
    assert not [one for one in seen if SECRET in str(one) or PIN in str(one[:2])]


@pytest.mark.parametrize("url", ["http://sign.example/csc/v2", "ftp://127.0.0.1/", "https:/x"])
def test_secret_is_never_sent_unencrypted(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        CscSigner.Settings.model_validate({"url": url, "client_id": "x", "client_secret": "x"})


@pytest.mark.parametrize(("moment", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_one_time_codes_are_those_of_rfc_6238(moment: int, code: str) -> None:
    assert one_time_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", moment) == code


def test_failed_batch_fails_each_waiter() -> None:
    def refuse(items: Any) -> Any:
        raise TemporaryError("away")

    batches = Batches(refuse, lambda: 2)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(batches.ask, bytes([number])) for number in range(8)]
    assert all(isinstance(one.exception(), TemporaryError) for one in waiting)
