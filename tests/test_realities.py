"""Where the documentation is silent: what each thing the API may do changes in rows."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.expected import expected
from support.runs import DAY_STREAMS, STREAMS, TODAY, YESTERDAY, Run, bookmarks

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Sandbox
from tap_zencoder.sandbox.realities import REALITIES, RETENTION, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_zencoder.sandbox import Organisation

    RunTap = Callable[..., Run]

TOMORROW = TODAY + timedelta(days=1)
FIRST = TODAY - timedelta(days=14)
FORTNIGHT = Window(FIRST, YESTERDAY)
KEPT_FROM = TODAY - RETENTION
DENIED = {"data-is-forbidden", "organisation-is-another"}
SUMMARY = ("total_active_users", "total_messages")


def sandbox_in(organisation: Organisation, names: Iterable[str]) -> Sandbox:
    wanted = set(names)
    assert wanted <= REALITIES.keys()
    chosen = [act for name, act in REALITIES.items() if name in wanted]
    return Sandbox(organisation, today=lambda: TODAY, realities=chosen)


def settings(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    return {**sandbox.settings(), "start_date": FIRST.isoformat(), **more}


@pytest.fixture
def synced(run_tap: RunTap, organisation: Organisation) -> Callable[..., Run]:
    """Sync from a sandbox with a reality; the keywords are settings."""

    def run(name: str, **more: Any) -> Run:
        with sandbox_in(organisation, [name]) as sandbox:
            done = run_tap(settings(sandbox, **more))
        assert done.status == 0, done.log
        return done

    return run


@pytest.fixture
def plain(organisation: Organisation) -> dict[str, list[dict[str, Any]]]:
    """Give the rows of the fortnight as they are without any reality."""
    return expected(organisation, FORTNIGHT)


def altered(rows: list[dict[str, Any]], **columns: Any) -> list[dict[str, Any]]:
    return [{**row, **columns} for row in rows]


@pytest.mark.parametrize(
    "name",
    [
        "neighbours-come-along",
        "quiet-days-are-zero",
        "users-come-twice",
        "users-come-in-capitals",
        "last-active-is-a-timestamp",
        "last-active-has-a-zone",
        "numbers-are-floats",
    ],
)
def test_what_changes_no_figure_changes_no_row(
    synced: Callable[..., Run], plain: dict[str, Any], name: str
) -> None:
    run = synced(name)
    rows = {stream: run.records(stream) for stream in STREAMS}
    assert rows == plain
    # 58.0 == 58 in Python, but not in a message.
    assert json.dumps(rows, sort_keys=True) == json.dumps(plain, sort_keys=True)


@pytest.mark.parametrize(
    ("name", "include_today", "empty"),
    [
        pytest.param("today-is-empty", True, [TODAY], id="today"),
        pytest.param("days-begin-later", True, [TODAY], id="today in another zone"),
        pytest.param(
            "old-days-are-empty",
            False,
            [KEPT_FROM - timedelta(days=n) for n in (2, 1)],
            id="days older than the API keeps",
        ),
    ],
)
def test_a_day_that_is_served_empty_is_a_row_of_zeros(
    synced: Callable[..., Run],
    organisation: Organisation,
    name: str,
    empty: list[date],
    *,
    include_today: bool,
) -> None:
    first = min(FIRST, *empty)
    run = synced(name, start_date=str(first), include_today=include_today)
    days = Window(first, TODAY if include_today else YESTERDAY)
    served = expected(organisation, [day for day in days if day not in empty])
    zeros = {"active_users": 0, "messages": 0, "ides": [], "languages": []}
    due = [{"day": str(day), **zeros, "additional_fields": None} for day in empty]
    daily = sorted([*served["daily"], *due], key=lambda row: str(row["day"]))
    assert run.records("daily") == daily
    for stream in ("daily_ides", "daily_languages", "users"):
        assert run.records(stream) == served[stream]


def test_history_that_is_kept_is_loaded_from_its_first_day(
    synced: Callable[..., Run], organisation: Organisation
) -> None:
    run = synced("old-days-are-refused", start_date=str(KEPT_FROM))
    truth = expected(organisation, Window(KEPT_FROM, YESTERDAY))
    assert {stream: run.records(stream) for stream in STREAMS} == truth


@pytest.mark.parametrize(
    ("name", "day"), [("days-begin-later", YESTERDAY), ("days-begin-earlier", TOMORROW)]
)
def test_a_period_is_stamped_with_the_day_it_ends(
    synced: Callable[..., Run], plain: dict[str, Any], name: str, day: date
) -> None:
    run = synced(name)
    periods = altered(plain["period_summaries"], day=str(day), end=str(day))
    assert run.records("period_summaries") == periods
    assert run.records("daily") == plain["daily"]


def test_users_who_sent_nothing_are_rows(
    synced: Callable[..., Run], plain: dict[str, Any]
) -> None:
    rows = synced("idle-users-are-listed").records("users")
    idle = [row for row in rows if row["email"] == "idle@example.com"]
    assert [(row["day"], row["messages"]) for row in idle] == [
        (str(day), 0) for day in FORTNIGHT
    ]
    assert [row for row in rows if row not in idle] == plain["users"]


@pytest.mark.parametrize(
    ("name", "last_active"),
    [("last-active-is-null", None), ("last-active-is-later", str(TODAY))],
)
def test_a_last_activity_is_what_the_api_says_it_is(
    synced: Callable[..., Run],
    plain: dict[str, Any],
    name: str,
    last_active: str | None,
) -> None:
    users = altered(plain["users"], last_active=last_active)
    assert synced(name).records("users") == users


def test_figures_under_two_spellings_of_an_address_are_added(
    synced: Callable[..., Run], plain: dict[str, Any]
) -> None:
    """The sandbox lists everybody once more, with one message more."""
    assert synced("users-come-in-two-spellings").records("users") == [
        {**row, "messages": 2 * row["messages"] + 1} for row in plain["users"]
    ]


def test_lines_of_code_are_kept_wherever_the_api_counts_them(
    synced: Callable[..., Run], plain: dict[str, Any]
) -> None:
    run = synced("lines-of-code-are-counted")

    def lines(messages: int) -> dict[str, Any]:
        counts = {"lines_generated": 12 * messages, "lines_accepted": messages}
        return {**counts, "acceptance": {"rate": 0.5}}

    for row in run.records("users"):
        assert json.loads(row["additional_fields"]) == lines(row["messages"])
    for row in run.records("period_summaries"):
        kept = json.loads(row["additional_fields"])
        assert kept == {"summary": lines(row["total_messages"])}
    for row in run.records("daily"):
        # A quiet day has no entry: its row has what is new in the summary.
        assert json.loads(row["additional_fields"]) == lines(row["messages"])
    for stream in STREAMS:
        kept_apart = altered(run.records(stream), additional_fields=None)
        assert kept_apart == plain[stream]


def test_a_yesterday_that_still_moves_is_replaced_by_the_next_sync(
    run_tap: RunTap, organisation: Organisation, plain: dict[str, Any]
) -> None:
    with sandbox_in(organisation, ["yesterday-still-moves"]) as sandbox:
        early = run_tap(settings(sandbox))
        sandbox._today = lambda: TOMORROW
        later = run_tap(settings(sandbox), state=early.states[-1], today=TOMORROW)
    of_yesterday = [row for row in plain["users"] if row["day"] == str(YESTERDAY)]
    assert len(of_yesterday) > 2
    for run, due in ((early, of_yesterday[::2]), (later, of_yesterday)):
        rows = [row for row in run.records("users") if row["day"] == str(YESTERDAY)]
        assert rows == due


def test_data_is_right_in_realities_together(
    run_tap: RunTap,
    organisation: Organisation,
    seed: int,
) -> None:
    choice = random.Random(seed)  # noqa: S311  # repeatable on purpose
    # Dates can be written in one way at a time; everything else goes together.
    dates = [name for name in REALITIES if name.startswith("last-active")]
    others = [name for name in REALITIES if name not in {*dates, *DENIED}]
    names = [*choice.sample(others, k=5), choice.choice(dates)]
    first = KEPT_FROM if "old-days-are-refused" in names else KEPT_FROM - timedelta(3)
    include_today = choice.random() < 0.5
    with sandbox_in(organisation, names) as sandbox:
        days = {"start_date": str(first), "include_today": include_today}
        run = run_tap(settings(sandbox, **days))
        assert run.status == 0, run.log
        check_sums(run, sandbox, Window(first, TODAY if include_today else YESTERDAY))
    assert bookmarks(run.states[-1])["users"] <= TODAY.isoformat()


def check_sums(run: Run, sandbox: Sandbox, days: Window) -> None:
    """Find all that the sandbox served of each day, once: people, figures and tools."""
    rows: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for stream in DAY_STREAMS:
        for row in run.records(stream):
            rows[stream, row["day"]].append(row)
    for day in map(str, days):
        try:
            served = sandbox.data(date.fromisoformat(day), "", TODAY)
        except Refused:
            assert not any(rows[stream, day] for stream in DAY_STREAMS)
            continue
        users = rows["users", day]
        addresses = {user["email"].lower() for user in served["users"]}
        assert Counter(row["email"] for row in users) == Counter(addresses)
        assert total(users, "messages") == total(served["users"], "messages")
        for tools in ("ides", "languages"):
            assert used(users, tools) == used(served["users"], tools)
        [daily] = rows["daily", day]
        figures = [daily["active_users"], daily["messages"]]
        own = [entry for entry in served["daily"] if entry["day"] == day]
        if not own:
            assert figures == [served["summary"][name] for name in SUMMARY]
        for entry in own:
            assert figures == [entry["active_users"], entry["messages"]]
        for stream, array in (("daily_ides", "ides"), ("daily_languages", "languages")):
            items = [item for entry in own for item in entry[array]]
            engaged = total(rows[stream, day], "engaged_users")
            assert engaged == total(items, "engaged_users")
    for row in run.records("period_summaries"):
        summary = sandbox.data(None, row["period"], TODAY)["summary"]
        assert [row[name] for name in SUMMARY] == [summary[name] for name in SUMMARY]


def total(items: Iterable[dict[str, Any]], figure: str) -> int:
    return sum(item[figure] for item in items)


def used(users: Iterable[dict[str, Any]], tools: str) -> set[tuple[str, str]]:
    return {(user["email"].lower(), tool) for user in users for tool in user[tools]}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("data-is-forbidden", "refused access to"),
        ("organisation-is-another", "HTTP 401"),
    ],
)
def test_credentials_that_may_not_read_are_an_error(
    run_tap: RunTap,
    organisation: Organisation,
    name: str,
    sentence: str,
) -> None:
    with sandbox_in(organisation, [name]) as sandbox:
        run = run_tap(settings(sandbox))
    error = run.error
    assert sentence in error
    assert run.states == []


def test_history_that_is_refused_is_an_error_that_names_the_first_answered_day(
    run_tap: RunTap,
    organisation: Organisation,
) -> None:
    start = KEPT_FROM - timedelta(days=2)
    with sandbox_in(organisation, ["old-days-are-refused"]) as sandbox:
        run = run_tap(settings(sandbox, start_date=str(start)))
        asked = Counter(r.query.get("day") for r in sandbox.requests)
        error = run.error
        assert f"rejected day {start} (HTTP 400" in error
        assert f"first day with an answer is {KEPT_FROM}" in error
        assert "start_date" in error
        assert run.records("users") == []
        assert asked[str(start)] == 2  # a refusal may pass
        assert asked[str(KEPT_FROM)] == 1


def test_a_today_that_is_refused_is_left_to_the_next_sync(
    run_tap: RunTap,
    organisation: Organisation,
) -> None:
    with sandbox_in(organisation, ["today-is-refused"]) as sandbox:
        run = run_tap(settings(sandbox, include_today=True))
    assert run.status == 0
    [warning] = run.warnings
    assert "No answer yet for" in warning
    assert str(TODAY) in warning
    assert bookmarks(run.states[-1])["daily"] == YESTERDAY.isoformat()
    assert max(row["day"] for row in run.records("daily")) == YESTERDAY.isoformat()


def test_an_api_that_is_a_day_behind_is_asked_again_tomorrow(
    run_tap: RunTap, organisation: Organisation, plain: dict[str, Any]
) -> None:
    """Yesterday here is today there: refused, or with figures that still move."""
    for names in (["today-is-refused"], []):
        chosen = [REALITIES[name] for name in names]
        behind = Sandbox(organisation, today=lambda: YESTERDAY, realities=chosen)
        with behind:
            first = run_tap(settings(behind))
            assert first.status == 0
            behind._today = lambda: TODAY
            behind._body.cache_clear()
            tomorrow = TODAY + timedelta(days=1)
            second = run_tap(settings(behind), state=first.states[-1], today=tomorrow)
        table = {
            row["day"]: row for run in (first, second) for row in run.records("daily")
        }
        for row in plain["daily"]:
            assert table[row["day"]] == row


def test_an_api_that_is_a_day_ahead_does_not_move_the_bookmark_past_today(
    run_tap: RunTap,
    organisation: Organisation,
) -> None:
    ahead = Sandbox(organisation, today=lambda: TODAY + timedelta(days=1))
    with ahead:
        run = run_tap(settings(ahead))
    assert run.status == 0
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    assert {row["day"] for row in run.records("period_summaries")} == {tomorrow}
    assert bookmarks(run.states[-1]) == {
        **dict.fromkeys(STREAMS, YESTERDAY.isoformat()),
        "period_summaries": TODAY.isoformat(),
    }


def test_a_day_refused_between_others_stops_the_sync(
    run_tap: RunTap,
    organisation: Organisation,
) -> None:
    broken = TODAY - timedelta(days=9)

    def refuse(data: dict[str, Any], asked: Any) -> dict[str, Any]:
        if asked.day == broken:
            raise Refused(400, "Invalid day parameter")
        return data

    with Sandbox(organisation, today=lambda: TODAY, realities=[refuse]) as sandbox:
        run = run_tap(settings(sandbox))
    error = run.error
    assert f"day {broken} (HTTP 400: Invalid day parameter)" in error
    assert f"set skip_days to {broken}" in error
    before = broken - timedelta(days=1)
    assert bookmarks(run.states[-1])["daily"] == before.isoformat()


def test_users_without_daily_figures_are_warned_about(
    synced: Callable[..., Run], plain: dict[str, Any]
) -> None:
    run = synced("daily-is-empty")
    assert run.records("daily") == [
        {**row, "ides": None, "languages": None} if row["active_users"] else row
        for row in plain["daily"]
    ]
    assert run.records("users") == plain["users"]
    for stream in ("daily_ides", "daily_languages"):
        assert run.records(stream) == []
        [_] = [
            warning for warning in run.warnings if f"no rows for {stream}" in warning
        ]
