"""Keys in hardware, against SoftHSM2: both algorithms, many threads, wrong PINs and tokens that go away."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from mimis_seals.keys import pkcs11 as module
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.chains import proves
from mimis_seals.keys.pkcs11 import Pkcs11Signer
from mimis_seals.keys.trial import TrialKey, make_trial_key
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings
from mimis_seals.verifying.verifier import JadesVerifier

from mimis_core import ConfigurationError, MimisError, TemporaryError, Trust
from mimis_core.testing.conformance import SignerConformance
from tests.adapters.seals.levels_folder import SCHOOL, open_key, small_document
from tests.adapters.seals.softhsm import Token, make_token

IDS = {"ES256": "a1", "RS256": "b2"}


class TestPkcs11Conformance(SignerConformance):
    adapter_type = Pkcs11Signer

    @pytest.fixture(params=["ES256", "RS256"])
    def signer(self, request: pytest.FixtureRequest, opened: Any) -> Pkcs11Signer:
        held: Pkcs11Signer = opened(object_label=request.param)
        return held


@pytest.fixture(scope="module")
def seals() -> dict[str, TrialKey]:
    return {algorithm: make_trial_key(SCHOOL, utc_now(), algorithm) for algorithm in ("ES256", "RS256")}


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory, seals: dict[str, TrialKey]) -> Token:
    """A token with two seals."""
    made = make_token(tmp_path_factory.mktemp("hsm"), "mimis")
    for algorithm, key in seals.items():
        made.hold(key, IDS[algorithm], algorithm)
    return made


@pytest.fixture(autouse=True)
def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test did to a PIN is no concern of the next."""
    monkeypatch.setattr(module, "_refused", {})


@pytest.fixture
def opened(token: Token) -> Iterator[Any]:
    """Opens signers over the token, and closes them."""
    signers: list[Pkcs11Signer] = []

    def open_signer(**changes: Any) -> Pkcs11Signer:
        signers.append(Pkcs11Signer("signer", Pkcs11Signer.Settings.model_validate(token.settings(**changes))))
        return signers[-1]

    yield open_signer
    for signer in signers:
        signer.close()


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
@pytest.mark.parametrize("by", ["object_label", "object_id"])
def test_key_in_token_signs(opened: Any, seals: dict[str, TrialKey], algorithm: str, by: str) -> None:
    signer = opened(**{by: algorithm if by == "object_label" else IDS[algorithm]})
    assert (signer.algorithms, signer.trial, len(signer.chain())) == ((algorithm,), True, 2)
    key = x509.load_der_x509_certificate(signer.chain()[0]).public_key()
    assert proves(key, algorithm, signer.sign(b"data", algorithm), b"data")


def test_sealed_file_verifies(opened: Any, seals: dict[str, TrialKey]) -> None:
    sealed = JadesSealer("sealer", JadesSettings()).seal(small_document(), opened(object_label="ES256"))
    trust = Trust(anchors=(seals["ES256"].anchor_pem,), now=utc_now(), offline=True)
    assert "error" not in {check.status for check in JadesVerifier().verify(sealed.content, trust).checks}


def test_many_threads_sign_at_once(opened: Any) -> None:
    signer = opened(object_label="ES256")
    with ThreadPoolExecutor(8) as pool:
        signatures = list(pool.map(lambda number: signer.sign(str(number).encode(), "ES256"), range(64)))
    key = x509.load_der_x509_certificate(signer.chain()[0]).public_key()
    assert all(proves(key, "ES256", one, str(number).encode()) for number, one in enumerate(signatures))


def test_two_signers_share_one_token(opened: Any) -> None:
    first, second = opened(object_label="ES256"), opened(object_label="RS256")
    assert (len(first.sign(b"x", "ES256")), len(second.sign(b"x", "RS256"))) == (64, 384)
    first.close()
    assert len(second.sign(b"x", "RS256")) == 384


def test_certificate_may_come_from_file(opened: Any, seals: dict[str, TrialKey], tmp_path: Path) -> None:
    signer = open_key(seals["ES256"], tmp_path)
    pem = [x509.load_der_x509_certificate(one).public_bytes(Encoding.PEM) for one in signer.chain()]
    (tmp_path / "seal.pem").write_bytes(b"".join(pem))
    assert opened(object_label="ES256", file=str(tmp_path / "seal.pem")).chain() == signer.chain()


def test_certificate_of_other_key_is_noticed(opened: Any, seals: dict[str, TrialKey], tmp_path: Path) -> None:
    der = open_key(make_trial_key(SCHOOL, utc_now(), "ES256"), tmp_path).chain()[0]
    (tmp_path / "other.pem").write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    with pytest.raises(ConfigurationError, match="does not fit") as caught:
        opened(object_label="ES256", file=str(tmp_path / "other.pem")).sign(b"x", "ES256")
    assert caught.value.mend


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({}, ConfigurationError, "several keys"),
        ({"object_label": "gone"}, ConfigurationError, "no such key"),
        ({"module": "/nowhere/module.so"}, ConfigurationError, "cannot be loaded"),
        ({"label": "unplugged"}, TemporaryError, "no device holds such a token"),
        ({"file": "/nowhere/seal.pem"}, ConfigurationError, "cannot be read"),
    ],
)
def test_wrong_setting_is_told(opened: Any, changes: dict[str, Any], error: type[MimisError], words: str) -> None:
    signer = opened(**changes)
    with pytest.raises(error, match=words) as caught:
        signer.chain()
    assert caught.value.mend
    (finding,) = signer.check()
    assert (finding.status, finding.mend) == ("error", caught.value.mend)


def test_wrong_pin_is_tried_once(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []
    for _ in range(3):
        signer = opened(object_label="ES256", pin="000000")
        real = signer._token

        def counted(real: Any = real) -> Any:
            return Counting(real(), tries)

        monkeypatch.setattr(signer, "_token", counted)
        with pytest.raises(ConfigurationError, match="does not accept the PIN") as caught:
            signer.sign(b"x", "ES256")
        assert "000000" not in str(caught.value)
    assert tries == ["000000"]
    assert opened(object_label="ES256").sign(b"x", "ES256")


class Counting:
    """A token that writes down each PIN that it is given."""

    def __init__(self, token: Any, tries: list[str]) -> None:
        self.token, self.tries, self.flags = token, tries, token.flags

    def open(self, user_pin: str | None = None) -> Any:
        if user_pin is not None:
            self.tries.append(user_pin)
        return self.token.open(user_pin=user_pin)


@pytest.mark.parametrize("flag", ["USER_PIN_FINAL_TRY", "USER_PIN_LOCKED"])
def test_last_try_is_never_taken(opened: Any, monkeypatch: pytest.MonkeyPatch, flag: str) -> None:
    import pkcs11

    signer = opened(object_label="ES256")
    monkeypatch.setattr(signer, "_token", lambda: SimpleNamespace(flags=getattr(pkcs11.TokenFlag, flag)))
    with pytest.raises(ConfigurationError, match="one try is left") as caught:
        signer.sign(b"x", "ES256")
    assert "officer" in str(caught.value.mend)


@pytest.mark.parametrize("fault", ["DeviceRemoved", "DeviceError", "SessionHandleInvalid", "TokenNotPresent"])
def test_token_that_leaves_is_asked_again(opened: Any, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    import pkcs11

    signer = opened(object_label="ES256")
    signer.chain()
    with monkeypatch.context() as patch:
        patch.setattr(signer, "_signature", gone(getattr(pkcs11, fault)))
        with pytest.raises(TemporaryError, match=fault):
            signer.sign(b"x", "ES256")
    assert signer._session is None
    assert len(signer.sign(b"x", "ES256")) == 64


def gone(error: type[Exception]) -> Any:
    def fail(*arguments: Any) -> bytes:
        raise error

    return fail


def test_missing_library_names_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pkcs11", None)
    table = {"module": "/x.so", "label": "x", "pin": "x"}
    with pytest.raises(ConfigurationError, match="not installed") as caught:
        Pkcs11Signer("signer", Pkcs11Signer.Settings.model_validate(table)).chain()
    assert "mimis[pkcs11]" in str(caught.value.mend)
