"""Tables as CSV: safe to open in a spreadsheet, and told from one another."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import date
from urllib.parse import unquote

import pytest

from report import page
from report.content import Cell, Report, Section, Table
from report.csv_link import Value, harmless, link, plain_names


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "  =1+1",
        "\N{NO-BREAK SPACE}=1+1",
        "\N{ZERO WIDTH SPACE}=1+1",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\tVim",
        "\rVim",
        "\nVim",
        "\N{FULLWIDTH EQUALS SIGN}1+1",
        "\N{FULLWIDTH PLUS SIGN}1",
        "\N{FULLWIDTH HYPHEN-MINUS}1",
        "\N{FULLWIDTH COMMERCIAL AT}SUM(A1)",
    ],
)
def test_text_cannot_become_a_formula_in_a_cell_or_a_heading(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert read(link([[text], [text]])) == [[f"'{text}"], [f"'{text}"]]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (-3, "-3"),
        (-0.123456, "-0.1235"),
        (date(2026, 10, 5), "2026-10-05"),
        (None, ""),
        ("", ""),
        ("Vim\r=1+1", "Vim\r=1+1"),
        ("C++ & 日本語, 100%", "C++ & 日本語, 100%"),
    ],
)
def test_numbers_stay_numbers_and_names_stay_names(value: Value, written: str) -> None:
    assert read(link([["x", value]])) == [["x", written]]


def read(address: str) -> list[list[str]]:
    """Read the rows of a link, which begin with a byte order mark."""
    kind, _, content = address.partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    text = unquote(content)
    assert text[0] == "\N{ZERO WIDTH NO-BREAK SPACE}"
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_no_two_files_have_the_same_name() -> None:
    names = ["a/b", "A?B", "a-b", "..", "!", "x" * 70, "x" * 71, "é日"]
    plain = plain_names(names)
    assert plain[:5] == ["a-b", "A-B-2", "a-b-3", "organisation", "organisation-2"]
    assert plain[5:] == ["x" * 60, f"{'x' * 60}-2", "é日"]


@pytest.mark.parametrize(
    ("names", "files", "columns"),
    [
        (["default"], ["ides.csv"], []),
        (["=north"], ["north-ides.csv"], ["'=north"]),
        (
            ["default", "a b"],
            ["default-ides.csv", "a-b-ides.csv"],
            ["default", "a b"],
        ),
    ],
)
def test_files_say_whose_numbers_they_are(
    names: list[str], files: list[str], columns: list[str]
) -> None:
    table = Table(["IDE", "People"], [[Cell("Vim", "Vim"), Cell("7", 7)]])
    reports = [
        Report(
            name,
            [],
            sections=[Section("ides", "IDEs", "Found", ["Said."], table=table)],
        )
        for name in names
    ]
    content = page.html(reports, 5)
    assert re.findall(r'download="([^"]*)"', content) == files
    links = map(html.unescape, re.findall(r'href="(data:[^"]*)"', content))
    for index, address in enumerate(links):
        whose = columns[index : index + 1]
        heading = ["Organisation"] if whose else []
        assert read(address) == [[*heading, "IDE", "People"], [*whose, "Vim", "7"]]
