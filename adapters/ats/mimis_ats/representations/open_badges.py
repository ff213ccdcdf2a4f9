"""A share as Open Badges 3.0, in the shape in which that specification's API lists them (section 6.2.2)."""

from __future__ import annotations

import json
from typing import Any

from mimis_ats.representations.common import in_force
from mimis_core import Sealed, UserError
from mimis_core.services import OpenShare, Services

KIND = "openbadge"
"""The kind of format that a table of further formats must name."""


def open_badges(opened: OpenShare, language: str, services: Services) -> bytes:
    """Each credential in force as a badge; nothing that has been taken back gets one.

    Raises UserError with the code ``anonymous`` or, where the school makes no badges, ``format``.
    """
    if opened.share.anonymous:
        raise UserError("A badge says whose it is; this share is without a name.", code="anonymous")
    table = _table(services)
    learner = opened.share.learner_id
    badges = [services.rendition(learner, one.view.id, table) for one in in_force(opened)]
    listed: dict[str, list[Any]] = {"credential": [], "compactJwsString": []}
    for badge in badges:
        if _is_object(badge):
            listed["credential"].append(json.loads(badge.content))
        else:
            listed["compactJwsString"].append(badge.content.decode("ascii"))
    return json.dumps(listed, ensure_ascii=False).encode()


def _table(services: Services) -> str:
    """The first of the school's further formats that is a badge."""
    for name, table in services.settings.formats.items():
        if table.get("kind", name) == KIND:
            return name
    raise UserError("This school makes no Open Badges.", code="format")


def _is_object(badge: Sealed) -> bool:
    return badge.content.lstrip().startswith(b"{")
