"""A system says that a candidate is gone: what stood on her went with her, and nothing is hung on her again."""

from __future__ import annotations

from typing import Any

from mimis_ats.records import system_name
from mimis_ats.texts import REASONS
from mimis_core import TalentFeed
from mimis_core.services import ImportedShare, Services, Trace


def drop_links(services: Services, feed: TalentFeed[Any], candidate: str) -> int:
    """Forget what was written on a candidate whom the system has deleted or emptied; the next round tells the issuer.

    Gives how many shares it was about.
    """
    dropped = 0
    for share in services.imports():
        left = tuple(one for one in share.receipts if (one.feed, one.candidate_id) != (feed.name, candidate))
        if left != share.receipts:
            removed = Trace(system=system_name(feed), state="removed", at=services.clock())
            update = {"receipts": left, "untold": (*share.untold, removed), **({} if left else _after(share))}
            services.save_import(share.model_copy(update=update))
            dropped += 1
    return dropped


def _after(share: ImportedShare) -> dict[str, Any]:
    """State of a share that stands nowhere any more; for one that was to be taken away, that is done now."""
    if share.state == "attention":
        return {"state": "withdrawn", "reason": REASONS["withdrawn"]}
    return {"state": "ask", "reason": REASONS["candidate-gone"]} if share.state == "written" else {}
