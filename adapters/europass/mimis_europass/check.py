"""The check ``format`` of a verification: does the file keep the official shapes?"""

from __future__ import annotations

from collections.abc import Sequence

from mimis_core import Check, DataError
from mimis_europass.document.read import load_document, require_credential
from mimis_europass.document.vocabulary import Json
from mimis_europass.rules.judge import CONTEXT, inspect
from mimis_europass.rules.sentences import describe, say

SHOWN = 5


def check_content(content: bytes, read: Json | None = None) -> Sequence[Check]:
    """One finding about the document; none when the file holds no European Digital Credential at all.

    ``read`` is what the verifier took out of the file: what it vouches for is then what is judged here.
    Only what the shapes want can refuse a file: what is stricter is the issuer's concern. Nobody else is asked, so that
    a hostile file costs bounded time; what the table cannot decide is skipped and says so.
    """
    try:
        document = load_document(content) if read is None else require_credential(read)
    except DataError:
        return ()
    if document.get("@context") != CONTEXT:
        return (Check(type="format", status="skipped", reason="The document is of another version of the profile."),)
    shapes = inspect(document, ask=False).shapes
    if shapes.conforms:
        return (Check(type="format", status="ok", reason="The document keeps the rules of the EDC profile."),)
    status = "skipped" if shapes.conforms is None else "error"
    trouble = describe(shapes, "en")
    findings = list(dict.fromkeys(say(finding, "en") for finding in shapes.findings))
    more = f" (and {len(findings) - SHOWN} more)" if len(findings) > SHOWN else ""
    return (Check(type="format", status=status, reason=trouble or " ".join(findings[:SHOWN]) + more),)
