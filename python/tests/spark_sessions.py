"""Sessions of Spark for tests: what its workers need to find Pillion."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any, Optional

from scoring import ROOT

CLIENT = os.environ.get("PILLION_CLIENT", str(ROOT / "build/release/lib/libpillion-client.so.2"))

_BRIEF = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # a JVM that lives for seconds


def why_no_spark() -> Optional[str]:
    """Why tests that need Spark are skipped; None: they are not."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        return "Spark needs Java, and there is neither a java in PATH nor JAVA_HOME"
    return None


def settings() -> dict[str, str]:
    """Of every session."""
    # Workers are forked by daemons of Spark's that know this process's path alone by its word.
    path = os.pathsep.join([str(ROOT / "python"), *[p for p in sys.path if p]])
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.extraJavaOptions": _BRIEF,
        "spark.executor.extraJavaOptions": _BRIEF,
        "spark.executorEnv.PYTHONPATH": path,
        "spark.executorEnv.PILLION_CLIENT": CLIENT,
    }


def session(master: str, **more: str) -> Any:
    """A session of this process."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(master)
    for name, value in {**settings(), **more}.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark
