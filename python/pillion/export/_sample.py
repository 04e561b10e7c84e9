"""Columns' names and kinds from a sample of the rows that a model was trained on."""

from __future__ import annotations

import numbers
from typing import Any
from collections.abc import Iterable, Sequence

from pillion.export._errors import Problems
from pillion.export._graph import Column


def read(sample: Any, problems: Problems, any_float: bool = False) -> list[Column]:
    """The columns of a DataFrame, a dict of columns, a two-dimensional array; one of texts, or
    of a series, is called by its name, or else text."""
    columns = []
    for name, values, dtype in columns_of(sample, problems):
        kind, missing = _kind(values)
        where = f"sample, column '{name}'"
        if kind == "nothing":
            kind = "number"
            problems.add(where, "holds only missing values; give rows that show what it holds")
        elif kind not in ("number", "text"):
            problems.add(where, f"holds {kind}; a column holds numbers, booleans or text")
        if dtype in ("float16", "float32") and not any_float:
            problems.add(
                where,
                f"is {dtype}, in which scikit-learn computes, and Pillion computes in float64; "
                "fit on float64 (.astype('float64'))",
            )
        columns.append(Column(name, text=kind == "text", nullable=missing and kind == "number"))
    names = [column.name for column in columns]
    for name in {name for name in names if names.count(name) > 1}:
        problems.add("sample", f"has {names.count(name)} columns called '{name}'; rename them")
    return columns


def check_names(names: Sequence[str], answers: Sequence[str], problems: Problems) -> None:
    """Each feature has a name of its own, that is no answer's."""
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add("feature_names", f"'{name}' stands there {names.count(name)} times")
    for name in sorted({*names} & {*answers}):
        problems.add("feature_names", f"'{name}' is what an answer is called; rename the column")


def columns_of(sample: Any, problems: Problems) -> Iterable[tuple[str, list[Any], str]]:
    if hasattr(sample, "columns") and hasattr(sample, "dtypes"):
        for i, name in enumerate(sample.columns):
            values = sample.iloc[:, i] if hasattr(sample, "iloc") else sample[name]
            listed = values.tolist() if hasattr(values, "tolist") else values.to_list()
            yield str(name), listed, str(getattr(values, "dtype", ""))
        return
    if isinstance(sample, dict):
        for name, values in sample.items():
            scalar = isinstance(values, (str, numbers.Number)) or values is None
            yield str(name), [values] if scalar else list(values), str(getattr(values, "dtype", ""))
        return
    shape = getattr(sample, "shape", None)
    name = getattr(sample, "name", None)
    if isinstance(sample, (list, tuple)) and sample and isinstance(sample[0], str):
        yield "text", list(sample), ""
        return
    if shape is not None and len(shape) == 1 and hasattr(sample, "tolist"):
        yield "text" if name is None else str(name), sample.tolist(), str(sample.dtype)
        return
    if shape is not None and hasattr(sample, "toarray"):
        sample = sample.toarray()
    if shape is None and isinstance(sample, (list, tuple)) and sample:
        if all(isinstance(row, (list, tuple)) for row in sample):
            for i, values in enumerate(zip(*sample)):
                yield f"x{i}", list(values), ""
            return
    if shape is None or len(shape) != 2:
        found = type(sample).__name__ + (f" of shape {shape}" if shape is not None else "")
        problems.add(
            "sample",
            f"expected a DataFrame, a dict of columns or a table of numbers, found {found}",
        )
        return
    for i in range(shape[1]):
        yield f"x{i}", sample[:, i].tolist(), str(sample.dtype)


def is_missing(value: Any) -> bool:
    """None, NaN and pandas' NA and NaT."""
    if value is None:
        return True
    if isinstance(value, numbers.Real):
        return bool(value != value)
    return type(value).__name__ in ("NAType", "NaTType")


def _kind(values: Iterable[Any]) -> tuple[str, bool]:
    """ "number", "text", "nothing" or a description, and whether values are missing."""
    found = set()
    missing = False
    for value in values:
        if is_missing(value):
            missing = True
        elif isinstance(value, str):
            found.add("text")
        elif isinstance(value, numbers.Real) or type(value).__name__ in ("bool_", "bool"):
            found.add("number")
        else:
            found.add(f"values of the type {type(value).__name__}")
    if not found:
        return "nothing", missing
    return " and ".join(sorted(found)), missing
