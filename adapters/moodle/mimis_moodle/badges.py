"""Badges of the whole site. They belong to a learner and to no course."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from mimis_core import Completion, CompletionKind, DataError, MimisError, SetAside, TemporaryError, Withdrawal
from mimis_moodle.client import MoodleClient
from mimis_moodle.errors import REFUSALS, aside, mend_for
from mimis_moodle.mapping import Participant, latest, learner_of, plain_text, whole
from mimis_moodle.outcomes import Outcome
from mimis_moodle.settings import MoodleSettings

Known = MutableMapping[str, str]
"""Badges seen by earlier pulls: the completion's key and Moodle's public hash of the badge."""


def badges_of(
    client: MoodleClient,
    settings: MoodleSettings,
    source: str,
    people: Mapping[int, Participant],
    known: Known | None = None,
) -> Iterator[Callable[[], Outcome]]:
    """Yield one job a learner; a job asks for her badges.

    Arguments:
        people: whom to ask about, by Moodle's number.
        known: kept from pull to pull and changed here. A badge in it that is not listed any more is asked about at its
            public address, and withdrawn only when Moodle says there that it is revoked. Without it nothing is.
    """
    if not settings.badges:
        return
    if not badges_on(client.site_info()):
        yield partial(Outcome, set_aside=(_switched_off(source),), learners=0, open=False)
        return
    memory: Known = {} if known is None else known
    held = _held(memory, people)
    for person in people.values():
        yield partial(_ask, client, source, person, memory, held.get(person.user, ()))


def _held(known: Known, people: Mapping[int, Participant]) -> dict[int, list[str]]:
    """Keys of the badges that these people were known to hold."""
    held: dict[int, list[str]] = {}
    for key in known:
        user = int(key.rpartition(":")[2])
        if user in people:
            held.setdefault(user, []).append(key)
    return held


def badges_on(info: Mapping[str, Any]) -> bool:
    """Whether badges are on, as the site's information tells."""
    features = {item.get("name"): item.get("value") for item in info.get("advancedfeatures") or ()}
    return bool(features.get("enablebadges", 1))


def badge_completion_of(source: str, person: Participant, badge: Mapping[str, Any], now: datetime) -> Completion | None:
    """A badge as a completion, or None when it has expired. Raises DataError ``no-date`` for one without a date."""
    expires = badge.get("dateexpire")
    if isinstance(expires, int) and expires and expires <= now.timestamp():
        return None
    module = f"badge:{whole(badge, 'id')}"
    return Completion(
        source=source,
        key=f"{module}/user:{person.user}",
        learner=learner_of(source, person),
        module=module,
        title=plain_text(str(badge.get("name") or "")) or module,
        completed_at=latest([badge.get("dateissued")]),
        kind=CompletionKind.ACTIVITY,
    )


def _ask(client: MoodleClient, source: str, person: Participant, known: Known, held: Sequence[str]) -> Outcome:
    try:
        badges = {f"badge:{one.get('id')}/user:{person.user}": one for one in client.user_badges(person.user)}
    except REFUSALS as error:
        return Outcome(set_aside=(aside(source, f"badges/user:{person.user}", error),), learners=0)
    completions: list[Completion] = []
    refused: list[SetAside] = []
    for key, badge in badges.items():
        try:
            completion = badge_completion_of(source, person, badge, datetime.now(UTC))
        except DataError as error:
            refused.append(aside(source, key, error))
        else:
            if completion is not None:
                completions.append(completion)
                _remember(known, key, badge)
    told = [_gone(client, source, known, key) for key in held if key not in badges]
    return Outcome(
        tuple(completions),
        (*refused, *(one for one in told if isinstance(one, SetAside))),
        tuple(one for one in told if isinstance(one, Withdrawal)),
        learners=0,
    )


def _remember(known: Known, key: str, badge: Mapping[str, Any]) -> None:
    """Keep where a badge's public page is; of one without hash nothing can be asked later."""
    if unique_hash := str(badge.get("uniquehash") or ""):
        known[key] = unique_hash


def _gone(client: MoodleClient, source: str, known: Known, key: str) -> Withdrawal | SetAside | None:
    """What a badge's public page says of one seen before; a learner may also have hidden it, which says nothing.

    Moodle answers alike for a badge that was revoked and one that was deleted. Raises TemporaryError alone: a page that
    cannot be read must not stop the pull.
    """
    try:
        if not client.badge_revoked(known[key]):
            return None
    except TemporaryError:
        raise
    except MimisError:
        return SetAside(source=source, key=key, reason="badge-page", message=f"{_NO_PAGE} {_PAGE_MEND}")
    del known[key]
    message = "Moodle says that the badge is revoked or deleted. Decide whether what it gave is revoked too."
    return Withdrawal(source=source, key=key, reason="revoked", message=message)


_NO_PAGE = "The badge is not listed any more, and its public page (badges/assertion.php) does not say why."
_PAGE_MEND = (
    "Let the page be read without signing in. Until then look in Moodle whether the badge is revoked or only hidden."
)


def _switched_off(source: str) -> SetAside:
    code = "badgesdisabled"
    return SetAside(source=source, key="badges", reason=code, message=f"Badges are off on the site. {mend_for(code)}")
