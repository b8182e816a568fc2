"""How numbers and days are written for a reader."""

from __future__ import annotations

from datetime import date

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
PROMISE = (
    "Nobody is named; how many people were active, came, stayed or left is shown as it "
    "is; what people did (messages, IDEs, languages, habits, seats) is shown only for "
    "groups of at least {minimum_group}, and cannot be computed from other figures of "
    "the page."
)
"""What the page, its documentation and SECURITY.md say about people."""
_SPANS = 4
"""So many are listed."""


def number(value: float, digits: int = 0) -> str:
    """Write 1234.5 as 1,234.5."""
    return f"{value:,.{digits}f}".replace("-", MINUS)


def figure(value: float) -> str:
    """Write a number with one decimal, if it has any."""
    return number(value, int(round(value, 1) % 1 != 0))


def percent(share: float) -> str:
    """Write 0.825 as 82%; only all is 100%, and only none 0%."""
    text = f"{share * 100:.0f}%"
    if text == "100%" and share < 1:
        return "over 99%"
    if text == "0%" and share > 0:
        return "under 1%"
    return text


def share(value: float | None) -> str:
    """Write a share that may be unknown."""
    return DASH if value is None else percent(value)


def people(count: int) -> str:
    """Write how many people."""
    return "1 person" if count == 1 else f"{number(count)} people"


def someone(count: int) -> str:
    """Write how many people, who may be none: `no one`, `1 person`, `2 people`."""
    return people(count) if count else "no one"


def were(count: int) -> str:
    """Write `no one was`, `1 person was`, `2 people were`."""
    return f"{someone(count)} {'were' if count > 1 else 'was'}"


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[0].upper() + text[1:]


def plural(count: int, noun: str) -> str:
    """Write a number and what it counts: `1 day`, `2 days`."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def day(value: date) -> str:
    """Write a day as 5 Oct 2026."""
    return f"{value.day} {value:%b %Y}"


def days_before(first: date, last: date, later: date) -> str:
    """Write a span without the year, if a later day beside it has the same."""
    text = days(first, last)
    return text.removesuffix(f" {later:%Y}") if first.year == later.year else text


def days(first: date, last: date) -> str:
    """Write a span without what both ends share: 5-11 Oct 2026."""
    if first == last:
        return day(first)
    if first.year != last.year:
        return f"{day(first)} {DASH} {day(last)}"
    if first.month != last.month:
        return f"{first.day} {first:%b} {DASH} {day(last)}"
    return f"{first.day}{DASH}{day(last)}"


def spans(given: list[tuple[date, date]]) -> str:
    """Write spans of days, the earlier of many as a number."""
    said = [days(first, last) for first, last in given[-_SPANS:]]
    if len(given) > _SPANS:
        said.insert(0, plural(len(given) - _SPANS, "earlier span"))
    return listed(said)


def isolated(name: str) -> str:
    """Write a name into a sentence, whatever the direction it is read in."""
    plain = "".join(letter for letter in name if letter not in _ISOLATES)
    return f"\N{FIRST STRONG ISOLATE}{plain}\N{POP DIRECTIONAL ISOLATE}"


_ISOLATES = (
    "\N{FIRST STRONG ISOLATE}\N{LEFT-TO-RIGHT ISOLATE}"
    "\N{RIGHT-TO-LEFT ISOLATE}\N{POP DIRECTIONAL ISOLATE}"
)


def listed(names: list[str]) -> str:
    """Write a list as a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if names[1:] else names[0]


def change(now: float, before: float) -> str:
    """Say by how many something changed: `3 more`, `3 fewer`, `no change`."""
    difference = round(round(now, 1) - round(before, 1), 1)
    if not difference:
        return "no change"
    return f"{figure(abs(difference))} {'more' if difference > 0 else 'fewer'}"


def or_more(minimum_group: int) -> str:
    """Explain bounds, where one is shown."""
    return (
        '"Or more" replaces an exact number that would reveal a group of fewer than '
        f"{minimum_group} people."
    )


def signed(change: int) -> str:
    """Write a change with its sign: +3."""
    return f"{'+' if change > 0 else ''}{number(change)}"


def points(change: float) -> str:
    """Write a change of shares in points of a percent: +3 points."""
    size = round(abs(change) * 100)
    sign = "" if not size else MINUS if change < 0 else "+"
    return f"{sign}{size} point{'' if size == 1 else 's'}"
