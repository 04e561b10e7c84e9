"""Pipelines, column transformers, unions: what holds other estimators."""

from __future__ import annotations

from typing import Any

from pillion.export._sklearn._exporter import Block, Exporter, exports


@exports("Pipeline")
def pipeline(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block | None:
    prefix = "" if where == "Pipeline" else where + "."
    result: Block | None = block
    for name, step in estimator.steps:
        if step is None or step == "passthrough":
            continue
        if result is None:
            exporter.refuse(prefix + name, "comes after a model, whose answers go nowhere else")
            return None
        result = exporter.export(step, result, prefix + name)
    return result


@exports("ColumnTransformer")
def column_transformer(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    scalars = exporter.scalars(block)
    columns = []
    for name, transformer, _ in estimator.transformers_:
        if transformer == "drop":
            continue
        indices = estimator._transformer_to_input_indices[name]
        if not len(indices):
            continue
        part = Block([scalars[int(i)] for i in indices], sparse=block.sparse)
        if transformer == "passthrough":
            columns += part.columns
            continue
        made = exporter.export(transformer, part, f"{where}.{name}")
        if made is None:
            exporter.refuse(
                f"{where}.{name}", "is a model; a column transformer holds transformers"
            )
            made = exporter.unknown(1)
        if (estimator.transformer_weights or {}).get(name) is not None:
            made = _weighted(exporter, made, estimator.transformer_weights[name], f"{where}.{name}")
        columns += made.columns
    return Block(columns, sparse=bool(estimator.sparse_output_))


@exports("FeatureUnion")
def feature_union(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    columns = []
    sparse = False
    for name, transformer in estimator.transformer_list:
        if transformer == "drop":
            continue
        if transformer == "passthrough":
            columns += block.columns
            continue
        made = exporter.export(transformer, block, f"{where}.{name}")
        if made is None:
            exporter.refuse(f"{where}.{name}", "is a model; a union holds transformers")
            made = exporter.unknown(1)
        sparse = sparse or made.sparse
        if (estimator.transformer_weights or {}).get(name) is not None:
            made = _weighted(exporter, made, estimator.transformer_weights[name], f"{where}.{name}")
        columns += made.columns
    return Block(columns, sparse=sparse)


@exports("FunctionTransformer")
def function(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    if estimator.func is not None:  # without one it is the identity, as "passthrough" becomes
        exporter.refuse(where, "calls a Python function; compute the column before, and fit on it")
    return block


def _weighted(exporter: Exporter, block: Block, weight: float, where: str) -> Block:
    x = exporter.vector(block, where)
    y = exporter.graph.multiply(x, [float(weight)] * x.width, f"{x.name}_weighted")
    return Block([y], sparse=block.sparse)
