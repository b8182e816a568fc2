"""A program of its own, since its browser's strings are in another environment.

Opens each page in headless Chromium, light and dark, on a desktop and on a phone, and
writes what it saw as JSON: `python browser.py CHROMIUM PAGE...`.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = (390, 1280)
SCHEMES: tuple[Any, ...] = ("light", "dark")
# Whatever reaches out of the window, or out of the card or cell that it is in.
CUT_OFF = """() => {
    for (const part of document.querySelectorAll("details")) part.open = true;
    const found = [];
    const page = document.documentElement;
    if (page.scrollWidth > innerWidth) found.push(`page ${page.scrollWidth}`);
    for (const part of document.querySelectorAll("main *, footer *")) {
        if (part.closest(".hidden, svg defs")) continue;
        const box = part.getBoundingClientRect();
        if (!box.width || !box.height) continue;
        const holder = part.closest("svg, td, th, section, li, main, footer");
        const around = holder === part ? part.parentElement : holder;
        const room = around.getBoundingClientRect();
        const slack = 1;
        if (box.left < room.left - slack || box.right > room.right + slack
            || box.right > innerWidth + slack)
            found.push(`${part.tagName} ${part.textContent.slice(0, 40)}`);
    }
    return found;
}"""
SEEN = """() => ({
    scripts: document.scripts.length,
    title: document.title,
    headings: [...document.querySelectorAll("h1, h2, h3")].map(h => h.innerText),
    legends: [...document.querySelectorAll(".legend li")].map(l => l.innerText.trim()),
    tiles: [...document.querySelectorAll(".tiles .figure")].map(f => f.innerText),
    drawings: [...document.querySelectorAll("svg")]
        .filter(svg => svg.getBoundingClientRect().height > 100).length,
    ran: typeof window.ran !== "undefined",
    paint: performance.getEntriesByType("paint")[0].startTime,
    background: getComputedStyle(document.body).backgroundColor,
})"""


def look(browser: Browser, file: Path, width: int, scheme: Any) -> dict[str, Any]:
    """Return what there is to see in one window."""
    size: Any = {"width": width, "height": 900}
    seen: dict[str, Any] = {"file": file.name, "width": width, "scheme": scheme}
    shots = []
    for scripts in (False, True):
        context = browser.new_context(
            viewport=size, color_scheme=scheme, java_script_enabled=scripts
        )
        page = context.new_page()
        noise = listen(page)
        page.goto(file.as_uri())
        shots.append(hashlib.sha256(page.screenshot(full_page=True)).hexdigest())
        seen |= noise
        if not scripts:
            seen["csv"] = downloaded(page)
    seen |= page.evaluate(SEEN)
    seen["without_scripts"] = shots[0] == shots[1]
    rules = Axe().run(page).response["violations"]
    seen["violations"] = [f"{r['id']}: {r['nodes'][0]['html'][:200]}" for r in rules]
    seen["cut_off"] = page.evaluate(CUT_OFF)
    return seen


def downloaded(page: Page) -> str:
    """Return the first line of the first table that can be saved."""
    with page.expect_download() as download:
        page.click(".csv a")
    return Path(download.value.path()).read_text().splitlines()[0]


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
        seen = [
            look(browser, file, width, scheme)
            for file in files
            for width in WIDTHS
            for scheme in SCHEMES
        ]
        browser.close()
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], [Path(name).resolve() for name in sys.argv[2:]])
