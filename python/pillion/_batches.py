"""Batches of Arrow in, answers as Arrow out, where single rows may fail: for Spark's executors and
the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ._columns import Column
from ._errors import BadRow
from ._model import Model

REMOVED = 1  # the code of a row that a stage removed

_FEW = 256  # rows among which a bad one is looked for one by one


def schema(outputs: Sequence[Column]) -> Any:
    """What answers are in Arrow. `spark.py` says the same in Spark's words."""
    import pyarrow as arrow

    types = {
        "boolean": arrow.bool_(),
        "byte": arrow.int8(),
        "short": arrow.int16(),
        "int": arrow.int32(),
        "long": arrow.int64(),
        "float": arrow.float32(),
        "double": arrow.float64(),
        "string": arrow.string(),
        "byte_string": arrow.binary(),
    }
    doubles = arrow.list_(arrow.float64())
    return arrow.schema(
        [(column.name, types[column.base] if column.shape == () else doubles) for column in outputs]
    )


def answers(
    model: Model,
    columns: Sequence[tuple[Column, Any]],
    count: int,
    failed: dict[int, BadRow],
) -> Any:
    """A RecordBatch of the answers to `count` rows, whose inputs are arrays; in their order. Rows
    that have none, those that a stage removes too, are put into `failed`, ascending, and get nulls.
    An Error other than BadRow is raised."""
    import pyarrow as arrow

    table = arrow.table({column.name: _readable(values, column) for column, values in columns})
    if not columns:  # a model without inputs answers as many rows as there are
        table = arrow.table({"": arrow.nulls(count)})
    types = schema(model.outputs)
    parts = arrow.concat_tables(_score(model, table, 0, types, failed))
    whole = [
        column.chunk(0) if column.num_chunks == 1 else arrow.concat_arrays(column.chunks)
        for column in parts.columns
    ]
    return arrow.RecordBatch.from_arrays(whole, schema=types)


def without_removed(batch: Any, failed: Mapping[int, BadRow]) -> Any:
    """The batch without the rows that a stage removed."""
    import pyarrow as arrow

    if all(error.code != REMOVED for error in failed.values()):
        return batch
    keep = [row not in failed or failed[row].code != REMOVED for row in range(batch.num_rows)]
    return batch.filter(arrow.array(keep, arrow.bool_()))


def _score(
    model: Model, table: Any, begin: int, types: Any, failed: dict[int, BadRow]
) -> list[Any]:
    import pyarrow as arrow

    try:
        return [model.score(table).cast(types)]
    except BadRow:
        if table.num_rows > _FEW:
            half = table.num_rows // 2
            first = _score(model, table.slice(0, half), begin, types, failed)
            return first + _score(model, table.slice(half), begin + half, types, failed)
    rows: list[dict[str, Any]] = []
    for at, row in enumerate(table.to_pylist()):
        try:
            rows.append(model.score(row))
        except BadRow as error:
            rows.append({})
            failed[begin + at] = error
    return [arrow.Table.from_pylist(rows, types)]


def _readable(values: Any, column: Column) -> Any:
    """Spark's vectors, decimals and booleans, integers for text, and dictionaries as what the
    model's column takes."""
    import pyarrow as arrow

    kinds = arrow.types
    if kinds.is_dictionary(values.type):
        values = values.dictionary_decode()
    if kinds.is_struct(values.type):
        vectors = [_vector(value) for value in values.to_pylist()]
        return arrow.array(vectors, arrow.list_(arrow.float64()))
    if column.base in ("string", "byte_string"):
        return values.cast(arrow.string()) if kinds.is_integer(values.type) else values
    if kinds.is_list(values.type):
        return values.cast(arrow.list_(arrow.float64()))
    if kinds.is_decimal(values.type) or (
        kinds.is_boolean(values.type) and column.base != "boolean"
    ):
        return values.cast(arrow.float64())
    return values


def _vector(value: Optional[Mapping[str, Any]]) -> Optional[list[float]]:
    """A vector of Spark, whose parts are type (0: sparse), size, indices and values."""
    if value is None:
        return None
    if value["type"] != 0:
        return list(value["values"])
    dense = [0.0] * value["size"]
    for index, entry in zip(value["indices"], value["values"]):
        dense[index] = entry
    return dense
