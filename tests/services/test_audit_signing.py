"""Signatures over the audit's head: what they hold against, and what they are never put over."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mimis_core import ConfigurationError, DataError, UserError
from mimis_core.services import Services, open_services
from mimis_core.services.audit_signature import read_signed_head
from mimis_core.services.audit_signing import Cause
from mimis_core.store.record_tables import AuditHeadRow
from tests.services.histories import ROWS, cut_off, faults, rewrite, tamper, without_third, write


def signed_seq(school: Services) -> int:
    """How far the signature that is kept reaches."""
    with school.database.transaction() as session:
        return read_signed_head(session.scalars(select(AuditHeadRow)).one().signed or "").seq


def test_signature_of_a_shorter_chain_replaces_no_longer_one(school: Services) -> None:
    write(school)
    with open_services(school.settings) as other:
        sign = school._sign

        def overtaken(kind: str, claims: dict[str, Any]) -> bytes:
            signed = sign(kind, claims)
            write(other, 2)
            other.sign_audit()
            return signed

        school._sign = overtaken  # type: ignore[method-assign]
        assert read_signed_head(school.sign_audit() or "").seq == ROWS
    assert signed_seq(school) == ROWS + 2
    assert school.verify_audit().whole


@pytest.mark.parametrize("change", [cut_off, without_third], ids=["cut off", "one left out"])
def test_history_made_anew_is_not_signed_over(written: Services, change: Any) -> None:
    written.sign_audit()
    rewrite(written, change)
    write(written, 2)
    with pytest.raises(UserError, match="mimis audit verify"):
        written.sign_audit()
    assert signed_seq(written) == ROWS
    assert not written.verify_audit().whole


def test_nothing_is_signed_over_a_signature_that_was_changed(written: Services) -> None:
    token = written.sign_audit() or ""
    with written.database.transaction() as session:
        session.scalars(select(AuditHeadRow)).one().signed = f"{token[:-4]}AAAA"
    with pytest.raises(UserError, match="mimis audit verify"):
        written.sign_audit()


def test_new_seal_signs_after_the_old_one(written: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    written.sign_audit()
    write(written, 1)
    monkeypatch.setattr(written, "_trusted_certificates", lambda files: set())
    written.sign_audit()
    assert signed_seq(written) == ROWS + 1


def test_signing_without_a_key_says_how_the_clock_is_told(written: Services) -> None:
    written.settings = written.settings.model_copy(update={"signer": None})
    with pytest.raises(ConfigurationError, match=r"\[schedule\]"):
        written.sign_audit()


def test_token_of_another_kind_is_no_signed_head(written: Services) -> None:
    claims = {"organisation": "school", "seq": 1, "head": "x"}
    with pytest.raises(DataError):
        read_signed_head(written._sign("mimis-status+jwt", claims).decode())


def test_key_of_an_unknown_kind_is_no_signature(written: Services) -> None:
    header, claims, signature = (written.sign_audit() or "").split(".")
    said = json.loads(base64.urlsafe_b64decode(header + "=="))
    rsa, unknown = bytes.fromhex("2a864886f70d010101"), bytes.fromhex("2a864886f70d01017f")
    certificate = base64.b64decode(said["x5c"][0])
    assert rsa in certificate
    said["x5c"] = [base64.b64encode(certificate.replace(rsa, unknown)).decode()]
    changed = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    with pytest.raises(DataError):
        read_signed_head(f"{changed}.{claims}.{signature}")


def test_history_made_anew_is_found_by_the_signed_head(written: Services) -> None:
    written.sign_audit()
    rewrite(written, lambda rows: [rows[1], rows[0], *rows[2:]])
    assert faults(written) == [("changed", ROWS)]


def test_signature_of_a_key_that_is_not_the_seals_is_told(written: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    written.sign_audit()
    monkeypatch.setattr(written, "_trusted_certificates", lambda files: set())
    assert faults(written) == [("signature", ROWS)]


def test_signature_that_was_changed_is_none(written: Services) -> None:
    written.sign_audit()
    with written.database.transaction() as session:
        head = session.scalars(select(AuditHeadRow)).one()
        header, claims, signature = (head.signed or "").split(".")
        head.signed = f"{header}.{claims}.{signature[:-4]}AAAA"
    assert faults(written) == [("signature", 0)]


def test_signature_reaches_the_head(written: Services) -> None:
    written.sign_audit()
    write(written, 1)
    verdict = written.verify_audit()
    assert (verdict.whole, verdict.signed_seq, verdict.seq) == (True, ROWS, ROWS + 1)


# Beginning anew --------------------------------------------------------------------------------------------------


def begin_anew(school: Services, **changes: Any) -> str | None:
    asked = {"cause": Cause.RESTORED, "decision_number": "Dnr 2026:14", "by": "Rektor Ek"}
    return school.begin_audit_anew(**{**asked, **changes})


@pytest.mark.parametrize("change", [cut_off, without_third], ids=["cut off", "one left out"])
def test_signing_goes_on_after_a_decision_to_begin_anew(written: Services, change: Any) -> None:
    first = written.sign_audit()
    rewrite(written, change)
    assert read_signed_head(begin_anew(written) or "").seq == signed_seq(written)
    (row,) = written.audit_of(written.organisation)
    assert row["name"] == "Rektor Ek"
    assert row["details"] == {
        "cause": "restored",
        "decision": "Dnr 2026:14",
        "signed": first,
        "seq": row["details"]["seq"],
        "head": row["details"]["head"],
    }
    write(written, 1)
    written.sign_audit()
    verdict = written.verify_audit()
    assert verdict.whole
    assert verdict.begun_anew == (row["details"]["seq"] + 1,)


def test_export_from_before_still_tells_of_the_cut(written: Services, tmp_path: Path) -> None:
    written.export_audit(tmp_path / "before.jsonl")
    rewrite(written, cut_off)
    begin_anew(written)
    assert not written.verify_audit(tmp_path / "before.jsonl").whole


def test_changed_signature_is_kept_in_the_record(written: Services) -> None:
    token = f"{(written.sign_audit() or '')[:-4]}AAAA"
    with written.database.transaction() as session:
        session.scalars(select(AuditHeadRow)).one().signed = token
    begin_anew(written, cause=Cause.DAMAGED)
    assert written.audit_of(written.organisation)[0]["details"]["signed"] == token
    assert written.verify_audit().whole


def test_head_that_was_put_back_is_taken_to_the_last_row(written: Services) -> None:
    written.sign_audit()
    with written.database.transaction() as session:
        head = session.scalars(select(AuditHeadRow)).one()
        head.seq, head.chain = 2, "0" * 64
    write(written, 1)
    with pytest.raises(UserError, match="beyond its head"):
        written.sign_audit()
    begin_anew(written, cause=Cause.TAMPERED)
    assert written.verify_audit().whole
    assert signed_seq(written) == ROWS + 2


def test_row_that_is_missing_inside_the_chain_is_found_for_good(written: Services) -> None:
    written.sign_audit()
    tamper(written, f"DELETE FROM audit WHERE seq = {ROWS}")
    begin_anew(written)
    assert faults(written) == [("deleted", ROWS)]
    assert signed_seq(written) == ROWS + 1


def test_whole_audit_does_not_begin_anew(written: Services) -> None:
    written.sign_audit()
    write(written, 1)
    with pytest.raises(UserError, match="the one that was signed"):
        begin_anew(written)
    assert written.audit_of(written.organisation) == []


@pytest.mark.parametrize("number", ["", "  ", "x" * 201, "811228-9874"], ids=["none", "blank", "long", "personal"])
def test_beginning_anew_names_a_decision(written: Services, number: str) -> None:
    written.sign_audit()
    rewrite(written, cut_off)
    with pytest.raises(UserError, match="decision"):
        begin_anew(written, decision_number=number)


def test_nothing_begins_anew_without_a_key(written: Services) -> None:
    written.sign_audit()
    rewrite(written, cut_off)
    written.settings = written.settings.model_copy(update={"signer": None})
    with pytest.raises(ConfigurationError):
        begin_anew(written)
