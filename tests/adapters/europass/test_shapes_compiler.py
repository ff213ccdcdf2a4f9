"""The tables that ship are what compiling the official files gives."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from mimis_europass.rules.codes import compile_codes, dump_codes
from mimis_europass.rules.compiler import compile_rules, dump_rules

from mimis_core import DataError
from tests.command import Mimis

SHAPE = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix elm: <http://data.europa.eu/snb/model/elm/> .
<http://data.europa.eu/snb/model/ap/edc-new> a <http://www.w3.org/2002/07/owl#Ontology> .
<urn:s> sh:targetClass elm:Note ; sh:property [ sh:path elm:noteLiteral ; sh:pattern "a" ] .
"""


def shipped(name: str) -> str:
    return (files("mimis_europass.rules") / name).read_text(encoding="utf-8")


@pytest.fixture
def mimis(capsys: pytest.CaptureFixture[str]) -> Mimis:
    return Mimis(capsys)


@pytest.fixture
def shapes(shared: Path, tmp_path: Path) -> Path:
    """A copy of the official shapes and contexts, to change."""
    folder = tmp_path / "edc"
    shutil.copytree(shared / "elm/edc", folder, copy_function=shutil.copyfile)
    folder.chmod(0o755)
    shutil.copyfile(shared / "elm/contexts/credentials-v1.jsonld", folder / "credentials-v1.jsonld")
    return folder


@pytest.mark.official
def test_shipped_rules_equal_compiled_ones(shared: Path) -> None:
    assert dump_rules(compile_rules(shared / "elm/edc")) == shipped("rules.json")


@pytest.mark.official
def test_shipped_codes_equal_compiled_ones(shared: Path) -> None:
    assert dump_codes(compile_codes(shared / "elm/xsd/loq")) == shipped("codes.json")


@pytest.mark.official
def test_changed_shape_changes_the_table(shapes: Path) -> None:
    path = shapes / "EDC-converted.ttl"
    path.write_text(path.read_text("utf-8").replace("sh:minCount 1", "sh:minCount 2"), "utf-8")
    assert '"2..*' in dump_rules(compile_rules(shapes))


@pytest.mark.official
def test_unknown_construct_stops_compiling(shapes: Path) -> None:
    (shapes / "EDC-new.ttl").write_text(SHAPE, "utf-8")
    with pytest.raises(DataError, match="pattern"):
        compile_rules(shapes)


@pytest.mark.official
@pytest.mark.parametrize("missing", ["EDC-generic-no-cv.ttl", "edc-ap-context.jsonld"])
def test_incomplete_folder_is_refused(shapes: Path, missing: str) -> None:
    (shapes / missing).unlink()
    with pytest.raises(DataError):
        compile_rules(shapes)


@pytest.mark.official
def test_command_writes_both_tables(mimis: Mimis, shared: Path, tmp_path: Path) -> None:
    rules, codes = tmp_path / "rules.json", tmp_path / "codes.json"
    assert mimis("elm", "compile", str(shared / "elm/edc"), "--output", str(rules)).code == 0
    assert mimis("elm", "codes", str(shared / "elm/xsd/loq"), "--output", str(codes)).code == 0
    assert (rules.read_text("utf-8"), codes.read_text("utf-8")) == (shipped("rules.json"), shipped("codes.json"))


def test_folder_without_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no schema"):
        compile_codes(tmp_path)
