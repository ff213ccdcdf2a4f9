"""When scheduled commands are due, daylight saving included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mimis_core import ConfigurationError
from mimis_core.services.when import DAYS, When, parse_when

ZONE = "Europe/Stockholm"
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))
FORMS = st.one_of(
    st.just("hourly"),
    st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59)),
    st.builds("{} {:02}:{:02}".format, st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 59)),
)


def when(form: str) -> When:
    """A form, read."""
    found = parse_when(form, ZONE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("form", "now", "due"),
    [
        ("hourly", "2026-11-24T09:17:05+00:00", "2026-11-24T09:00:00+00:00"),
        ("02:30", "2026-11-24T09:00:00+00:00", "2026-11-24T01:30:00+00:00"),
        ("02:30", "2026-11-24T01:30:00+00:00", "2026-11-24T01:30:00+00:00"),
        ("02:30", "2026-11-24T01:29:59+00:00", "2026-11-23T01:30:00+00:00"),
        ("mon 03:00", "2026-11-24T09:00:00+00:00", "2026-11-23T02:00:00+00:00"),
        ("mon 03:00", "2026-11-23T01:00:00+00:00", "2026-11-16T02:00:00+00:00"),
        # Clocks go forward on 29 March 2026 at 2 and back on 25 October at 3.
        ("02:30", "2026-03-29T12:00:00+00:00", "2026-03-29T01:30:00+00:00"),
        ("02:30", "2026-10-25T12:00:00+00:00", "2026-10-25T00:30:00+00:00"),
        ("02:30", "2026-10-25T01:31:00+00:00", "2026-10-25T00:30:00+00:00"),
    ],
)
def test_due(form: str, now: str, due: str) -> None:
    assert when(form).latest(datetime.fromisoformat(now)) == datetime.fromisoformat(due)


@given(form=FORMS, now=MOMENTS)
def test_due_is_the_last_one_and_stays_it(form: str, now: datetime) -> None:
    due = when(form).latest(now)
    assert due <= now
    assert when(form).latest(due) == due
    assert when(form).latest(due + (now - due) / 2) == due


@given(form=FORMS, now=MOMENTS)
def test_none_is_left_out(form: str, now: datetime) -> None:
    longest = timedelta(hours=1) if form == "hourly" else timedelta(days=7 if " " in form else 1, hours=1)
    assert now - when(form).latest(now) <= longest


@given(form=FORMS.filter(lambda form: form != "hourly"), start=MOMENTS)
def test_each_local_day_has_one(form: str, start: datetime) -> None:
    looks = (start + timedelta(minutes=20 * number) for number in range(3 * 72))
    days = [due.astimezone(ZoneInfo(ZONE)).date() for due in {when(form).latest(look) for look in looks}]
    assert len(days) == len(set(days))


@pytest.mark.parametrize(
    "form", ["", "daily", "24:00", "2:30", "mon", "mon  03:00", "Mon 03:00", "* * * * *", "02:30 "]
)
def test_other_forms_are_refused(form: str) -> None:
    with pytest.raises(ConfigurationError, match="hourly"):
        parse_when(form, ZONE)


def test_never_is_never() -> None:
    assert parse_when("never", ZONE) is None


@given(form=FORMS, now=MOMENTS)
def test_following_time_is_the_first_after_now(form: str, now: datetime) -> None:
    following = when(form).following(now)
    assert following > now
    assert when(form).latest(following) == following
    assert when(form).latest(following - timedelta(microseconds=1)) <= now
