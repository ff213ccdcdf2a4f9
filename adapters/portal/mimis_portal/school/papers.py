"""The paper that a piece of evidence holds, as a file: such as a credential of another school that counts as a part."""

from __future__ import annotations

import base64
import mimetypes

from flask import Response
from flask.typing import ResponseReturnValue

from mimis_core import NotFoundError
from mimis_core.web import current_services, staff_required
from mimis_portal.school.awards import decisions


@decisions.get("/awards/<award_id>/documents/<int:number>")
@staff_required("awards.read")
def document(award_id: str, number: int) -> ResponseReturnValue:
    """The document of one piece of evidence, by its place. It is saved, never shown: it comes from outside."""
    evidence = current_services().award(award_id).evidence
    found = evidence[number - 1].document if 0 < number <= len(evidence) else None
    if found is None or found.content is None:
        raise NotFoundError(f"The evidence of {award_id} has no such document.", code="unknown")
    response = Response(base64.b64decode(found.content), content_type="application/octet-stream")
    name = f"underlag-{number}{mimetypes.guess_extension(found.media_type) or '.bin'}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
