"""Whatever the real API does where its documentation is silent: right, or plain."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from support.runs import STREAMS, TODAY, YESTERDAY, Run, bookmarks

from tap_zencoder.days import Window
from tap_zencoder.sandbox import Sandbox
from tap_zencoder.sandbox.realities import REALITIES, RETENTION, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tap_zencoder.sandbox import Organisation

    RunTap = Callable[..., Run]

FIRST = TODAY - timedelta(days=14)
KEPT_FROM = TODAY - RETENTION
ALL = list(REALITIES)
DAILY = ("day", "active_users", "messages", "ides", "languages")
USER = ("email", "messages", "last_active", "ides", "languages")
SUMMARY = ("total_active_users", "total_messages")
DENIED = {"data-is-forbidden", "organisation-is-another"}


def sandbox_in(organisation: Organisation, names: Iterable[str]) -> Sandbox:
    chosen = [act for name, act in REALITIES.items() if name in set(names)]
    return Sandbox(organisation, today=lambda: TODAY, realities=chosen)


def settings(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    return {**sandbox.settings(), "start_date": FIRST.isoformat(), **more}


def first_day(names: Iterable[str]) -> date:
    """Return a first day for which a reality shows, and which is answered."""
    if "old-days-are-refused" in names:
        return KEPT_FROM
    return KEPT_FROM - timedelta(days=3) if "old-days-are-empty" in names else FIRST


def integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: integers(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [integers(inner) for inner in value]
    whole = isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


def row(known: Iterable[str], item: dict[str, Any]) -> dict[str, Any]:
    item = integers(item)
    unknown = {name: value for name, value in item.items() if name not in known}
    return {**{k: item[k] for k in known}, "additional_fields": unknown or None}


def utc_date(text: str) -> str:
    """Return the UTC date of what the sandbox says, by its own three forms."""
    if len(text) == len("2026-03-02"):
        return text
    if text.endswith("T17:30:00"):
        return text.removesuffix("T17:30:00")
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
    return moment.astimezone(UTC).strftime("%Y-%m-%d")


def together(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    def both(name: str) -> Any:
        first, second = one[name], other[name]
        if name == "additional_fields" and first:
            return second  # whatever it means, it is not added
        if name == "messages":
            return first + second
        if isinstance(first, list):
            return first + [item for item in second if item not in first]
        return first

    return {name: both(name) for name in one}


def of_summary(data: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a day without an entry for it."""
    summary = row(SUMMARY, data["summary"])
    items: list[Any] | None = None if data["users"] else []
    return {
        "active_users": summary["total_active_users"],
        "messages": summary["total_messages"],
        "ides": items,
        "languages": items,
        "additional_fields": summary["additional_fields"],
    }


def due(sandbox: Sandbox, window: Window) -> dict[str, list[dict[str, Any]]]:
    """Say what should arrive: the sandbox's own data, put into rows by other code."""
    rows: dict[str, list[dict[str, Any]]] = {stream: [] for stream in STREAMS}
    for day in window:
        try:
            data = sandbox.data(day, "", TODAY)
        except Refused:
            continue
        stamp = {"day": day.isoformat()}
        own = [e for e in data["daily"] if e["day"] == day.isoformat()]
        if not own:
            rows["daily"].append({**stamp, **of_summary(data)})
        for entry in own:
            rows["daily"].append(row(DAILY, entry))
            for array, name in (("ides", "ide_name"), ("languages", "language_name")):
                rows[f"daily_{array}"] += [
                    {**stamp, **row((name, "engaged_users"), item)}
                    for item in entry[array]
                ]
        users: dict[str, dict[str, Any]] = {}
        for user in data["users"]:
            one = {**stamp, **row(USER, user)}
            one["email"] = one["email"].lower()
            if one["last_active"] is not None:
                one["last_active"] = utc_date(one["last_active"])
            before = users.get(one["email"])
            users[one["email"]] = together(before, one) if before else one
        rows["users"] += users.values()
    for period in ("7d", "30d", "90d"):
        data = integers(sandbox.data(None, period, TODAY))
        summary = row(SUMMARY, data["summary"])
        new = summary["additional_fields"]
        rows["period_summaries"].append(
            {
                "day": data["period"]["end"],
                "period": period,
                **data["period"],
                **summary,
                "additional_fields": new and {"summary": new},
            },
        )
    return rows


def with_objects(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**row, "additional_fields": json.loads(row["additional_fields"] or "null")}
        for row in rows
    ]


def check(run: Run, sandbox: Sandbox, window: Window) -> None:
    """Hold a run that succeeded against what should have arrived."""
    assert run.status == 0, run.log
    for stream, rows in due(sandbox, window).items():
        assert with_objects(run.records(stream)) == rows, stream
    assert bookmarks(run.states[-1])["users"] <= TODAY.isoformat()


@pytest.mark.parametrize(
    ("name", "include_today"),
    [
        *((name, False) for name in ALL if name not in DENIED),
        # Those that are about today, or about when a day begins.
        *((name, True) for name in ALL if "today" in name or "days" in name),
    ],
)
def test_data_is_right_in_each_reality(
    run_tap: RunTap,
    organisation: Organisation,
    name: str,
    *,
    include_today: bool,
) -> None:
    with sandbox_in(organisation, [name]) as sandbox:
        first = first_day([name])
        days = {"start_date": str(first), "include_today": include_today}
        run = run_tap(settings(sandbox, **days))
        last = TODAY if include_today else YESTERDAY
        check(run, sandbox, Window(first, last))


def test_data_is_right_in_realities_together(
    run_tap: RunTap,
    organisation: Organisation,
    seed: int,
) -> None:
    choice = random.Random(seed)  # noqa: S311  # repeatable on purpose
    # Dates can be written in one way at a time; everything else goes together.
    dates = [name for name in ALL if name.startswith("last-active")]
    others = [name for name in ALL if name not in {*dates, *DENIED}]
    names = [*choice.sample(others, k=5), choice.choice(dates)]
    with sandbox_in(organisation, names) as sandbox:
        first, include_today = first_day(names), choice.random() < 0.5
        days = {"start_date": str(first), "include_today": include_today}
        run = run_tap(settings(sandbox, **days))
        last = TODAY if include_today else YESTERDAY
        check(run, sandbox, Window(first, last))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "data-is-forbidden",
            "refused access to",
        ),
        (
            "organisation-is-another",
            "HTTP 401",
        ),
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
    assert run.status == 1
    [error] = run.errors
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
        assert run.status == 1
        [error] = run.errors
        assert f"rejected day {start} (HTTP 400" in error
        assert f"first day with an answer is {KEPT_FROM}" in error
        assert "start_date" in error
        assert run.records("users") == []
        assert asked[str(start)] == 2  # a refusal may pass
        assert asked[str(KEPT_FROM)] == 1
        mended = run_tap(settings(sandbox, start_date=str(KEPT_FROM)))
        check(mended, sandbox, Window(KEPT_FROM, YESTERDAY))


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
    run_tap: RunTap,
    organisation: Organisation,
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
        seen = {
            row["day"]: row for run in (first, second) for row in run.records("daily")
        }
        truth = due(behind, Window(FIRST, YESTERDAY))["daily"]
        assert [seen[row["day"]] for row in truth] == truth


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
    assert run.status == 1
    [error] = run.errors
    assert f"day {broken} (HTTP 400: Invalid day parameter)" in error
    assert f"set skip_days to {broken}" in error
    before = broken - timedelta(days=1)
    assert bookmarks(run.states[-1])["daily"] == before.isoformat()


def test_an_api_that_refuses_every_day_is_reported_in_its_own_words(
    run_tap: RunTap,
    organisation: Organisation,
) -> None:
    def refuse(data: dict[str, Any], asked: Any) -> dict[str, Any]:
        if asked.day is not None:
            raise Refused(400, "The parameter day is no more")
        return data

    with Sandbox(organisation, today=lambda: TODAY, realities=[refuse]) as sandbox:
        run = run_tap(settings(sandbox))
    assert run.status == 1
    [error] = run.errors
    assert "The parameter day is no more" in error


def test_users_without_daily_figures_are_warned_about(
    run_tap: RunTap,
    organisation: Organisation,
) -> None:
    with sandbox_in(organisation, ["daily-is-empty"]) as sandbox:
        run = run_tap(settings(sandbox))
        check(run, sandbox, Window(FIRST, YESTERDAY))
    active = [row for row in run.records("daily") if row["active_users"]]
    assert active
    assert all(row["ides"] is row["languages"] is None for row in active)
    for stream in ("daily_ides", "daily_languages"):
        assert run.records(stream) == []
        told = [w for w in run.warnings if f"no rows for {stream}." in w]
        assert len(told) == 1
        assert "users were active" in told[0]
