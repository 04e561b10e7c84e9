"""What an executor of Spark runs for `pillion.spark.score`: batches of Arrow in, the same with
answers out. One model a Python process, however many tasks it gets."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any, NamedTuple, Optional

from . import _batches
from ._columns import Column
from ._errors import BadRow, Error, UnknownModel
from ._model import Model, load

#: The parts of a failed row's error.
ERROR = ("code", "name", "column", "stage", "text")


class Task(NamedTuple):
    """What the driver has settled."""

    place: str  # a name of SparkFiles if `shipped`, else a path
    shipped: bool
    model: Optional[str]
    outputs: tuple[str, ...]
    absent: tuple[str, ...]
    inputs: tuple[tuple[int, Column], ...]  # which columns of a batch the model reads
    error_column: Optional[str]  # None: a bad row ends the task


def score(batches: Iterator[Any], task: Task) -> Iterator[Any]:
    """Batches with the outputs beside their columns, in the same order."""
    begin = 0
    model: Optional[Model] = None
    for batch in batches:
        if model is None:  # not for an empty partition
            model = _model(task)
        yield _answered(model, batch, begin, task)
        begin += batch.num_rows


_models: dict[tuple[Any, ...], tuple[Any, Model]] = {}


def _model(task: Task) -> Model:
    """The model of this process, loaded again where the file is another one than before."""
    path = task.place
    if task.shipped:
        from pyspark import SparkFiles

        path = SparkFiles.get(path)
    key = (path, task.model, task.outputs, task.absent)
    try:
        stamp = _stamp(path)
        known, model = _models.get(key, (None, None))
        if model is None or known != stamp:
            if model is not None:
                model.close()
            model = load(path, task.model, outputs=task.outputs, absent=task.absent)
            _models[key] = (stamp, model)
        return model
    except (OSError, UnknownModel) as error:
        way_out = "" if task.shipped else "; every executor has to see it there, or give ship=True"
        raise UnknownModel(
            f"the executor on {socket.gethostname()} cannot load {path}: {error}{way_out}",
            getattr(error, "code", 49),
            "kUnknownModel",
        ) from None


def _stamp(path: str) -> tuple[Any, ...]:
    """Another one where a file was replaced or written: its times and sizes, members' too."""
    paths = [path]
    if os.path.isdir(path):
        for directory, _, names in os.walk(path):
            paths += [os.path.join(directory, name) for name in names]
    found = [os.stat(each) for each in sorted(paths)]
    return tuple((each.st_ino, each.st_size, each.st_mtime_ns) for each in found)


def _answered(model: Model, batch: Any, begin: int, task: Task) -> Any:
    import pyarrow as arrow

    failed: dict[int, BadRow] = {}
    columns = [(column, batch.column(at)) for at, column in task.inputs]
    answers = _batches.answers(model, columns, batch.num_rows, failed)
    bad = [row for row, error in failed.items() if error.code != _batches.REMOVED]
    if bad and task.error_column is None:
        raise _placed(failed[bad[0]], begin + bad[0])
    arrays = list(batch.columns) + list(answers.columns)
    fields = list(batch.schema) + list(answers.schema)
    if task.error_column is not None:
        type_ = arrow.struct(
            [(part, arrow.int32() if part == "code" else arrow.string()) for part in ERROR]
        )
        values = [_parts(failed.get(row)) for row in range(batch.num_rows)]
        arrays.append(arrow.array(values, type_))
        fields.append(arrow.field(task.error_column, type_))
    answered = arrow.RecordBatch.from_arrays(arrays, schema=arrow.schema(fields))
    return _batches.without_removed(answered, failed)


def _placed(error: Error, row: int) -> Error:
    from pyspark import TaskContext

    context = TaskContext.get()
    partition = "" if context is None else f" of partition {context.partitionId()}"
    column = f", column {error.column}" if error.column else ""
    return type(error)(
        f"row {row}{partition}{column}: {error} ({error.name}, code {error.code}); "
        "errors='column' keeps such rows",
        error.code,
        error.name,
        row,
        error.column,
        error.stage,
    )


def _parts(error: Optional[BadRow]) -> Optional[dict[str, Any]]:
    if error is None:
        return None
    return dict(zip(ERROR, (error.code, error.name, error.column, error.stage, str(error))))
