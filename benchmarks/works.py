"""The works that are measured, and the programs that do them."""

from __future__ import annotations

from pathlib import Path

from measure import BIN, Program, Run, Work

HERE = Path(__file__).resolve().parent

BACKFILL = Work(users=50, days=90, latency=100)
VOLUME = Work(users=5000, days=20, latency=0)
LONG = Work(users=2000, days=365, latency=0)
SHORT = Work(users=2000, days=30, latency=0)
NEW_FIELDS = Work(5000, 20, latency=0, realities=("lines-of-code-are-counted",))
FRACTIONS = Work(5000, 20, latency=0, realities=("numbers-are-floats",))
MANY_ROWS = Work(users=12_000, days=41, latency=0)
LARGE = Work(users=20_000, days=365, latency=0)
LARGE_SHORT = Work(users=20_000, days=5, latency=0)
NIGHTLY = Work(users=50, days=90, latency=100)


def python(program: str, environment: str | None = None) -> list[str]:
    """Return the words that run one of the programs beside this one."""
    folder = HERE / environment / "bin" if environment else BIN
    return [str(folder / "python"), str(HERE / "programs" / program)]


TAP = str(BIN / "tap-zencoder")
OURS = Program("tap-zencoder", [TAP, "--config", "tap-4.json"], [TAP, "--discover"])
MAPPED = Program(
    "tap-zencoder", [TAP, "--config", "tap-mapped.json"], [TAP, "--discover"]
)
TEMPLATE = Program(
    "SDK template style",
    [*python("template_tap.py"), "--config", "days.json"],
    [*python("template_tap.py"), "--discover"],
    rounds=1,  # it takes long
)
DLT = Program(
    "dlt, extract only",
    [*python("dlt_pipeline.py", ".venv-dlt"), "days.json"],
    [*python("dlt_pipeline.py", ".venv-dlt"), "none.json"],
)
AIRBYTE = Program(
    "Airbyte declarative CDK",
    [
        *python("airbyte_source.py", ".venv-airbyte"),
        *("read", "--config", "days.json", "--catalog", "airbyte-catalog.json"),
    ],
    [*python("airbyte_source.py", ".venv-airbyte"), "spec"],
)
LIMIT = Program(
    "the limit",
    [*python("limit.py"), "days.json"],
    [*python("limit.py"), "none.json"],
)
ALL = [OURS, TEMPLATE, DLT, AIRBYTE, LIMIT]

Runs = dict[str, list[Run]]


def verdict(text: str, figure: float, reached: bool, unit: str = "") -> str:  # noqa: FBT001
    """Return a line that holds a figure beside its target."""
    return f"- {text}: **{figure:.2f}{unit}**, {'reached' if reached else 'missed'}."
