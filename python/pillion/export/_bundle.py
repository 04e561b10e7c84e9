"""MLeap's bundle format as it is written: attributes, models, nodes, the zip.

Knows the file format; what the ops mean is `_graph`'s. The same model gives the same bytes, so
that Pillion, which names versions by content, sees no new version where there is none.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import tempfile
import uuid
import zipfile
from dataclasses import dataclass, field
from typing import Any, Union
from collections.abc import Iterable, Mapping, Sequence

# The MLeap whose bundles these are like; a bundle has to name one.
_MLEAP_VERSION = "0.25.2"
_TIMESTAMP = "1980-01-01T00:00:00"  # the earliest that a zip can hold
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)

Attribute = Mapping[str, Any]
Path = Union[str, "os.PathLike[str]"]


def _number(value: float) -> float | None:
    """As JSON holds it: the format writes null for what is no finite number, read as NaN."""
    value = float(value)
    return value if math.isfinite(value) else None


def double(value: float) -> Attribute:
    """Infinities are written as NaN; see `_number`."""
    return {"double": _number(value)}


def doubles(values: Iterable[float]) -> Attribute:
    return {"type": "list", "double": [_number(value) for value in values]}


def tensor(values: Iterable[float], dimensions: Sequence[int]) -> Attribute:
    """`values` by row."""
    shape = {"dimensions": [{"size": int(size), "name": ""} for size in dimensions]}
    return {"type": "tensor", "double": [_number(value) for value in values], "shape": shape}


def vector(values: Sequence[float]) -> Attribute:
    return tensor(values, [len(values)])


def tensors(rows: Sequence[Sequence[float]]) -> Attribute:
    """A list of vectors."""
    inner = [{key: value for key, value in vector(row).items() if key != "type"} for row in rows]
    return {"type": "list", "tensor": inner}


def float_tensors(rows: Sequence[Sequence[float]]) -> Attribute:
    """A list of vectors of 32-bit numbers."""
    inner = []
    for row in rows:
        values = tensor(row, [len(row)])
        inner.append({"float": values["double"], "shape": values["shape"]})
    return {"type": "list", "tensor": inner}


def boolean(value: bool) -> Attribute:
    return {"boolean": bool(value)}


def integer(value: int) -> Attribute:
    return {"int": int(value)}


def integers(values: Iterable[int]) -> Attribute:
    return {"type": "list", "int": [int(value) for value in values]}


def long(value: int) -> Attribute:
    return {"long": int(value)}


def longs(values: Iterable[int]) -> Attribute:
    return {"type": "list", "long": [int(value) for value in values]}


def floating(value: float) -> Attribute:
    """Of 32 bits."""
    return {"float": _number(value)}


def string(value: str) -> Attribute:
    return {"string": value}


def strings(values: Iterable[str]) -> Attribute:
    return {"type": "list", "string": list(values)}


def basic_types(names: Iterable[str]) -> Attribute:
    return {"type": "list", "basic_type": list(names)}


def shape_of(size: int | None) -> Mapping[str, Any]:
    """The shape of a scalar (None) or of a vector of `size` entries (-1: any)."""
    if size is None:
        return {"base": "scalar", "isNullable": True}
    if size < 0:
        return {"base": "tensor", "isNullable": True}
    dimensions = [{"size": int(size), "name": ""}]
    return {"base": "tensor", "isNullable": True, "tensorShape": {"dimensions": dimensions}}


def shape(size: int | None) -> Attribute:
    return {"data_shape": shape_of(size)}


def shapes(sizes: Iterable[int | None]) -> Attribute:
    return {"type": "list", "data_shape": [shape_of(size) for size in sizes]}


@dataclass
class Model:
    """An op with its attributes, the files beside them and the models within."""

    op: str
    attributes: dict[str, Attribute] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    models: dict[str, Model] = field(default_factory=dict)

    def _members(self, directory: str) -> Iterable[tuple[str, bytes]]:
        yield directory + "/model.json", _json({"op": self.op, "attributes": self.attributes})
        for name, content in self.files.items():
            yield f"{directory}/{name}", content
        for name, model in self.models.items():
            yield from model._members(f"{directory}/{name}")


@dataclass
class Node:
    """A model with its name and its columns, as (port, column)."""

    name: str
    model: Model
    inputs: list[tuple[str, str]]
    outputs: list[tuple[str, str]]

    def _members(self, directory: str) -> Iterable[tuple[str, bytes]]:
        inputs = [{"port": port, "name": column} for port, column in self.inputs]
        outputs = [{"port": port, "name": column} for port, column in self.outputs]
        node = {"name": self.name, "shape": {"inputs": inputs, "outputs": outputs}}
        yield directory + "/node.json", _json(node)
        yield from self.model._members(directory)


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")


def write(path: Path, name: str, nodes: Sequence[Node], golden: bytes | None = None) -> None:
    """Writes a pipeline of `nodes` as the zip `path`, which is replaced only by a whole bundle.

    `golden`: its golden rows, which its identity does not hang on."""
    pipeline = Model("pipeline", {"nodes": strings(node.name for node in nodes)})
    members = list(Node(name, pipeline, [], [])._members("root"))
    for node in nodes:
        members += node._members(f"root/{node.name}.node")
    digest = hashlib.sha256()
    for member, content in members:
        digest.update(f"{member}\0{len(content)}\0".encode() + content)
    uid = uuid.UUID(bytes=digest.digest()[:16], version=5)
    header = {"uid": str(uid), "name": name, "format": "json", "version": _MLEAP_VERSION}
    members.insert(0, ("bundle.json", _json({**header, "timestamp": _TIMESTAMP})))
    if golden is not None:
        members.append(("golden.json", golden))
    _write_zip(os.fspath(path), members)


def _write_zip(path: str, members: Iterable[tuple[str, bytes]]) -> None:
    directory = os.path.dirname(os.path.abspath(path))
    descriptor, scratch = tempfile.mkstemp(prefix=os.path.basename(path) + ".", dir=directory)
    try:
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            for member, content in members:
                info = zipfile.ZipInfo(member, _ZIP_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, content)
        os.chmod(scratch, 0o666 & ~_umask())
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
