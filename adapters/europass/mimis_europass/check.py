"""The check ``format`` of a verification: does the file keep the rules of the EDC profile?"""

from __future__ import annotations

from collections.abc import Sequence

from mimis_core import Check, DataError
from mimis_europass.read import load_document
from mimis_europass.rules import CONTEXT, find_violations

SHOWN = 5


def check_content(content: bytes) -> Sequence[Check]:
    """One finding about the document; none when the file holds no European Digital Credential at all."""
    try:
        document = load_document(content)
    except DataError:
        return ()
    if document.get("@context") != CONTEXT:
        return (Check(type="format", status="skipped", reason="The document is of another version of the profile."),)
    findings = find_violations(document, strict=False)
    if not findings:
        return (Check(type="format", status="ok", reason="The document keeps the rules of the EDC profile."),)
    more = f" (and {len(findings) - SHOWN} more)" if len(findings) > SHOWN else ""
    return (Check(type="format", status="error", reason="; ".join(findings[:SHOWN]) + more),)
