"""Frames of pandas, polars and pyarrow: rows of one, answers as another. None of them is imported
unless a frame of it is given.

Columns go to the client library as Arrow's arrays, without a Python object a value. Where a column
is of a type that has none there (decimals, objects of many kinds), all go row by row."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate
from typing import Any, Optional, Protocol, Union

from ._arrow import Batch, Made, bytes_at, is_read, stream
from ._columns import Column
from ._errors import BadRow, Error

_ROWS = 4096  # of a frame that are Python's objects at a time


class Scorer(Protocol):
    """What a binding does."""

    inputs: list[Column]
    outputs: list[Column]

    def score(self, rows: Sequence[Mapping[str, Any]], timeout: float) -> list[dict[str, Any]]: ...

    def score_batch(self, batch: Union[Batch, Made], timeout: float) -> Batch: ...


def score(frame: Any, scorer: Scorer, timeout: float) -> Any:
    """A frame of the kind of `frame`, with the answers to its rows."""
    if _is(frame, "pandas", "DataFrame"):
        return _score_pandas(frame, scorer, timeout)
    if _is(frame, "polars", "DataFrame"):
        return _score_polars(frame, scorer, timeout)
    if _is(frame, "pyarrow", "Table"):
        return _score_pyarrow(frame, scorer, timeout)
    if _is(frame, "pyarrow", "RecordBatch"):
        arrow = sys.modules["pyarrow"]
        answers = _score_pyarrow(arrow.Table.from_batches([frame]), scorer, timeout)
        batches = answers.combine_chunks().to_batches()
        return batches[0] if batches else arrow.RecordBatch.from_pylist([], answers.schema)
    raise TypeError(
        f"a {type(frame).__name__} is not scored: give a dict, a list of dicts, a DataFrame of "
        "pandas or polars, or a Table or RecordBatch of pyarrow"
    )


def _is(frame: Any, module: str, name: str) -> bool:
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and isinstance(frame, kind)


def _input_names(names: Iterable[str], scorer: Scorer) -> list[str]:
    """Of the columns that the model reads, all of which the frame has to have."""
    known = set(names)
    for column in scorer.inputs:
        if column.name not in known:
            raise BadRow(
                f"the frame has no column {column.name}, which the model reads: add it, or "
                "connect with absent=[…]",
                52,
                "kUnknownColumn",
                column=column.name,
            )
    return [column.name for column in scorer.inputs]


def _score_batches(
    batches: Iterable[Union[Batch, Made]], scorer: Scorer, timeout: float
) -> Optional[list[Batch]]:
    """None: a column is of a type that only rows can have."""
    answers: list[Batch] = []
    done = 0
    for batch in batches:
        children = [batch.schema.children[at].contents for at in range(batch.schema.n_children)]
        if not all(map(is_read, children)):
            return None
        try:
            answers.append(scorer.score_batch(batch, timeout))
        except Error as error:
            error.row += done
            raise
        done += batch.array.length
    return answers


def _score_rows(
    frame: Any, names: Sequence[str], count: int, scorer: Scorer, timeout: float
) -> dict[str, list[Any]]:
    """The answers by columns. Of the frame, slice(at, n) and a column's to_list() are asked."""
    answers: dict[str, list[Any]] = {output.name: [] for output in scorer.outputs}
    for begin in range(0, count, _ROWS):
        part = frame.slice(begin, _ROWS)
        columns = {name: part[name] for name in names}
        lists = [
            values.to_pylist() if hasattr(values, "to_pylist") else values.to_list()
            for values in columns.values()
        ]
        rows = [dict(zip(columns, values)) for values in zip(*lists)]
        if not rows:  # a model without inputs
            rows = [{} for _ in range(min(_ROWS, count - begin))]
        try:
            scored = scorer.score(rows, timeout)
        except Error as error:
            error.row += begin
            raise
        for name, values in answers.items():
            values.extend(answer[name] for answer in scored)
    return answers


def _score_polars(frame: Any, scorer: Scorer, timeout: float) -> Any:
    polars = sys.modules["polars"]
    names = _input_names(frame.columns, scorer)
    types = {output.name: _polars_type(polars, output) for output in scorer.outputs}
    read = frame.select(names)
    answers = None
    # Objects of Python would come as bytes, which are their addresses.
    if len(read) and polars.Object not in read.dtypes and hasattr(read, "__arrow_c_stream__"):
        answers = _score_batches(stream(read), scorer, timeout)
    if answers is None:
        rows = _score_rows(frame, names, len(frame), scorer, timeout)
        return polars.DataFrame(rows, schema=types)
    parts = [polars.DataFrame(batch) for batch in answers]
    return (parts[0] if len(parts) == 1 else polars.concat(parts)).cast(types)


def _score_pyarrow(table: Any, scorer: Scorer, timeout: float) -> Any:
    arrow = sys.modules["pyarrow"]
    names = _input_names(table.column_names, scorer)
    schema = arrow.schema([(output.name, _arrow_type(arrow, output)) for output in scorer.outputs])
    answers = None
    if names and table.num_rows and hasattr(table, "__arrow_c_stream__"):
        answers = _score_batches(stream(table.select(names)), scorer, timeout)
    if answers is None:
        rows = _score_rows(table, names, table.num_rows, scorer, timeout)
        return arrow.table(rows, schema=schema)
    return arrow.Table.from_batches(map(arrow.record_batch, answers)).cast(schema)


class _PandasSlices:
    """A pandas frame as _score_rows() wants it: missing values that are no float's NaN are None."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame

    def slice(self, begin: int, count: int) -> _PandasSlices:
        return _PandasSlices(self._frame.iloc[begin : begin + count])

    def __getitem__(self, name: str) -> Any:
        values = self._frame[name]
        if getattr(values, "ndim", 1) != 1:
            raise BadRow(f"the frame has two columns {name}", 52, "kUnknownColumn", column=name)
        if _is_numpy(values):
            return values
        objects = values.astype(object)
        return objects.where(values.notna(), None)


def _is_numpy(values: Any) -> bool:
    """Whether a pandas column is numbers or booleans of numpy, of which none is missing."""
    numpy = sys.modules["numpy"]
    return isinstance(values.dtype, numpy.dtype) and values.dtype.kind in "fiub"


def _score_pandas(frame: Any, scorer: Scorer, timeout: float) -> Any:
    pandas = sys.modules["pandas"]
    names = _input_names(frame.columns, scorer)
    slices = _PandasSlices(frame)
    answers = None
    made = [_made(name, slices[name]) for name in names] if len(frame) else []
    known = [column for column in made if column is not None]
    if known and len(known) == len(made):
        batch = Made("", "+s", len(frame), [None], known)
        answers = _score_batches([batch], scorer, timeout)
    if answers is None:
        columns = _score_rows(slices, names, len(frame), scorer, timeout)
    series = {}
    for at, output in enumerate(scorer.outputs):
        if answers is None:
            values: Any = columns[output.name]
            null = None in values
        else:
            column = answers[0].array.children[at].contents
            values, null = _pandas_values(output, column), column.null_count != 0
        dtype = _pandas_type(output, null)
        series[output.name] = pandas.Series(values, index=frame.index, dtype=dtype)
    return pandas.DataFrame(series, index=frame.index)


def _made(name: str, values: Any) -> Optional[Made]:
    """A pandas column; None: its values are of a kind, or of kinds, that have no array."""
    numpy = sys.modules["numpy"]
    count = len(values)
    if _is_numpy(values):
        numbers = numpy.ascontiguousarray(values.to_numpy())
        if numbers.dtype.kind == "b":
            return Made(name, "b", count, [None, numpy.packbits(numbers, bitorder="little")])
        formats = {"f2": "e", "f4": "f", "f8": "g"}
        formats.update({"i1": "c", "i2": "s", "i4": "i", "i8": "l"})
        formats.update({"u1": "C", "u2": "S", "u4": "I", "u8": "L"})
        format_ = formats.get(numbers.dtype.str[1:])
        if format_ is None or not numbers.dtype.isnative:
            return None
        return Made(name, format_, count, [None, numbers])
    objects = values.to_list()
    kinds = set(map(type, objects))
    missing = type(None) in kinds
    kinds.discard(type(None))
    if not kinds:
        return Made(name, "n", count, [])
    bits = [value is not None for value in objects] if missing else None
    validity = None if bits is None else numpy.packbits(numpy.array(bits), bitorder="little")
    kind = kinds.pop()
    if kinds:
        return None
    if kind is str:
        texts = [b"" if v is None else v.encode("utf-8", "surrogatepass") for v in objects]
        return Made(name, "U", count, [validity, _offsets(texts), b"".join(texts)])
    if kind is bytes:
        texts = [v or b"" for v in objects]
        return Made(name, "Z", count, [validity, _offsets(texts), b"".join(texts)])
    if kind is bool:
        packed = numpy.packbits(numpy.array([bool(v) for v in objects]), bitorder="little")
        return Made(name, "b", count, [validity, packed])
    try:
        if kind in (int, float):
            code, format_ = ("q", "l") if kind is int else ("d", "g")
            numbers = array(code, [0 if v is None else v for v in objects])
            return Made(name, format_, count, [validity, numbers])
        if kind in (list, tuple, numpy.ndarray):
            if any(getattr(v, "ndim", 1) != 1 for v in objects):
                return None
            lists = [array("d", () if v is None else v) for v in objects]
            doubles = array("d")
            for some in lists:
                doubles.extend(some)
            child = Made("item", "g", len(doubles), [None, doubles])
            return Made(name, "+L", count, [validity, _offsets(lists)], [child])
    except (OverflowError, TypeError, ValueError):  # the row is refused when it is sent
        pass
    return None


def _offsets(parts: Iterable[Any]) -> array[int]:
    return array("q", accumulate(map(len, parts), initial=0))


def _pandas_values(output: Column, column: Any) -> Any:
    """A copy of an answer's column as pandas takes it for _pandas_type()."""
    numpy, pandas = sys.modules["numpy"], sys.modules["pandas"]
    count = column.length
    null = None
    if column.null_count:
        valid = numpy.frombuffer(bytes_at(column.buffers[0], (count + 7) // 8), "u1")
        null = numpy.unpackbits(valid, bitorder="little", count=count) == 0
    base = output.base
    if output.shape != () or base in ("string", "byte_string"):
        objects = _texts(output, column) if output.shape == () else _lists(output, column)
        if null is None:
            return objects
        return [None if is_null else value for value, is_null in zip(objects, null)]
    values = _numbers(base, column, count)
    if base in ("double", "float"):
        values = values.astype("f8")
        if null is not None:
            values[null] = numpy.nan
        return values
    if null is None:
        return values
    if base == "boolean":
        return pandas.arrays.BooleanArray(values, null)
    return pandas.arrays.IntegerArray(values.astype("i8"), null)


_NUMBERS = {"byte": "i1", "short": "i2", "int": "i4", "long": "i8", "float": "f4", "double": "f8"}


def _numbers(base: str, column: Any, count: int) -> Any:
    numpy = sys.modules["numpy"]
    if base == "boolean":
        bits = numpy.frombuffer(bytes_at(column.buffers[1], (count + 7) // 8), "u1")
        return numpy.unpackbits(bits, bitorder="little", count=count).astype(bool)
    dtype = numpy.dtype(_NUMBERS[base])
    return numpy.frombuffer(bytes_at(column.buffers[1], count * dtype.itemsize), dtype)


def _ends(column: Any) -> list[int]:
    return memoryview(bytes_at(column.buffers[1], 4 * (column.length + 1))).cast("i").tolist()


def _texts(output: Column, column: Any) -> list[Any]:
    ends = _ends(column)
    whole = bytes_at(column.buffers[2], ends[-1])
    parts = [whole[begin:end] for begin, end in zip(ends, ends[1:])]
    return [part.decode() for part in parts] if output.base == "string" else parts


def _lists(output: Column, column: Any) -> list[list[float]]:
    ends = _ends(column)
    doubles = _numbers(output.base, column.children[0].contents, ends[-1]).astype("f8").tolist()
    return [doubles[begin:end] for begin, end in zip(ends, ends[1:])]


def _pandas_type(output: Column, null: bool) -> Any:
    if output.shape != ():
        return object
    base = output.base
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
    }.get(output.base, polars.Int64)


def _arrow_type(arrow: Any, output: Column) -> Any:
    if output.shape != ():
        return arrow.list_(arrow.float64())
    return {
        "boolean": arrow.bool_(),
        "double": arrow.float64(),
        "float": arrow.float64(),
        "string": arrow.string(),
        "byte_string": arrow.binary(),
    }.get(output.base, arrow.int64())
