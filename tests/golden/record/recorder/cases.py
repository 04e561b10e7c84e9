"""What a case is, and the ways to make its bundle.

A case's `make(kit, path)` writes the bundle to `path` and returns Spark's model, or None where
Spark has none. `kit` is the engine: it holds the Spark session and finds other cases' bundles.
"""

import shutil
from dataclasses import dataclass, field
from typing import Callable

from recorder import bundles


@dataclass(frozen=True)
class Table:
    """Rows to learn from. `prepare(frame)` may add metadata to Spark's data frame."""

    columns: dict
    rows: list
    prepare: Callable = None


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    ops: tuple
    columns: dict
    rows: list
    make: Callable = None
    note: str = ""
    extension: bool = False
    job: dict = field(default_factory=dict)


def spark_case(name, ops, stages, train, columns, rows, note="", extension=False):
    """`stages(spark)` gives an estimator, a transformer, or a list of them."""

    def make(kit, path):
        return kit.export(stages, train, path)

    source = "mleap-spark-extension" if extension else "spark"
    return Case(name, source, _tuple(ops), columns, rows, make, note, extension)


def stage(kind, **options):
    """PySpark's stages need a running session: this one is made when its case is recorded."""
    return lambda spark: kind(**options)


def protobuf_case(name, base, note=""):
    """Another case fitted again, with the protobuf form as its only bundle."""

    def make(kit, path):
        model = base.make(kit, path)
        path.with_name("model.pb.zip").replace(path)
        return model

    return Case(name, base.source, base.ops, base.columns, base.rows, make, note, base.extension)


def with_thresholds(kind, thresholds, **options):
    """Some classifiers take thresholds only by their setter."""
    return lambda spark: kind(featuresCol="features", **options).setThresholds(thresholds)


def bundle_case(name, op, attributes, inputs, outputs, columns, rows, note="", files=None):
    """A bundle of one node, written by hand; `files` are side files of the model."""

    def make(kit, path):
        bundles.write_bundle(path, {**bundles.node_files(op, attributes, inputs, outputs), **(files or {})})

    return Case(name, "mleap", (op,), columns, rows, make, note, job={"translate": not files})


def pipeline_case(name, ops, nodes, columns, rows, note=""):
    """`nodes` maps node name to (op, attributes, inputs, outputs)."""

    def make(kit, path):
        files = {node: bundles.node_files(*parts, name=node) for node, parts in nodes.items()}
        bundles.write_bundle(path, bundles.pipeline_files(files))

    return Case(name, "mleap", _tuple(ops), columns, rows, make, note, job={"translate": True})


def edited_case(name, base, change, note=""):
    """Another case's bundle with something changed, on the same rows."""

    def make(kit, path):
        bundles.edit(kit.bundle_of(base.name), path, change)

    return Case(
        name, "edited", base.ops, base.columns, base.rows, make, f"{note} (from {base.name})", base.extension
    )


def reframed_case(name, base, columns, rows, note=""):
    """Another case's bundle on other columns or rows."""

    def make(kit, path):
        shutil.copy(kit.bundle_of(base.name), path)

    return Case(
        name, base.source, base.ops, columns, rows, make, f"{note} (from {base.name})", base.extension
    )


def resaved_case(base):
    """Another case's bundle, loaded and saved again by MLeap itself."""
    return Case(
        f"resave_{base.name}",
        "mleap-resave",
        base.ops,
        base.columns,
        base.rows,
        note=f"case {base.name}, bundle saved again by the MLeap runtime",
        extension=base.extension,
        job={"resave": base.name},
    )


def attributes(**changes):
    """A change for edited_case: sets attributes of the root model; None drops one."""

    def change(entries):
        present = entries["root/model.json"]["attributes"]
        for name, value in changes.items():
            if value is None:
                present.pop(name)
            else:
                present[name] = value

    return change


def declares(*ports):
    """A change for edited_case: only these output ports are declared, under their own names."""

    def change(entries):
        entries["root/node.json"]["shape"]["outputs"] = [{"port": port, "name": port} for port in ports]

    return change


def port_sets(base, *extra):
    """MLeap's answer depends on the declared outputs."""
    sets = [
        ("prediction",),
        ("probability", "prediction"),
        ("raw_prediction", "prediction"),
        ("probability",),
        ("raw_prediction", "probability"),
        *extra,
    ]
    return [
        edited_case(
            f"{base.name}_only_{'_'.join(port[:4] for port in ports)}",
            base,
            declares(*ports),
            f"declares {' '.join(ports)}",
        )
        for ports in sets
    ]


def _tuple(ops):
    return (ops,) if isinstance(ops, str) else tuple(ops)
