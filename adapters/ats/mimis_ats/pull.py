"""One round of an employer: new shares are taken in, known ones asked again, those taken back removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from mimis_ats.employer import Desk, Taken
from mimis_ats.intake import share_key
from mimis_ats.issuer import Issuer, is_open, open_link
from mimis_ats.telling import tell
from mimis_core import MimisError, NotFoundError
from mimis_core.services import ImportedShare, Services

Tell = Callable[[str], None]


@dataclass
class PullReport:
    """What a round did.

    ``failures`` says, by issuer or share, what must be tried again or mended; ``failed`` are those that did not answer.
    """

    seen: int = 0
    changed: int = 0
    states: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def note(self, taken: Taken) -> None:
        """Count one share."""
        self.seen += 1
        self.changed += taken.changed
        self.states[taken.share.state] += 1
        self.failures += [f"{taken.share.key}: {error}" for error in taken.errors]


def pull_all(services: Services, desk: Desk, progress: Tell = lambda _: None) -> PullReport:
    """Ask every configured issuer, then every link, then look at the dates of files.

    One that does not answer is noted and the others go on. Repeated without news, it writes nothing and opens
    nothing again: the issuer's list tells what is new or gone, and the credentials' own status addresses tell the
    rest. A link has no list: its page says on HEAD whether it is open, and only silence makes us open it again.
    """
    report = PullReport()
    urls = set()
    for name, table in services.settings.issuers.items():
        progress(f"{name}: asking {table.url}")
        urls.add(table.url.rstrip("/"))
        secret = table.client_secret.get_secret_value()
        with closing(Issuer(table.url, table.client_id, secret)) as issuer:
            try:
                for step in _pull_issuer(services, desk, issuer):
                    _attempt(report, name, step)
                _tell_all(services, report, issuer)
            except MimisError as error:
                report.failures.append(f"{name}: {error}")
    for known in services.imports():
        if known.issuer not in urls and known.state != "withdrawn":
            _attempt(report, known.key, _link_step(desk, known))
    _tell_all(services, report, None, urls)
    return report


def pull_one(services: Services, desk: Desk, known: ImportedShare) -> Taken:
    """Ask again about one share, of an issuer's list by its API and of a link or file as a round does.

    An issuer's share is opened for it, which its learner sees. Raises as the issuer and the desk do.
    """
    for table in services.settings.issuers.values():
        if known.issuer == table.url.rstrip("/"):
            secret = table.client_secret.get_secret_value()
            with closing(Issuer(table.url, table.client_id, secret)) as issuer:
                return _opened(desk, issuer, known.key.rpartition("/")[2], known)()
    return _link_step(desk, known)()


def _tell_all(services: Services, report: PullReport, issuer: Issuer | None, others: Collection[str] = ()) -> None:
    """Tell one issuer, or all but those that have a list, what this round did and those before it.

    Whoever has just failed us is left for the next round.
    """
    for share in services.imports():
        mine = share.issuer == issuer.url if issuer else share.issuer not in others
        if share.untold and mine and share.key not in report.failed:
            report.failures += [f"{share.key}: {error}" for error in tell(services, share, issuer)[1]]


Step = Callable[[], Taken]


def _attempt(report: PullReport, subject: str, step: Step) -> None:
    try:
        report.note(step())
    except MimisError as error:
        report.seen += 1
        report.failures.append(f"{subject}: {error}")
        report.failed.add(subject)


def _pull_issuer(services: Services, desk: Desk, issuer: Issuer) -> Iterator[Step]:
    """Steps for one issuer: the listed shares, then the ones that we know and that are listed no more."""
    listed = set()
    for head in issuer.share_heads():
        key = share_key(issuer.url, head.id)
        listed.add(key)
        known = services.imported(key)
        if known is None or known.state in ("withdrawn", "attention") or _shows_others(known, head.states):
            yield _opened(desk, issuer, head.id, known)
        else:
            yield _rechecked(desk, known, head.states or {})
    for known in services.imports():
        if known.issuer == issuer.url and known.key not in listed and known.state != "withdrawn":
            yield _opened(desk, issuer, known.key.rpartition("/")[2], known)


def _shows_others(known: ImportedShare, states: dict[str, str] | None) -> bool:
    """Whether the issuer has put a corrected credential in the place of one that we hold."""
    return states is not None and set(states) != {one.urn for one in known.credentials}


def _rechecked(desk: Desk, known: ImportedShare, states: dict[str, str]) -> Step:
    return lambda: desk.recheck(known, states)


def _opened(desk: Desk, issuer: Issuer, share_id: str, known: ImportedShare | None) -> Step:
    def step() -> Taken:
        try:
            return desk.take(issuer.open(share_id))
        except NotFoundError as error:
            if known is None:
                raise
            if error.code == "unknown" and known.link:  # taken in by a plain link, which no list shows
                return _follow_link(desk, known, known.link)
            return desk.take_back(known, "ended" if error.code == "expired" else "withdrawn")

    return step


def _link_step(desk: Desk, known: ImportedShare) -> Step:
    def step() -> Taken:
        if desk.has_ended(known):
            return desk.take_back(known, "ended")
        if known.state == "attention":
            return desk.take_back(known)
        if known.link is None:
            return desk.recheck(known)
        return _follow_link(desk, known, known.link)

    return step


def _follow_link(desk: Desk, known: ImportedShare, link: str) -> Taken:
    try:
        if known.state != "withdrawn" and is_open(link):
            taken = desk.recheck(known)
            # What was taken back may have been corrected: a link has no list that says so, only the page itself.
            return desk.take(open_link(link)) if taken.changed and desk.was_taken_back(taken.share) else taken
        return desk.take(open_link(link))
    except NotFoundError as error:
        return desk.take_back(known, "ended" if error.code == "expired" else "withdrawn")
