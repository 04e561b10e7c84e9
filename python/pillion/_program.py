"""The command `pillion` of a wheel: the program that lies in it, in place of this process."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Does not return."""
    os.environ.setdefault("PILLION_PYTHON", sys.executable)  # where Parquet is read
    program = str(Path(__file__).with_name("bin") / "pillion")
    os.execv(program, [program, *sys.argv[1:]])
