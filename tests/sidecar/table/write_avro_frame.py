"""Writes apartments.frame.avro with Apache Avro's own library: pip install avro==1.12.2

The schema is the one of MLeap's Avro frames: nullable columns are unions with null, vectors are
records named after their element type. The frame says what avro_frame_test.cc expects.
"""

import json
from pathlib import Path

import avro.schema
from avro.datafile import DataFileWriter
from avro.io import DatumWriter

VECTOR = {
    "type": "record",
    "name": "DoubleTensor",
    "fields": [
        {"name": "dimensions", "type": {"type": "array", "items": "int"}},
        {"name": "values", "type": {"type": "array", "items": "double"}},
        {
            "name": "indices",
            "type": [{"type": "array", "items": {"type": "array", "items": "int"}}, "null"],
        },
    ],
}
COLUMNS = {
    "city": "string",
    "price": "double",
    "bedrooms": ["int", "null"],
    "views": "long",
    "has_lift": "boolean",
    "photo": "bytes",
    "ratings": {"type": "array", "items": "float"},
    "distances": [{"type": "map", "values": "double"}, "null"],
    "features": VECTOR,
    "amenities": "DoubleTensor",
}


def dense(*values):
    return {"dimensions": [len(values)], "values": list(values), "indices": None}


def sparse(size, entries):
    return {
        "dimensions": [size],
        "values": list(entries.values()),
        "indices": [[index] for index in entries],
    }


ROWS = [
    ("Brno", 1250.5, 2, 2**40, True, b"\0\xff", [4.5, 0.1], {"park": 0.25}, dense(1.0, -0.0), sparse(9, {7: 5.0})),
    ("Łódź", -1e-300, None, -1, False, b"", [], None, dense(), sparse(3, {})),
]


def main():
    schema = avro.schema.parse(
        json.dumps(
            {
                "type": "record",
                "name": "LeapFrame",
                "namespace": "ml.combust.mleap.avro",
                "fields": [{"name": name, "type": kind} for name, kind in COLUMNS.items()],
            }
        )
    )
    path = Path(__file__).with_name("apartments.frame.avro")
    with DataFileWriter(path.open("wb"), DatumWriter(), schema) as writer:
        writer.sync_marker = b"pillion's tests."  # a random one would change the file each time
        for row in ROWS:
            writer.append(dict(zip(COLUMNS, row)))


if __name__ == "__main__":
    main()
