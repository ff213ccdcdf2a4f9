"""What the adapter registers, and which files it offers to verify."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from mimis_seals import plugin
from mimis_seals.keys.certificates import UnreadableError, read_certificate, same_organisation

from mimis_core import Sealed
from mimis_core.plugins import load_plugins


@pytest.mark.parametrize(("category", "kind"), [("signer", "pkcs12"), ("sealer", "jades")])
def test_adapter_types_are_registered(category: str, kind: str) -> None:
    assert kind in load_plugins().types(category)


def test_trial_key_comes_through_plugins(organisation: Any, tmp_path: Path) -> None:
    signer: Any = load_plugins().types("signer")["pkcs12"]
    assert signer.make_trial(organisation, tmp_path)["anchor"] == "trial-anchor.pem"


@pytest.mark.parametrize(
    ("content", "taken"),
    [
        (b' { "payload" : "damaged', True),
        (b'{"signatures":[{"protected":"e30"}],"payload":"x"}', True),
        (b"eyJhbGciOiJFUzI1NiJ9abc.e30.AAAA\n", True),
        (b'{"@context":["https://www.w3.org/2018/credentials/v1"]}', False),
        (b"eyJhbGciOiJFUzI1NiJ9abc.e30.AAAA~disclosure~", False),
        (b"%PDF-1.7", False),
        (b"", False),
    ],
)
def test_verifier_takes_sealed_files(content: bytes, taken: bool) -> None:
    assert (plugin.mimis_verifier(content) is not None) == taken


def test_own_files_are_taken(sealed: Sealed) -> None:
    assert plugin.mimis_verifier(sealed.content) is not None


def test_plugin_import_loads_no_cryptography() -> None:
    code = "import sys, mimis_seals.plugin; sys.exit(any(m in sys.modules for m in ('cryptography', 'asn1crypto')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("NTRSE-8020026509", "NTRSE-802002-6509", True),
        ("VATSE-802002650901", "NTRSE-8020026509", True),
        ("VATES-A00000000", "VATES-A0000000-0", True),
        ("VATSE-8020026509", "NTRSE-8020026509", False),
        ("NTRSE-8020026509", "NTRSE-8020026508", False),
        ("VATES-A00000000", "VATES-B00000000", False),
        ("NTRFI-8020026509", "NTRSE-8020026509", False),
        ("8020026509", "NTRSE-8020026509", False),
        (None, None, False),
    ],
)
def test_organisations_match_by_number(one: str | None, other: str | None, same: bool) -> None:
    assert same_organisation(one, other) is same


@pytest.mark.parametrize(
    ("part", "other"),
    [(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x4c"), (b"\x06\x03\x55\x04\x0a", b"\x0d\x03\x55\x04\x0a")],
    ids=["version", "name"],
)
def test_odd_certificate_is_unreadable(signer: Any, part: bytes, other: bytes) -> None:
    der = signer.chain()[0]
    assert part in der
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_certificate(der.replace(part, other))
