"""Leap frames: column types, values, and the JSON and binary forms on disk."""

import io
import json
import struct
from dataclasses import dataclass

NAN = float("nan")
INF = float("inf")

NUMBER_CODES = {
    "byte": "b",
    "short": "h",
    "int": "i",
    "integer": "i",
    "long": "q",
    "float": "f",
    "double": "d",
}


@dataclass(frozen=True)
class Tensor:
    """Values and dimensions; with `indices` it is sparse and `values` are the stored ones."""

    values: tuple
    dimensions: tuple
    indices: tuple = None


def dense(*values):
    return Tensor(tuple(values), (len(values),))


def sparse(size, entries):
    return Tensor(tuple(entries.values()), (size,), tuple((i,) for i in entries))


def required(base):
    return {"type": "basic", "base": base, "isNullable": False}


def vector(size, nullable=True):
    return tensor("double", [size], nullable)


def tensor(base, dimensions, nullable=True):
    kind = {"type": "tensor", "base": base, "dimensions": list(dimensions)}
    return kind if nullable else {**kind, "isNullable": False}


def list_of(base, nullable=True):
    kind = {"type": "list", "base": base}
    return kind if nullable else {**kind, "isNullable": False}


def map_of(key, base):
    return {"type": "map", "key": key, "base": base}


def kind_of(column_type):
    return "basic" if isinstance(column_type, str) else column_type["type"]


def base_of(column_type):
    return column_type if isinstance(column_type, str) else column_type["base"]


def is_nullable(column_type):
    return isinstance(column_type, str) or column_type.get("isNullable", True)


def schema_of(columns):
    return {"fields": [{"name": name, "type": kind} for name, kind in columns.items()]}


def write_input(folder, columns, rows):
    """MLeap's binary form carries every double; maps only have a JSON form."""
    if any(kind_of(kind) == "map" for kind in columns.values()):
        text = json.dumps({"schema": schema_of(columns), "rows": rows}, ensure_ascii=False)
        (folder / "input.json").write_text(text, encoding="utf-8")
    else:
        (folder / "input.bin").write_bytes(binary_frame(columns, rows))


def binary_frame(columns, rows):
    schema = json.dumps(schema_of(columns), ensure_ascii=False).encode("utf-8")
    out = io.BytesIO()
    out.write(struct.pack(">i", len(schema)) + schema + struct.pack(">i", len(rows)))
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"row {row} does not fit the columns {list(columns)}")
        for value, kind in zip(row, columns.values()):
            _write_value(out, kind, value)
    return out.getvalue()


def _write_value(out, kind, value):
    if is_nullable(kind):
        out.write(b"\0" if value is None else b"\1")
        if value is None:
            return
    if kind_of(kind) == "basic":
        _write_base(out, base_of(kind), value)
    elif kind_of(kind) == "list":
        out.write(struct.pack(">i", len(value)))
        for element in value:
            _write_base(out, base_of(kind), element)
    else:
        _write_tensor(out, base_of(kind), value)


def _write_base(out, base, value):
    if base == "boolean":
        out.write(b"\1" if value else b"\0")
    elif base in ("string", "byte_string"):
        data = value.encode("utf-8") if base == "string" else value
        out.write(struct.pack(">i", len(data)) + data)
    else:
        out.write(struct.pack(">" + NUMBER_CODES[base], value))


def _write_tensor(out, base, value):
    out.write(struct.pack(">HH", 0 if value.indices is None else 1, len(value.dimensions)))
    out.write(struct.pack(f">{len(value.dimensions)}i", *value.dimensions))
    out.write(struct.pack(">i", len(value.values)))
    for element in value.values:
        _write_base(out, base, element)
    if value.indices is not None:
        out.write(struct.pack(">i", len(value.indices)))
        for index in value.indices:
            out.write(struct.pack(f">H{len(index)}i", len(index), *index))


class BinaryReader:
    """Reads what MLeap wrote: `columns` by name, and `rows`."""

    def __init__(self, data):
        self._in = io.BytesIO(data)
        schema = json.loads(self._in.read(self._take(">i")).decode("utf-8"))
        self.columns = {field["name"]: field["type"] for field in schema["fields"]}
        count = self._take(">i")
        self.rows = [[self._value(kind) for kind in self.columns.values()] for _ in range(count)]

    def _take(self, code):
        return struct.unpack(code, self._in.read(struct.calcsize(code)))[0]

    def _value(self, kind):
        if is_nullable(kind) and self._take(">b") == 0:
            return None
        base = base_of(kind)
        if kind_of(kind) == "basic":
            return self._base(base)
        if kind_of(kind) == "list":
            return [self._base(base) for _ in range(self._take(">i"))]
        return self._tensor(base)

    def _base(self, base):
        if base == "boolean":
            return self._take(">b") != 0
        if base in ("string", "byte_string"):
            data = self._in.read(self._take(">i"))
            return data.decode("utf-8") if base == "string" else data
        return self._take(">" + NUMBER_CODES[base])

    def _tensor(self, base):
        is_sparse, rank = self._take(">H") == 1, self._take(">H")
        dimensions = tuple(self._take(">i") for _ in range(rank))
        values = tuple(self._base(base) for _ in range(self._take(">i")))
        indices = None
        if is_sparse:
            indices = tuple(self._index() for _ in range(self._take(">i")))
        return Tensor(values, dimensions, indices)

    def _index(self):
        return tuple(self._take(">i") for _ in range(self._take(">H")))


def read_json(path):
    frame = json.loads(path.read_text(encoding="utf-8"))
    columns = {field["name"]: field["type"] for field in frame["schema"]["fields"]}
    rows = [[_from_json(kind, value) for kind, value in zip(columns.values(), row)] for row in frame["rows"]]
    return columns, rows


def _from_json(kind, value):
    if value is None or kind_of(kind) != "tensor":
        return narrow(value) if base_of(kind) == "float" and isinstance(value, float) else value
    indices = value.get("indices")
    return Tensor(
        tuple(NAN if v is None else v for v in value["values"]),
        tuple(value["dimensions"]),
        None if indices is None else tuple(tuple(index) for index in indices),
    )


def narrow(value):
    """The float that a shortest decimal stands for."""
    return struct.unpack("f", struct.pack("f", value))[0]


def flat(value):
    """A value as plain lists and scalars, vectors made dense, for comparison with Spark."""
    if not isinstance(value, Tensor):
        return value
    if value.indices is None:
        return list(value.values)
    if len(value.dimensions) != 1:
        raise ValueError("only vectors are sparse")
    full = [0.0] * value.dimensions[0]
    for (index,), element in zip(value.indices, value.values):
        full[index] = element
    return full
