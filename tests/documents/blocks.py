"""The fenced blocks of a page of Markdown, and what a comment before one says of it."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>[^\s`]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
_COMMENT = re.compile(r"<!-- *(?P<word>not run|run)\b:?(?P<rest>.*?)-->")


@dataclass
class Block:
    """A fenced block.

    ``comments`` are those directly before it: ``<!-- not run: REASON -->`` or
    ``<!-- run: WITH -->``. ``prints`` is the block of ``text`` that follows one of
    commands, with one line of prose between them at most.
    """

    language: str
    text: str
    line: int
    comments: dict[str, str]
    prints: str = ""


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    found: list[Block] = []
    end = 0
    for fence in _FENCE.finditer(page):
        before = page[end : fence.start()].splitlines()
        block = Block(
            fence["language"],
            textwrap.dedent(fence["text"]),
            page.count("\n", 0, fence.start()) + 1,
            comments(before[-1]) if before else {},
        )
        prose = [line for line in before if line.strip()]
        if found and block.language == "text" and len(prose) <= 1:
            found[-1].prints = block.text
        found.append(block)
        end = fence.end()
    return found


def comments(text: str) -> dict[str, str]:
    """Return what the comments in a text say about running a block."""
    return {c["word"]: c["rest"].strip() for c in _COMMENT.finditer(text)}


def commands(block: Block) -> list[str]:
    """Return the commands of a block, each with the lines that continue it."""
    return re.split(r"(?<!\\)\n", block.text.strip())


def first_line_missing(promised: str, output: str) -> str | None:
    """Return the first line that an output lacks, or None.

    Figures, dates and the widths of tables are shapes: they may be any. A line ``...``
    stands for any lines, and ``...`` within one for anything.
    """
    rest = iter([_shape(line) for line in output.splitlines()])
    for line in promised.splitlines():
        form = ".*".join(re.escape(part) for part in _shape(line).split("..."))
        if not any(re.search(form, there) for there in rest):
            return line
    return None


def _shape(line: str) -> str:
    figures = re.sub(r"\d+(,\d{3})*", "0", line)
    return re.sub(r"[\s\-─]+", " ", figures).strip()
