"""`python -m pillion`: what the program `pillion` leaves to Python, with the same options and exit
codes: Parquet and Arrow files to score, and models that Spark saved."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Callable, NoReturn, Optional

from . import _batches
from ._columns import Column
from ._errors import BadRow, Error, LibraryNotFound, ServerGone, UnknownModel
from ._model import Model, connect, load

_OK, _FINDINGS, _USAGE, _DATA, _NO_INPUT, _UNAVAILABLE, _IO = 0, 1, 64, 65, 66, 69, 74
_UNKNOWN_COLUMN = 52
_ROWS = 10_000  # of a batch


class _Refused(Exception):
    """Ends the command with a code, after a line for each problem."""

    def __init__(self, code: int, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.code = code
        self.problems = problems


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}", file=sys.stderr)
        sys.exit(_USAGE)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="pillion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    score = commands.add_parser("score", help="score the rows of a Parquet or Arrow file")
    score.add_argument("model", metavar="MODEL", help="bundle; with --url a name")
    score.add_argument("input", metavar="INPUT", nargs="?", default="-", help="rows; - (default)")
    forms = ("parquet", "arrow")
    score.add_argument("--from", dest="from_", choices=forms, help="default: told by its content")
    score.add_argument("--to", choices=forms, help="default: INPUT's form")
    score.add_argument("--url", help="a running sidecar; default: scored in this process")
    score.add_argument("--select", help="a,b,c; default: all that are made")
    score.add_argument("-o", "--output", default="-", help="default: standard output")
    score.add_argument("--missing-as-null", action="store_true")
    score.add_argument("--keep-going", action="store_true")
    export = commands.add_parser("export", help="write a bundle of a saved model")
    trainers = export.add_subparsers(dest="trainer", required=True)
    spark = trainers.add_parser("spark", help="of what PipelineModel.save wrote")
    spark.add_argument("directory", metavar="DIR")
    spark.add_argument("-o", "--output", required=True, metavar="BUNDLE")
    return parser


def main(arguments: Sequence[str]) -> int:
    """The exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _export(options) if options.command == "export" else _score(options)
    except _Refused as refused:
        for problem in refused.problems:
            print(f"pillion: {problem}", file=sys.stderr)
        return refused.code
    except Error as error:
        print(f"pillion: {error}", file=sys.stderr)
        if isinstance(error, (LibraryNotFound, ServerGone)):
            return _UNAVAILABLE
        return _NO_INPUT if isinstance(error, UnknownModel) else _DATA
    except KeyboardInterrupt:
        return 130


def _export(options: argparse.Namespace) -> int:
    from pillion import export

    if not os.path.isdir(options.directory):
        raise _Refused(_NO_INPUT, f"{options.directory}: there is no such directory")
    try:
        export.spark(options.directory, options.output)
    except export.ExportError as error:
        raise _Refused(_DATA, *error.problems) from None
    except OSError as error:
        raise _Refused(_IO, f"{options.output}: {error.strerror or error}") from None
    return _OK


def _score(options: argparse.Namespace) -> int:
    name = "standard input" if options.input == "-" else options.input
    with contextlib.ExitStack() as stack:
        form, types, total, batches = _open(options, name, stack)
        select = options.select.split(",") if options.select else None
        model = stack.enter_context(_model(options, types.names, select))
        _check(model, types, name, options.missing_as_null)
        made = {output.name for output in model.outputs}
        known = {column.name for column in model.inputs}
        kept = [n for n in types.names if n not in made and (n not in known or select)]
        names = select or [*kept, *(output.name for output in model.outputs)]
        write = stack.enter_context(_writing(options.output, options.to or form))
        rows, bad, removed = 0, 0, 0
        progress = _Progress(total, options.output == "-")
        for batch in batches:
            failed: dict[int, BadRow] = {}
            columns = [(c, _column(batch, c)) for c in model.inputs]
            answers = _batches.answers(model, columns, batch.num_rows, failed)
            for row, error in failed.items():
                if error.code == _batches.REMOVED:
                    removed += 1
                    continue
                progress.clear()
                bad += 1
                problem = f"{name}: row {rows + row}: {error}"
                if not options.keep_going:
                    raise _Refused(_DATA, problem)
                print(f"pillion: {problem}", file=sys.stderr)
            rows += batch.num_rows
            write(_batches.without_removed(_selected(batch, answers, names), failed))
            progress.update(rows)
        if rows == 0:  # a file of the right columns all the same
            empty = types.empty_table().to_batches() or [_empty(types)]
            none = _batches.schema(model.outputs).empty_table().combine_chunks()
            write(_selected(empty[0], _empty(none.schema), names))
        progress.clear()
    if removed:
        print(f"pillion: {removed} of {rows} rows were removed by the model", file=sys.stderr)
    if bad:
        print(f"pillion: {bad} of {rows} rows could not be scored", file=sys.stderr)
    return _FINDINGS if bad else _OK


def _empty(types: Any) -> Any:
    import pyarrow as arrow

    return arrow.RecordBatch.from_arrays([arrow.array([], t) for t in types.types], schema=types)


def _open(
    options: argparse.Namespace, name: str, stack: contextlib.ExitStack
) -> tuple[str, Any, Optional[int], Iterator[Any]]:
    """Form, columns, number of rows where the file says it, and batches of the input."""
    import pyarrow as arrow
    from pyarrow import ipc, parquet

    try:
        file: BinaryIO
        if options.input == "-":
            file = io.BytesIO(sys.stdin.buffer.read())  # both forms are read from their ends
        else:
            file = stack.enter_context(open(options.input, "rb"))
        start = file.read(6)
        file.seek(0)
        if start[:4] == b"PAR1" and options.from_ != "arrow":
            table = parquet.ParquetFile(file)
            rows = table.metadata.num_rows
            return "parquet", table.schema_arrow, rows, table.iter_batches(batch_size=_ROWS)
        if options.from_ == "parquet":
            raise _Refused(_DATA, f"{name}: is no Parquet file, which begins with PAR1")
        if start == b"ARROW1":
            opened = ipc.open_file(file)
            parts = (opened.get_batch(at) for at in range(opened.num_record_batches))
            return "arrow", opened.schema, None, _cut(parts)
        if start[:4] == b"\xff\xff\xff\xff":
            stream = ipc.open_stream(file)
            return "arrow", stream.schema, None, _cut(iter(stream))
        raise _Refused(
            _DATA,
            f"{name}: is neither a Parquet nor an Arrow file; --to parquet and --to arrow take "
            "their rows from one of those, other forms answer in json, binary, jsonl or csv",
        )
    except FileNotFoundError:
        raise _Refused(_NO_INPUT, f"{name}: there is no such file") from None
    except (arrow.ArrowException, OSError) as error:
        raise _Refused(_DATA, f"{name}: cannot be read: {error}") from None


def _cut(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        for begin in range(0, batch.num_rows, _ROWS):
            yield batch.slice(begin, _ROWS)


def _model(options: argparse.Namespace, names: list[str], select: Optional[list[str]]) -> Model:
    """The model with the outputs wanted, of a server or in this process."""

    def bound(outputs: Sequence[str], absent: Sequence[str] = ()) -> Model:
        if options.url is None:
            return load(options.model, outputs=outputs, absent=absent)
        if options.url.startswith("inproc:"):
            return load(
                options.url[len("inproc:") :], options.model, outputs=outputs, absent=absent
            )
        return connect(options.url, options.model, outputs=outputs, absent=absent, timeout=60.0)

    def makes(name: str) -> bool:
        try:
            bound([name]).close()
            return True
        except Error as error:
            if error.code != _UNKNOWN_COLUMN:
                raise
            return False

    if select is None:
        return bound(())
    outputs = [name for name in select if name not in names or makes(name)]
    if not outputs:
        raise _Refused(_USAGE, "--select: none of these columns is made by the model")
    model = bound(outputs)
    missing = [column.name for column in model.inputs if column.name not in names]
    if not missing or options.missing_as_null:
        return model
    model.close()
    return bound(outputs, missing)  # says which output cannot do without


def _check(model: Model, types: Any, name: str, missing_as_null: bool) -> None:
    """Refuses a table that the model cannot read, for all that is wrong with it."""
    problems = []
    for column in model.inputs:
        count = types.names.count(column.name)
        if count == 0 and not missing_as_null:
            near = _near(column.name, types.names)
            problems.append(
                f"{name}: has no column {column.name}, which the model reads{near}; add it, give "
                "--missing-as-null, or --select outputs that do without it"
            )
        elif count > 1:
            problems.append(f"{name}: has {count} columns {column.name}; rename the others")
        elif count == 1 and not _fits(column, types.field(column.name).type):
            problems.append(
                f"{name}: column {column.name} holds {types.field(column.name).type}, and the "
                f"model reads {column.type}; cast it when the file is written"
            )
    if problems:
        raise _Refused(_DATA, *problems)


def _near(name: str, names: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, names, 1)
    return f" (it has {near[0]})" if near else ""


def _fits(column: Column, type_: Any) -> bool:
    from pyarrow import types as kinds

    if kinds.is_dictionary(type_):
        type_ = type_.value_type

    def number(one: Any) -> bool:
        return bool(kinds.is_integer(one) or kinds.is_floating(one) or kinds.is_decimal(one))

    def text(one: Any) -> bool:
        return bool(kinds.is_string(one) or kinds.is_large_string(one) or kinds.is_string_view(one))

    texts = column.base in ("string", "byte_string")
    if kinds.is_null(type_):
        return True
    if column.shape != () or column.type.startswith("list of"):
        nested = kinds.is_list(type_) or kinds.is_large_list(type_)
        nested = nested or kinds.is_fixed_size_list(type_)
        return bool(nested and (text if texts else number)(type_.value_type))
    if texts:
        binary = column.base == "byte_string" and kinds.is_binary(type_)
        return bool(text(type_) or kinds.is_integer(type_) or binary)
    if column.base == "boolean":
        return bool(kinds.is_boolean(type_))
    return bool(number(type_) or kinds.is_boolean(type_))


def _column(batch: Any, column: Column) -> Any:
    import pyarrow as arrow

    at = batch.schema.get_field_index(column.name)
    return batch.column(at) if at >= 0 else arrow.nulls(batch.num_rows)


def _selected(batch: Any, answers: Any, names: Sequence[str]) -> Any:
    """Columns of both by name; the model's count."""
    import pyarrow as arrow

    fields, arrays = [], []
    for name in names:
        source = answers if name in answers.schema.names else batch
        fields.append(source.schema.field(name))
        arrays.append(source.column(source.schema.get_field_index(name)))
    return arrow.RecordBatch.from_arrays(arrays, schema=arrow.schema(fields))


@contextlib.contextmanager
def _writing(path: str, form: str) -> Iterator[Callable[[Any], None]]:
    """Writes batches; to a file that is put in its place when all is done."""
    from pyarrow import ipc, parquet

    beside = None
    try:
        if path == "-":
            sink: Any = sys.stdout.buffer
        else:
            directory = os.path.dirname(os.path.abspath(path))
            descriptor, beside = tempfile.mkstemp(prefix=".pillion-", dir=directory)
            sink = os.fdopen(descriptor, "wb")
        writer: Any = None

        def write(batch: Any) -> None:
            nonlocal writer
            if writer is None:
                make = parquet.ParquetWriter if form == "parquet" else ipc.new_file
                writer = make(sink, batch.schema)
            writer.write_batch(batch)

        yield write
        if writer is not None:
            writer.close()
        if beside is not None:
            sink.close()
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(beside, 0o666 & ~umask)
            os.replace(beside, path)
            beside = None
        else:
            sink.flush()
    except OSError as error:
        raise _Refused(_IO, f"{path}: cannot be written: {error}") from None
    finally:
        if beside is not None:
            sink.close()
            os.unlink(beside)


class _Progress:
    """A line on a terminal that grows old while rows are scored, if the answers go elsewhere."""

    def __init__(self, total: Optional[int], answers_to_output: bool) -> None:
        self._total = total
        self._shows = sys.stderr.isatty() and not (answers_to_output and sys.stdout.isatty())
        self._begin = self._last = time.monotonic()
        self._shown = False

    def update(self, rows: int) -> None:
        """To be called after each batch."""
        now = time.monotonic()
        if not self._shows or now - self._last < 0.2 or now - self._begin < 1:
            return
        self._last, self._shown = now, True
        speed = rows / (now - self._begin)
        left = "" if not self._total else f" of {self._total}, {(self._total - rows) / speed:.0f} s"
        print(f"\rpillion: {rows} rows{left}, {speed:,.0f} rows/s\033[K", end="", file=sys.stderr)
        sys.stderr.flush()

    def clear(self) -> None:
        """Before other messages."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
