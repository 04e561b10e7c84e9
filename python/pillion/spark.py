"""Scores DataFrames of Spark where their rows lie, with the engine in each executor's Python.

`score` says what comes out and sends the model along; `_executor.py` is what the executors run.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Optional, Union

from ._columns import Column
from ._errors import BadRow
from ._executor import ERROR, Task
from ._model import load

__all__ = ["score"]

_WRONG_TYPE, _UNKNOWN_COLUMN = 23, 52
_INTEGERS = {"byte": "ByteType", "short": "ShortType", "int": "IntegerType", "long": "LongType"}
_TYPES = {
    "boolean": "BooleanType",
    **_INTEGERS,
    "float": "FloatType",
    "double": "DoubleType",
    "string": "StringType",
    "byte_string": "BinaryType",
}


def score(
    df: Any,
    path: Union[str, os.PathLike[str]],
    model: Optional[str] = None,
    *,
    outputs: Sequence[str] = (),
    absent: Sequence[str] = (),
    errors: str = "raise",
    error_column: str = "error",
    ship: bool = True,
) -> Any:
    """The DataFrame of Spark `df` with a column more for each output of the model at `path`: a
    bundle, or another file that `pillion.load` takes. Rows keep their order within a partition.
    Rows that a stage of the model removes are left out, as Spark's transform leaves them out.

    `model`, `outputs`, `absent`: as in load(). Columns of df are found as Spark finds them, by
    default without regard to case; numbers, booleans, text, arrays and vectors are taken. A float
    of the model is a float of Spark, and so on; lists, vectors and tensors are arrays of doubles.

    `errors`: "raise": the first row that the model refuses fails the task, with the code, its place
    in the partition, and the column to blame. "column": such rows have null outputs and say why in
    `error_column`, a struct of code, name, column, stage and text, null in all others.
    `ship`: True: the driver reads `path` and sends the model to the executors, once a session.
    False: each executor reads `path` itself, as on a shared disk or in its image, and again where
    its time or size has changed when a task begins.

    A Python process of an executor loads a model once. The package has to be installed there.

    Raises BadRow where df lacks a column, has one of another type, or has one of an output's name
    already; and what load() raises. Nothing is computed until Spark is asked for rows."""
    if errors not in ("raise", "column"):
        raise ValueError(f"errors is 'raise' or 'column', not {errors!r}")
    with load(path, model, outputs=outputs, absent=absent) as loaded:
        inputs, answers = loaded.inputs, loaded.outputs
    session = df.sparkSession
    fold = str if _case_sensitive(session) else str.lower
    places = _places(df.schema, inputs, fold)
    added = [answer.name for answer in answers]
    _check_new(df.columns, added + ([error_column] if errors == "column" else []), fold)
    task = Task(
        place=_ship(session, path) if ship else os.path.abspath(os.fspath(path)),
        shipped=ship,
        model=model,
        outputs=tuple(added),
        absent=tuple(absent),
        inputs=tuple(places),
        error_column=error_column if errors == "column" else None,
    )
    return df.mapInArrow(_scorer(task), _schema(df.schema, answers, task.error_column))


def _scorer(task: Task) -> Any:
    """What executors call. Made here, it is sent whole, not as a name of a module, and so can say
    that the module is not there."""
    parts = task._asdict()

    def batches(stream: Iterator[Any]) -> Iterator[Any]:
        try:
            from pillion import _executor
        except ImportError as error:
            raise RuntimeError(
                f"the Python of this executor, {sys.executable}, has no pillion.spark ({error}): "
                "install the wheel of pillion there, or point spark.pyspark.python at a Python "
                "that has it"
            ) from None
        yield from _executor.score(stream, _executor.Task(**parts))

    return batches


def _case_sensitive(session: Any) -> bool:
    return str(session.conf.get("spark.sql.caseSensitive", "false")).lower() == "true"


def _places(schema: Any, inputs: Sequence[Column], fold: Any) -> list[tuple[int, Column]]:
    """Where df has each input. All that stands in the way is said at once."""
    problems: list[str] = []
    first: Optional[tuple[int, str]] = None
    places: list[tuple[int, Column]] = []

    def refuse(code: int, column: Column, text: str) -> None:
        nonlocal first
        first = first or (code, column.name)
        problems.append(text)

    for column in inputs:
        name = column.name
        found = [at for at, field in enumerate(schema.fields) if field.name == name] or [
            at for at, field in enumerate(schema.fields) if fold(field.name) == fold(name)
        ]
        if len(found) != 1:
            count = f"has {len(found)} columns" if found else "has no column"
            way_out = (
                "rename the others" if found else f"add it, or leave it out: absent=[{name!r}]"
            )
            refuse(
                _UNKNOWN_COLUMN,
                column,
                f"the DataFrame {count} {name}, which the model reads: {way_out}",
            )
            continue
        type_ = schema.fields[found[0]].dataType
        wanted = _wanted(column, type_)
        if wanted:
            refuse(
                _WRONG_TYPE,
                column,
                f"column {name} is of the type {type_.simpleString()}, and the model reads "
                f"{column.type}: give {wanted}",
            )
        places.append((found[0], column))
    if first is not None:
        code, name = first
        kind = "kWrongType" if code == _WRONG_TYPE else "kUnknownColumn"
        raise BadRow("; ".join(problems), code, kind, column=name)
    return places


def _wanted(column: Column, type_: Any) -> Optional[str]:
    """What to give instead of a column of Spark's type; None: that is right."""
    kind = column.base
    if column.type.startswith("map of"):
        return f"another bundle, or absent=[{column.name!r}]: maps cannot be given from Python"
    if type_.typeName() == "void":  # nothing but null
        return None
    if column.shape != () or column.type.startswith("list of"):
        element = getattr(type_, "elementType", None)
        if kind in ("string", "byte_string"):
            return None if element is not None and _is_text(element) else "an array of strings"
        vector = type(type_).__name__ == "VectorUDT"
        right = vector or (element is not None and _is_number(element))
        return None if right else "an array of numbers or a vector"
    if kind in ("string", "byte_string"):
        right = _is_text(type_) or (kind == "byte_string" and type_.typeName() == "binary")
        return None if right else f"text, such as col({column.name!r}).cast('string')"
    if type_.typeName() == "boolean" or (_is_number(type_) and kind != "boolean"):
        return None
    wanted = "boolean" if kind == "boolean" else "double"
    return f"{kind}, such as col({column.name!r}).cast({wanted!r})"


def _is_text(type_: Any) -> bool:
    return type_.typeName() in ("string", "char", "varchar")


def _is_number(type_: Any) -> bool:
    names = ("byte", "short", "integer", "long", "float", "double", "decimal")
    return type_.typeName() in names


def _check_new(columns: Sequence[str], added: Sequence[str], fold: Any) -> None:
    there = {fold(name): name for name in columns}
    for name in added:
        if fold(name) in there:
            raise BadRow(
                f"the DataFrame has a column {there[fold(name)]} already, and {name} would be "
                "added: drop or rename that one, or choose others by outputs=[…] or error_column=…",
                _UNKNOWN_COLUMN,
                "kUnknownColumn",
                column=there[fold(name)],
            )
        there[fold(name)] = name


def _schema(schema: Any, answers: Sequence[Column], error_column: Optional[str]) -> Any:
    from pyspark.sql import types

    def type_of(answer: Column) -> Any:
        if answer.shape != ():
            return types.ArrayType(types.DoubleType())
        return getattr(types, _TYPES[answer.base])()

    fields = [types.StructField(answer.name, type_of(answer)) for answer in answers]
    if error_column is not None:
        parts = [
            types.StructField(name, types.IntegerType() if name == "code" else types.StringType())
            for name in ERROR
        ]
        fields.append(types.StructField(error_column, types.StructType(parts)))
    return types.StructType(list(schema.fields) + fields)


_sent: set[tuple[str, str]] = set()
_room: Optional[Path] = None


def _ship(session: Any, path: Union[str, os.PathLike[str]]) -> str:
    """Sends the model to the session's executors, unless they have it. Returns the file's name,
    which says what is in it: neither kind of session lets a file be replaced by another."""
    global _room
    if _room is None:  # a driver's files are fetched from where they lie, for as long as it runs
        _room = Path(tempfile.mkdtemp(prefix="pillion-"))
        atexit.register(shutil.rmtree, _room, ignore_errors=True)
    file = _copy(Path(path), _room)
    remote = type(session).__module__.startswith("pyspark.sql.connect")
    key = (str(session.session_id if remote else session.sparkContext.applicationId), file.name)
    if key not in _sent:
        if remote:
            session.addArtifacts(str(file), file=True)
        else:
            session.sparkContext.addFile(str(file))
        _sent.add(key)
    return file.name


def _copy(path: Path, room: Path) -> Path:
    """The model as one file in `room`, named by its content."""
    part = room / f"part-{os.getpid()}"
    if path.is_dir():
        if not (path / "bundle.json").is_file():
            raise ValueError(
                f"{path} holds no bundle.json, so it is no bundle: give one of the models in it, "
                "or ship=False where executors see it under this path"
            )
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
            for member in sorted(path.rglob("*")):
                if member.is_file():
                    info = zipfile.ZipInfo(member.relative_to(path).as_posix())
                    info.compress_type = zipfile.ZIP_DEFLATED
                    bundle.writestr(info, member.read_bytes())
        suffix = ".zip"
    else:
        shutil.copyfile(path, part)
        suffix = path.suffix if re.fullmatch(r"\.\w{1,8}", path.suffix, re.ASCII) else ""
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    return part.replace(room / f"pillion-{digest[:32]}{suffix}")
