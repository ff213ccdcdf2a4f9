"""Raising sealed files later: only whole ones, only upwards, and nothing that was sealed is touched."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asn1crypto import tsp
from mimis_seals.form.imprints import archive_imprint, signature_imprint
from mimis_seals.form.jws import decode, encode
from mimis_seals.keys.certificates import utc_now
from mimis_seals.keys.trial import make_trial_key
from mimis_seals.sandboxes.pki import PkiSandbox
from mimis_seals.sandboxes.stamping import grant
from mimis_seals.sealing.envelopes import SealParts, stamps
from mimis_seals.sealing.sealer import JadesSealer
from mimis_seals.settings import JadesSettings
from mimis_seals.verifying.verifier import JadesVerifier
from typer.testing import CliRunner

from mimis_core import ConfigurationError, DataError, TemporaryError, Trust, UserError
from tests.adapters.seals.levels_folder import LEVELS, SCHOOL, open_key, open_sealer, small_document
from tests.adapters.seals.test_levels import PARTS, names, opened, signature_of, stamped, unsigned


@pytest.fixture(scope="module")
def pki() -> Iterator[PkiSandbox]:
    with PkiSandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def files(pki: PkiSandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One file of each level."""
    signer = open_key(pki.issue_seal(SCHOOL), tmp_path_factory.mktemp("keys"))
    found = {}
    for level in LEVELS:
        with open_sealer(pki, level=level) as sealer:
            found[level] = sealer.seal(small_document(), signer).content
    return found


@pytest.fixture
def make(pki: PkiSandbox) -> Iterator[Any]:
    """Opens sealers that ask the sandbox, and closes them."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(open_sealer(pki, **settings))


def kept(content: bytes) -> list[Any]:
    """What must never change, byte by byte."""
    seal = signature_of(content)
    return [json.loads(content)["payload"], seal["protected"], seal["signature"]]


@pytest.mark.parametrize(("before", "after"), [("B", "T"), ("B", "LT"), ("B", "LTA"), ("T", "LTA"), ("LT", "LTA")])
def test_level_is_raised_and_seal_kept(files: dict[str, bytes], before: str, after: Any, make: Any) -> None:
    raised = make().extend(files[before], after)
    assert kept(raised) == kept(files[before])
    assert unsigned(raised)[: len(PARTS[before])] == unsigned(files[before])
    assert names(raised) == PARTS[after]


def test_archive_is_renewed_over_everything(files: dict[str, bytes], make: Any) -> None:
    raised = make().extend(files["LTA"], "LTA")
    *before, last = unsigned(raised)
    assert names(raised) == [*PARTS["LTA"], "tstVD", "arcTst"]
    assert before[:-1] == unsigned(files["LTA"])
    text, protected, signature = kept(raised)
    assert stamped(opened(last)["arcTst"]) == archive_imprint(text.encode(), protected, signature, before)
    assert make().level_of(raised, "LTA") == "LTA"


@pytest.mark.parametrize(("before", "after"), [("T", "T"), ("LT", "T"), ("LTA", "LT"), ("LTA", "T")])
def test_level_is_never_lowered(files: dict[str, bytes], before: str, after: Any, make: Any) -> None:
    with pytest.raises(DataError, match=f"at level {before} already"):
        make().extend(files[before], after)


def swapped(content: bytes, part: int, other: bytes) -> bytes:
    value = json.loads(content)
    value["signatures"][0]["header"]["etsiU"][part] = unsigned(other)[part]
    return json.dumps(value).encode()


def test_broken_seal_gets_no_timestamp(pki: PkiSandbox, files: dict[str, bytes], make: Any) -> None:
    asked = len(pki.requests)
    with pytest.raises(DataError, match="changed after it was sealed"):
        make().extend(files["T"].replace(b"Ek", b"Ep", 1), "LTA")
    assert len(pki.requests) == asked


@pytest.mark.parametrize("part", [0, 3])
def test_timestamp_of_other_seal_is_refused(
    pki: PkiSandbox, files: dict[str, bytes], part: int, tmp_path: Path, make: Any
) -> None:
    signer = open_key(pki.issue_seal(SCHOOL), tmp_path)
    other = make(level="LTA").seal(small_document(), signer).content
    with pytest.raises(DataError, match="belongs to another seal"):
        make().extend(swapped(files["LTA"], part, other), "LTA")


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_changed_byte_of_part_is_noticed(make: Any, files: dict[str, bytes], part: int, share: float) -> None:
    value = json.loads(files["LTA"])
    parts = value["signatures"][0]["header"]["etsiU"]
    place = int(len(parts[part]) * share)
    parts[part] = parts[part][:place] + ("A" if parts[part][place] != "A" else "B") + parts[part][place + 1 :]
    with pytest.raises(DataError, match="Nothing was added"):
        make().level_of(json.dumps(value).encode(), "LTA")


@pytest.mark.parametrize("near", ["imprint", "signature"])
def test_changed_archive_timestamp_is_noticed(make: Any, files: dict[str, bytes], near: str) -> None:
    # Not anywhere in the token: the certificates that it carries are outside of what it signs.
    value = json.loads(files["LTA"])
    parts = value["signatures"][0]["header"]["etsiU"]
    content = json.loads(decode(parts[3], "The part"))
    token = bytearray(b64decode(content["arcTst"]["tstTokens"][0]["val"]))
    payload, protected, signature = kept(files["LTA"])
    imprint = archive_imprint(payload.encode(), protected, signature, parts[:3])
    place = token.index(imprint) if near == "imprint" else len(token) - 1
    token[place] ^= 1
    content["arcTst"]["tstTokens"][0]["val"] = b64encode(token).decode()
    parts[3] = encode(json.dumps(content).encode())
    with pytest.raises(DataError, match="Nothing was added"):
        make().level_of(json.dumps(value).encode(), "LTA")


@pytest.mark.parametrize(("fault", "unit"), [("no_zone", "tsa"), ("year_zero", "tsa"), ("", "issuing")])
def test_odd_token_of_stranger_is_an_error(pki: PkiSandbox, files: dict[str, bytes], fault: str, unit: str) -> None:
    asked = {"version": "v1", "cert_req": True, "message_imprint": imprint_of(files["B"])}
    answer = grant(tsp.TimeStampReq(asked), getattr(pki, unit), (), utc_now(), fault, "granted")
    token = tsp.TimeStampResp.load(answer)["time_stamp_token"].dump()
    text, protected, signature = kept(files["B"])
    hostile = SealParts(text.encode(), protected, signature).added(stamps("sigTst", token)).file()
    verdict = JadesVerifier().verify(hostile, Trust(anchors=(pki.anchor_pem, pki.tsa_anchor_pem), offline=True))
    assert [check.type for check in verdict.checks if check.status == "error"] == ["seal"]


def imprint_of(content: bytes) -> dict[str, Any]:
    return {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": signature_imprint(kept(content)[2])}


@pytest.mark.parametrize("content", [b"", b"{}", b'{"payload":"{}","signatures":[]}', b"\xff"])
def test_other_files_are_left_alone(content: bytes, make: Any) -> None:
    with pytest.raises(DataError, match="Nothing was added"):
        make().extend(content, "LTA")


def test_timestamp_after_certificate_comes_too_late(pki: PkiSandbox, files: dict[str, bytes]) -> None:
    late = JadesSealer("sealer", JadesSettings.model_validate({"tsa": {"url": pki.tsa_url}}), now=in_three_years)
    with pytest.raises(DataError, match="no timestamp shows") as caught:
        late.extend(files["B"], "T")
    assert caught.value.mend


def in_three_years() -> Any:
    return utc_now() + timedelta(days=1095)


def test_without_authority_names_setting(files: dict[str, bytes]) -> None:
    with pytest.raises(ConfigurationError, match="No time-stamping authority") as caught:
        JadesSealer("sealer", JadesSettings()).extend(files["B"], "T")
    assert "[sealer]" in str(caught.value.mend)


def test_absent_authority_leaves_file(pki: PkiSandbox, files: dict[str, bytes], make: Any) -> None:
    pki.fail("503", times=2)
    with pytest.raises(TemporaryError):
        make().extend(files["LT"], "LTA")


@pytest.mark.official
def test_official_sample_is_recognised(shared: Path, make: Any) -> None:
    content = (shared / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes()
    assert make().level_of(content, "LTA") == "LTA"


def test_anchor_of_trial_seal_is_told(make: Any, tmp_path: Path) -> None:
    key = make_trial_key(SCHOOL, utc_now())
    content = make().seal(small_document(), open_key(key, tmp_path)).content
    with pytest.raises(ConfigurationError, match="issuer of a certificate is missing"):
        make().extend(content, "LTA")
    raised = make().extend(content, "LTA", [make_trial_key(SCHOOL, utc_now()).anchor_pem, key.anchor_pem])
    assert names(raised) == PARTS["LTA"]
    assert len(opened(unsigned(raised)[1])["xVals"]) == 3


def test_broken_anchor_is_a_setting_to_correct(make: Any, files: dict[str, bytes]) -> None:
    with pytest.raises(ConfigurationError, match="trust anchor cannot be read"):
        make().extend(files["B"], "LTA", ["-----BEGIN CERTIFICATE-----"])


@pytest.mark.parametrize("has", LEVELS)
@pytest.mark.parametrize("wanted", LEVELS)
def test_lacking_level_is_seen(files: dict[str, bytes], has: str, wanted: str, make: Any) -> None:
    assert make().lacks(files[has], wanted, timedelta()) is (LEVELS.index(has) < LEVELS.index(wanted))


def test_ageing_archive_timestamp_is_seen(files: dict[str, bytes], make: Any) -> None:
    assert not make().lacks(files["LTA"], "LTA", timedelta(days=3000))
    assert make().lacks(files["LTA"], "LTA", timedelta(days=4000))


@pytest.mark.parametrize("spoil", [lambda _: b"{}", lambda content: content.replace(b"Ek", b"Ep", 1)])
def test_file_that_does_not_hold_is_not_due(make: Any, files: dict[str, bytes], spoil: Any) -> None:
    with pytest.raises(DataError):
        make().lacks(spoil(files["T"]), "LTA", timedelta())


def test_file_past_its_certificate_is_not_due(pki: PkiSandbox, files: dict[str, bytes]) -> None:
    late = JadesSealer("sealer", JadesSettings.model_validate({"tsa": {"url": pki.tsa_url}}), now=in_three_years)
    with pytest.raises(DataError, match="no timestamp shows"):
        late.lacks(files["B"], "T", timedelta())


def test_unknown_level_is_the_callers_fault(files: dict[str, bytes], make: Any) -> None:
    with pytest.raises(UserError, match="XXL is no level"):
        make().extend(files["B"], "XXL")


def test_fixed_parts_are_those_of_the_seal(files: dict[str, bytes], make: Any) -> None:
    assert make().fixed(files["T"]) == tuple(part.encode() for part in kept(files["T"]))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, pki: PkiSandbox) -> Any:
    """Run the command with the sandbox as authority."""
    import mimis_core.services
    from mimis_core.plugins import load_plugins

    @contextmanager
    def configured(config: Path) -> Iterator[Any]:
        table = {"kind": "jades", "tsa": {"url": pki.tsa_url}}
        yield SimpleNamespace(settings=SimpleNamespace(sealer=table, anchors=tuple), plugins=load_plugins())

    monkeypatch.setattr(mimis_core.services, "configured", configured)
    from mimis_seals.commands.root import app

    return lambda *words: CliRunner().invoke(app, ["extend", *map(str, words)])


def test_command_writes_file_in_place(run: Any, files: dict[str, bytes], tmp_path: Path) -> None:
    file = tmp_path / "a.jsonld"
    file.write_bytes(files["B"])
    result = run(file)
    assert (result.exit_code, result.stdout) == (0, f"{file}: raised from B to LTA\n")
    assert names(file.read_bytes()) == PARTS["LTA"]
    assert list(tmp_path.iterdir()) == [file]


def test_command_tells_and_leaves_on_dry_run(run: Any, files: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "a.jsonld").write_bytes(files["T"])
    result = run(tmp_path / "a.jsonld", "--dry-run", "--json")
    assert json.loads(result.stdout)["before"] == "T"
    assert (tmp_path / "a.jsonld").read_bytes() == files["T"]


@pytest.mark.parametrize(
    ("names_", "code"),
    [(["a", "b"], 3), (["b"], 1), (["gone"], 1), (["a", "--level", "X"], 2), ([], 2), (["a", "--stored"], 2)],
)
def test_command_goes_on_after_bad_file(
    run: Any, files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names_: list[str], code: int
) -> None:
    (tmp_path / "a").write_bytes(files["B"])
    (tmp_path / "b").write_bytes(b"no seal")
    monkeypatch.chdir(tmp_path)
    assert run(*names_).exit_code == code
