"""Columns as Arrow's C data interface has them: those of a frame into the client library, and its
answers out of it. Needs no library of Arrow's; `_frames.py` knows the kinds of frames."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any, Optional

_NULLABLE = 2  # ARROW_FLAG_NULLABLE


class ArrowSchema(ctypes.Structure):
    pass


class ArrowArray(ctypes.Structure):
    pass


class _Stream(ctypes.Structure):
    pass


_ReleaseSchema = ctypes.CFUNCTYPE(None, ctypes.POINTER(ArrowSchema))
_ReleaseArray = ctypes.CFUNCTYPE(None, ctypes.POINTER(ArrowArray))

ArrowSchema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_void_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.POINTER(ctypes.POINTER(ArrowSchema))),
    ("dictionary", ctypes.POINTER(ArrowSchema)),
    ("release", _ReleaseSchema),
    ("private_data", ctypes.c_void_p),
]
ArrowArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(ArrowArray))),
    ("dictionary", ctypes.POINTER(ArrowArray)),
    ("release", _ReleaseArray),
    ("private_data", ctypes.c_void_p),
]
_Stream._fields_ = [
    ("get_schema", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ArrowSchema))),
    ("get_next", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ArrowArray))),
    ("get_last_error", ctypes.CFUNCTYPE(ctypes.c_char_p, ctypes.c_void_p)),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]

_pointer_of = ctypes.pythonapi.PyCapsule_GetPointer
_pointer_of.restype = ctypes.c_void_p
_pointer_of.argtypes = [ctypes.py_object, ctypes.c_char_p]
_capsule = ctypes.pythonapi.PyCapsule_New
_capsule.restype = ctypes.py_object
_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class Batch:
    """A struct array with its schema, released when it goes."""

    def __init__(self) -> None:
        self.schema = ArrowSchema()
        self.array = ArrowArray()

    def __del__(self) -> None:
        for struct in (self.array, self.schema):
            if struct.release:
                struct.release(ctypes.byref(struct))

    def __len__(self) -> int:
        return int(self.array.length)

    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]:
        """For one that moves both out at once, while the batch is held: then they are its own."""
        return (
            _capsule(ctypes.addressof(self.schema), b"arrow_schema", None),
            _capsule(ctypes.addressof(self.array), b"arrow_array", None),
        )


def stream(exported: Any) -> Iterator[Batch]:
    """The batches of what has __arrow_c_stream__, each with the schema of its own."""
    capsule = exported.__arrow_c_stream__()
    address = _pointer_of(capsule, b"arrow_array_stream")
    source = _Stream.from_address(address)

    def check(code: int) -> None:
        if code:
            reason = source.get_last_error(address)
            raise ValueError(
                f"the frame cannot be read as Arrow's columns: {(reason or b'').decode()}"
            )

    while True:
        batch = Batch()
        check(source.get_next(address, ctypes.byref(batch.array)))
        if not batch.array.release:
            return
        check(source.get_schema(address, ctypes.byref(batch.schema)))
        yield batch


_READ = frozenset(
    ["n", "b", "c", "C", "s", "S", "i", "I", "l", "L", "e", "f", "g"]
    + ["u", "U", "z", "Z", "vu", "vz", "+l", "+L", "+vl", "+vL"]
)


def is_read(schema: ArrowSchema) -> bool:
    """Whether the client library reads columns of this type."""
    if schema.dictionary:
        return is_read(schema.dictionary.contents)
    format_ = schema.format.decode()
    if format_ not in _READ and not format_.startswith(("w:", "+w:")):
        return False
    return all(is_read(schema.children[at].contents) for at in range(schema.n_children))


_keep_schema = _ReleaseSchema(lambda schema: None)
_keep_array = _ReleaseArray(lambda array: None)


class Made:
    """A column, or the struct of all, that Python's buffers hold. It is never released, but goes
    with its last reference: only for a callee that takes nothing over."""

    def __init__(
        self,
        name: str,
        format_: str,
        length: int,
        buffers: Sequence[Any],
        children: Sequence[Made] = (),
    ) -> None:
        """`buffers`: objects with the buffer protocol; None: none, as of validity."""
        self._kept = [buffers, children]
        self.schema = ArrowSchema(
            format=format_.encode(),
            name=name.encode("utf-8", "replace"),
            flags=_NULLABLE,
            n_children=len(children),
            release=_keep_schema,
        )
        self.array = ArrowArray(
            length=length,
            null_count=-1,
            n_buffers=len(buffers),
            n_children=len(children),
            release=_keep_array,
        )
        self.array.buffers = (ctypes.c_void_p * len(buffers))(*map(self._address, buffers))
        if children:
            pointers = ctypes.POINTER(ArrowSchema) * len(children)
            self.schema.children = pointers(*[ctypes.pointer(child.schema) for child in children])
            arrays = ctypes.POINTER(ArrowArray) * len(children)
            self.array.children = arrays(*[ctypes.pointer(child.array) for child in children])

    def _address(self, buffer: Any) -> Optional[int]:
        if buffer is None:
            return None
        if hasattr(buffer, "ctypes"):  # an array of numpy, which may be read-only
            return int(buffer.ctypes.data)
        if hasattr(buffer, "buffer_info"):  # of the module array
            return int(buffer.buffer_info()[0])
        text = ctypes.c_char_p(buffer)  # bytes
        return ctypes.cast(text, ctypes.c_void_p).value


def bytes_at(address: Optional[int], count: int) -> bytes:
    """A copy of a buffer; of none: nothing."""
    return ctypes.string_at(address, count) if address and count else b""
