"""A case as one readable file: sections with a name, as README.md tells.

`pack` and `unpack` keep every byte: what the readable forms cannot say exactly stands as base64.
"""

import base64
import json
import math
import re
import shutil
import struct

from recorder import frames
from recorder.bundles import read_zip, write_zip

WIDTH = 100
NOT_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|^===", re.MULTILINE)
# Notes first, then the bundle as a person reads it, rows and answers; what is not readable last.
ORDER = (
    r"case\.json",
    r"model\.zip/",
    r"frame\.(json|bin)|expected\.(json|bin)",
    r"expected\.load",
    r"(frame|expected)\.err\.",
    r"expected\.(fresh|pb)",
    r"spark\.json",
    r"model\.pb\.zip/",
)


def write(folder, cases, name):
    """The case whose files lie in `folder`, as a text in `cases`, and its zips that are kept."""
    (cases / f"{name}.txt").write_text(pack_folder(folder), encoding="utf-8", newline="")
    for path in folder.glob("*.zip"):
        kept = cases.with_name("zips") / f"{name}.{path.name}"
        if kept.exists():
            shutil.copy(path, kept)


def write_index(cases):
    """The list of all cases, to which the tests hold the folder."""
    names = sorted(path.name for path in cases.iterdir())
    text = "".join(f"{name.removesuffix('.txt')}\n" for name in names)
    cases.with_name("index.txt").write_text(text, encoding="utf-8")


def pack_folder(folder):
    """The text of a case whose files lie in `folder`; a zip gives a section for each member."""
    files = {}
    for path in folder.iterdir():
        if path.suffix == ".zip":
            files.update({f"{path.name}/{name}": data for name, data in read_zip(path).items()})
        else:
            files[path.name] = path.read_bytes()
    return pack(files)


def unpack_bundle(path, bundle, target):
    """Writes the zip `bundle` ("model.zip") of the case at `path`."""
    prefix = f"{bundle}/"
    members = {
        name[len(prefix) :]: data
        for name, data in unpack(path.read_text(encoding="utf-8")).items()
        if name.startswith(prefix)
    }
    write_zip(target, members)


def pack(files):
    """`files` maps names to bytes."""
    return "".join(_section(name, files[name]) for name in sorted(files, key=_place))


def unpack(text):
    if not text.startswith("=== "):
        raise ValueError("a case begins with '=== '")
    files = {}
    for section in re.split(r"^=== ", text, flags=re.MULTILINE)[1:]:
        head, body = section.split("\n", 1)
        name, _, form = head.partition(" : ")
        files[name] = DECODE[form](body[:-1])  # the last line end is the section's
    return files


def _place(name):
    rank = next(i for i, pattern in enumerate(ORDER) if re.match(pattern, name))
    row = re.search(r"\.err\.(\d+)", name)
    kind = 0 if name.startswith("frame") else 1
    return rank, int(row[1]) if row else 0, name.rsplit(".", 1)[-1] if rank == 2 else "", kind, name


def _section(name, data):
    if name.endswith(".bin"):
        text = frame_text(data)
        if text is not None:
            return f"=== {name} : frame\n{text}\n"
    text = _as_text(data)
    if text is not None:
        return f"=== {name}\n{text}\n"
    return f"=== {name} : base64\n{_base64(data)}\n"


def _as_text(data):
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if NOT_TEXT.search(text) else text


def _base64(data):
    text = base64.b64encode(data).decode("ascii")
    return "\n".join(text[i : i + WIDTH] for i in range(0, len(text), WIDTH))


def frame_text(data):
    """MLeap's binary form laid out as its JSON form, with NaN and infinities as strings.

    None where that would not give the same bytes back.
    """
    try:
        (size,) = struct.unpack_from(">i", data)
        schema = data[4 : 4 + size].decode("utf-8")
        reader = frames.BinaryReader(data)
    except (UnicodeDecodeError, struct.error, ValueError, KeyError):
        return None
    kinds = list(reader.columns.values())
    rows = ",\n".join(
        "[" + ",".join(_cell(kind, value) for kind, value in zip(kinds, row)) + "]" for row in reader.rows
    )
    text = f'{{"schema":{schema},\n"rows":[\n{rows}\n]}}'
    same = NOT_TEXT.search(text) is None and frame_bytes(text) == data
    return text if same else None


def frame_bytes(text):
    schema = text[len('{"schema":') : text.index(',\n"rows":[\n')]
    document = json.loads(text)
    columns = {field["name"]: field["type"] for field in document["schema"]["fields"]}
    kinds = list(columns.values())
    rows = [[_from_cell(kind, cell) for kind, cell in zip(kinds, row)] for row in document["rows"]]
    body = frames.binary_frame(columns, rows)
    (size,) = struct.unpack_from(">i", body)
    return struct.pack(">i", len(schema.encode("utf-8"))) + schema.encode("utf-8") + body[4 + size :]


def _cell(kind, value):
    if value is None:
        return "null"
    base = frames.base_of(kind)
    if frames.kind_of(kind) == "basic":
        return _element(base, value)
    if frames.kind_of(kind) == "list":
        return _elements(base, value)
    parts = [f'"dimensions":{json.dumps(list(value.dimensions))}', f'"values":{_elements(base, value.values)}']
    if value.indices is not None:
        parts.append(f'"indices":{json.dumps([list(index) for index in value.indices])}')
    return "{" + ",".join(parts) + "}"


def _elements(base, values):
    return "[" + ",".join(_element(base, value) for value in values) + "]"


def _element(base, value):
    if base == "byte_string":
        return json.dumps(base64.b64encode(value).decode("ascii"))
    if base in ("float", "double") and not math.isfinite(value):
        return {"nan": '"NaN"', "inf": '"Infinity"', "-inf": '"-Infinity"'}[str(value)]
    return _shortest_float(value) if base == "float" else json.dumps(value, ensure_ascii=False)


def _shortest_float(value):
    for digits in range(1, 10):
        text = repr(float(f"{value:.{digits}g}"))
        if frames.narrow(float(text)) == value:
            return text
    return repr(value)


def _from_cell(kind, cell):
    if cell is None:
        return None
    base = frames.base_of(kind)
    if frames.kind_of(kind) == "basic":
        return _from_element(base, cell)
    if frames.kind_of(kind) == "list":
        return [_from_element(base, element) for element in cell]
    indices = cell.get("indices")
    return frames.Tensor(
        tuple(_from_element(base, element) for element in cell["values"]),
        tuple(cell["dimensions"]),
        None if indices is None else tuple(tuple(index) for index in indices),
    )


def _from_element(base, element):
    if base == "byte_string":
        return base64.b64decode(element)
    if base in ("float", "double") and isinstance(element, str):
        return {"NaN": frames.NAN, "Infinity": frames.INF, "-Infinity": -frames.INF}[element]
    return element


DECODE = {
    "": lambda text: text.encode("utf-8"),
    "base64": base64.b64decode,
    "frame": frame_bytes,
}
