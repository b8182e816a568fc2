from __future__ import annotations

import hashlib
import time
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zencoder.sandbox import Organisation

MONDAY = date(2026, 3, 2)
SUNDAY = date(2026, 3, 1)
days = st.dates(date(2024, 6, 1), date(2027, 1, 1))


def digest(organisation: Organisation) -> str:
    data = [organisation.day(MONDAY), organisation.period(30, MONDAY)]
    return hashlib.sha256(msgspec.json.encode(data)).hexdigest()


def test_the_same_seed_gives_the_same_bytes_on_any_machine() -> None:
    assert digest(Organisation(users=50, seed=1)) == (
        "ca2614e54d46b8d90df63dca392ed74dd31468c261c4ae513f3e0c497c988dac"
    )


def test_another_seed_gives_other_figures() -> None:
    assert digest(Organisation(seed=1)) != digest(Organisation(seed=2))


@given(day=days, seed=st.integers(0, 3))
def test_the_parts_of_a_day_agree(day: date, seed: int) -> None:
    data = Organisation(users=20, seed=seed).day(day)
    users, summary = data["users"], data["summary"]
    assert summary["total_active_users"] == len(users)
    assert summary["total_messages"] == sum(user["messages"] for user in users)
    assert data["period"] == {"start": str(day), "end": str(day), "days": 1}
    for entry in data["daily"]:
        assert entry["day"] == str(day)
        assert entry["active_users"] == len(users)
        assert entry["messages"] == summary["total_messages"]
        for ide in entry["ides"]:
            engaged = sum(ide["ide_name"] in user["ides"] for user in users)
            assert ide["engaged_users"] == engaged
    assert len(data["daily"]) == (1 if users else 0)
    assert len({user["email"] for user in users}) == len(users)


@pytest.mark.parametrize("length", [7, 30, 90])
def test_a_period_is_the_sum_of_its_days(length: int) -> None:
    organisation = Organisation(users=20, seed=3)
    data = organisation.period(length, MONDAY)
    inside = [organisation.day(MONDAY - timedelta(days=n)) for n in range(length)]
    total = sum(day["summary"]["total_messages"] for day in inside)
    assert data["summary"]["total_messages"] == total
    assert data["daily"] == [entry for day in inside[::-1] for entry in day["daily"]]
    emails = {user["email"] for day in inside for user in day["users"]}
    assert data["summary"]["total_active_users"] == len(emails) == len(data["users"])


def test_a_period_is_dated_like_the_example_of_the_documentation() -> None:
    assert Organisation().period(7, date(2025, 10, 1))["period"] == {
        "start": "2025-09-24",
        "end": "2025-10-01",
        "days": 7,
    }


def test_weekdays_are_busy_and_weekends_are_not() -> None:
    organisation = Organisation(users=200)
    on_monday, on_sunday = (len(organisation.day(d)["users"]) for d in (MONDAY, SUNDAY))
    assert on_sunday * 5 < on_monday


def people(organisation: Organisation, first: date, days: int = 7) -> set[str]:
    """Return who was active in so many days from the first."""
    return {
        user["email"]
        for number in range(days)
        for user in organisation.day(first + timedelta(days=number))["users"]
    }


def test_people_join_over_weeks_from_the_day_of_the_founding() -> None:
    organisation = Organisation(users=100, founded=MONDAY)
    assert people(organisation, MONDAY - timedelta(days=60), 60) == set()
    months = [MONDAY + timedelta(days=28 * number) for number in range(8)]
    seen: set[str] = set()
    for number, month in enumerate(months):
        new = people(organisation, month, 28) - seen
        assert number > 5 or len(new) >= 5
        seen |= new
    assert 75 < len(seen) <= 100


def test_a_larger_organisation_takes_longer_to_begin() -> None:
    small, large = (Organisation(users=n, founded=MONDAY) for n in (50, 5000))
    autumn = MONDAY + timedelta(days=182)
    assert len(people(small, autumn, 28)) > 50 / 2
    assert len(people(large, autumn, 28)) < 5000 / 5


def test_some_people_leave_and_some_of_them_come_back() -> None:
    organisation = Organisation(users=100, founded=MONDAY)
    months = [
        people(organisation, MONDAY + timedelta(days=28 * number), 28)
        for number in range(24)
    ]
    everybody: set[str] = set().union(*months)
    gone = everybody.difference(*months[-6:])
    absent = {
        email
        for email in everybody
        for before, month, after in zip(months, months[1:], months[2:], strict=False)
        if email in before and email not in month and email in after
    }
    assert 5 <= len(gone) < 25
    assert len(absent) > 5


def test_one_team_starts_later_with_an_ide_of_its_own() -> None:
    organisation = Organisation(users=100, founded=MONDAY)
    ides = [
        {ide for user in data["users"] for ide in user["ides"]}
        for data in (organisation.day(MONDAY + timedelta(days=n)) for n in range(200))
    ]
    assert not any("Android Studio" in used for used in ides[:100])
    assert any("Android Studio" in used for used in ides[100:])


def test_holidays_are_quiet() -> None:
    organisation = Organisation(users=200)
    before, after = date(2025, 12, 15), date(2025, 12, 29)
    assert len(people(organisation, after, 3)) * 2 < len(
        people(organisation, before, 3)
    )


def test_there_are_days_without_activity() -> None:
    assert Organisation(users=5000).day(date(2025, 12, 25))["daily"] == []


def test_nobody_is_real() -> None:
    for user in Organisation(users=300).day(MONDAY)["users"]:
        assert user["email"].endswith("@example.com")


def test_a_day_of_thousands_of_users_is_quick() -> None:
    organisation = Organisation(users=5000)
    organisation.day(MONDAY)
    started = time.process_time()
    organisation.day(MONDAY + timedelta(days=1))
    assert time.process_time() - started < 1
