"""How the blocks of a page are read, and when one prints what it says."""

from __future__ import annotations

import pytest

from documents import running
from documents.blocks import blocks, commands, first_line_missing

PAGE = """\
Text.

<!-- not run: needs an account -->
```sh
export KEY=...
one \\
  --two
three
```

It prints:

```text
Done 12
```

1. In a list:

   ```yaml
   a: 1
   ```

   More words.

   And more.

   ```text
   not what the YAML prints
   ```
"""


def test_a_page_has_its_blocks_with_what_is_said_of_them() -> None:
    shell, done, settings, other = blocks(PAGE)
    assert (shell.language, shell.line) == ("sh", 4)
    assert shell.comments == {"not run": "needs an account"}
    assert shell.prints == done.text == "Done 12\n"
    assert (settings.language, settings.text) == ("yaml", "a: 1\n")
    assert settings.prints == ""
    assert other.comments == {}


def test_a_command_has_the_lines_that_continue_it() -> None:
    shell, *_ = blocks(PAGE)
    assert commands(shell) == ["export KEY=...", "one \\\n  --two", "three"]


@pytest.mark.parametrize(
    ("comment", "comments"),
    [
        ("<!-- not run: -->", {"not run": ""}),
        ("<!-- not run -->", {"not run": ""}),
        ("<!-- run: duckdb -->", {"run": "duckdb"}),
        ("<!-- runs well -->", {}),
    ],
)
def test_a_comment_may_lack_its_reason(comment: str, comments: dict[str, str]) -> None:
    [block] = blocks(f"{comment}\n```sql\nSELECT 1\n```\n")
    assert block.comments == comments


@pytest.mark.parametrize(
    ("promised", "printed", "missing"),
    [
        ("2026-10-07, 1,151 rows", "2025-01-31, 7 rows", None),
        ("│ daily │ 12 │", "│ daily         │     1 │", None),
        (
            "Sync complete: ...; 94 requests",
            "x Sync complete: a, b; 1 requests, y",
            None,
        ),
        ("first\n...\nlast", "first\nother\nanother\nlast", None),
        ("first\nlast", "last\nfirst", "last"),
        ("one\none", "one", "one"),
        ("Connection OK", "Connection failed", "Connection OK"),
        ("anything", "", "anything"),
        ("", "whatever", None),
    ],
)
def test_what_is_promised_has_to_be_printed(
    promised: str, printed: str, missing: str | None
) -> None:
    assert first_line_missing(promised, printed) == missing


def test_placeholders_are_left_out_and_what_installs_runs_on_request() -> None:
    page = blocks(
        "```sh\nexport KEY=... SECRET=...  # of the account\nexport A=1\n"
        "python3 -m venv tap && tap/bin/pip install .\ntap\n```\n"
    )
    quick, whole = (running.script(page, installing=each) for each in (False, True))
    assert "KEY=" not in quick + whole
    assert quick.endswith("export A=1\ntap\n")
    assert "pip install" in whole


def test_a_block_may_wait_for_what_another_installs() -> None:
    page = blocks("<!-- run: make test-documents -->\n```sh\nmeltano elt\n```\n")
    assert running.installs(page[0])
    assert "meltano elt" in running.script(page, installing=True)
    assert "meltano elt" not in running.script(page, installing=False)
