"""Scores rows with the program, and tells how far two answers are apart."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "python"))
PROGRAM = os.environ.get("PILLION_PROGRAM", str(ROOT / "build/release/bin/pillion"))


def score(
    bundle: str, rows: Sequence[Mapping[str, Any]], select: Sequence[str], keep_going: bool = False
) -> list[dict[str, Any]]:
    """The answers of `pillion score`; with keep_going nulls for rows that are refused."""
    command = [PROGRAM, "score", bundle, "-", "--from", "jsonl", "--to", "jsonl"]
    command += ["--select", ",".join(select)] + (["--keep-going"] if keep_going else [])
    text = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode not in ((0, 1) if keep_going else (0,)):
        raise AssertionError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def validate(bundle: str) -> None:
    """What `pillion validate` finds must be nothing."""
    done = subprocess.run(
        [PROGRAM, "validate", bundle], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise AssertionError(f"pillion validate: {done.stdout}{done.stderr}")


def hold_golden_rows(bundle: str) -> dict[str, Any]:
    """What `pillion parity` says of the golden rows in the bundle, which must hold."""
    command = [PROGRAM, "parity", bundle, "--as", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"pillion parity: {done.stdout[-1000:]}{done.stderr}")
    return json.loads(done.stdout)


@contextmanager
def serving(
    run_dir: str, listen: Sequence[str] = (), **bundles: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A server of the bundles, by their names, that is ready; stopped at the end."""
    command = [PROGRAM, "serve", "--run-dir", run_dir, "--log-level", "error"]
    command += [f"--listen={place}" for place in listen]
    os.makedirs(run_dir, exist_ok=True)
    server = subprocess.Popen(command + [f"{name}={path}" for name, path in bundles.items()])
    try:
        subprocess.run(
            [PROGRAM, "ctl", "ready", "--run-dir", run_dir, "--wait", "30"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        yield server
    finally:
        server.terminate()
        server.wait()


@contextmanager
def serving_http(dialect: str, **bundles: str) -> Iterator[str]:
    """HOST:PORT at which a server of the bundles, by their names, speaks the dialect."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    with tempfile.TemporaryDirectory() as directory:
        run_dir = str(Path(directory) / "run")
        with serving(run_dir, listen=[f"tcp:{host}={dialect}"], **bundles):
            yield host


def numbers(value: Any) -> list[float]:
    """A number or a vector in any of the forms of an answer, as a list."""
    if isinstance(value, dict):
        if "indices" in value:
            dense = [0.0] * value["dimensions"][0]
            for index, entry in zip(value["indices"], value["values"]):
                dense[index[0] if isinstance(index, list) else index] = entry
            return dense
        return [float(entry) for entry in value["values"]]
    if isinstance(value, list):
        return [float(entry) for entry in value]
    return [math.nan if value is None else float(value)]


def order(x: float) -> int:
    """The place of a double among all; -0.0 is 0.0."""
    import struct

    bits = struct.unpack("<q", struct.pack("<d", x + 0.0))[0]
    return bits if bits >= 0 else -(bits & 0x7FFFFFFFFFFFFFFF)


def ulps(a: float, b: float, scale: float = 0.0) -> float:
    """How many doubles lie between a and b; with a scale, how many of its last bits."""
    if a == b or (math.isnan(a) and math.isnan(b)):
        return 0.0
    if not (math.isfinite(a) and math.isfinite(b)):
        return math.inf
    if scale > 0:
        return abs(a - b) / math.ulp(max(scale, abs(b)))
    return float(abs(order(a) - order(b)))
