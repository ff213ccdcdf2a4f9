"""Tells a learner by mail that somebody has looked at what she shares, at most once a day for each share."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from mimis_core.model import Achievement
from mimis_core.services.contact_messages import looked_mail
from mimis_core.services.contacts import ContactServices
from mimis_core.services.credentials import greeting, titles_of
from mimis_core.store.tables import DisclosureRow, LearnerRow, ShareRow, new_id

SILENCE = timedelta(days=1)
"""An employer's system may look each night, and a page may be opened again and again: one mail is enough."""
HOLDERS = {
    "link": ("Någon som har länken", "Someone who has the link"),
    "link-file": ("Någon som har länken", "Someone who has the link"),
    "link-system": ("Ett rekryteringssystem som har länken", "A recruitment system that has the link"),
}
"""Who looked, in Swedish and English, where it is nobody with a name."""


class LookServices(ContactServices):
    """Records looks."""

    def _note_look(self, session: Session, share: ShareRow, shown: list[Achievement], viewer: str) -> None:
        """Record a look, and queue the mail about it unless she wants none or has had one within a day."""
        hers = DisclosureRow.organisation == self.organisation, DisclosureRow.share_id == share.id
        recent = select(DisclosureRow.id).where(*hers, DisclosureRow.at > self.clock() - SILENCE).limit(1)
        told = session.scalar(recent) is not None
        look = DisclosureRow(organisation=self.organisation, share_id=share.id, viewer=viewer, at=self.clock())
        look.id = new_id()
        session.add(look)
        if told or self._declines(session, share.learner_id, "look"):
            return
        learner = self._get(session, LearnerRow, share.learner_id, "learner")
        viewers = HOLDERS.get(viewer, (viewer, viewer))
        titles = [titles_of(one) for one in shown]
        named = ", ".join(f"”{title}”" for title, _ in titles), ", ".join(f'"{title}"' for _, title in titles)
        pages, school = f"{self.settings.base_url}/me", self.settings.organisation
        mail = looked_mail(school, greeting(learner), viewers, named, share.purpose, look.at, pages)
        self._queue_mail(session, learner, f"look:{look.id}", *mail)
