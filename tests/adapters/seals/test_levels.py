"""Levels T, LT and LTA: what is added, in which order, over what, and what happens when an authority is away."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto.cms import ContentInfo
from cryptography import x509
from cryptography.x509 import ocsp
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from joserfc.registry import HeaderParameter
from mimis_seals.form.imprints import archive_imprint, content_imprint, signature_imprint
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.keys.trial import make_trial_key
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.settings import JadesSettings
from pydantic import ValidationError

from mimis_core import ConfigurationError, PermanentError, TemporaryError
from tests.adapters.seals.levels_folder import LEVELS, SCHOOL, open_key, open_sealer, small_document, write_levels

PARTS = {"B": [], "T": ["sigTst"], "LT": ["sigTst", "xVals", "rVals"], "LTA": ["sigTst", "xVals", "rVals", "arcTst"]}
ALGORITHMS = ("ES256", "RS256")


class RoomyRegistry(jws.JWSRegistry):
    max_header_length, max_payload_length, max_signature_length = 100_000, 10_000_000, 10_000


REGISTRY = RoomyRegistry(
    header_registry={
        "sigT": HeaderParameter("sigT", "str"),
        "iat": HeaderParameter("iat", "int"),
        "adoTst": HeaderParameter("adoTst", lambda value: None),
        "etsiU": HeaderParameter("etsiU", lambda value: None),
    },
    algorithms=[*ALGORITHMS],
    strict_check_header=False,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of every level and algorithm, sealed once."""
    folder = tmp_path_factory.mktemp("levels")
    write_levels(folder)
    return folder


@pytest.fixture
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


@pytest.fixture
def signer(pki: PkiSandbox, tmp_path: Path) -> Pkcs12Signer:
    return open_key(pki.issue_seal(SCHOOL), tmp_path)


@pytest.fixture
def make(pki: PkiSandbox) -> Iterator[Any]:
    """Opens sealers that ask the sandbox, and closes them."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(open_sealer(pki, **settings))


def signature_of(content: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(content)["signatures"][0]
    return value


def opened(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return value


def unsigned(content: bytes) -> list[str]:
    return list(signature_of(content).get("header", {}).get("etsiU", []))


def names(content: bytes) -> list[str]:
    return [name for part in unsigned(content) for name in opened(part)]


def stamped(container: dict[str, Any]) -> bytes:
    info = ContentInfo.load(b64decode(container["tstTokens"][0]["val"]))["content"]["encap_content_info"]["content"]
    return bytes(info.parsed["message_imprint"]["hashed_message"].native)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("level", LEVELS)
def test_level_adds_parts_in_order(folder: Path, algorithm: str, level: str) -> None:
    content = (folder / algorithm / f"{level}.jsonld").read_bytes()
    assert names(content) == PARTS[level]
    assert content.startswith(b'{"payload":"{\\"id\\":')
    assert b"\n" not in content


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("level", LEVELS)
def test_independent_library_accepts_each_level(folder: Path, algorithm: str, level: str) -> None:
    content = json.loads((folder / algorithm / f"{level}.jsonld").read_bytes())
    der = b64decode(opened(content["signatures"][0]["protected"])["x5c"][0])
    pem = x509.load_der_x509_certificate(der).public_key()
    key: Any = (ECKey if algorithm == "ES256" else RSAKey).import_key(pem)
    assert jws.deserialize_json(content, key, registry=REGISTRY).payload == small_document().content


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_imprints_are_of_what_they_cover(folder: Path, algorithm: str) -> None:
    content = (folder / algorithm / "LTA.jsonld").read_bytes()
    payload, seal = json.loads(content)["payload"].encode(), signature_of(content)
    *before, last = unsigned(content)
    archive = archive_imprint(payload, seal["protected"], seal["signature"], before)
    assert stamped(opened(seal["protected"])["adoTst"]) == content_imprint(payload)
    assert stamped(opened(before[0])["sigTst"]) == signature_imprint(seal["signature"])
    assert stamped(opened(last)["arcTst"]) == archive


@pytest.mark.official
def test_form_is_that_of_official_sample(folder: Path, shared: Path) -> None:
    official = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()
    ours = (folder / "RS256/LTA.jsonld").read_bytes()
    assert names(ours) == names(official)
    assert list(signature_of(ours)) == list(signature_of(official))
    assert _skeleton(ours) == _skeleton(official)


def _skeleton(content: bytes) -> list[Any]:
    """Names and nesting without values; how many values there are depends on the chains."""

    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: shape(inner) for name, inner in value.items()}
        return [shape(value[0])] if isinstance(value, list) else type(value).__name__

    header = {**opened(signature_of(content)["protected"]), "x5c": []}
    return [list(header), header["crit"], shape(header["adoTst"]), *(shape(opened(one)) for one in unsigned(content))]


def test_values_complete_both_chains(folder: Path) -> None:
    content = (folder / "ES256/LT.jsonld").read_bytes()
    values = [opened(part) for part in unsigned(content)]
    found = [x509.load_der_x509_certificate(b64decode(one["x509Cert"]["val"])) for one in values[1]["xVals"]]
    included = opened(signature_of(content)["protected"])["x5c"]
    titles = {one.subject.rfc4514_string().split(",")[0] for one in found}
    assert titles == {f"CN=Sandbox {name}" for name in ("root", "TSU", "TSA root", "OCSP responder")}
    assert len(included) == 2
    assert {name: len(listed) for name, listed in values[2]["rVals"].items()} == {"crlVals": 2, "ocspVals": 1}


def test_embedded_answer_is_good_about_seal(folder: Path) -> None:
    content = (folder / "ES256/LT.jsonld").read_bytes()
    (value,) = opened(unsigned(content)[2])["rVals"]["ocspVals"]
    seal = x509.load_der_x509_certificate(b64decode(opened(signature_of(content)["protected"])["x5c"][0]))
    answer = ocsp.load_der_ocsp_response(b64decode(value["val"]))
    assert (answer.serial_number, answer.certificate_status.name) == (seal.serial_number, "GOOD")


@pytest.mark.parametrize("place", range(4))
def test_changed_part_breaks_archive_timestamp(folder: Path, place: int) -> None:
    content = (folder / "ES256/LTA.jsonld").read_bytes()
    seal, parts = signature_of(content), unsigned(content)
    whole: list[Any] = [json.loads(content)["payload"].encode(), seal["protected"], seal["signature"], parts[:-1]]
    if place == 3:
        whole[3] = [parts[0], parts[1][:-1] + ("A" if parts[1][-1] != "A" else "B"), parts[2]]
    else:
        whole[place] = whole[place][:-1]
    assert archive_imprint(*whole) != stamped(opened(parts[-1])["arcTst"])


def test_batch_asks_about_revocation_once(pki: PkiSandbox, signer: Pkcs12Signer, make: Any) -> None:
    sealer = make(level="LTA")
    for _ in range(5):
        sealer.seal(small_document(), signer)
    asked = [request.path for request in pki.requests]
    assert asked.count("/tsa") == 10
    assert [path for path in set(asked) if path != "/tsa" and asked.count(path) > 1] == []


def test_answer_is_asked_anew_when_old(pki: PkiSandbox, signer: Pkcs12Signer, make: Any) -> None:
    sealer = make(level="LT", revocation_minutes=0)
    for _ in range(2):
        sealer.seal(small_document(), signer)
    asked = [request.path for request in pki.requests]
    assert asked.count("/ocsp") > 1
    assert asked.count("/issuing.cer") <= 1


def test_crl_stands_in_for_silent_responder(pki: PkiSandbox, signer: Pkcs12Signer, make: Any) -> None:
    pki.fail("try_later", times=9)
    content = make(level="LT").seal(small_document(), signer).content
    assert list(opened(unsigned(content)[2])["rVals"]) == ["crlVals"]


def test_revoked_seal_seals_nothing(pki: PkiSandbox, tmp_path: Path, make: Any) -> None:
    seal = pki.issue_seal(SCHOOL)
    pki.revoke(seal.serial)
    with pytest.raises(ConfigurationError, match="was revoked on") as caught:
        make(level="LTA").seal(small_document(), open_key(seal, tmp_path))
    assert caught.value.mend
    assert "/tsa" not in [request.path for request in pki.requests]


def test_revoked_by_crl_alone_is_seen(pki: PkiSandbox, tmp_path: Path, make: Any) -> None:
    seal = pki.issue_seal(SCHOOL, ocsp_address=False)
    pki.revoke(seal.serial)
    with pytest.raises(ConfigurationError, match="was revoked on"):
        make(level="LT").seal(small_document(), open_key(seal, tmp_path))


def test_silent_authority_is_tried_again(pki: PkiSandbox, tmp_path: Path, make: Any) -> None:
    pki.fail("try_later", times=9)
    signer = open_key(pki.issue_seal(SCHOOL, crl_address=False), tmp_path)
    with pytest.raises(TemporaryError, match="gave no usable answer"):
        make(level="LT").seal(small_document(), signer)


@pytest.mark.parametrize("level", ["T", "LT", "LTA"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("503", TemporaryError),
        ("busy", TemporaryError),
        ("rejection", PermanentError),
        ("wrong_imprint", PermanentError),
    ],
)
def test_missing_timestamp_seals_nothing(
    pki: PkiSandbox, signer: Pkcs12Signer, level: str, fault: str, error: type[Exception], make: Any
) -> None:
    sealer = make(level=level)
    sealer.seal(small_document(), signer)
    pki.fail(fault, times=9)
    with pytest.raises(error):
        sealer.seal(small_document(), signer)


def test_seal_without_addresses_cannot_be_proved(pki: PkiSandbox, tmp_path: Path, make: Any) -> None:
    signer = open_key(pki.issue_seal(SCHOOL, ocsp_address=False, crl_address=False), tmp_path)
    with pytest.raises(ConfigurationError, match="does not say where one asks") as caught:
        make(level="LT").seal(small_document(), signer)
    assert "level T" in str(caught.value.mend)
    assert names(make(level="T").seal(small_document(), signer).content) == ["sigTst"]


def test_trial_key_needs_no_proof(make: Any, tmp_path: Path) -> None:
    signer = open_key(make_trial_key(SCHOOL, utc_now(), "ES256"), tmp_path)
    content = make(level="LTA").seal(small_document(), signer).content
    assert names(content) == PARTS["LTA"]
    assert {name: len(listed) for name, listed in opened(unsigned(content)[2])["rVals"].items()} == {"crlVals": 1}


@pytest.mark.parametrize("settings", [{"level": "T"}, {"level": "LTA"}, {"content_timestamp": True}])
def test_level_without_authority_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="need tsa"):
        JadesSettings.model_validate(settings)


def test_content_timestamp_is_critical(signer: Pkcs12Signer, make: Any) -> None:
    content = make(content_timestamp=True, time="iat").seal(small_document(), signer).content
    header = opened(signature_of(content)["protected"])
    assert header["crit"] == ["b64", "iat", "adoTst"]
    assert names(content) == []


def test_check_advises_against_level_b() -> None:
    from mimis_seals.sealing.sealer import JadesSealer

    (finding,) = JadesSealer("sealer", JadesSettings()).check()
    assert (finding.status, "LTA" in str(finding.mend)) == ("warning", True)


@pytest.mark.parametrize(
    ("level", "fault", "status", "word"),
    [
        ("LTA", None, "ok", "level LTA"),
        ("T", None, "warning", "level T"),
        ("LTA", "skew", "error", "seconds apart"),
        ("LTA", "drop", "error", "did not answer"),
        ("LTA", "rejection", "error", "refused"),
    ],
)
def test_check_asks_authority(
    pki: PkiSandbox, level: str, fault: str | None, status: str, word: str, make: Any
) -> None:
    if fault is not None:
        pki.fail(fault, times=9)
    (finding,) = make(level=level).check()
    assert finding.status == status
    assert word in finding.message


def test_check_warns_of_small_skew(pki: PkiSandbox, make: Any) -> None:
    pki.now = lambda: utc_now() + timedelta(seconds=40)
    (finding,) = make(level="LTA").check()
    assert (finding.status, finding.mend) == ("warning", "Let the server set its clock from the network (NTP).")


@pytest.mark.parametrize(
    ("changes", "remote"), [({}, False), ({"level": "T"}, True), ({"content_timestamp": True}, True)]
)
def test_sealer_that_asks_says_so(pki: PkiSandbox, changes: dict[str, Any], remote: bool) -> None:
    with open_sealer(pki, **changes) as sealer:
        assert sealer.remote is remote
