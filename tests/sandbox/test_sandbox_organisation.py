from __future__ import annotations

import hashlib
import time
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_zencoder.sandbox import Organisation
from tap_zencoder.sandbox.organisation import FOUNDED

MONDAY = date(2026, 3, 2)
SUNDAY = date(2026, 3, 1)
days = st.dates(date(2024, 6, 1), date(2027, 1, 1))


def digest(organisation: Organisation) -> str:
    data = [organisation.day(MONDAY), organisation.period(30, MONDAY)]
    return hashlib.sha256(msgspec.json.encode(data)).hexdigest()


def test_the_same_seed_gives_the_same_bytes_on_any_machine() -> None:
    assert digest(Organisation(users=50, seed=1)) == (
        "0d40a64b0da190841cd960d6d9bb96f639332fcfaf790bd4c50dd4282b375d6f"
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


def test_the_organisation_grows_and_has_a_beginning() -> None:
    organisation = Organisation(users=200)
    sizes = [
        organisation.period(30, day)["summary"]["total_active_users"]
        for day in (date(2024, 9, 1), date(2025, 6, 1), date(2026, 6, 1))
    ]
    assert 0 < sizes[0] < sizes[1] < sizes[2] <= 200
    assert organisation.day(FOUNDED - timedelta(days=1))["users"] == []


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
