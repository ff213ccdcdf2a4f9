"""Tells a learner by mail that somebody has looked at what she shares, at most once a day for each share."""

from __future__ import annotations

from collections.abc import Sequence
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

    def _note_looks(self, session: Session, looked: Sequence[tuple[ShareRow, list[Achievement]]], viewer: str) -> None:
        """Record looks at shares, each with what it shows, and queue a mail about each that is the first within a day.

        Who wants no such mails gets none.
        """
        ids, now = [share.id for share, _ in looked], self.clock()
        recent = DisclosureRow.organisation == self.organisation, DisclosureRow.at > now - SILENCE
        query = select(DisclosureRow.share_id).where(*recent, DisclosureRow.share_id.in_(ids)).distinct()
        told = set(session.scalars(query))
        for share, shown in looked:
            look = DisclosureRow(id=new_id(), organisation=self.organisation, share_id=share.id, viewer=viewer, at=now)
            session.add(look)
            if share.id not in told and not self._declines(session, share.learner_id, "look"):
                self._mail_look(session, share, shown, look)

    def _mail_look(self, session: Session, share: ShareRow, shown: list[Achievement], look: DisclosureRow) -> None:
        viewer = look.viewer
        learner = self._get(session, LearnerRow, share.learner_id, "learner")
        viewers = HOLDERS.get(viewer, (viewer, viewer))
        titles = [titles_of(one) for one in shown]
        named = ", ".join(f"”{title}”" for title, _ in titles), ", ".join(f'"{title}"' for _, title in titles)
        pages, school = f"{self.settings.base_url}/me", self.settings.organisation
        mail = looked_mail(school, greeting(learner), viewers, named, share.purpose, look.at, pages)
        self._queue_mail(session, learner, f"look:{look.id}", *mail)
