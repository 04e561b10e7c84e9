"""The client library: where it is looked for, and its functions as ctypes has to know them."""

from __future__ import annotations

import ctypes
import os
import threading
from ctypes import POINTER, c_char, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t
from ctypes import c_uint8, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any, Optional

from ._arrow import ArrowArray, ArrowSchema
from ._errors import Error, LibraryNotFound, family

_SONAME = "libpillion-client.so.2"


class Failure(ctypes.Structure):
    """pillion_error."""

    _fields_ = [
        ("size", c_size_t),
        ("code", c_uint8),
        ("row", c_uint32),
        ("column", c_int32),
        ("column_name", c_char * 128),
        ("stage", c_char * 128),
        ("text", c_char * 512),
    ]


_Texts = POINTER(c_char_p)
# Functions that may wait let other threads of Python run meanwhile.
_WAITING = {
    "pillion_open": (c_uint8, [c_char_p, c_void_p, POINTER(c_void_p), POINTER(Failure)]),
    "pillion_close": (None, [c_void_p]),
    "pillion_ask": (
        c_uint8,
        [c_void_p, c_char_p, c_uint64, c_void_p, c_size_t, POINTER(c_size_t)],
    ),
    "pillion_bind_without": (
        c_uint8,
        [c_void_p, c_char_p, _Texts, c_size_t, _Texts, c_size_t, c_uint64]
        + [POINTER(c_void_p), POINTER(Failure)],
    ),
    "pillion_model_free": (None, [c_void_p]),
    "pillion_score": (c_uint8, [c_void_p, c_void_p, c_uint64, c_void_p]),
    "pillion_score_each": (c_size_t, [c_void_p, c_void_p, c_size_t, c_uint64, c_void_p]),
    "pillion_score_arrow": (
        c_uint8,
        [c_void_p, POINTER(ArrowSchema), POINTER(ArrowArray), c_uint32, c_uint64]
        + [POINTER(ArrowSchema), POINTER(ArrowArray), POINTER(c_uint32), POINTER(Failure)],
    ),
}
# These take less time than it takes to let another thread run.
_SHORT = {
    "pillion_code_name": (c_char_p, [c_uint8]),
    "pillion_model_transport": (c_char_p, [c_void_p]),
    "pillion_input_count": (c_size_t, [c_void_p]),
    "pillion_output_count": (c_size_t, [c_void_p]),
    "pillion_input_name": (c_char_p, [c_void_p, c_size_t]),
    "pillion_input_type": (c_char_p, [c_void_p, c_size_t]),
    "pillion_output_name": (c_char_p, [c_void_p, c_size_t]),
    "pillion_output_type": (c_char_p, [c_void_p, c_size_t]),
    "pillion_row_new": (c_void_p, [c_void_p]),
    "pillion_row_free": (None, [c_void_p]),
    "pillion_row_clear": (None, [c_void_p]),
    "pillion_row_column": (c_uint32, [c_void_p, c_char_p]),
    "pillion_set_null": (c_uint8, [c_void_p, c_uint32]),
    "pillion_set_bool": (c_uint8, [c_void_p, c_uint32, c_int]),
    "pillion_set_long": (c_uint8, [c_void_p, c_uint32, c_int64]),
    "pillion_set_double": (c_uint8, [c_void_p, c_uint32, c_double]),
    "pillion_set_doubles": (c_uint8, [c_void_p, c_void_p, c_void_p, c_size_t]),
    "pillion_set_text": (c_uint8, [c_void_p, c_uint32, c_char_p, c_size_t]),
    "pillion_set_vector": (c_uint8, [c_void_p, c_uint32, c_void_p, c_size_t]),
    "pillion_set_texts": (c_uint8, [c_void_p, c_uint32, _Texts, c_size_t]),
    "pillion_answer_new": (c_void_p, [c_void_p]),
    "pillion_answer_free": (None, [c_void_p]),
    "pillion_answer_code": (c_uint8, [c_void_p]),
    "pillion_answer_error": (c_uint8, [c_void_p, POINTER(Failure)]),
    "pillion_answer_version": (c_uint32, [c_void_p]),
    "pillion_is_null": (c_int, [c_void_p, c_uint32]),
    "pillion_get_bool": (c_uint8, [c_void_p, c_uint32, POINTER(c_int)]),
    "pillion_get_long": (c_uint8, [c_void_p, c_uint32, POINTER(c_int64)]),
    "pillion_get_double": (c_uint8, [c_void_p, c_uint32, POINTER(c_double)]),
    "pillion_get_text": (c_uint8, [c_void_p, c_uint32, POINTER(c_void_p), POINTER(c_size_t)]),
    "pillion_get_vector": (
        c_uint8,
        [c_void_p, c_uint32, POINTER(c_double), c_size_t, POINTER(c_size_t)],
    ),
}


class Library:
    """The functions, without `pillion_`: `library.score(...)`."""

    def __init__(self, path: str) -> None:
        for loaded, functions in (
            (ctypes.CDLL(path), _WAITING),
            (ctypes.PyDLL(path), _SHORT),
        ):
            for name, (result, arguments) in functions.items():
                function: Any = getattr(loaded, name)
                function.restype = result
                function.argtypes = arguments
                setattr(self, name[len("pillion_") :], function)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"pillion_{name} is not among the functions that Python uses")

    def error(self, failure: Failure, row: int = 0) -> Error:
        """What a call said, as the exception to raise."""
        code = failure.code
        return family(code)(
            failure.text.decode("utf-8", "replace"),
            code,
            self.code_name(code).decode(),
            row,
            failure.column_name.decode("utf-8", "replace") or None,
            failure.stage.decode("utf-8", "replace") or None,
        )


def _places() -> list[str]:
    """PILLION_CLIENT alone where it is set; else the package's own, then the system's."""
    given = os.environ.get("PILLION_CLIENT")
    if given:
        return [given]
    return [str(Path(__file__).with_name("lib") / _SONAME), _SONAME]


_lock = threading.Lock()
_library: Optional[Library] = None


def library() -> Library:
    """The library, loaded once. LibraryNotFound: with the places, and what was wrong with each."""
    global _library
    with _lock:
        if _library is None:
            problems = []
            for place in _places():
                try:
                    _library = Library(place)
                    break
                except (OSError, AttributeError) as error:
                    problems.append(f"{place}: {error}")
            else:
                raise LibraryNotFound(
                    "the client library of Pillion cannot be loaded; looked at "
                    + "; ".join(problems)
                    + ". Install it, or set PILLION_CLIENT to its path"
                )
    return _library


def _forked() -> None:
    global _lock
    _lock = threading.Lock()


os.register_at_fork(after_in_child=_forked)
