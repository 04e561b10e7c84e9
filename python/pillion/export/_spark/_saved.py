"""What Spark saves of a stage: a directory with JSON of its parameters and Parquet of its data."""

from __future__ import annotations

import json
import math
import os
from typing import Any

from pillion.export._errors import Problems

NEWEST = (4, 1)  # the last Spark whose directories are known
OLDEST = (3, 0)


class Saved:
    """A stage, by its directory. Reading collects problems; what cannot be read is None."""

    def __init__(self, directory: str, where: str, problems: Problems) -> None:
        self.directory = directory
        self.where = where
        self._problems = problems
        self._metadata = self._read_metadata()
        kind = str(self._metadata.get("class", ""))
        self.kind = kind.rsplit(".", 1)[-1]
        self.is_of_spark = kind.startswith(("org.apache.spark.ml.", "pyspark.ml."))
        self.uid = str(self._metadata.get("uid", os.path.basename(directory)))
        if self._metadata:
            self.where = where or self.uid
            self._check_version()

    @property
    def known(self) -> bool:
        return bool(self._metadata)

    def refuse(self, what: str) -> None:
        self._problems.add(self.where, what)

    def part(self, name: str, where: str = "") -> Saved:
        """The stage saved in a directory within."""
        return Saved(os.path.join(self.directory, name), where, self._problems)

    def extra(self, name: str) -> Any:
        """A member of the metadata beside the parameters."""
        return self._metadata.get(name)

    def has(self, name: str) -> bool:
        """Whether a parameter was set, not left at its default."""
        return name in self._metadata.get("paramMap", {})

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter, as it was set or by default."""
        for group in ("paramMap", "defaultParamMap"):
            values = self._metadata.get(group, {})
            if name in values:
                return values[name]
        return default

    def number(self, name: str, default: float = 0.0) -> float:
        return to_number(self.get(name, default))

    def rows(self, name: str = "data") -> list[dict[str, Any]]:
        """All rows of the Parquet files in a directory within, in the order of the files."""
        import pyarrow.parquet

        directory = os.path.join(self.directory, name)
        if not os.path.isdir(directory):
            self._half_written(f"{name}/ is not there")
            return []
        files = sorted(f for f in os.listdir(directory) if f.endswith(".parquet"))
        if os.path.isdir(os.path.join(directory, "_temporary")) or not files:
            self._half_written(f"{name}/ holds no finished Parquet file")
            return []
        rows: list[dict[str, Any]] = []
        for file in files:
            try:
                table = pyarrow.parquet.read_table(os.path.join(directory, file), partitioning=None)
            except (OSError, ValueError) as error:
                self.refuse(f"{name}/{file} cannot be read: {str(error).splitlines()[0]}")
                return []
            rows += table.to_pylist()
        if not rows:
            self._half_written(f"{name}/ holds no rows")
        return rows

    def row(self, *columns: str) -> dict[str, Any]:
        """The single row of data; each column that it lacks is a problem, and None."""
        rows = self.rows()
        row = rows[0] if rows else {}
        for column in columns:
            if rows and column not in row:
                self.refuse(f"its data lacks {column}; found {', '.join(row)}")
        return {column: row.get(column) for column in columns}

    def _read_metadata(self) -> dict[str, Any]:
        where = self.where or self.directory
        if not os.path.isdir(self.directory):
            found = "a file" if os.path.exists(self.directory) else "nothing"
            self._problems.add(where, f"expected the directory of a saved model, found {found}")
            return {}
        directory = os.path.join(self.directory, "metadata")
        if not os.path.isdir(directory):
            self._problems.add(
                where,
                "has no metadata/: it is no model that Spark saved, or is half-written; "
                "give the directory that PipelineModel.save wrote, or save the model again",
            )
            return {}
        text = ""
        for file in sorted(f for f in os.listdir(directory) if f.startswith("part-")):
            with open(os.path.join(directory, file), encoding="utf-8") as part:
                text += part.read()
        try:
            metadata = json.loads(text)
        except ValueError:
            metadata = None
        if not isinstance(metadata, dict) or "class" not in metadata:
            self._problems.add(
                where, "is half-written: metadata/ holds no whole JSON; save the model again"
            )
            return {}
        return metadata

    @property
    def version(self) -> str:
        """Of the Spark that saved it."""
        return str(self._metadata.get("sparkVersion", ""))

    def _check_version(self) -> None:
        version = self.version
        try:
            numbers = tuple(int(part) for part in version.split(".")[:2])
        except ValueError:
            numbers = ()
        if not numbers:
            self.refuse(f"expected the version of Spark that saved it, found '{version}'")
        elif numbers > NEWEST:
            self.refuse(
                f"was saved by Spark {version}, and directories are known up to those of "
                f"Spark {NEWEST[0]}.{NEWEST[1]}; take a newer pillion, or save it by that Spark"
            )
        elif numbers < OLDEST:
            self.refuse(f"was saved by Spark {version}; load it in Spark 3 or 4 and save it again")

    def _half_written(self, why: str) -> None:
        self.refuse(f"is half-written: {why}; save the model again")


def to_number(value: Any) -> float:
    """A number as Spark's JSON holds it: NaN and infinities are text."""
    if isinstance(value, str):
        return {"NaN": math.nan, "Inf": math.inf, "-Inf": -math.inf}.get(value, math.nan)
    return float(value)


def to_vector(value: Any) -> list[float]:
    """A vector, dense or sparse, of Parquet or JSON."""
    if isinstance(value, str):
        value = json.loads(value)
    if value is None:
        return []
    if value["type"] == 1:
        return [to_number(entry) for entry in value["values"]]
    dense = [0.0] * int(value["size"])
    for index, entry in zip(value["indices"], value["values"]):
        dense[index] = to_number(entry)
    return dense


def to_rows(value: Any) -> list[list[float]]:
    """A matrix, dense or sparse, by row."""
    rows, columns = int(value["numRows"]), int(value["numCols"])
    result = [[0.0] * columns for _ in range(rows)]
    transposed = bool(value["isTransposed"])
    values = value["values"]
    if value["type"] == 1:
        for i in range(rows):
            for j in range(columns):
                result[i][j] = values[i * columns + j] if transposed else values[i + j * rows]
        return result
    begins, inner = value["colPtrs"], value["rowIndices"]
    for outer in range(len(begins) - 1):
        for k in range(begins[outer], begins[outer + 1]):
            i, j = (outer, inner[k]) if transposed else (inner[k], outer)
            result[i][j] = values[k]
    return result
