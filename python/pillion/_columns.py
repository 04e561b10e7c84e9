"""Values of Python into a row and out of an answer, column by column."""

from __future__ import annotations

import ctypes
import operator
import re
from collections.abc import Callable
from typing import Any, NamedTuple, Optional

from ._errors import BadRow, Error
from ._library import Library


class Column(NamedTuple):
    """A column of a model: what it is called, and what it holds."""

    name: str
    #: "double", "string", "list of double", "tensor of double [12]", "double, not null", …
    type: str
    #: () for a single value; (12,) for a vector; None where it has no or no known dimensions.
    #: As the model declares it: answers of some ops are of another size.
    shape: Optional[tuple[int, ...]]

    @property
    def base(self) -> str:
        """The type of a single value: "double" of a "tensor of double [12]"."""
        return self.type.split(",")[0].split(" [")[0].split("[")[0].split(" ")[-1]


_TYPE = re.compile(r"(?P<shape>list of |tensor of )?(?P<base>[a-z_]+)(?: ?\[(?P<sizes>[^]]*)\])?")


def column(name: bytes, type_: bytes) -> Column:
    """A column by what the library says of it."""
    text = type_.decode()
    found = _TYPE.match(text)
    shape: Optional[tuple[int, ...]] = None
    if found and not found["shape"] and not text.startswith("map of"):
        shape = ()
    elif found and found["sizes"]:
        sizes = [size.strip() for size in found["sizes"].split(",")]
        shape = tuple(map(int, sizes)) if all(map(str.isdigit, sizes)) else None
    return Column(name.decode(), text, shape)


def setter(c: Library, row: int) -> Callable[[int, Any], None]:
    """Sets a column of a row to a value. What does not fit, the row remembers until it is scored;
    BadRow: no column can hold it."""
    set_double, set_long, set_text = c.set_double, c.set_long, c.set_text

    def put(at: int, value: Any) -> None:
        kind = type(value)
        if kind is float:
            set_double(row, at, value)
        elif kind is str:
            text = value.encode("utf-8", "surrogatepass")
            set_text(row, at, text, len(text))
        elif kind is int:
            if not -(2**63) <= value < 2**63:
                raise BadRow(f"{value} has more than 64 bits", 18, "kInvalidValue")
            set_long(row, at, value)
        elif value is None:
            c.set_null(row, at)
        elif kind is bool:
            c.set_bool(row, at, value)
        elif isinstance(value, bytes):
            set_text(row, at, value, len(value))
        else:
            _put_other(c, row, at, value, put)

    return put


def _put_other(c: Library, row: int, at: int, value: Any, put: Callable[[int, Any], None]) -> None:
    """numpy's scalars and arrays, subclasses, and sequences."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(item, (str, bytes)) for item in value):
            texts = [item.encode() if isinstance(item, str) else item for item in value]
            if any(b"\0" in text for text in texts):
                raise BadRow("a text of a list must not hold the character 0", 25, "kBadText")
            c.set_texts(row, at, (ctypes.c_char_p * len(texts))(*texts), len(texts))
            return
        try:
            c.set_vector(row, at, (ctypes.c_double * len(value))(*value), len(value))
        except TypeError:
            raise BadRow(
                f"a list has to hold numbers alone or texts alone, not {value!r:.80}",
                23,
                "kWrongType",
            ) from None
    elif isinstance(value, (bool, float, str)):
        base = next(t for t in (bool, float, str) if isinstance(value, t))
        put(at, base(value))
    elif hasattr(value, "__index__"):
        put(at, operator.index(value))
    elif hasattr(value, "__float__"):
        put(at, float(value))
    else:
        raise BadRow(
            f"no column holds {type(value).__name__!r}: give a number, text, bool, None, or a list",
            23,
            "kWrongType",
        )


def getter(c: Library, at: int, type_: str) -> Optional[Callable[[int], Any]]:
    """Reads a column of an answer whose code is 0; None: the client library cannot."""
    found = _TYPE.match(type_)
    if found is None or type_.startswith("map of"):
        return None
    base = found["base"]
    if found["shape"]:
        numbers = base in ("byte", "short", "int", "float", "double")
        return _vector_getter(c, at) if numbers else None
    if base in ("string", "byte_string"):
        return _text_getter(c, at, base == "string")
    get: Any
    kind: Any
    get, kind = {
        "boolean": (c.get_bool, ctypes.c_int),
        "float": (c.get_double, ctypes.c_double),
        "double": (c.get_double, ctypes.c_double),
    }.get(base, (c.get_long, ctypes.c_int64))

    def scalar(answer: int) -> Any:
        value = kind()
        return value.value if _present(c, get(answer, at, value), at) else None

    return (lambda answer: _bool(scalar(answer))) if base == "boolean" else scalar


_NULL = 16


def _present(c: Library, code: int, at: int) -> bool:
    """Whether a getter found a value: False for null. Error: the answer cannot be read."""
    if code not in (0, _NULL):
        name = c.code_name(code).decode()
        raise Error(f"output {at} cannot be read: {name}", code, name)
    return code == 0


def _bool(value: Optional[int]) -> Optional[bool]:
    return None if value is None else bool(value)


def _text_getter(c: Library, at: int, decode: bool) -> Callable[[int], Any]:
    def text(answer: int) -> Any:
        start, length = ctypes.c_void_p(), ctypes.c_size_t()
        if not _present(c, c.get_text(answer, at, start, length), at):
            return None
        found = ctypes.string_at(start, length.value) if length.value else b""
        return found.decode() if decode else found

    return text


def _vector_getter(c: Library, at: int) -> Callable[[int], Any]:
    def vector(answer: int) -> Optional[list[float]]:
        capacity = 64
        while True:
            values, count = (ctypes.c_double * capacity)(), ctypes.c_size_t()
            if not _present(c, c.get_vector(answer, at, values, capacity, count), at):
                return None
            if count.value <= capacity:
                return values[: count.value]
            capacity = count.value

    return vector
