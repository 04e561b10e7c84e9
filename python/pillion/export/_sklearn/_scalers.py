"""Transformers of numbers, entry by entry or row by row."""

from __future__ import annotations

from typing import Any

from pillion.export import _trees
from pillion.export._graph import Column
from pillion.export._sklearn._exporter import Block, Exporter, exports


def _label(where: str) -> str:
    return where.replace(".", "_").replace(" ", "_")


def _centre_and_divide(
    exporter: Exporter, block: Block, centre: Any, scale: Any, where: str
) -> Block:
    """(x - centre) / scale, as the scalers compute it of a dense matrix."""
    graph, name = exporter.graph, _label(where)
    x = exporter.vector(block, where)
    if centre is not None:
        x = graph.subtract(x, [float(value) for value in centre], f"{name}_centred")
    if scale is None:
        return Block([x], sparse=block.sparse)
    divisors = [float(value) for value in scale]
    if block.sparse:  # a sparse matrix is multiplied
        return Block(
            [graph.multiply(x, [1.0 / d for d in divisors], f"{name}_scaled")], sparse=True
        )
    return Block([graph.divide(x, divisors, f"{name}_scaled")])


@exports("StandardScaler")
def standard_scaler(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    mean = estimator.mean_ if estimator.with_mean else None
    scale = estimator.scale_ if estimator.with_std else None
    return _centre_and_divide(exporter, block, mean, scale, where)


@exports("RobustScaler")
def robust_scaler(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    centre = estimator.center_ if estimator.with_centering else None
    scale = estimator.scale_ if estimator.with_scaling else None
    return _centre_and_divide(exporter, block, centre, scale, where)


@exports("MaxAbsScaler")
def max_abs_scaler(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    made = _centre_and_divide(exporter, block, None, estimator.scale_, where)
    if getattr(estimator, "clip", False):
        return _clipped(exporter, made, -1.0, 1.0, where)
    return made


@exports("MinMaxScaler")
def min_max_scaler(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    graph, name = exporter.graph, _label(where)
    x = exporter.vector(block, where)
    x = graph.multiply(x, [float(value) for value in estimator.scale_], f"{name}_scaled")
    x = graph.subtract(x, [-float(value) for value in estimator.min_], f"{name}_shifted")
    if not estimator.clip:
        return Block([x])
    low, high = estimator.feature_range
    return _clipped(exporter, Block([x]), float(low), float(high), where)


def _clipped(exporter: Exporter, block: Block, low: float, high: float, where: str) -> Block:
    graph, name = exporter.graph, _label(where)
    columns = []
    for i, x in enumerate(exporter.scalars(block)):
        x = graph.math("max", x, low, f"{name}_above_{i}")
        columns.append(graph.math("min", x, high, f"{name}_clipped_{i}"))
    return Block(columns, sparse=block.sparse)


@exports("Normalizer")
def normalizer(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    if estimator.norm == "max":
        exporter.refuse(where, "norm 'max' is not carried; 'l1' and 'l2' are")
        return exporter.unknown(block.width)
    x = exporter.vector(block, where)
    p = {"l1": 1.0, "l2": 2.0}[estimator.norm]
    return Block([exporter.graph.normalise(x, p, f"{_label(where)}_normalised")], block.sparse)


@exports("Binarizer")
def binarizer(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    x = exporter.dense(block, where)
    y = exporter.graph.binarise(x, float(estimator.threshold), f"{_label(where)}_binarised")
    return Block([y], sparse=block.sparse)


@exports("SimpleImputer")
def simple_imputer(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    from dataclasses import replace

    from pillion.export._sample import is_missing

    if callable(estimator.strategy):
        exporter.refuse(where, "a strategy that is a function is not carried")
        return exporter.unknown(block.width)
    graph, name = exporter.graph, _label(where)
    marker = estimator.missing_values
    columns: list[Column] = []
    kept = []  # numbers, before they are filled
    for i, (x, fill) in enumerate(zip(exporter.scalars(block), estimator.statistics_)):
        kept.append(x)
        if fill is None and marker is not None:
            exporter.refuse(
                where,
                f"takes None for a value of column '{x.name}', not for missing; fit with "
                "missing_values=None, or with NaN for None",
            )
            fill = ""
        if is_missing(fill):
            if estimator.keep_empty_features:
                fill = 0 if not x.text else "missing_value"
            else:
                continue  # scikit-learn drops a column that was empty in fit
        if x.text:
            if not is_missing(marker):
                exporter.refuse(
                    where, f"missing_values {marker!r} in text is not carried; make it None before"
                )
            if x.fill is None:
                x = replace(x, fill=str(fill))
            columns.append(x)
        elif is_missing(marker):
            columns.append(graph.impute(x, float(fill), f"{name}_filled_{i}"))
        elif isinstance(marker, str):
            exporter.refuse(
                where, f"missing_values is {marker!r} while column '{x.name}' is numbers"
            )
        else:
            columns.append(graph.impute(x, float(fill), f"{name}_filled_{i}", float(marker)))
    if estimator.add_indicator:
        columns += _indicators(exporter, estimator.indicator_, kept, where)
    return Block(columns)


@exports("MissingIndicator")
def missing_indicator(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    return Block(_indicators(exporter, estimator, exporter.scalars(block), where))


def _indicators(
    exporter: Exporter, estimator: Any, scalars: list[Column], where: str
) -> list[Column]:
    from pillion.export._sample import is_missing

    made: list[Column] = []
    if not is_missing(estimator.missing_values):
        exporter.refuse(where, "an indicator of other missing values than NaN is not carried")
        return made
    for i in (int(i) for i in estimator.features_):
        x, name = scalars[i], f"{_label(where)}_missing_{i}"
        if x.text:
            there = exporter.graph.present(x, f"{name}_present")
            made.append(exporter.graph.math("sub", 1.0, there, name))
        else:
            made.append(exporter.graph.piecewise(x, [_trees.LARGEST], [0.0, 1.0], name))
    return made


@exports("PolynomialFeatures")
def polynomial_features(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    if block.sparse:
        exporter.refuse(
            where,
            "of a sparse matrix is not carried; make the encoder before it dense "
            "(sparse_output=False)",
        )
    terms = []
    for powers in estimator.powers_:
        factors = [i for i, power in enumerate(powers) for _ in range(int(power))]
        # scikit-learn multiplies from the last factor to the first.
        terms.append(" ".join(f"x{i}" for i in reversed(factors)) or "1")
    x = exporter.vector(block, where)
    name = f"{_label(where)}_terms"
    return Block([exporter.graph.products(x, terms, name)])


@exports("KBinsDiscretizer")
def k_bins_discretizer(exporter: Exporter, estimator: Any, block: Block, where: str) -> Block:
    graph, name = exporter.graph, _label(where)
    bins = []
    for i, (x, edges) in enumerate(zip(exporter.scalars(block), estimator.bin_edges_)):
        breaks = sorted({_trees.before(float(edge)) for edge in edges[1:-1]})
        inner = sorted(float(edge) for edge in edges[1:-1])
        values = [0.0] + [float(sum(edge <= _next(b) for edge in inner)) for b in breaks]
        bins.append(graph.piecewise(x, breaks, values, f"{name}_bin_{i}"))
    if estimator.encode == "ordinal":
        return Block(bins)
    widths = [int(count) for count in estimator.n_bins_]
    names = [f"{name}_hot_{i}" for i in range(len(bins))]
    return Block(graph.one_hot(bins, widths, False, names), sparse=estimator.encode == "onehot")


def _next(x: float) -> float:
    import math

    return math.nextafter(x, math.inf)
