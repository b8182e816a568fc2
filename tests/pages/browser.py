"""A program of its own, since its browser's strings are in another environment.

Opens each page in headless Chromium, in windows of several widths, light, dark, in
forced colours and printed, and writes what it saw as JSON:
`python browser.py CHROMIUM PAGE...`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

PHONE, DESKTOP, HEIGHT = 320, 1280, 900
WIDTHS = (PHONE, 390, 768, DESKTOP)
A4 = (703,)
"""The width of a printed page in CSS pixels, without the margins of page.css."""
A4_HEIGHT = 1032
NO: Any = {"media": "screen", "color_scheme": "light", "forced_colors": "none"}
LOOKS: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    ("light", NO, (*WIDTHS, *range(PHONE, DESKTOP, 32))),
    ("dark", NO | {"color_scheme": "dark"}, WIDTHS),
    ("forced", NO | {"forced_colors": "active"}, WIDTHS),
    ("print", NO | {"media": "print"}, A4),
]
MORE_ROWS = ["tr:nth-child(n + 20)"]
"""They are like those before, and slow."""
PAINT = "() => performance.getEntriesByType('paint')[0].startTime"
# What a reader cannot see well: whatever reaches out of the window, or out of the card
# or cell that it is in; small text in drawings; bars that are not as long as they say.
FAULTS = """() => {
    for (const part of document.querySelectorAll("details")) part.open = true;
    const found = [];
    const boxOf = part => part.getBoundingClientRect();
    const all = name =>
        [...document.querySelectorAll(name)].filter(part => boxOf(part).width);
    if (document.documentElement.scrollWidth > innerWidth) found.push("page");
    for (const part of all("main *, footer *")) {
        if (part.closest(".hidden, svg g")) continue;
        const holder = part.closest("svg, td, th, section, li, main, footer");
        const room = boxOf(holder === part ? part.parentElement : holder);
        const box = boxOf(part), slack = 1;
        if (box.left < room.left - slack || box.right > room.right + slack
            || box.right > innerWidth + slack)
            found.push(`cut off: ${part.tagName} ${part.textContent.slice(0, 40)}`);
    }
    for (const text of all("main svg text")) {
        const svg = boxOf(text.closest("svg")), box = boxOf(text);
        const size = parseFloat(getComputedStyle(text).fontSize);
        if (size * text.getScreenCTM().a < 11) found.push(`small: ${text.textContent}`);
        if (box.left < svg.left - 1 || box.right > svg.right + 1
            || box.top < svg.top - 1 || box.bottom > svg.bottom + 1)
            found.push(`cut off: ${text.textContent}`);
    }
    for (const table of all("table.bars")) {
        const bars = [...table.querySelectorAll(".bar span")];
        const rooms = bars.map(bar => boxOf(bar.parentElement).width);
        const least = Math.max(40, Math.max(...rooms) - 1);
        if (Math.min(...rooms) < least) found.push(`no room for bars: ${rooms}`);
        const ground = getComputedStyle(table.closest("section")).backgroundColor;
        bars.forEach((bar, at) => {
            const long = rooms[at] * parseFloat(bar.style.width) / 100;
            if (Math.abs(boxOf(bar).width - long) > 1) found.push(`bar ${long}`);
            if (getComputedStyle(bar).backgroundColor === ground) found.push("no bar");
        });
    }
    return found;
}"""
# Which part of a printed page stays in one piece, so may be left empty before it.
PIECES = """height => {
    const whole = [...document.querySelectorAll("section")].flatMap(section => {
        const drawing = section.querySelector(".drawings");
        const last = drawing || section.querySelector(":scope > p:last-of-type");
        return last ? last.getBoundingClientRect().bottom
            - section.getBoundingClientRect().top : [];
    });
    const uncut = [...document.querySelectorAll("section, section *")].filter(part =>
        part.closest("tr, .hidden") === null
        && getComputedStyle(part).breakInside === "avoid");
    const heights = uncut.map(part => part.getBoundingClientRect().height);
    return Math.max(...whole, ...heights) / height;
}"""
SEEN = """() => ({
    scripts: document.scripts.length,
    title: document.title,
    rows: [...document.querySelectorAll("tbody th")].map(h => h.innerText.trim()),
    ran: typeof window.ran !== "undefined",
})"""
WINDOW = """() => ({
    background: getComputedStyle(document.body).backgroundColor,
    drawings: [...document.querySelectorAll("svg")]
        .filter(svg => svg.getBoundingClientRect().height > 100).length,
})"""


def look(browser: Browser, file: Path) -> dict[str, Any]:
    """Return what there is to see of a page, with scripts allowed and without."""
    page = browser.new_context().new_page()
    noise = listen(page)
    page.goto(file.as_uri())
    seen = {"file": file.name, "shots": [shot(page)], "paint": page.evaluate(PAINT)}
    seen |= {"windows": list(windows(page)), "piece": page.evaluate(PIECES, A4_HEIGHT)}
    seen["violations"] = [
        *violations(page, PHONE, "light"),
        *violations(page, DESKTOP, "dark"),
    ]
    seen |= page.evaluate(SEEN) | noise
    page.context.close()
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(file.as_uri())
    seen["shots"].append(shot(page))
    seen["csv"] = downloaded(page)
    page.context.close()
    return seen


def shot(page: Page) -> str:
    """Return what is the same for the same picture."""
    return hashlib.sha256(page.screenshot()).hexdigest()


def windows(page: Page) -> Iterator[dict[str, Any]]:
    """Give what there is to see in each window, with all tables open; last, printed."""
    for kind, media, widths in LOOKS:
        page.emulate_media(**media)
        for width in widths:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            faults = page.evaluate(FAULTS)
            seen = page.evaluate(WINDOW)
            yield {"kind": kind, "width": width, "faults": faults, **seen}


def violations(page: Page, width: int, scheme: Any) -> list[str]:
    """Return what axe says against it."""
    page.emulate_media(media="screen", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": HEIGHT})
    found = Axe().run(page, {"exclude": MORE_ROWS}, {"resultTypes": ["violations"]})
    rules = found.response["violations"]
    return [f"{r['id']}: {r['nodes'][0]['html'][:200]}" for r in rules]


def downloaded(page: Page) -> dict[str, str]:
    """Return the name and the first line of the first table that can be saved."""
    if not page.query_selector(".csv a"):
        return {}
    with page.expect_download() as download:
        page.click(".csv a")
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    return {download.value.suggested_filename: text.splitlines()[0]}


def listen(page: Page) -> dict[str, list[str]]:
    """Keep what the page asks for, says and shows, from now on."""
    noise: dict[str, list[str]] = {"requests": [], "console": [], "dialogs": []}
    page.on("request", lambda request: noise["requests"].append(request.url))
    page.on("console", lambda message: noise["console"].append(message.text))
    page.on("pageerror", lambda error: noise["console"].append(str(error)))
    page.on("dialog", lambda dialog: noise["dialogs"].append(dialog.message))
    return noise


def main(chromium: str, files: list[Path]) -> None:
    """Look at every page in every window."""
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    options += ["--disable-component-update", "--disable-sync", "--no-first-run"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        seen = [look(browser, file) for file in files]
        browser.close()
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], [Path(name).resolve() for name in sys.argv[2:]])
