"""Telling issuers what became of shares in the employer's systems: learners see there what was written and removed.

It comes after the work and never holds it up: what an issuer does not take stays with the share until a later round.
"""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

from mimis_ats.issuer import Issuer, add_trace_by_link
from mimis_core import AuthenticationError, MimisError, NotFoundError, TemporaryError
from mimis_core.services import ImportedShare, Services, Trace

LONGEST_WAIT = timedelta(days=30)
"""How long an issuer that does not answer is tried: one that is closed down would be asked for ever."""


def tell(
    services: Services, share: ImportedShare, issuer: Issuer | None, by: str = "employer"
) -> tuple[ImportedShare, tuple[str, ...]]:
    """Tell what the issuer was not told yet. Gives the share as it is kept now, and what went wrong.

    Arguments:
        services: the employer's.
        share: as it is kept; one that leaves nothing to tell asks nobody.
        issuer: its partner API, where we are a partner, which names us to the learner; without it the link is used.
        by: who saves it.
    """
    left, errors = _try_all(share, issuer, services.clock() - LONGEST_WAIT)
    if len(left) < len(share.untold):
        share = share.model_copy(update={"untold": left})
        services.save_import(share, by)
    return share, errors


def tell_now(services: Services, share: ImportedShare, by: str = "employer") -> tuple[ImportedShare, tuple[str, ...]]:
    """The same for one share, outside of a round."""
    for table in services.settings.issuers.values():
        if share.untold and table.url.rstrip("/") == share.issuer:
            secret = table.client_secret.get_secret_value()
            with closing(Issuer(table.url, table.client_id, secret)) as issuer:
                return tell(services, share, issuer, by)
    return tell(services, share, None, by)


def _try_all(
    share: ImportedShare, issuer: Issuer | None, oldest: datetime
) -> tuple[tuple[Trace, ...], tuple[str, ...]]:
    """What is left to be told, and what went wrong. What is older than ``oldest`` is given up when nobody answers."""
    errors: list[str] = []
    for place, trace in enumerate(share.untold):
        try:
            _send(share, trace, issuer)
        except NotFoundError:  # by the issuer's own word: there is nobody any more who could see it
            return (), tuple(errors)
        except (TemporaryError, AuthenticationError) as error:
            return tuple(one for one in share.untold[place:] if one.at > oldest), (*errors, str(error))
        except MimisError as error:  # refused for good
            errors.append(str(error))
    return (), tuple(errors)


def _send(share: ImportedShare, trace: Trace, issuer: Issuer | None) -> None:
    if issuer is not None:
        try:
            issuer.add_trace(share.key.rpartition("/")[2], trace)
        except NotFoundError:  # taken in by a plain link, which is addressed to nobody
            if share.link is None:
                raise
        else:
            return
    if share.link is not None:
        add_trace_by_link(share.link, trace)
