"""Random organisations, with quiet days, leavers, and tables that are not whole."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.history import BREAKDOWNS, Answer, History, Row, User

IDES = (
    "VS Code",
    "IntelliJ IDEA",
    "O'Brien's \"IDE\"",
    "</script>",
    "編集者",
    "vs code",
)
LANGUAGES = ("Python", "Go", "C++", "Objective-C", "SQL; --")


@dataclass(frozen=True)
class _Person:
    email: str
    days: set[int]
    activity: float
    tools: list[str]


def random_history(organization: str, choice: random.Random) -> History:
    """Make up an organisation."""
    first = date(2026, 1, 1) + timedelta(days=choice.randrange(60))
    length = choice.choice([1, 5, 30, 60, 130])
    people = [
        _person(number, length, choice) for number in range(choice.randrange(1, 14))
    ]
    quiet = _quiet_days(length, choice)
    answers = {}
    for number in range(length):
        day = first + timedelta(days=number)
        answers[day] = _answer(day, people, number, choice, quiet=number in quiet)
    last = first + timedelta(days=length - 1)
    synced_within_the_day = choice.random() < 0.4
    if synced_within_the_day:
        answers[last].at = datetime.combine(last, time(14, 30))
    sync_day = last if synced_within_the_day else last + timedelta(days=1)
    summaries = _summaries(sync_day, answers, choice)
    _lose(answers, length, choice)
    return History(organization, answers, summaries, _stale(answers, choice))


def _lose(answers: dict[date, Answer], length: int, choice: random.Random) -> None:
    """Leave some of it unsynced: days, a stream that is behind, or all of `daily`."""
    kind = choice.choice(["nothing", "hole", "behind", "apart", "no daily", "days"])
    start = choice.randrange(length)
    some = list(answers)[start : start + choice.choice([1, 9, 40])]
    for number, day in enumerate(list(answers)):
        answer = answers[day]
        if kind == "hole" and day in some:
            del answers[day]
        elif kind == "behind" and number >= start:  # `daily` alone went on
            answer.users, answer.ides = [], {}
        elif kind == "apart" and day in some and answer.daily and answer.daily[0]:
            answer.users_at = answer.at + timedelta(hours=choice.randrange(-90, 90))
        elif kind == "no daily":
            answer.daily, answer.ides, answer.languages = None, {}, {}
        elif kind == "days" and choice.random() < 0.03:
            answer.daily = None


def _person(number: int, length: int, choice: random.Random) -> _Person:
    joined = choice.choice([0, 0, choice.randrange(length)])
    left = choice.choice([length, length, choice.randrange(joined, length)])
    days = set(range(joined, left))
    if choice.random() < 0.4:  # and comes back
        away = choice.randrange(length)
        days -= set(range(away, away + choice.choice([8, 20, 50])))
    email = choice.choice(
        [f"user-{number}@example.com", f"o'brien+{number}@exämple.com"]
    )
    tools = choice.sample(IDES, k=choice.randrange(1, 4))
    return _Person(email, days, choice.choice([0.05, 0.3, 0.8]), tools)


def _quiet_days(length: int, choice: random.Random) -> set[int]:
    weekends = {n for n in range(length) if n % 7 in {2, 3} and choice.random() < 0.8}
    holiday = choice.randrange(length)
    return weekends | set(range(holiday, holiday + choice.choice([0, 3, 16])))


def _answer(
    day: date,
    people: list[_Person],
    number: int,
    choice: random.Random,
    *,
    quiet: bool,
) -> Answer:
    noon = time(6, choice.randrange(60), choice.randrange(60), choice.randrange(10**6))
    answer = Answer(
        datetime.combine(day + timedelta(days=choice.randrange(1, 4)), noon)
    )
    for person in people:
        if number in person.days and not quiet and choice.random() < person.activity:
            answer.users += _listed(person, choice)
        elif choice.random() < 0.02:  # listed, but did nothing
            answer.users.append(User(person.email, 0, choice.choice([[], None]), None))
    _count(answer, choice)
    return answer


def _listed(person: _Person, choice: random.Random) -> list[User]:
    messages = choice.choice([0, 1, 7, 40, 3_000_000_000])
    ides = choice.sample(person.tools, k=choice.randrange(1, len(person.tools) + 1))
    languages = choice.sample(LANGUAGES, k=choice.randrange(4))
    user = User(person.email, messages, ides, languages)
    if choice.random() < 0.9:
        return [user]
    # Signed in with the address in capitals as well.
    return [user, User(person.email.replace("e", "E"), 2, [ides[0]], None)]


def _count(answer: Answer, choice: random.Random) -> None:
    """Give the day its own figures, which may disagree with its users."""
    active = [
        user for user in answer.users if user.messages or user.ides or user.languages
    ]
    people = {user.email.lower() for user in active}
    number, messages = len(people), sum(user.messages for user in active)
    answer.daily = number, messages
    for kind in BREAKDOWNS:
        pairs = {
            (u.email.lower(), name) for u in active for name in getattr(u, kind) or ()
        }
        counts = getattr(answer, kind)
        for _, name in sorted(pairs):
            counts[name] = counts.get(name, 0) + 1
    fate = choice.random()
    if fate < 0.05:
        answer.daily = number + 1, messages
    elif fate < 0.1:
        answer.daily = number, messages + 5
    elif fate < 0.2 and answer.ides:
        answer.ides.pop(next(iter(answer.ides)))
    elif fate < 0.25 and len(answer.languages) > 1:  # the sum stays the same
        one, other, *_ = answer.languages
        answer.languages[one] += 1
        answer.languages[other] -= 1


def _summaries(
    sync_day: date,
    answers: dict[date, Answer],
    choice: random.Random,
) -> list[Row]:
    days = {sync_day - timedelta(days=n) for n in choice.sample(range(40), k=6)}
    rows = []
    for day in sorted(days | {sync_day} if choice.random() < 0.7 else days):
        for length in (7, 30, 90):
            within = [
                answer
                for answered, answer in answers.items()
                if day - timedelta(days=length) < answered <= day
            ]
            users = {user.email for answer in within for user in answer.users}
            messages = sum(user.messages for answer in within for user in answer.users)
            rows.append(
                {
                    "day": day,
                    "period": f"{length}d",
                    "start": day - timedelta(days=length),
                    "end": day,
                    "days": length + (choice.random() < 0.05),
                    "total_active_users": len(users) + choice.choice([0, 0, 0, 2, -1]),
                    "total_messages": messages + choice.choice([0, 0, 100, -5]),
                    "_sdc_extracted_at": datetime.combine(day, time(6, length % 60)),
                },
            )
    return rows


def _stale(answers: dict[date, Answer], choice: random.Random) -> dict[str, list[Row]]:
    """Return rows of earlier answers that the last ones for their days do not list."""
    stale: dict[str, list[Row]] = {"users": [], "daily_ides": [], "daily_languages": []}
    for day, answer in answers.items():
        listed_at = answer.users_at or answer.at
        before = listed_at - timedelta(seconds=choice.choice([1, 86400]))
        # A clock that was ahead once, if the time of `daily` tells what came last.
        known = answer.daily and not answer.users_at
        ahead = listed_at + timedelta(days=400) if known else before
        earlier = choice.choice([before, before, ahead, None])
        stamp: Row = {"day": day, "_sdc_extracted_at": earlier}
        quiet = answer.daily is not None and answer.daily[0] == 0
        if (answer.users or quiet) and choice.random() < 0.2:
            gone = User("gone@example.com", 50, ["Gone IDE"], ["Gone"])
            stale["users"].append({**stamp, **vars(gone), "last_active": day})
        stamp["_sdc_extracted_at"] = choice.choice([before, None])
        for kind, (table, column) in BREAKDOWNS.items():
            if getattr(answer, kind) and choice.random() < 0.2:
                stale[table].append({**stamp, column: "Gone", "engaged_users": 9})
    return stale
