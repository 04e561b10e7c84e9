"""Bundles as zips: written by hand, edited, and packed so that two recordings are equal bytes."""

import json
import re
import zipfile

BUNDLE_UID = "6f1d5ad4-4c1b-4a5f-9d4e-0a7c2f3b8e01"
TIMESTAMP = "2024-01-01T00:00:00"
ENTRY_TIME = (2024, 1, 1, 0, 0, 0)
SPARK_UID = re.compile(rb"[A-Za-z][A-Za-z0-9]*_([0-9a-f]{12})")


# Attributes, in the encoding of model.json. A zero is written as an empty object, as MLeap does.


def scalar(kind, value):
    return {} if value in (0, False, "") else {kind: value}


def double(value):
    return scalar("double", value)


def floating(value):
    return scalar("float", value)


def long(value):
    return scalar("long", value)


def integer(value):
    return scalar("int", value)


def boolean(value):
    return scalar("boolean", value)


def string(value):
    return scalar("string", value)


def basic_type(name):
    return {"basic_type": name}


def listed(kind, values):
    return {"type": "list", kind: list(values)} if values else {"type": "list"}


def doubles(*values):
    return listed("double", values)


def longs(*values):
    return listed("long", values)


def integers(*values):
    return listed("int", values)


def strings(*values):
    return listed("string", values)


def booleans(*values):
    return listed("boolean", values)


def tensor_value(values, dimensions=None, base="double"):
    dimensions = [len(values)] if dimensions is None else dimensions
    return {base: list(values), "shape": {"dimensions": [{"size": n, "name": ""} for n in dimensions]}}


def tensor(values, dimensions=None, base="double"):
    return {"type": "tensor", **tensor_value(values, dimensions, base)}


def tensors(*values, base="double"):
    return listed("tensor", [tensor_value(v, base=base) for v in values])


def shape(base="scalar", size=None, nullable=True):
    result = {"base": base, "isNullable": nullable}
    if size is not None:
        result["tensorShape"] = {"dimensions": [{"size": size, "name": ""}]}
    return result


def shapes(*values):
    return listed("data_shape", values)


# Whole bundles.


def sockets(ports):
    """`ports` maps port to column."""
    return [{"port": port, "name": column} for port, column in ports.items()]


def node_files(op, attributes, inputs, outputs, name=None):
    model = {"op": op} if attributes is None else {"op": op, "attributes": attributes}
    return {
        "model.json": json.dumps(model, ensure_ascii=False, indent=1),
        "node.json": json.dumps(
            {
                "name": name or op.replace(".", "_"),
                "shape": {"inputs": sockets(inputs), "outputs": sockets(outputs)},
            },
            ensure_ascii=False,
            indent=1,
        ),
    }


def pipeline_files(nodes):
    """`nodes` maps node name to the files of node_files; they run in this order."""
    files = node_files("pipeline", {"nodes": strings(*nodes)}, {}, {})
    for name, node in nodes.items():
        files.update({f"{name}.node/{path}": content for path, content in node.items()})
    return files


def bundle_json(name):
    return json.dumps(
        {"uid": BUNDLE_UID, "name": name, "format": "json", "version": "0.25.2", "timestamp": TIMESTAMP},
        indent=1,
    )


def write_bundle(path, files, header=None):
    """`files` are relative to the root node; header replaces bundle.json."""
    entries = {"bundle.json": header or bundle_json("root")}
    entries.update({f"root/{name}": content for name, content in files.items()})
    write_zip(
        path,
        {
            name: content if isinstance(content, bytes) else content.encode("utf-8")
            for name, content in entries.items()
        },
    )


def read_zip(path):
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}


def write_zip(path, entries):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(entries):
            info = zipfile.ZipInfo(name, ENTRY_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entries[name])


def normalise(entries):
    """Random uids and the time of writing give way to fixed ones of the same length."""
    header = json.loads(entries["bundle.json"])
    header.update(uid=BUNDLE_UID, timestamp=TIMESTAMP)
    entries = {**entries, "bundle.json": json.dumps(header, indent=1).encode("utf-8")}
    uids = _uids(entries)
    return {
        _rename(name.encode("utf-8"), uids).decode("utf-8"): (
            _rename(content, uids) if _names_nodes(name) else content
        )
        for name, content in entries.items()
    }


def _uids(entries):
    """Numbers the uids from the root downwards, in the order in which pipelines list their nodes."""
    texts = [entries[name] for name in sorted(entries, key=_depth) if _names_nodes(name)]
    found = dict.fromkeys(match.group(0) for text in texts for match in SPARK_UID.finditer(text))
    return {uid: uid[:-12] + b"%012x" % number for number, uid in enumerate(found, 1)}


def _depth(name):
    """The shallowest first and a pipeline's model before its node; same depth: by class name."""
    return name.count("/"), SPARK_UID.sub(b"", name.encode("utf-8")), name


def _names_nodes(name):
    return name.rsplit("/", 1)[-1].split(".")[0] in ("bundle", "model", "node")


def _rename(content, uids):
    return SPARK_UID.sub(lambda match: uids.get(match.group(0), match.group(0)), content)


def repack(path):
    write_zip(path, normalise(read_zip(path)))


def edit(source, target, change):
    """Copies a bundle; `change` gets a dict of entry name to parsed JSON or bytes and alters it."""
    entries = {
        name: json.loads(content) if _is_document(name) else content
        for name, content in read_zip(source).items()
    }
    change(entries)
    write_zip(
        target,
        {
            name: (
                content
                if isinstance(content, bytes)
                else json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")
            )
            for name, content in entries.items()
        },
    )


def _is_document(name):
    return _names_nodes(name) and name.endswith(".json")
