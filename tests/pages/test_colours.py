"""Colours that everybody can tell apart, and that a name keeps."""

from __future__ import annotations

import math
import re
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

import pytest
from warehouses import documents

from report.styles import COLOURS, dash

if TYPE_CHECKING:
    from collections.abc import Sequence


Triple: TypeAlias = tuple[float, float, float]
TEMPLATES = documents.ROOT / "report" / "templates"
LIGHT, DARK, _ = (TEMPLATES / "page.css").read_text().split("@media", 3)[:3]
SCHEMES = [LIGHT, DARK]
# Machado, Oliveira and Fernandes (2009), severity 1: how colours look without one kind
# of cones.
EYES: dict[str, list[Triple]] = {
    "usual": [(1, 0, 0), (0, 1, 0), (0, 0, 1)],
    "protanope": [
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ],
    "deuteranope": [
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ],
}
XYZ = [(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)]
WHITE = (0.9505, 1, 1.089)
LEAST_DIFFERENCE = 13
LEAST_CONTRAST = 3


def colour(css: str, name: str) -> Triple:
    """Return how much red, green and blue light it is, from 0 to 1."""
    [written] = re.findall(rf"--{name}: #([0-9a-f]+);", css)
    digits = written if len(written) == 6 else "".join(2 * digit for digit in written)
    parts = (int(digits[n : n + 2], 16) / 255 for n in (0, 2, 4))
    red, green, blue = (
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts
    )
    return red, green, blue


def times(matrix: Sequence[Sequence[float]], vector: Triple) -> Triple:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z


def lab(light: Triple) -> Triple:
    within = (min(1.0, max(0.0, part)) for part in times(XYZ, light))
    x, y, z = (
        t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116
        for t in (part / white for part, white in zip(within, WHITE, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(one: Triple, other: Triple) -> float:
    """Return the CIE's ΔE of 2000."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    more = 1.5 - math.sqrt(mean**7 / (mean**7 + 25**7)) / 2
    c1, c2 = math.hypot(a1 * more, b1), math.hypot(a2 * more, b2)
    h1 = math.degrees(math.atan2(b1, a1 * more)) % 360
    h2 = math.degrees(math.atan2(b2, a2 * more)) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    light, chroma, hue = (l1 + l2) / 2, (c1 + c2) / 2, h1 + turn / 2

    def cosine(degrees: float) -> float:
        return math.cos(math.radians(degrees))

    tint = 1 - 0.17 * cosine(hue - 30) + 0.24 * cosine(2 * hue)
    tint += 0.32 * cosine(3 * hue + 6) - 0.2 * cosine(4 * hue - 63)
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.hypot(20**0.5, light - 50))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    dh /= 1 + 0.015 * chroma * tint
    angle = math.radians(60 * math.exp(-(((hue % 360 - 275) / 25) ** 2)))
    rotation = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(angle)
    return math.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh)


def series(css: str) -> list[Triple]:
    return [colour(css, f"series-{number}") for number in range(1, COLOURS + 1)]


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
@pytest.mark.parametrize("eyes", EYES)
def test_no_two_colours_look_alike(scheme: str, eyes: str) -> None:
    seen = [lab(times(EYES[eyes], light)) for light in series(scheme)]
    assert min(difference(*pair) for pair in combinations(seen, 2)) > LEAST_DIFFERENCE


def test_the_difference_of_two_colours_is_that_of_the_cie() -> None:
    """Of the pairs that Sharma, Wu and Dalal published."""
    found = difference((50, 2.6772, -79.7751), (50, 0, -82.7485))
    assert found == pytest.approx(2.0425, abs=1e-4)
    found = difference((22.7233, 20.0904, -46.694), (23.0331, 14.973, -42.5619))
    assert found == pytest.approx(2.0373, abs=1e-4)


@pytest.mark.parametrize("scheme", SCHEMES, ids=["light", "dark"])
def test_each_colour_stands_out_from_the_card(scheme: str) -> None:
    def luminance(light: Triple) -> float:
        return times(XYZ, light)[1] + 0.05

    card = luminance(colour(scheme, "card"))
    for light in map(luminance, series(scheme)):
        assert max(card, light) / min(card, light) > LEAST_CONTRAST


def test_each_colour_has_a_dash_and_a_pattern_that_no_other_has() -> None:
    numbers = range(1, COLOURS + 1)
    assert len({tuple(dash(number)) for number in numbers}) == COLOURS
    fills = (TEMPLATES / "fills.html").read_text()
    drawn = re.findall(r"'fill-(\d)', \d, 'series-\1', (.*)\)", fills)
    assert len(dict(drawn)) == len({lines for _, lines in drawn}) == COLOURS
