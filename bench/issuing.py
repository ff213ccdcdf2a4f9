"""Issuing: the pipeline (build and seal) and the whole way into the database, against bare signatures."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from mimis_europass.document.build import Matter
from mimis_europass.picture.draw import draw
from mimis_europass.picture.page import Look, Personal
from mimis_europass.picture.pdf import full_data
from mimis_europass.picture.sheets import sheet_of
from mimis_europass.picture.typesetting import typeset
from mimis_europass.rules.judge import find_violations
from mimis_seals.keys.trial import KEY_FILE, PASSWORD_FILE

from bench.measure import Result, Size, duration, in_turn, rate, seconds
from bench.memory import measure_growth
from bench.orders import Desk, PrivateKey, one_core, open_desk, private_key
from bench.school import SCHOOL, MemorySource, completion, open_school, school_template
from mimis_core import IssueOrder
from mimis_core.services import Services
from mimis_core.settings import FILENAME

ECDSA = ec.ECDSA(hashes.SHA256())
LANGUAGES = ("sv", "en")
TYPST_SHARE = 20
"""typst alone is measured on one learner of so many: it takes that much longer."""


def measure(size: Size) -> Iterator[Result]:
    """The first credential of an achievement, then many of it: with which pictures, which key, and how far."""
    with school_template() as folder, one_core():
        with open_school(folder) as services:
            key = _key_of(folder)
            ours, bare = _drain_round(services, key, 0, 1)
            yield duration(
                "issue.first", [ours], [bare], "first credential of an achievement; baseline: ES256 signature"
            )
        with open_desk(folder, "shared") as desk:
            yield _pipeline("issue.shared_picture", desk, size, "one picture for all in each language")
        with open_desk(folder, "own") as desk:
            yield _pipeline("issue.own_picture", desk, size, "the name drawn in each language")
            yield _typst(desk, size)
        with open_desk(folder, "shared", "RS256") as desk:
            yield _pipeline("issue.rs256", desk, size, "one picture for all in each language")
        yield from _drain(folder, size)
    yield measure_growth(size)


def _pipeline(name: str, desk: Desk, size: Size, pictures: str) -> Result:
    """Build and seal for learners of one achievement; every file is held to the rulebook afterwards."""
    desk.issue(desk.order(-1))
    ours, bare, files = [], [], list[bytes]()
    for number in range(size.rounds):
        orders = [desk.order(number * size.issued + one) for one in range(size.issued)]
        start = time.perf_counter()
        files = [desk.issue(order).content for order in orders]
        ours.append(time.perf_counter() - start)
        bare.append(_bare(desk.key, files))
        _check(files)
    what = (
        f"{size.rounds} rounds of {size.issued} {_describe(files)}, {pictures}; baseline: {_algorithm(desk.key)} alone"
    )
    return rate(name, "credentials/s", size.issued, ours, bare, what)


def _typst(desk: Desk, size: Size) -> Result:
    """typst alone, setting each learner's whole pages; the baseline is how we draw the same pictures."""
    matter, look = Matter(desk.achievement, SCHOOL, SCHOOL, LANGUAGES, ()), Look()
    sheets = [sheet_of(matter, language) for language in LANGUAGES]
    count = max(1, size.issued // TYPST_SHARE)
    people = [_person(desk.order(number)) for number in range(count)]

    def whole(person: Personal) -> list[bytes]:
        pages = (full_data([sheet], look, person) for sheet in sheets)
        return [typeset("page.typ", page, look, format="png", ppi=72) for page in pages]

    whole(people[0])
    draw(matter, look, people[0])
    alone, ours = in_turn(
        1, lambda: [whole(one) for one in people], lambda: [draw(matter, look, one) for one in people]
    )
    what = (
        f"{count} learners, a whole page in each of {len(LANGUAGES)} languages by typst; baseline: our way to the same"
    )
    return rate("issue.typst", "learners/s", count, alone, ours, what)


def _person(order: IssueOrder) -> Personal:
    return Personal(order.learner.full_name, order.issued_at, order.valid_until, order.public_url)


def _drain(folder: Path, size: Size) -> Iterator[Result]:
    """From the completions of a source to rows in the database, as ``mimis sync`` does it, on one core."""
    key, start = _key_of(folder), 1
    for name, picture in (("issue.drain", "own"), ("issue.drain_shared", "shared")):
        with _pictures(folder, picture), open_school(folder) as services:
            _drain_round(services, key, start, 1)
            ours, bare = _drain_round(services, key, start + 1, size.issued)
            start += 1 + size.issued
            (sealed,) = list(services.sealed_files())[-1:]
            what = f"{size.issued} {_describe([sealed.content])}, pulled, decided and stored; baseline: ES256 alone"
            yield rate(name, "credentials/s", size.issued, [ours], [bare], what)


@contextmanager
def _pictures(folder: Path, picture: str) -> Iterator[None]:
    """The school's settings with another kind of picture."""
    file = folder / FILENAME
    before = file.read_text("utf-8")
    settings = before if "[format]" in before else f"{before}\n[format]\n"
    file.write_text(settings.replace("[format]\n", f'[format]\npicture = "{picture}"\n'), "utf-8")
    try:
        yield
    finally:
        file.write_text(before, "utf-8")


def _drain_round(services: Services, key: PrivateKey, start: int, count: int) -> tuple[float, float]:
    """Times of issuing to ``count`` new learners, and of bare signatures over the very same bytes."""
    known = {sealed.urn for sealed in services.sealed_files()}
    MemorySource.pending = [completion(number) for number in range(start, start + count)]
    services.sync()
    ours = seconds(services.drain)
    fresh = [sealed.content for sealed in services.sealed_files() if sealed.urn not in known]
    if len(fresh) != count:
        raise RuntimeError(f"{len(fresh)} credentials were issued, not {count}: {services.attention()[:1]}")
    _check(fresh)
    return ours, _bare(key, fresh)


def _check(files: Sequence[bytes]) -> None:
    """Nothing that does not conform may count."""
    for content in files:
        if findings := find_violations(json.loads(json.loads(content)["payload"])):
            raise RuntimeError(f"an issued file breaks the rules: {findings[0]}")


def _bare(key: PrivateKey, files: Sequence[bytes]) -> float:
    """The time that nothing but the signatures over the same bytes takes."""
    signed = [_signed(content) for content in files]
    if isinstance(key, rsa.RSAPrivateKey):
        pad, digest = padding.PKCS1v15(), hashes.SHA256()
        return seconds(lambda: [key.sign(data, pad, digest) for data in signed])
    return seconds(lambda: [key.sign(data, ECDSA) for data in signed])


def _describe(files: Sequence[bytes]) -> str:
    payload = json.loads(json.loads(files[-1])["payload"])
    pictures = len(payload["displayParameter"]["individualDisplay"])
    return f"files of {len(files[-1])} bytes with {pictures} pictures"


def _algorithm(key: PrivateKey) -> str:
    return "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"


def _key_of(folder: Path) -> PrivateKey:
    secrets = folder / "secrets"
    return private_key(secrets / KEY_FILE, secrets / PASSWORD_FILE)


def _signed(content: bytes) -> bytes:
    """What the seal of a file signs."""
    outer = json.loads(content)
    return f"{outer['signatures'][0]['protected']}.{outer['payload']}".encode()
