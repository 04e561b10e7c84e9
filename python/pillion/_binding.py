"""One connection of one process, bound to a model: the handles of the C interface and who may use
them. `_model.py` opens another one after a fork and after a change of columns."""

from __future__ import annotations

import ctypes
import json
import os
import threading
import time
import weakref
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from ._arrow import Batch, Made
from ._columns import column, getter, setter
from ._errors import BadRow, Error, UnknownModel
from ._library import Failure, Library, library

_AT_A_TIME = 256  # rows of a list under way together
_UNSUPPORTED = 53
_SIZE = ctypes.sizeof(Failure)


def nanoseconds(timeout: float) -> int:
    """Seconds for the C interface."""
    if not 0 <= timeout < 1e9:
        raise ValueError(f"a timeout is a number of seconds from 0 on, not {timeout}")
    return int(timeout * 1e9)


def _texts(texts: Sequence[str]) -> Any:
    return (ctypes.c_char_p * len(texts))(*[text.encode() for text in texts])


class _Place:
    """A row with its answer, of one thread."""

    def __init__(self, c: Library, model: Any) -> None:
        self.c = c
        # Floats are set by one call of C for all of them: each call takes half a microsecond.
        self.columns = array("I", [0]) * max(1, c.input_count(model))
        self.doubles = array("d", [0.0]) * len(self.columns)
        self.columns_at = self.columns.buffer_info()[0]
        self.doubles_at = self.doubles.buffer_info()[0]
        self.row = c.row_new(model)
        self.answer = c.answer_new(model)
        if not self.row or not self.answer:
            raise MemoryError("no memory for a row of Pillion")
        self.put = setter(c, self.row)

    def free(self) -> None:
        self.c.row_free(self.row)
        self.c.answer_free(self.answer)


class _Desk:
    """What one thread scores with. `busy` while it does, which a close waits for."""

    def __init__(self) -> None:
        self.busy = False
        self.places: list[_Place] = []
        self.version: Optional[int] = None  # of the last answer, if it was no row's
        self.pid = os.getpid()

    def free(self) -> None:
        places, self.places = self.places, []
        for place in places:
            place.free()

    def __del__(self) -> None:
        if self.pid == os.getpid():  # a child leaves alone what its parent made
            self.free()


class Closed(Exception):
    """The binding was closed by another thread."""


class Binding:
    """A client and a bound model."""

    def __init__(
        self,
        url: str,
        model: Optional[str],
        outputs: Sequence[str],
        absent: Sequence[str],
        timeout: float,
    ) -> None:
        self.c = c = library()
        self.closed = False
        self._desks: weakref.WeakSet[_Desk] = weakref.WeakSet()
        self._local = threading.local()
        self._lock = threading.Lock()
        failure = Failure(size=_SIZE)
        self._model = ctypes.c_void_p()
        self._client = ctypes.c_void_p()
        if c.open(url.encode(), None, self._client, failure):
            raise c.error(failure)
        try:
            self.name = self._only_model(timeout) if model is None else model
            if c.bind_without(
                self._client,
                self.name.encode(),
                _texts(absent),
                len(absent),
                _texts(outputs),
                len(outputs),
                nanoseconds(timeout),
                self._model,
                failure,
            ):
                raise c.error(failure)
            self._read_columns()
        except BaseException:
            self.close()
            raise

    def _read_columns(self) -> None:
        c, model = self.c, self._model
        self.inputs = [
            column(c.input_name(model, at), c.input_type(model, at))
            for at in range(c.input_count(model))
        ]
        self.outputs = [
            column(c.output_name(model, at), c.output_type(model, at))
            for at in range(c.output_count(model))
        ]
        self._index = {input_.name: at for at, input_ in enumerate(self.inputs)}
        self._getters = []
        unreadable = []
        for at, output in enumerate(self.outputs):
            get = getter(c, at, output.type)
            if get is None:
                unreadable.append(f"{output.name} ({output.type})")
            else:
                self._getters.append((output.name, get))
        if unreadable:
            readable = [name for name, _ in self._getters]
            raise Error(
                f"the client library cannot read {', '.join(unreadable)}: choose others by "
                f"outputs=[…], of {', '.join(readable)}",
                _UNSUPPORTED,
                "kUnsupported",
            )

    def ask(self, question: str, timeout: float) -> Any:
        """The server's answer to "models", "status" or "ready"."""
        capacity = 1 << 16
        while True:
            text, length = ctypes.create_string_buffer(capacity), ctypes.c_size_t()
            code = self.c.ask(
                self._client, question.encode(), nanoseconds(timeout), text, capacity, length
            )
            if code:
                failure = Failure(size=_SIZE, code=code, text=text.value[:511])
                raise self.c.error(failure)
            if length.value < capacity:
                return json.loads(text.value)
            capacity = length.value + 1

    def _only_model(self, timeout: float) -> str:
        names = [model["name"] for model in self.ask("models", timeout)]
        if len(names) != 1:
            raise UnknownModel(
                f"name the model: the server serves {', '.join(names) or 'none'}",
                49,
                "kUnknownModel",
            )
        return str(names[0])

    def _desk(self) -> _Desk:
        try:
            desk: _Desk = self._local.desk
        except AttributeError:
            desk = self._local.desk = _Desk()
            with self._lock:
                self._desks.add(desk)
        return desk

    def score(self, rows: Sequence[Mapping[str, Any]], timeout: float) -> list[dict[str, Any]]:
        """Answers in the order of the rows; the timeout is for each _AT_A_TIME of them."""
        limit = nanoseconds(timeout)
        desk = self._enter()
        try:
            if self.closed:
                raise Closed
            desk.version = None
            if len(rows) == 1:
                return [self._score_one(desk, rows[0], limit)]
            answers: list[dict[str, Any]] = []
            for begin in range(0, len(rows), _AT_A_TIME):
                answers += self._score_some(desk, rows, begin, limit)
            return answers
        finally:
            desk.busy = False

    def _enter(self) -> _Desk:
        """The caller looks at `closed` next, and leaves by `busy`: close() looks the other way
        round."""
        desk = self._desk()
        if desk.busy:  # a signal handler or a destructor scores amid a call of its own thread
            raise Error("this thread is in a call of this model already", 80, "kBusy")
        desk.busy = True
        return desk

    def score_batch(self, batch: Union[Batch, Made], timeout: float) -> Batch:
        """Answers as columns; the timeout is for each _AT_A_TIME rows."""
        parts = -(-batch.array.length // _AT_A_TIME)
        limit = min(parts * nanoseconds(timeout), (1 << 64) - 1)
        answers, version, failure = Batch(), ctypes.c_uint32(), Failure(size=_SIZE)
        desk = self._enter()
        try:
            if self.closed:
                raise Closed
            code = self.c.score_arrow(
                self._model,
                batch.schema,
                batch.array,
                0,
                limit,
                answers.schema,
                answers.array,
                version,
                failure,
            )
            if code:
                raise self.c.error(failure, failure.row)
            desk.version = version.value
            return answers
        finally:
            desk.busy = False

    def _score_one(self, desk: _Desk, row: Mapping[str, Any], limit: int) -> dict[str, Any]:
        if not desk.places:
            desk.places.append(_Place(self.c, self._model))
        place = desk.places[0]
        self._fill(place, row, 0)
        if self.c.score(self._model, place.row, limit, place.answer):
            raise self._failure(place, 0)
        answer = place.answer
        return {name: get(answer) for name, get in self._getters}

    def _score_some(
        self, desk: _Desk, rows: Sequence[Mapping[str, Any]], begin: int, limit: int
    ) -> list[dict[str, Any]]:
        count = min(_AT_A_TIME, len(rows) - begin)
        while len(desk.places) < count:
            desk.places.append(_Place(self.c, self._model))
        places = desk.places[:count]
        for at, place in enumerate(places):
            self._fill(place, rows[begin + at], begin + at)
        handles = ctypes.c_void_p * count
        row_handles = handles(*[place.row for place in places])
        answer_handles = handles(*[place.answer for place in places])
        if self.c.score_each(self._model, row_handles, count, limit, answer_handles) != count:
            for at, place in enumerate(places):
                if self.c.answer_code(place.answer):
                    raise self._failure(place, begin + at)
        return [{name: get(place.answer) for name, get in self._getters} for place in places]

    def _fill(self, place: _Place, row: Mapping[str, Any], number: int) -> None:
        index, put = self._index, place.put
        columns, doubles, count = place.columns, place.doubles, 0
        self.c.row_clear(place.row)
        for name, value in row.items():
            at = index.get(name)
            if type(value) is float and at is not None:
                columns[count] = at
                doubles[count] = value
                count += 1
                continue
            if at is None:  # the row remembers the name, with the nearest one there is
                self.c.row_column(place.row, str(name).encode("utf-8", "replace"))
                continue
            try:
                put(at, value)
            except BadRow as error:
                error.row, error.column = number, name
                error.args = (f"input {name}: {error}",)
                raise
        if count:
            self.c.set_doubles(place.row, place.columns_at, place.doubles_at, count)

    def _failure(self, place: _Place, row: int) -> Error:
        failure = Failure(size=_SIZE)
        self.c.answer_error(place.answer, failure)
        return self.c.error(failure, row)

    def version(self) -> Optional[str]:
        """Of the last answer that this thread got."""
        desk = self._desk()
        with self._lock:
            number = desk.version
            if number is None:
                known = desk.places and not self.closed
                number = self.c.answer_version(desk.places[0].answer) if known else 0
        return f"{number:08x}" if number else None

    def transport(self) -> str:
        """ "shm", "unix", or "" while there is no connection."""
        with self._lock:
            return "" if self.closed else str(self.c.model_transport(self._model).decode())

    def close(self) -> None:
        """Waits for calls under way. May be called again."""
        with self._lock:
            if self.closed:
                return
            self.closed = True
            desks = list(self._desks)
        for desk in desks:
            while desk.busy:
                time.sleep(0.001)
            desk.free()
        self.c.model_free(self._model)
        self.c.close(self._client)

    def abandon(self) -> None:
        """In a child of fork(): frees the descriptors, leaves all else to the parent."""
        if not self.closed:
            self.closed = True
            self.c.close(self._client)
