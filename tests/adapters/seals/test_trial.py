"""Trial keys: complete, marked, private, and never written over."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from mimis_seals.keys.pkcs12 import Pkcs12Signer
from mimis_seals.keys.trial import TrialKey, make_trial_key
from mimis_seals.settings import Pkcs12Settings

from mimis_core import ConfigurationError, Organisation


@pytest.fixture(scope="module")
def certificate(signer: Pkcs12Signer) -> x509.Certificate:
    return x509.load_der_x509_certificate(signer.chain()[0])


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        (NameOID.COUNTRY_NAME, "SE"),
        (NameOID.ORGANIZATION_NAME, "Ekbackens folkhögskola"),
        (NameOID.ORGANIZATION_IDENTIFIER, "NTRSE-8020026509"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "mimis trial seal"),
        (NameOID.COMMON_NAME, "Övningssigill Ekbackens folkhögskola"),
    ],
)
def test_subject_names_the_organisation(certificate: x509.Certificate, attribute: Any, value: str) -> None:
    assert [one.value for one in certificate.subject.get_attributes_for_oid(attribute)] == [value]


def test_key_usage_is_that_of_seals(certificate: x509.Certificate) -> None:
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.content_commitment, usage.key_cert_sign) == (True, True, False)


def test_anchor_issued_the_seal(certificate: x509.Certificate, trial_key: TrialKey) -> None:
    anchor = x509.load_pem_x509_certificate(trial_key.anchor_pem.encode())
    certificate.verify_directly_issued_by(anchor)


def test_two_trial_keys_share_nothing(organisation: Organisation, trial_key: TrialKey) -> None:
    other = make_trial_key(organisation, datetime.now(UTC), "ES256")
    assert {other.password, other.anchor_pem}.isdisjoint({trial_key.password, trial_key.anchor_pem})


@pytest.mark.parametrize("eidas", ["", "8020026509", "ntrse-8020026509", "NTRSE 8020026509"])
def test_wrong_identifier_is_configuration_error(organisation: Organisation, eidas: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make_trial_key(organisation.model_copy(update={"eidas": eidas}), datetime.now(UTC), "ES256")
    assert "NTRSE-" in str(caught.value.mend)


def test_long_name_fits_the_certificate(organisation: Organisation, keys: Any) -> None:
    long = organisation.model_copy(update={"legal_name": {"sv": "Folkhögskolan " * 8}})
    assert keys.open(keys.make(long)).trial


def test_written_key_opens_as_signer(organisation: Organisation, tmp_path: Path) -> None:
    table = Pkcs12Signer.make_trial(organisation, tmp_path / "new")
    password = (tmp_path / "new" / table["password_file"]).read_text()
    settings = {"file": str(tmp_path / "new" / table["file"]), "password": password}
    signer = Pkcs12Signer("signer", Pkcs12Settings.model_validate(settings))
    assert (signer.trial, signer.algorithms, table["kind"]) == (True, ("RS256",), "pkcs12")
    assert signer.sign(b"data", "RS256")


def test_written_files_are_private(tmp_path: Path, trial_key: TrialKey) -> None:
    from mimis_seals.keys.trial import write_trial_key

    write_trial_key(trial_key, tmp_path)
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}


def test_earlier_key_is_never_overwritten(tmp_path: Path, trial_key: TrialKey) -> None:
    from mimis_seals.keys.trial import write_trial_key

    write_trial_key(trial_key, tmp_path)
    with pytest.raises(ConfigurationError, match="already"):
        write_trial_key(trial_key, tmp_path)


def test_only_seal_says_nobody_revokes(certificate: x509.Certificate, trial_key: TrialKey) -> None:
    """RFC 9608: a verifier must not wait for answers about a trial seal; an authority must never say so."""
    anchor = x509.load_pem_x509_certificate(trial_key.anchor_pem.encode())
    found = [[one.oid.dotted_string for one in each.extensions] for each in (certificate, anchor)]
    assert ["2.5.29.56" in oids for oids in found] == [True, False]
