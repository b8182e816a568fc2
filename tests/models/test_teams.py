"""The rules by which teams are counted, on one week that can be checked by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from models.databases import DuckDB
from models.history import Answer, History, Row, User

if TYPE_CHECKING:
    from pathlib import Path

MONDAY = date(2026, 3, 2)
WEDNESDAY = MONDAY + timedelta(days=2)
MOVER, BOTH, NONE = "mover@example.com", "both@example.com", "none@example.com"
FEW = [f"few{n}@example.com" for n in range(4)]
CORE = [f"core{n}@example.com" for n in range(6)]


def a_week() -> History:
    """Have everybody active on each day of a week, and the mover until Thursday."""
    answers = {}
    for number in range(7):
        day = MONDAY + timedelta(days=number)
        people = [BOTH, NONE, *FEW, *CORE, *([MOVER] if number < 4 else [])]
        users = [User(email, 1, [], []) for email in people]
        night = datetime.combine(day + timedelta(days=1), time(5))
        answers[day] = Answer(night, users, (len(users), len(users)))
    return History("default", answers, [], {})


def membership() -> list[Row]:
    """Return who is in which team: the mover changes on Wednesday."""
    before, after = MONDAY - timedelta(days=9), WEDNESDAY - timedelta(days=1)
    return [
        *({"email": email, "team": "core"} for email in [*CORE, BOTH]),
        *({"email": email, "team": "web"} for email in [*CORE[:5], BOTH]),
        *({"email": email, "team": "few"} for email in FEW),
        {"email": MOVER, "team": "core", "valid_from": before, "valid_to": after},
        {"email": MOVER, "team": "web", "valid_from": WEDNESDAY},
    ]


def test_teams_are_counted_by_day_twice_if_need_be_and_few_are_together(
    tmp_path: Path,
) -> None:
    database = DuckDB(tmp_path)
    database.load(a_week().rows(), of_several=False)
    columns = {
        "email": "text",
        "team": "text",
        "valid_from": "date",
        "valid_to": "date",
    }
    rows = [{name: row.get(name) for name in columns} for row in membership()]
    database.fill("people", columns, rows)
    own: Any = {"zencoder_people_table": "people"}
    database.build(**own)
    teams = {
        r["team"]: (r["members"], r["active_users"]) for r in read(database, "teams")
    }
    assert teams == {"core": (8, 8), "web": (7, 7), "few": (4, 4), "no team": (0, 1)}
    shown = {
        r["team"]: (r["teams"], r["members"], r["active_users"], r["share"])
        for r in read(database, "team_use")
    }
    assert shown["core"][:3] == (1, 8, 8)
    assert shown["web"][:3] == (1, 7, 7)
    assert shown["other teams"] == (1, None, 5, None), "few, and who has no team"
    assert len(shown) == 3


def read(database: DuckDB, mart: str) -> list[Row]:
    return database.read(f"zencoder__{mart}")
