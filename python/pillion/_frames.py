"""Frames of pandas, polars and pyarrow: rows of one, answers as another. None of them is imported
unless a frame of it is given."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ._columns import Column
from ._errors import BadRow, Error

_ROWS = 4096  # of a frame that are Python's objects at a time

_Score = Callable[[Sequence[Mapping[str, Any]]], list[dict[str, Any]]]


def score(frame: Any, inputs: Sequence[Column], outputs: Sequence[Column], some: _Score) -> Any:
    """A frame of the kind of `frame`, with the answers that `some` gives to its rows."""
    if _is(frame, "pandas", "DataFrame"):
        return _score_pandas(frame, inputs, outputs, some)
    if _is(frame, "polars", "DataFrame"):
        answers = _answers(frame, list(frame.columns), len(frame), inputs, outputs, some)
        polars = sys.modules["polars"]
        types = {output.name: _polars_type(polars, output) for output in outputs}
        return polars.DataFrame(answers, schema=types)
    if _is(frame, "pyarrow", "Table"):
        answers = _answers(frame, frame.column_names, frame.num_rows, inputs, outputs, some)
        arrow = sys.modules["pyarrow"]
        columns = [
            arrow.array(answers[output.name], _arrow_type(arrow, output)) for output in outputs
        ]
        return arrow.table(columns, names=[output.name for output in outputs])
    raise TypeError(
        f"a {type(frame).__name__} is not scored: give a dict, a list of dicts, a DataFrame of "
        "pandas or polars, or a pyarrow Table"
    )


def _is(frame: Any, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and isinstance(frame, kind)


def _answers(
    frame: Any,
    names: Sequence[str],
    count: int,
    inputs: Sequence[Column],
    outputs: Sequence[Column],
    some: _Score,
) -> dict[str, list[Any]]:
    """The answers by columns. Of the frame, slice(at, n) and a column's to_list() are asked."""
    known = set(names)
    for column in inputs:
        if column.name not in known:
            raise BadRow(
                f"the frame has no column {column.name}, which the model reads: add it, or "
                "connect with absent=[…]",
                52,
                "kUnknownColumn",
                column=column.name,
            )
    answers: dict[str, list[Any]] = {output.name: [] for output in outputs}
    for begin in range(0, count, _ROWS):
        part = frame.slice(begin, _ROWS)
        columns = {column.name: part[column.name] for column in inputs}
        lists = [
            values.to_pylist() if hasattr(values, "to_pylist") else values.to_list()
            for values in columns.values()
        ]
        rows = [dict(zip(columns, values)) for values in zip(*lists)]
        if not rows:  # a model without inputs
            rows = [{} for _ in range(min(_ROWS, count - begin))]
        try:
            scored = some(rows)
        except Error as error:
            error.row += begin
            raise
        for name, values in answers.items():
            values.extend(answer[name] for answer in scored)
    return answers


class _PandasSlices:
    """A pandas frame as _answers() wants it: missing values that are no float's NaN are None."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def slice(self, begin: int, count: int) -> _PandasSlices:
        return _PandasSlices(self._frame.iloc[begin : begin + count])

    def __getitem__(self, name: str) -> Any:
        values = self._frame[name]
        if getattr(values, "ndim", 1) != 1:
            raise BadRow(f"the frame has two columns {name}", 52, "kUnknownColumn", column=name)
        if getattr(values.dtype, "kind", "") in "fiub" and isinstance(
            values.dtype, sys.modules["numpy"].dtype
        ):
            return values
        objects = values.astype(object)
        return objects.where(values.notna(), None)


def _score_pandas(
    frame: Any, inputs: Sequence[Column], outputs: Sequence[Column], some: _Score
) -> Any:
    pandas = sys.modules["pandas"]
    answers = _answers(_PandasSlices(frame), list(frame.columns), len(frame), inputs, outputs, some)
    columns = {}
    for output in outputs:
        values = answers[output.name]
        dtype = _pandas_type(output, None in values)
        columns[output.name] = pandas.Series(values, index=frame.index, dtype=dtype)
    return pandas.DataFrame(columns, index=frame.index)


def _base(column: Column) -> str:
    return column.type.split(",")[0].split(" [")[0].split("[")[0].split(" ")[-1]


def _pandas_type(output: Column, null: bool) -> Any:
    if output.shape != ():
        return object
    base = _base(output)
    if base in ("double", "float"):
        return "float64"
    if base == "boolean":
        return "boolean" if null else "bool"
    if base in ("byte", "short", "int", "long"):
        return "Int64" if null else "int64"
    return object


def _polars_type(polars: Any, output: Column) -> Any:
    if output.shape != ():
        return polars.List(polars.Float64)
    return {
        "boolean": polars.Boolean,
        "double": polars.Float64,
        "float": polars.Float64,
        "string": polars.String,
        "byte_string": polars.Binary,
    }.get(_base(output), polars.Int64)


def _arrow_type(arrow: Any, output: Column) -> Any:
    if output.shape != ():
        return arrow.list_(arrow.float64())
    return {
        "boolean": arrow.bool_(),
        "double": arrow.float64(),
        "float": arrow.float64(),
        "string": arrow.string(),
        "byte_string": arrow.binary(),
    }.get(_base(output), arrow.int64())
