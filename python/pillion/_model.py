"""`connect` and `load`, and the model that they return: what stays the same over forks and new
versions."""

from __future__ import annotations

import html
import os
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Optional, TypeVar, Union, overload

from . import _frames
from ._binding import Binding, Closed
from ._columns import Column
from ._errors import SchemaChanged

_T = TypeVar("_T")


class Model:
    """A model of a server, or of this process. Any number of threads may score with it, and so may
    children of fork(), which connect or load anew by themselves. Close it, or use it in a
    `with`."""

    def __init__(
        self,
        url: str,
        model: Optional[str],
        outputs: Sequence[str],
        absent: Sequence[str],
        timeout: float,
    ) -> None:
        self._arguments = (url, model, tuple(outputs), tuple(absent), timeout)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._closed = False
        self._binding: Optional[Binding] = Binding(*self._arguments)
        _models.add(self)

    def _bound(self) -> Binding:
        binding = self._binding
        if binding is None:
            with self._lock:
                if self._closed:
                    raise ValueError("the model is closed")
                if self._binding is None:
                    self._binding = Binding(*self._arguments)
                binding = self._binding
        return binding

    def _drop(self, binding: Binding) -> None:
        with self._lock:
            if self._binding is binding:
                self._binding = None
        binding.close()

    @property
    def name(self) -> str:
        """What the server calls the model."""
        return self._bound().name

    @property
    def inputs(self) -> list[Column]:
        """The columns that a row may hold."""
        return list(self._bound().inputs)

    @property
    def outputs(self) -> list[Column]:
        """The columns that an answer holds."""
        return list(self._bound().outputs)

    @property
    def version(self) -> Optional[str]:
        """Which version gave this thread its last answer, as `pillion inspect` prints the first
        digits of content_sha256; None before the first."""
        return self._bound().version()

    @property
    def transport(self) -> str:
        """ "shm" over shared memory, "unix" over the socket, "inproc" after load(), "" while there
        is no connection."""
        return self._bound().transport()

    @overload
    def score(self, rows: Mapping[str, Any], timeout: Optional[float] = None) -> dict[str, Any]: ...

    @overload
    def score(
        self, rows: Sequence[Mapping[str, Any]], timeout: Optional[float] = None
    ) -> list[dict[str, Any]]: ...

    @overload
    def score(self, rows: Any, timeout: Optional[float] = None) -> Any: ...

    def score(self, rows: Any, timeout: Optional[float] = None) -> Any:
        """Scores a row, a dict by the inputs' names: a dict by the outputs' names. Of a list of
        rows: a list in their order. Of a DataFrame of pandas or polars, or a Table or RecordBatch
        of pyarrow: a frame of the same kind, with a column for each output, and pandas' index; it
        may hold columns that the model does not have.

        What a row leaves out is null, as None is. `timeout`: seconds for a row, or for each 256 of
        a list or frame; as in connect() where not given. The first row that has no answer raises:
        BadRow, DeadlineExceeded, ServerGone, SchemaChanged, or another Error."""
        seconds = self._timeout if timeout is None else timeout
        if isinstance(rows, Mapping):
            return self._score([rows], seconds)[0]
        if isinstance(rows, (list, tuple)):
            return self._score(rows, seconds)
        return self._with_binding(lambda binding: _frames.score(rows, binding, seconds))

    def _score(self, rows: Sequence[Mapping[str, Any]], seconds: float) -> list[dict[str, Any]]:
        return self._with_binding(lambda binding: binding.score(rows, seconds))

    def _with_binding(self, score: Callable[[Binding], _T]) -> _T:
        while True:
            binding = self._bound()
            try:
                return score(binding)
            except SchemaChanged:
                self._drop(binding)
                raise
            except Closed:  # by a thread that met SchemaChanged, or for good: _bound() knows
                continue

    def close(self) -> None:
        """Ends the connection, after the calls under way. May be called again."""
        with self._lock:
            self._closed = True
            binding, self._binding = self._binding, None
        if binding is not None:
            binding.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_binding", None) is not None:
            self.close()

    def __repr__(self) -> str:
        if self._closed:
            return "<pillion.Model, closed>"
        return (
            f"<pillion.Model {self.name!r}: {len(self.inputs)} inputs, {len(self.outputs)} outputs>"
        )

    def _repr_html_(self) -> str:
        """For notebooks: the columns."""
        if self._closed:
            return html.escape(repr(self))
        lines = [
            f"<tr><td>{side}</td><td>{html.escape(column.name)}</td>"
            f"<td>{html.escape(column.type)}</td></tr>"
            for side, columns in (("input", self.inputs), ("output", self.outputs))
            for column in columns
        ]
        return (
            f"<table><caption>{html.escape(self.name)}</caption>"
            f"<tr><th></th><th>column</th><th>type</th></tr>{''.join(lines)}</table>"
        )


_models: weakref.WeakSet[Model] = weakref.WeakSet()


def _forked() -> None:
    for model in list(_models):
        model._lock = threading.Lock()
        binding, model._binding = model._binding, None
        if binding is not None:
            binding.abandon()


os.register_at_fork(after_in_child=_forked)


def _url(place: Union[str, os.PathLike[str]]) -> str:
    text = os.fspath(place)
    if text.startswith(("shm:", "unix:")):
        return text
    return "shm:" + (os.path.join(text, "pillion.sock") if os.path.isdir(text) else text)


def connect(
    server: Union[str, os.PathLike[str]],
    model: Optional[str] = None,
    *,
    outputs: Sequence[str] = (),
    absent: Sequence[str] = (),
    timeout: float = 1.0,
) -> Model:
    """Connects to a server and binds a model that it serves.

    `server`: its `--run-dir`, or a URL: "shm:PATH" of its socket, which falls back to the socket
    where memory cannot be shared, or "unix:PATH", the socket alone.
    `model`: its name; None: the only one there is. `outputs`: the columns wanted; none: all.
    `absent`: inputs that the rows will not have, such as a label; what only they need is left out.
    `timeout`: seconds, for binding, and for scoring where that is given none.

    Raises ServerGone, UnknownModel, LibraryNotFound or another Error."""
    return Model(_url(server), model, outputs, absent, timeout)


def load(
    path: Union[str, os.PathLike[str]],
    model: Optional[str] = None,
    *,
    outputs: Sequence[str] = (),
    absent: Sequence[str] = (),
    timeout: float = 60.0,
) -> Model:
    """Loads a bundle, or a directory of models as `pillion serve --models` takes it, into this
    process: the engine that the server has, and so the same answers, without a server.

    `model`, `outputs`, `absent`: as in connect(). `timeout`: seconds, for scoring where that is
    given none.

    Raises UnknownModel where nothing lies at `path`, LibraryNotFound, or another Error, such as for
    a bundle that cannot be loaded, or where libpillion-engine is not beside the client library."""
    return Model("inproc:" + os.path.abspath(os.fspath(path)), model, outputs, absent, timeout)
