"""What every credential format must do."""

# ruff: noqa: D102  # fixtures are named to be set up; a test's name is its text

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import pytest

from mimis_core.errors import DataError
from mimis_core.kinds import Format
from mimis_core.model import Document, IssueOrder
from mimis_core.testing.suites.base import OpenedConformance, hostile, in_threads, leaks, overheard, told


def renamed(order: IssueOrder, number: int) -> IssueOrder:
    """The same order for another learner, with an urn of its own."""
    name = f"Åsa O'Brien-Öberg {number}"
    urn = f"urn:credential:00000000-0000-4000-8000-{number:012d}"
    return order.model_copy(update={"urn": urn, "learner": order.learner.model_copy(update={"full_name": name})})


def same_moment(one: datetime | None, other: datetime | None) -> bool:
    """Whether two moments are the same to the second, which is what documents write."""
    return (one and one.replace(microsecond=0)) == (other and other.replace(microsecond=0))


class FormatConformance(OpenedConformance):
    """For a Format.

    Fixtures: ``format`` (open), ``order`` (an IssueOrder that conforms, with outcomes), ``misfit`` (an order that does
    not, and words of *each* finding that the refusal must name).
    """

    adapter_type: ClassVar[type[Format[Any]]]

    @pytest.fixture
    def adapter(self, format: Format[Any]) -> Format[Any]:
        return format

    @pytest.fixture
    def built(self, format: Format[Any], order: IssueOrder) -> Document:
        return format.build(order)

    def test_same_order_gives_same_bytes(self, format: Format[Any], order: IssueOrder, built: Document) -> None:
        again = self.adapter_type("again", format.settings)
        assert built == format.build(order.model_copy(deep=True)) == again.build(order)
        again.close()

    def test_threads_build_the_same(self, format: Format[Any], order: IssueOrder) -> None:
        together = in_threads(lambda number: format.build(renamed(order, number)).content)
        assert together == [format.build(renamed(order, number)).content for number in range(len(together))]

    def test_document_says_what_it_is(self, format: Format[Any], order: IssueOrder, built: Document) -> None:
        assert (built.urn, built.format, built.media_type) == (order.urn, format.kind, format.media_type)

    def test_parts_add_up_to_the_content(self, built: Document) -> None:
        assert not built.parts or b"".join(built.parts) == built.content

    def test_facts_are_read_back(self, format: Format[Any], order: IssueOrder, built: Document) -> None:
        facts = format.read(built.content)
        # A format may write the id as another kind of address, such as urn:uuid; its own part stays the same.
        assert (facts.urn.rpartition(":")[2], facts.format) == (order.urn.rpartition(":")[2], format.kind)
        assert facts.learner_name == order.learner.full_name
        assert facts.status_url in (order.status_url, None)  # a status list has its own address
        assert same_moment(facts.issued_at, order.issued_at)
        assert same_moment(facts.valid_until, order.valid_until)

    def test_texts_are_read_back(self, format: Format[Any], order: IssueOrder, built: Document) -> None:
        facts = format.read(built.content)
        assert facts.title.items() <= order.achievement.title.items()
        assert facts.issuer_name.items() <= order.issuer.legal_name.items()
        assert facts.title
        assert facts.issuer_name

    def test_outcomes_are_read_back(self, format: Format[Any], order: IssueOrder, built: Document) -> None:
        found = [outcome.title for outcome in format.read(built.content).outcomes]
        assert len(found) == len(order.achievement.outcomes) > 0
        for read, ordered in zip(found, order.achievement.outcomes, strict=True):
            assert read
            assert read.items() <= ordered.title.items()

    def test_odd_names_survive(self, format: Format[Any], order: IssueOrder) -> None:
        for name in ('Åsa "Öst" \\ Ek', "Nguyễn Thị Ánh", "Амина Nur", "李小龙", "O'Brien <b>&amp;"):
            learner = order.learner.model_copy(update={"full_name": name})
            built = format.build(order.model_copy(update={"learner": learner}))
            assert format.read(built.content).learner_name == name

    def test_mail_address_is_never_written(self, order: IssueOrder, built: Document) -> None:
        assert order.learner.email
        assert order.learner.email.encode() not in built.content

    def test_misfit_is_refused_with_all_findings(
        self, format: Format[Any], misfit: tuple[IssueOrder, tuple[str, ...]]
    ) -> None:
        order, findings = misfit
        with pytest.raises(DataError) as caught:
            format.build(order)
        assert [words for words in findings if words not in str(caught.value)] == []
        assert not leaks(told(caught.value), (order.learner.full_name.strip(), order.learner.email))

    def test_hostile_file_breaks_nothing(self, format: Format[Any], built: Document) -> None:
        for content in hostile(built.content):
            try:
                facts = format.read(content)
            except DataError:
                continue
            assert facts.urn

    def test_other_file_is_refused(self, format: Format[Any]) -> None:
        for content in hostile():
            with pytest.raises(DataError):
                format.read(content)

    def test_logs_name_no_person(
        self, format: Format[Any], order: IssueOrder, caplog: pytest.LogCaptureFixture
    ) -> None:
        with overheard(caplog, (order.learner.full_name, order.learner.email)):
            format.read(format.build(order).content)
