"""What calls from Python take, over a server that is there: calls.py RUN_DIR MODEL FRAME OUTPUT.

Rows differ from call to call and the answer is read, as in `pillion bench`. The clock's own time
counts too; it stands beside.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))

import pillion  # noqa: E402

CALLS = 50_000
FRAME_ROWS = 10_000
ROUNDS = 10


def measure(
    what: str, call: Callable[[dict[str, Any]], Any], rows: list[dict[str, Any]]
) -> None:
    """Prints percentiles of single calls, the first tenth left out."""
    clock, took = time.perf_counter_ns, []
    for at in range(CALLS):
        row = rows[at % len(rows)]
        begin = clock()
        call(row)
        took.append(clock() - begin)
    took = sorted(took[CALLS // 10 :])
    p50, p99 = (took[int(len(took) * part)] / 1000 for part in (0.5, 0.99))
    print(f"{what:<28} p50 {p50:7.2f} us   p99 {p99:7.2f} us")


def speed(what: str, call: Callable[[Any], Any], given: Any) -> None:
    """Prints the best of some rounds: others' work only ever takes away."""
    best = 0.0
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        call(given)
        best = max(best, len(given) / (time.perf_counter() - begin))
    print(f"{what:<28} {best:>11,.0f} rows/s")


def frames(rows: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The rows as each kind of frame that is installed."""
    for name, make in (
        ("pandas", lambda module: module.DataFrame(rows)),
        ("polars", lambda module: module.DataFrame(rows)),
        ("pyarrow", lambda module: module.Table.from_pylist(rows)),
    ):
        try:
            yield name, make(importlib.import_module(name))
        except ImportError:
            print(f"{name} is not installed")


def main() -> None:
    run_dir, name, frame_path, output = sys.argv[1:]
    frame = json.loads(Path(frame_path).read_text())
    names = [field["name"] for field in frame["schema"]["fields"]]
    rows = [dict(zip(names, row)) for row in frame["rows"]]
    with pillion.connect(run_dir, name, outputs=[output]) as model:
        measure(f"Python, a dict, {model.transport}", model.score, rows)
        many = (rows * (FRAME_ROWS // len(rows) + 1))[:FRAME_ROWS]
        speed(
            "Python, dicts one by one",
            lambda some: [model.score(row) for row in some],
            many,
        )
        speed("Python, a list of dicts", model.score, many)
        for kind, frame in frames(many):
            speed(f"Python, {kind}", model.score, frame)
    measure("the clock", lambda row: None, rows)


main()
