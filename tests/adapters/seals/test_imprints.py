"""Imprints of the three timestamps, held to the EU's own sealed sample."""

from __future__ import annotations

import json
from base64 import b64decode, urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from asn1crypto.cms import ContentInfo
from mimis_seals.form.imprints import archive_imprint, content_imprint, signature_imprint

SAMPLE = "elm/samples/Sample-MC-Annex1-signed.jsonld"


def stamped(container: dict[str, Any]) -> bytes:
    """The imprint inside the one token of a container, read without mimis."""
    (token,) = container["tstTokens"]
    info = ContentInfo.load(b64decode(token["val"]))["content"]["encap_content_info"]["content"].parsed
    return bytes(info["message_imprint"]["hashed_message"].native)


def opened(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return value


@pytest.fixture(scope="module")
def sample(shared: Path) -> dict[str, Any]:
    content = json.loads((shared / SAMPLE).read_bytes())
    return {"payload": content["payload"].encode(), **content["signatures"][0]}


@pytest.mark.official
def test_content_imprint_of_official_sample(sample: dict[str, Any]) -> None:
    assert content_imprint(sample["payload"]) == stamped(opened(sample["protected"])["adoTst"])


@pytest.mark.official
def test_signature_imprint_of_official_sample(sample: dict[str, Any]) -> None:
    assert signature_imprint(sample["signature"]) == stamped(opened(sample["header"]["etsiU"][0])["sigTst"])


@pytest.mark.official
def test_archive_imprint_of_official_sample(sample: dict[str, Any]) -> None:
    *before, last = sample["header"]["etsiU"]
    imprint = archive_imprint(sample["payload"], sample["protected"], sample["signature"], before)
    assert imprint == stamped(opened(last)["arcTst"])


@pytest.mark.parametrize("place", range(4))
def test_archive_imprint_covers_every_part(place: int) -> None:
    whole: list[Any] = [b"payload", "protected", "signature", ["sigTst", "xVals"]]
    changed = [*whole]
    changed[place] = whole[place][:-1]
    assert archive_imprint(*changed) != archive_imprint(*whole)
