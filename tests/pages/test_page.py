"""From tables to a page: its figures, what it leaves out, and what can be wrong."""

from __future__ import annotations

import html
import re
from collections import Counter
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from warehouses import documents

from pages.organisations import ALL, HOSTILE, LAST, NORTH
from report.words import PROMISE

if TYPE_CHECKING:
    from pathlib import Path

MONDAY = LAST - timedelta(days=LAST.weekday() + 7)
"""Of the last week that is over."""


def text_of(page: Path) -> str:
    """Return what a reader sees, without tags."""
    body = page.read_text().split("<main>")[1]
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def tiles_of(page: Path) -> list[str]:
    return re.findall(r'<span class="figure">(.*?)</span>', page.read_text())


def test_the_tiles_are_what_the_days_of_the_organisation_say(pages: Path) -> None:
    week = NORTH.users_in(MONDAY, 7)
    days = [NORTH.organisation.day(MONDAY + timedelta(days=n)) for n in range(7)]
    sent: Counter[str] = Counter()
    for user in (user for day in days for user in day["users"]):
        sent[user["email"]] += user["messages"]
    month = NORTH.users_in(LAST - timedelta(days=27), 28)
    end = MONDAY + timedelta(days=6)
    active_days = Counter(
        email
        for back in range(28)
        for email in NORTH.users_in(end - timedelta(days=back), 1)
    )
    assert tiles_of(pages / "page-north.html") == [
        str(len(month)),
        str(len(week)),
        str(sum(days >= 4 for days in active_days.values())),
        f"{median(sent.values()):.0f}",
    ]


def test_a_page_has_no_addresses_and_nothing_to_load_or_run(pages: Path) -> None:
    for page in sorted(pages.glob("*.html")):
        content = page.read_text()
        assert "@example.com" not in content
        assert "developer-" not in content
        assert "<script" not in content
        loaded = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?([^"\'\s>)]+)', content)
        assert all(address.startswith(("data:", "#")) for address in loaded)
        assert "default-src 'none'" in content


def test_each_organisation_has_a_page_of_its_own(pages: Path) -> None:
    assert len(list(pages.glob("page-*.html"))) == len(ALL)
    assert "north" not in text_of(pages / "page-young.html")


def test_a_young_organisation_reads_what_is_missing(pages: Path) -> None:
    said = text_of(pages / "page-young.html")
    assert "No week is complete yet" in said
    assert said.count("Not shown yet: seats") == 1
    assert tiles_of(pages / "page-young.html") == []


def test_an_empty_organisation_reads_that_nobody_was_active(pages: Path) -> None:
    said = text_of(pages / "page-empty.html")
    assert "No one used Zencoder" in said
    assert "<svg" not in (pages / "page-empty.html").read_text()


def test_nothing_but_their_number_is_said_of_four_people(pages: Path) -> None:
    page = pages / "page-tiny.html"
    said = text_of(page)
    assert tiles_of(page)[2:] == ["\N{EN DASH}", "\N{EN DASH}"]
    assert not any(name in said for name in ("VS Code", "IntelliJ", "Python", "Java"))


def test_a_page_is_small(pages: Path) -> None:
    assert (pages / "page-north.html").stat().st_size < 200_000


def test_the_sample_in_the_documents_is_what_the_page_is_now(pages: Path) -> None:
    """If it is not, copy the page to docs/sample.html."""
    sample = documents.ROOT / "docs" / "sample.html"
    assert told(sample) == told(pages / "page-north.html")
    assert sample.stat().st_size < 200_000


def told(page: Path) -> str:
    """Return a page without its drawings, which need fonts, and when it was made."""
    drawn = re.sub(r"<svg.*?</svg>", "", page.read_text(), flags=re.DOTALL)
    return re.sub(r"; made on [^<]*", ".", drawn)


def test_names_are_text(pages: Path) -> None:
    [page] = pages.glob("page-*script*.html")
    assert HOSTILE.name in text_of(page)
    assert "<b>" not in page.read_text()


def test_the_promise_about_people_is_the_same_wherever_it_is_made(pages: Path) -> None:
    said = " ".join(text_of(pages / "page-north.html").split())
    assert said.count(PROMISE.format(minimum_group=5)) == 2
    written = PROMISE.format(minimum_group="`zencoder_minimum_group`")
    for name in ("docs/report.md", "docs/faq.md", "SECURITY.md"):
        text = " ".join((documents.ROOT / name).read_text().split())
        assert written in text, name
